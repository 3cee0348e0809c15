"""The effective timeline of several clients who are one person: as if all stood on one, in the order of recording."""

from dataclasses import replace
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from domain.effective import effective
from domain.entry import Entry
from projections.catalogue import PROJECTIONS
from tests.builders import CLIENT, History, crisis, fold, goal_set, plan, registered, session
from tests.strategies import histories

OTHER = UUID("c2000000-0000-4000-8000-000000000001")


def told(*histories: History) -> list[Entry]:
    """What they tell, at its places in the organization's log: in the order in which it was recorded."""
    entries = [entry for history in histories for entry in history.entries]
    in_order = sorted(entries, key=lambda entry: entry.recorded_at)
    return [replace(entry, position=place) for place, entry in enumerate(in_order, start=1)]


def two() -> tuple[History, History]:
    return History(), History(OTHER)


def test_entries_of_two_clients_stand_by_when_they_occurred_and_then_by_position() -> None:
    first, second = two()
    first.add(registered(), at="2026-03-01T15:00Z", recorded="2026-03-01T15:00Z")
    second.add(crisis(), at="2026-02-01T15:00Z", recorded="2026-03-02T15:00Z")
    at = "2026-03-05T15:00Z"
    later = second.add(session(minutes=30), at=at, recorded="2026-03-05T16:00Z")
    last = first.add(session(minutes=40), at=at, recorded="2026-03-05T17:00Z")
    corrected = second.correct(later, session(minutes=50), recorded="2026-03-06T15:00Z")

    found = effective(told(first, second)).entries

    assert [entry.event.type for entry in found] == [
        "crisis_contact_recorded",
        "client_registered",
        "session_held",
        "session_held",
    ]
    assert [(entry.id, entry.correction_id) for entry in found[2:]] == [(later, corrected), (last, None)]


def test_versions_of_a_plan_are_numbered_over_both_in_the_order_of_recording() -> None:
    first, second = two()
    for history, day in ((first, 1), (second, 2)):
        history.add(registered(), at=f"2026-03-0{day}T15:00Z")
    first.add(plan(), at="2026-03-03T15:00Z")
    second.add(plan(), at="2026-03-04T15:00Z")
    first.add(goal_set(), at="2026-03-05T15:00Z")
    first.add(plan(), at="2026-03-06T15:00Z")
    entries = told(first, second)
    (care_plan,) = (each for each in PROJECTIONS if each.name == "care_plan")

    plans = fold(care_plan, effective(entries).entries).state.plans.plans

    assert [each.version for each in plans] == [1, 2, 3]


@given(data=st.data(), first=histories(max_steps=8), second=histories(max_steps=8, client_id=OTHER))
def test_a_fold_over_two_timelines_is_that_of_one_which_had_all_entries(
    data: st.DataObject, first: History, second: History
) -> None:
    projection, over_two = data.draw(st.sampled_from(PROJECTIONS)), told(first, second)
    over_one = [replace(entry, client_id=CLIENT, version=entry.position) for entry in over_two]

    counting = [projection.timeline(entries).entries for entries in (over_two, over_one)]

    assert [entry.id for entry in counting[0]] == [entry.id for entry in counting[1]]
    rows = [projection.rows(fold(projection, entries)) for entries in counting]
    assert rows[0] == rows[1]
