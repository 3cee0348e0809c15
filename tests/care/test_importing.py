"""Importing: entries that were recorded elsewhere."""

from datetime import timedelta
from uuid import uuid4

import pytest

from domain.events.base import Event
from domain.events.counseling_notes import CounselingNoteWritten
from domain.events.kept_apart import KeptApart
from domain.events.record import EntryCorrected, EntryRetracted
from domain.vocabulary.purposes import PurposeOfUse
from domain.vocabulary.record import CorrectionReason, Precision
from samples.simulation.entry import SimulatedEntry
from service.access.access_records import Access
from service.access.caller import Caller
from service.bootstrap import System
from service.care import importing
from tests.builders import moment, registered, session


@pytest.mark.parametrize("at_once", [1, 3, 1_000])
async def test_r27_what_is_about_a_note_is_kept_apart_whichever_batch_it_comes_with(
    system: System, counselor: Caller, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(importing, "AT_ONCE", at_once)
    client_id, at, story = uuid4(), moment("2026-03-02T15:00Z"), list[SimulatedEntry]()

    def told(event: Event) -> SimulatedEntry:
        nobody, recorded_at = "counselor/ana", at + timedelta(minutes=len(story))
        entry = SimulatedEntry(client_id, uuid4(), event, at, Precision.INSTANT, "ehr", None, None, nobody, recorded_at)
        story.append(entry)
        return entry

    told(registered())
    note = told(CounselingNoteWritten(note="Silence"))
    told(session())
    replacement = CounselingNoteWritten(note="Silences")
    told(EntryCorrected(entry=note.id, reason=CorrectionReason.WRONG_CONTENT, replacement=replacement))
    retraction = told(EntryRetracted(entry=note.id, reason=CorrectionReason.OTHER))
    told(EntryRetracted(entry=retraction.id, reason=CorrectionReason.OTHER))
    async for _ in importing.import_entries(system.store, system.keyring, counselor.organization_id, story):
        pass

    entries = await system.timelines.read(counselor.organization_id, client_id)
    assert [isinstance(entry.event, KeptApart) for entry in entries] == [False, True, False, True, True, True]
    access = Access(counselor, PurposeOfUse.TREATMENT, "a test", "a request")
    (read,) = (await system.counseling_notes.page(access, client_id, limit=10)).notes
    assert read.event == replacement
