"""The effective timeline: what counts, in the order in which it happened, as of one time and as known at another."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.effective import effective
from domain.entry import Entry, Recorded, Revision
from domain.events.base import referred
from domain.events.contacts import SessionHeld
from domain.events.handoffs import HandoffAccepted, HandoffCompleted
from domain.events.record import EntryCorrected, EntryRetracted
from domain.events.unreadable import Unreadable, Why
from domain.vocabulary.people import Role
from domain.vocabulary.record import CorrectionReason, Precision
from projections.care_plan import CARE_PLAN
from projections.fold import EventUnreadable
from projections.postvention import POSTVENTION
from tests.builders import (
    History,
    crisis,
    fold,
    folded,
    goal_set,
    handoff,
    intake,
    moment,
    outreach,
    plan,
    registered,
    safety_plan,
    session,
)
from tests.strategies import histories

MOMENTS = st.datetimes(datetime(2011, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.fixture
def history() -> History:
    history = History()
    history.add(registered(), at="2026-03-01T15:00Z")
    return history


def ids(history: History, as_of: str | None = None, known_at: str | None = None) -> list[UUID]:
    return [entry.id for entry in history.effective(as_of, known_at)]


def minutes(history: History, held: UUID, known_at: str | None = None) -> int | None:
    (event,) = (entry.event for entry in history.effective(known_at=known_at) if entry.id == held)
    found: int | None = event.minutes  # type: ignore[attr-defined]  # a session
    return found


def test_r55_former_entries_are_there_for_who_asks_with_what_told_of_them_and_what_withdrew_them(
    history: History,
) -> None:
    """As they stood before each correction or retraction that holds, at the time that they had then."""
    held = history.add(session(minutes=30), at="2026-03-02T15:00Z")
    later = history.add(session(minutes=60), at="2026-03-03T15:00Z")
    moved = history.correct(held, occurred_at="2026-03-04T15:00Z", recorded="2026-03-04T16:00Z")
    mistake = history.correct(held, session(minutes=90))
    history.retract(mistake)
    gone = history.retract(held)
    asked = effective(history.entries, former=frozenset({SessionHeld})).entries[1:]

    told = [(each.id, each.occurred_at.day, each.revision, each.former) for each in asked]
    versions = {entry.id: entry for entry in history.entries}

    def recorded(entry_id: UUID, reason: CorrectionReason | None = None) -> Recorded:
        return Recorded(entry_id, versions[entry_id].position, versions[entry_id].recorded_at, reason)

    wrong_time, never = recorded(moved, CorrectionReason.WRONG_TIME), recorded(gone, CorrectionReason.DID_NOT_OCCUR)
    assert told == [
        (held, 2, Revision(recorded(held), wrong_time), True),
        (later, 3, None, False),
        (held, 4, Revision(wrong_time, never), True),
    ]
    assert ids(history) == [history.entries[0].id, later]


def test_r55_an_entry_that_was_corrected_says_since_when_it_is_so_to_who_asks(history: History) -> None:
    held = history.add(session(minutes=30), at="2026-03-02T15:00Z")
    correction = history.correct(held, session(minutes=50))
    before, after = effective(history.entries, former=frozenset({SessionHeld})).entries[1:]

    assert (before.former, after.former, after.correction_id) == (True, False, correction)
    assert after.revision
    assert after.revision.told_by == before.said.withdrawn_by
    assert effective(history.entries).entries[1] == replace(after, revision=None)


def test_r56_a_late_entry_takes_its_place_in_the_past(history: History) -> None:
    first = history.entries[0].id
    on_time = history.add(session(), at="2026-03-05T15:00Z")
    late = history.add(session(), at="2026-03-03T15:00Z", recorded="2026-03-20T15:00Z")

    assert ids(history) == [first, late, on_time]
    assert ids(history, known_at="2026-03-19T00:00Z") == [first, on_time]


def test_as_of_and_known_at_are_both_inclusive(history: History) -> None:
    first = history.entries[0].id
    held = history.add(session(), at="2026-03-03T15:00Z", recorded="2026-03-20T15:00Z")

    assert ids(history, as_of="2026-03-03T15:00Z") == [first, held]
    assert ids(history, as_of="2026-03-03T14:59:59.999999Z") == [first]
    assert ids(history, known_at="2026-03-20T15:00Z") == [first, held]
    assert ids(history, known_at="2026-03-20T14:59:59.999999Z") == [first]


def test_entries_of_one_moment_keep_the_order_of_recording(history: History) -> None:
    at = "2026-03-05T15:00Z"
    added = [history.add(session(minutes=each), at=at) for each in (10, 20, 30)]

    assert ids(history)[1:] == added


def test_r55_corrections_add_up_and_the_last_one_is_named(history: History) -> None:
    held = history.add(session(minutes=10), at="2026-03-05T15:00Z")
    history.correct(held, session(minutes=20), recorded="2026-03-06T15:00Z")
    history.correct(held, occurred_at="2026-03-04T15:00Z", recorded="2026-03-07T15:00Z")
    last = history.correct(held, precision=Precision.DAY, recorded="2026-03-08T15:00Z")

    (_, standing) = history.effective()

    assert standing.event == session(minutes=20)
    assert standing.occurred_at == moment("2026-03-04T15:00Z")
    assert standing.precision is Precision.DAY
    assert standing.correction_id == last
    assert (standing.id, standing.version) == (held, 2)
    assert history.entries[1].event == session(minutes=10), "the original stays in the record"


def test_r55_what_was_known_before_a_correction_is_still_told(history: History) -> None:
    held = history.add(session(minutes=10), at="2026-03-05T15:00Z")
    history.correct(held, session(minutes=20), recorded="2026-03-06T15:00Z")

    assert minutes(history, held) == 20
    assert minutes(history, held, known_at="2026-03-06T14:59Z") == 10


def test_r55_a_corrected_time_moves_the_entry(history: History) -> None:
    first = history.entries[0].id
    one = history.add(session(), at="2026-03-03T15:00Z")
    two = history.add(session(), at="2026-03-04T15:00Z")
    history.correct(one, occurred_at="2026-03-05T15:00Z", recorded="2026-03-06T15:00Z")

    assert ids(history) == [first, two, one]
    assert ids(history, as_of="2026-03-04T15:00Z") == [first, two]


def test_r55_a_retracted_entry_no_longer_counts_but_was_known(history: History) -> None:
    first = history.entries[0].id
    held = history.add(session(), at="2026-03-03T15:00Z")
    history.retract(held, recorded="2026-03-06T15:00Z")

    assert ids(history) == [first]
    assert ids(history, known_at="2026-03-06T14:59Z") == [first, held]


def test_r55_retracting_a_correction_brings_back_what_stood_before(history: History) -> None:
    held = history.add(session(minutes=10), at="2026-03-05T15:00Z")
    kept = history.correct(held, session(minutes=20))
    wrong = history.correct(held, session(minutes=30))
    assert minutes(history, held) == 30

    history.retract(wrong)
    assert minutes(history, held) == 20
    assert history.effective()[1].correction_id == kept

    history.retract(kept)
    assert minutes(history, held) == 10
    assert history.effective()[1].correction_id is None


def test_nothing_comes_before_what_it_answers(history: History) -> None:
    """The acceptance was noted with a rounder time than the request; both keep the time that was said."""
    first = history.entries[0].id
    asked = history.add(handoff(), at="2026-03-03T15:07Z")
    other = history.add(session(), at="2026-03-03T15:05Z", recorded="2026-03-03T15:08Z")
    accepted = history.add(
        HandoffAccepted(handoff=asked, accepted_by=Role.PEER), at="2026-03-03T15:00Z", recorded="2026-03-03T15:10Z"
    )

    assert ids(history) == [first, other, asked, accepted]
    assert ids(history, as_of="2026-03-03T15:06Z") == [first, other]
    assert history.effective()[-1].occurred_at == moment("2026-03-03T15:00Z")


def test_what_answers_a_moved_entry_moves_along(history: History) -> None:
    first = history.entries[0].id
    asked = history.add(handoff(), at="2026-03-03T15:00Z")
    met = history.add(HandoffCompleted(handoff=asked), at="2026-03-04T15:00Z")
    other = history.add(session(), at="2026-03-05T15:00Z")
    history.correct(asked, occurred_at="2026-03-06T15:00Z", recorded="2026-03-07T15:00Z")

    assert ids(history) == [first, other, asked, met]


def test_g4_a_plan_stays_where_it_was_agreed_when_the_time_of_what_it_cites_is_corrected(history: History) -> None:
    taken_in = history.add(intake(), at="2026-01-20T15:00Z", recorded="2026-03-01T16:00Z")
    first = history.add(plan(taken_in), at="2026-02-10T15:00Z", recorded="2026-03-01T17:00Z")
    second = history.add(plan(), at="2026-03-20T15:00Z")
    history.correct(taken_in, occurred_at="2026-03-25T15:00Z", recorded="2026-03-26T15:00Z")

    assert [id_ for id_ in ids(history) if id_ in {first, second, taken_in}] == [first, second, taken_in]
    state = folded(CARE_PLAN, history)
    assert state.state.plans.current
    assert state.state.plans.current.event_id == second


def test_g4_a_safety_plan_stays_where_it_was_written_when_the_time_of_its_crisis_is_corrected(
    history: History,
) -> None:
    met = history.add(crisis(), at="2026-03-02T15:00Z")
    first = history.add(safety_plan(crisis=met), at="2026-03-03T15:00Z")
    second = history.add(safety_plan(), at="2026-03-20T15:00Z")
    history.correct(met, occurred_at="2026-03-25T15:00Z", recorded="2026-03-26T15:00Z")

    assert [id_ for id_ in ids(history) if id_ in {first, second, met}] == [first, second, met]
    state = folded(CARE_PLAN, history)
    assert state.state.safety_plans.current
    assert state.state.safety_plans.current.event_id == second


def test_an_outreach_answers_the_crisis_that_it_follows_up(history: History) -> None:
    met = history.add(crisis(), at="2026-03-02T15:07Z")
    reached = history.add(outreach(True, crisis=met), at="2026-03-02T15:00Z", recorded="2026-03-02T16:00Z")

    assert ids(history)[-2:] == [met, reached]


def test_a_reference_to_a_retracted_entry_moves_nothing(history: History) -> None:
    goal = history.add(goal_set(), at="2026-03-05T15:00Z")
    asked = history.add(handoff(), at="2026-03-06T15:00Z")
    met = history.add(HandoffCompleted(handoff=asked), at="2026-03-04T15:00Z", recorded="2026-03-06T16:00Z")
    history.retract(asked)

    assert ids(history)[1:] == [met, goal]


def test_until_is_the_moment_of_the_last_entry_in_order(history: History) -> None:
    assert effective([]).until is None

    asked = history.add(handoff(), at="2026-03-05T15:07Z")
    history.add(HandoffCompleted(handoff=asked), at="2026-03-05T15:00Z", recorded="2026-03-05T15:10Z")
    assert effective(history.entries).until == moment("2026-03-05T15:07Z")


# What cannot be read


def unread(history: History, entry: UUID, targets: tuple[UUID, ...] = ()) -> list[Entry]:
    """The history's entries, of which one cannot be read."""
    return [
        replace(each, event=Unreadable(type=each.event.type, why=Why.SEAL_BROKEN, targets=targets))
        if each.id == entry
        else each
        for each in history.entries
    ]


def test_what_cannot_be_read_keeps_its_place_and_hides_nothing(history: History) -> None:
    held = history.add(session(), at="2026-03-05T15:00Z")
    late = history.add(session(), at="2026-03-03T15:00Z", recorded="2026-03-06T15:00Z")

    assert [entry.id for entry in effective(unread(history, held)).entries] == [history.entries[0].id, late, held]


def test_a_correction_with_a_body_makes_what_could_not_be_read_readable(history: History) -> None:
    held = history.add(session(), at="2026-03-05T15:00Z")
    history.correct(held, session(minutes=20))

    assert effective(unread(history, held)).entries[1].event == session(minutes=20)


@pytest.mark.parametrize("retraction", [False, True])
def test_what_is_corrected_or_retracted_by_what_cannot_be_read_cannot_be_read_either(
    history: History, retraction: bool
) -> None:
    held = history.add(session(), at="2026-03-05T15:00Z")
    about = history.retract(held) if retraction else history.correct(held, session(minutes=20))

    standing = effective(unread(history, about, targets=(held,))).entries[1]

    assert standing.event == Unreadable(type="session_held", why=Why.SEAL_BROKEN)
    assert (standing.id, standing.correction_id) == (held, about)


def test_p2_where_it_cannot_be_read_what_is_about_a_retraction_it_is_not_clear_how_the_entry_counts(
    history: History,
) -> None:
    held = history.add(session(), at="2026-03-02T15:00Z")
    mistake = history.retract(held)
    about = history.retract(mistake)

    standing = effective(unread(history, about, targets=(mistake,))).entries[1]

    assert (standing.id, standing.correction_id) == (held, about)
    assert isinstance(standing.event, Unreadable)


def test_a_retracted_correction_that_cannot_be_read_makes_nothing_unclear(history: History) -> None:
    held = history.add(session(), at="2026-03-05T15:00Z")
    wrong = history.correct(held, session(minutes=20))
    history.retract(wrong)

    assert effective(unread(history, wrong, targets=(held,))).entries[1] == history.entries[1]


def test_a_fold_that_depends_on_what_cannot_be_read_raises_and_others_go_on(history: History) -> None:
    goal = history.add(goal_set(), at="2026-03-05T15:00Z")
    entries = effective(unread(history, goal)).entries

    with pytest.raises(EventUnreadable, match="position 2"):
        fold(CARE_PLAN, entries)
    assert fold(POSTVENTION, entries).state == POSTVENTION.begin().state


@given(histories(), MOMENTS, MOMENTS)
def test_what_was_known_never_changes_when_more_is_recorded(
    history: History, known_at: datetime, as_of: datetime
) -> None:
    then = [entry for entry in history.entries if entry.recorded_at <= known_at]

    assert effective(history.entries, known_at=known_at) == effective(then)
    assert effective(history.entries, as_of=as_of, known_at=known_at) == effective(then, as_of=as_of)


@given(histories(), MOMENTS)
def test_as_of_is_the_beginning_of_the_whole(history: History, as_of: datetime) -> None:
    whole = history.effective()
    past = history.effective(as_of=as_of)

    assert past == whole[: len(past)]
    assert all(entry.occurred_at <= as_of for entry in past)


@given(histories())
def test_every_standing_entry_of_care_is_there_once_after_what_it_answers(history: History) -> None:
    placed = {entry.id: place for place, entry in enumerate(history.effective())}

    assert placed.keys() == {
        entry.id
        for entry in history.entries
        if not isinstance(entry.event, EntryCorrected | EntryRetracted) and not history.retracted(entry.id)
    }
    for entry in history.effective():
        answered = [id_ for _, id_, mark in referred(entry.event) if not mark.cites]
        assert all(placed[id_] < placed[entry.id] for id_ in answered if id_ in placed)


@given(histories())
def test_an_entry_at_or_after_until_belongs_at_the_end(history: History) -> None:
    for known in range(1, len(history.entries)):
        before, newest = effective(history.entries[:known]), history.entries[known]
        about_the_record = isinstance(newest.event, EntryCorrected | EntryRetracted)
        if not about_the_record and (before.until is None or newest.occurred_at >= before.until):
            assert effective(history.entries[: known + 1]).entries == [*before.entries, newest]
