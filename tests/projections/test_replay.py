"""Replaying a record entry by entry: the same states as folding anew, and what each entry changed."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from hypothesis import given

from domain.events.screening import ScreeningScored
from domain.instruments.screener import CssrsScreening
from domain.policies import Policies
from domain.vocabulary.people import Role
from domain.vocabulary.substances import Substance
from projections.catalogue import PROJECTIONS
from projections.differences import Difference, DifferenceKind
from projections.projection import Folded
from projections.replay import Replay, Step
from tests.builders import POLICY, History, crisis, fold, intake, lapse, registered
from tests.strategies import histories

POLICIES = Policies(POLICY)
LATER = "2026-03-02T12:00Z"


def changed_by_last(history: History) -> Mapping[tuple[str, str], Difference]:
    """What the last entry of the history changed, by the projection and the kind of element."""
    step = [*replayed(history)][-1]
    return {(projection.name, each.part): each for projection, each in step.changed}


def replayed(history: History) -> Iterator[Step]:
    replay = Replay(PROJECTIONS, POLICIES)
    return map(replay.step, history.entries)


def test_an_entry_is_told_with_what_it_added_and_what_that_asks_for() -> None:
    history = History()
    history.add(registered(), at="2026-03-01T12:00Z")
    needed = history.add(crisis(), at="2026-03-10T18:00Z")

    changed = changed_by_last(history)

    for told in (
        changed["care_plan", "crisis"],
        changed["care_plan", "obligation"],
        changed["postvention", "crisis_review"],
    ):
        assert told.kind is DifferenceKind.ADDED
        assert told.event_id == needed
        assert not told.before
    assert changed["care_plan", "crisis"].after["at"] == history.entries[-1].occurred_at
    assert changed["care_plan", "contacts"].after.keys() == {"last_contact"}


def test_of_what_changes_just_the_fields_that_differ_are_told() -> None:
    history = History()
    history.add(registered(name="Robin Example", preferred_name="Robin"), at="2026-03-01T12:00Z")
    history.correct(history.entries[0].id, registered(name="Robin Sample", preferred_name="Robin"))

    client = changed_by_last(history)["care_plan", "client"]

    assert client.kind is DifferenceKind.CHANGED
    assert client.event_id == history.entries[0].id
    assert client.before == {"name": "Robin Example", "correction_id": None}
    assert client.after == {"name": "Robin Sample", "correction_id": history.entries[1].id}


def test_a_retraction_removes_what_the_entry_had_put_there() -> None:
    history = History()
    history.add(registered(), at="2026-03-01T12:00Z")
    mistaken = history.add(crisis(), at="2026-03-10T18:00Z")
    history.retract(mistaken)

    removed = changed_by_last(history)["care_plan", "crisis"]

    assert removed.kind is DifferenceKind.REMOVED
    assert removed.event_id == mistaken
    assert removed.before["event_id"] == mistaken
    assert not removed.after


def test_what_the_clock_changes_is_no_difference() -> None:
    history = History()
    history.add(registered(), at="2026-03-01T12:00Z")
    history.add(crisis(), at="2026-03-10T18:00Z")  # what it asks for is late by the next entry
    history.add(lapse(), at="2026-04-20T18:00Z")

    assert "obligation" not in {part for _, part in changed_by_last(history)}


def test_an_entry_that_comes_late_stands_where_it_belongs() -> None:
    history = History()
    history.add(registered(), at="2026-03-01T12:00Z")
    history.add(lapse(Substance.ALCOHOL), at="2026-03-20T12:00Z")
    late = history.add(lapse(Substance.ALCOHOL), at="2026-03-10T12:00Z", recorded="2026-03-21T12:00Z")

    changed = changed_by_last(history)

    assert ("care_plan", "last_lapse") not in changed
    assert changed["care_plan", "lapse"].event_id == late


def test_of_a_signal_that_lies_ahead_nothing_is_told_and_one_that_ends_has_changed() -> None:
    history = History()
    history.add(registered(), at="2026-03-01T12:00Z")
    history.add(
        intake(substances=({"substance": Substance.ALCOHOL, "last_used_on": date(2026, 3, 1)},)), at="2026-03-02T12:00Z"
    )
    assert "signals" not in {projection for projection, _ in changed_by_last(history)}, "a month is not near yet"

    cleared = history.add(lapse(), at="2026-03-30T12:00Z")

    signal = changed_by_last(history)["signals", "signal"]
    assert (signal.kind, signal.before["cleared"]) == (DifferenceKind.CHANGED, None)
    assert signal.after["cleared"].event_id == cleared


def test_a_screening_that_was_answered_otherwise_is_told_also_where_the_score_stays() -> None:
    history = History()
    history.add(registered(), at="2026-03-01T12:00Z")
    scored = history.add(ScreeningScored(answers=CssrsScreening(q1=False, q2=False), asked_by=Role.PEER), at=LATER)
    right = ScreeningScored(answers=CssrsScreening(q1=False, q2=False), asked_by=Role.COUNSELOR)
    history.correct(scored, right)

    screening = changed_by_last(history)["care_plan", "screening"]

    assert (screening.before["asked_by"], screening.after["asked_by"]) == (Role.PEER, Role.COUNSELOR)


@given(histories())
def test_every_step_is_what_a_fold_from_the_beginning_gives(history: History) -> None:
    replay = Replay(PROJECTIONS, POLICIES)
    for count, entry in enumerate(history.entries, start=1):
        replay.take_in(entry)
        for projection in PROJECTIONS:
            anew = fold(projection, projection.timeline(history.entries[:count]).entries)
            assert replay.state(projection) == anew


ALWAYS_DIFFER: Final = {"today", "time_zone"}
"""What an answer says of the day that is asked about."""


def said_in(part: object) -> object:
    """What it says; in which order its elements come says nothing more of any of them."""
    return sorted(map(repr, part)) if isinstance(part, tuple) else part


@given(histories(min_steps=4))
def test_whatever_an_answer_says_differently_is_told(history: History) -> None:
    replay = Replay(PROJECTIONS, POLICIES)
    for entry in history.entries:
        before = {projection: replay.state(projection) for projection in PROJECTIONS}
        step = replay.step(entry)
        told = {projection for projection, _ in step.changed}
        for projection, was in before.items():
            now = Folded(was.time_zones, replay.state(projection).state)
            one, other = (vars(projection.answer(each, step.at, POLICY)) for each in (was, now))
            differs = {part for part in one if said_in(one[part]) != said_in(other[part])} - ALWAYS_DIFFER
            assert not differs or projection in told
