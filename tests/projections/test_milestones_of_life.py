"""R47: milestones of life that follow from what happened, those recorded by hand, and both as one."""

from datetime import date
from uuid import UUID

import pytest

from domain.events.milestones import MilestoneDefined, MilestoneReached
from domain.events.next_steps import NextStepDone, NextStepDropped
from domain.events.residence import ResidenceChanged
from domain.events.supports import SupportMeetingAttended
from domain.vocabulary.milestones import LifeMilestone
from domain.vocabulary.next_steps import DropReason
from domain.vocabulary.people import Role
from domain.vocabulary.residence import LeavingReason, LivingSituation
from domain.vocabulary.supports import SupportGroup
from projections.answers import At
from projections.milestones import MILESTONES
from projections.milestones.fold import REACHED
from projections.milestones.reached import ReachedMilestone
from projections.milestones.view import MilestonesAnswer
from tests.builders import History, folded, moment, next_step, only, registered
from tests.projections.reading import by_column

SHELTER = ResidenceChanged(situation=LivingSituation.EMERGENCY_SHELTER)
SOBER_LIVING = ResidenceChanged(situation=LivingSituation.SOBER_LIVING)
RENTED = ResidenceChanged(situation=LivingSituation.RENTED)
BY_HAND = MilestoneReached(kind=LifeMilestone.HOUSING_SECURED, how="My own key")
MEETING = SupportMeetingAttended(support_group=next(iter(SupportGroup)))
FIRST_MEETING = MilestoneReached(kind=LifeMilestone.FIRST_SUPPORT_MEETING, how="With Sam, after work")


@pytest.fixture
def history() -> History:
    history = History()
    history.add(registered("America/New_York"), at="2026-01-02T15:00Z")
    return history


def answer(history: History) -> MilestonesAnswer:
    shown = MILESTONES.answer(folded(MILESTONES, history), moment("2026-06-01T12:00Z"), history.policy)
    assert isinstance(shown, MilestonesAnswer)
    return shown


def reached(history: History) -> tuple[At[ReachedMilestone], ...]:
    return answer(history).milestones_reached


def told_by(history: History) -> list[tuple[UUID, UUID | None, bool]]:
    return [(each.event_id, each.also_event_id, each.recorded_by_hand) for each in reached(history)]


# What follows from what happened


def test_r16_r47_the_first_support_meeting_is_a_milestone_and_those_that_follow_are_none(history: History) -> None:
    history.add(MEETING, at="2026-01-05T00:30Z")
    first = history.add(MEETING, at="2026-01-03T00:30Z", recorded="2026-01-06T15:00Z")

    one = only(reached(history))
    assert (one.event_id, one.kind, one.on) == (first, "first_support_meeting", date(2026, 1, 2))
    row = only(by_column(REACHED, MILESTONES.rows(folded(MILESTONES, history))))
    assert (row["event_id"], row["kind"], row["number"]) == (first, "first_support_meeting", 1)


def test_r40_r47_a_micro_goal_done_is_a_small_step_also_when_its_hours_were_over(history: History) -> None:
    goals = [
        history.add(next_step(Role.CLIENT, what=what, micro_goal=True), at=f"2026-01-05T15:0{place}Z")
        for place, what in enumerate(["Unpack", "Meet the house manager", "Ring my sister"])
    ]
    others = history.add(next_step(), at="2026-01-05T15:10Z")
    done = [history.add(NextStepDone(step=goals[0]), at="2026-01-05T18:00Z")]
    history.add(NextStepDone(step=others), at="2026-01-05T19:00Z")
    history.add(NextStepDropped(step=goals[1], reason=next(iter(DropReason))), at="2026-01-06T15:00Z")
    done.append(history.add(NextStepDone(step=goals[2]), at="2026-01-20T15:00Z"))

    assert [(each.event_id, each.kind, each.micro_goal, each.how) for each in reached(history)] == [
        (done[0], "small_step", goals[0], "Unpack"),
        (done[1], "small_step", goals[2], "Ring my sister"),
    ]


def test_r47_r55_a_retracted_micro_goal_takes_its_milestone_with_it(history: History) -> None:
    goal = history.add(next_step(Role.CLIENT, micro_goal=True), at="2026-01-05T15:00Z")
    history.add(NextStepDone(step=goal), at="2026-01-05T18:00Z")
    history.retract(goal)

    assert reached(history) == ()


def test_r47_a_small_step_recorded_by_hand_is_another_one(history: History) -> None:
    goal = history.add(next_step(Role.CLIENT, micro_goal=True), at="2026-01-05T15:00Z")
    done = history.add(NextStepDone(step=goal), at="2026-01-05T18:00Z")
    by_hand = history.add(MilestoneReached(kind=LifeMilestone.SMALL_STEP), at="2026-01-05T19:00Z")

    assert told_by(history) == [(done, None, False), (by_hand, None, True)]


# Told both ways it is one


@pytest.mark.parametrize(
    ("happened", "by_hand"), [(SOBER_LIVING, BY_HAND), (MEETING, FIRST_MEETING)], ids=["housing", "meeting"]
)
@pytest.mark.parametrize("hand_first", [True, False])
def test_r47_a_milestone_that_happened_and_was_recorded_by_hand_is_one(
    history: History,
    happened: ResidenceChanged | SupportMeetingAttended,
    by_hand: MilestoneReached,
    *,
    hand_first: bool,
) -> None:
    """The entry that told of it first stands for it; the words are those of the one that has some."""
    history.add(SHELTER, at="2026-01-03T15:00Z")
    events = (by_hand, happened) if hand_first else (happened, by_hand)
    first, second = (history.add(event, at=f"2026-03-0{day}T15:00Z") for day, event in enumerate(events, start=1))

    one = only(reached(history))
    assert (one.event_id, one.also_event_id, one.recorded_by_hand) == (first, second, True)
    assert (one.on, one.how, str(one.kind)) == (date(2026, 3, 1), by_hand.how, str(by_hand.kind))
    assert only(by_column(REACHED, MILESTONES.rows(folded(MILESTONES, history))))["event_id"] == first


def test_r47_a_defined_milestone_is_reached_by_what_happened_as_its_record_says(history: History) -> None:
    history.add(SHELTER, at="2026-01-03T15:00Z")
    defined = history.add(
        MilestoneDefined(kind=LifeMilestone.HOUSING_SECURED, name="A door to close"), at="2026-01-04T15:00Z"
    )
    moved = history.add(RENTED, at="2026-03-01T15:00Z")
    history.add(MilestoneReached(milestone=defined), at="2026-03-03T15:00Z")

    one = only(reached(history))
    assert (one.event_id, one.milestone, one.name) == (moved, defined, "A door to close")
    found = only(answer(history).milestones_defined)
    assert (found.reached_on, found.reached_event_id) == (date(2026, 3, 1), moved)


def test_r47_what_was_defined_later_was_not_reached_before(history: History) -> None:
    """Whoever has a home and means to secure another means another one."""
    history.add(SHELTER, at="2026-01-03T15:00Z")
    moved = history.add(SOBER_LIVING, at="2026-01-10T15:00Z")
    defined = history.add(
        MilestoneDefined(kind=LifeMilestone.HOUSING_SECURED, name="My own lease"), at="2026-02-04T15:00Z"
    )
    by_hand = history.add(MilestoneReached(milestone=defined), at="2026-03-03T15:00Z")

    assert told_by(history) == [(moved, None, False), (by_hand, None, True)]


@pytest.mark.parametrize("lost", [True, False])
def test_r47_another_home_is_another_milestone(history: History, *, lost: bool) -> None:
    """After one was lost, or when a client who has a home moves and calls the next one secured."""
    history.add(SHELTER, at="2026-01-03T15:00Z")
    first = history.add(SOBER_LIVING, at="2026-01-10T15:00Z")
    left = LeavingReason.LOST_HOUSING if lost else LeavingReason.MOVED_ON
    moved = history.add(RENTED.model_copy(update={"left_because": left}), at="2026-03-03T15:00Z")
    by_hand = history.add(BY_HAND, at="2026-03-04T15:00Z")

    second = (moved, by_hand, True) if lost else (by_hand, None, True)
    assert told_by(history) == [(first, None, False), second]


def test_r47_each_record_by_hand_tells_of_one(history: History) -> None:
    history.add(SHELTER, at="2026-01-03T15:00Z")
    moved = history.add(SOBER_LIVING, at="2026-01-10T15:00Z")
    by_hand = [history.add(BY_HAND, at=f"2026-01-1{day}T15:00Z") for day in (1, 2)]

    assert told_by(history) == [(moved, by_hand[0], True), (by_hand[1], None, True)]
