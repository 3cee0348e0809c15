"""How entries that are kept apart stand for whoever reads the rest of the record (R27)."""

from dataclasses import replace
from uuid import UUID

import pytest

from domain.effective import effective
from domain.entry import Entry
from domain.events.base import referred
from domain.events.counseling_notes import CounselingNoteWritten
from domain.events.kept_apart import KeptApart
from domain.events.unreadable import Unreadable
from tests.builders import History, moment, registered, session


@pytest.fixture
def history() -> History:
    history = History()
    history.add(registered(), at="2026-03-01T15:00Z")
    return history


def apart(history: History, *entries: UUID) -> list[Entry]:
    """The history's entries, of which some are kept apart from whoever reads it."""
    return [
        replace(each, event=KeptApart(type=each.event.type, targets=tuple(id_ for _, id_, _ in referred(each.event))))
        if each.id in entries
        else each
        for each in history.entries
    ]


def test_r27_a_note_that_is_kept_apart_is_told_to_be_corrected_or_retracted_and_stays_where_it_is(
    history: History,
) -> None:
    note = history.add(CounselingNoteWritten(note="Silence"), at="2026-03-05T15:00Z")
    corrected = history.correct(note, CounselingNoteWritten(note="Silences"), occurred_at="2026-03-03T15:00Z")
    retracted = history.retract(note)
    taken_back = history.retract(retracted)

    assert len(effective(apart(history, note, corrected, retracted)[:-1]).entries) == 1
    standing = effective(apart(history, note, corrected, retracted, taken_back)).entries[1]
    assert (standing.id, standing.correction_id, standing.occurred_at) == (note, corrected, moment("2026-03-05T15:00Z"))
    assert isinstance(standing.event, KeptApart)


def test_r27_nothing_else_is_corrected_by_what_is_kept_apart(history: History) -> None:
    held = history.add(session(), at="2026-03-05T15:00Z")
    about = history.correct(held, session(minutes=20))

    assert isinstance(effective(apart(history, about)).entries[1].event, Unreadable)
