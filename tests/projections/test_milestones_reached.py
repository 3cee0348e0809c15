"""R47, R48: goals reached, close calls ridden out, and celebrations with what they celebrate."""

from datetime import date

import pytest

from domain.events.lapses import CloseCallRecorded
from domain.events.milestones import MilestoneCelebrated
from domain.events.plan import GoalClosed
from domain.vocabulary.contacts import Technique
from domain.vocabulary.goals import GoalOutcome
from domain.vocabulary.substances import Substance
from projections.milestones import MILESTONES
from projections.milestones.fold import CELEBRATION, REACHED
from projections.milestones.reached import CelebrationHeld
from projections.milestones.view import MilestonesAnswer
from tests.builders import POLICY, History, folded, goal_set, intake, lapse, moment, only, registered
from tests.projections.reading import by_column

ALCOHOL = Substance.ALCOHOL


@pytest.fixture
def history() -> History:
    """A client in New York whose last drink was on New Year's Day."""
    history = History()
    history.add(registered("America/New_York"), at="2026-01-02T15:00Z")
    uses = ({"substance": ALCOHOL, "last_used_on": date(2026, 1, 1)},)
    history.add(intake(substances=uses), at="2026-01-02T16:00Z")
    return history


def shown(history: History) -> MilestonesAnswer:
    answer = MILESTONES.answer(folded(MILESTONES, history), moment("2026-06-01T12:00Z"), POLICY)
    assert isinstance(answer, MilestonesAnswer)
    return answer


def celebration(history: History) -> CelebrationHeld:
    return only(shown(history).celebrations)


def test_r47_a_goal_closed_as_achieved_is_a_milestone(history: History) -> None:
    goal = history.add(goal_set(description="Sleep seven hours"), at="2026-01-03T15:00Z")
    closed = history.add(GoalClosed(goal=goal, outcome=GoalOutcome.ACHIEVED), at="2026-03-02T03:00Z")

    found = only(shown(history).goals_reached)

    assert (found.event_id, found.goal, found.description) == (closed, goal, "Sleep seven hours")
    assert (found.at, found.on) == (moment("2026-03-02T03:00Z"), date(2026, 3, 1))


@pytest.mark.parametrize("outcome", [outcome for outcome in GoalOutcome if outcome is not GoalOutcome.ACHIEVED])
def test_r47_a_goal_closed_otherwise_is_not(history: History, outcome: GoalOutcome) -> None:
    goal = history.add(goal_set(), at="2026-01-03T15:00Z")
    history.add(GoalClosed(goal=goal, outcome=outcome), at="2026-03-01T15:00Z")

    assert shown(history).goals_reached == ()


def test_r47_r55_a_retracted_goal_takes_its_milestone_with_it(history: History) -> None:
    goal = history.add(goal_set(), at="2026-01-03T15:00Z")
    history.add(GoalClosed(goal=goal, outcome=GoalOutcome.ACHIEVED), at="2026-03-01T15:00Z")
    history.retract(goal)

    assert shown(history).goals_reached == ()


def test_r31_r47_close_calls_ridden_out_are_counted_and_the_first_is_named(history: History) -> None:
    late = history.add(CloseCallRecorded(worked=(Technique.URGE_SURFING,)), at="2026-03-05T15:00Z")
    first = history.add(CloseCallRecorded(), at="2026-02-01T15:00Z", recorded="2026-03-06T15:00Z")

    answer = shown(history)

    assert answer.close_calls == 2
    assert answer.first_close_call
    assert (answer.first_close_call.event_id, answer.first_close_call.on) == (first, date(2026, 2, 1))
    assert answer.latest_close_call
    assert answer.latest_close_call.event_id == late


def test_r47_a_lapse_takes_no_goal_and_no_close_call_away(history: History) -> None:
    goal = history.add(goal_set(), at="2026-01-03T15:00Z")
    history.add(GoalClosed(goal=goal, outcome=GoalOutcome.ACHIEVED), at="2026-03-01T15:00Z")
    history.add(CloseCallRecorded(), at="2026-03-05T15:00Z")
    before = shown(history)

    history.add(lapse(ALCOHOL), at="2026-03-06T15:00Z")

    after = shown(history)
    assert (after.goals_reached, after.close_calls) == (before.goals_reached, before.close_calls)


def test_r47_rows_number_the_milestones_of_a_kind(history: History) -> None:
    goal = history.add(goal_set(), at="2026-01-03T15:00Z")
    closed = history.add(GoalClosed(goal=goal, outcome=GoalOutcome.ACHIEVED), at="2026-03-01T15:00Z")
    calls = [history.add(CloseCallRecorded(), at=f"2026-02-0{day}T15:00Z", recorded=None) for day in (1, 2)]

    rows = by_column(REACHED, MILESTONES.rows(folded(MILESTONES, history)))

    shown = ("event_id", "kind", "number", "reached_on", "goal")
    assert [tuple(row[name] for name in shown) for row in rows] == [
        (closed, "goal_reached", 1, date(2026, 3, 1), goal),
        (calls[0], "close_call_ridden_out", 1, date(2026, 2, 1), None),
        (calls[1], "close_call_ridden_out", 2, date(2026, 2, 2), None),
    ]


def test_r48_days_celebrated_are_linked_to_the_stretch_that_had_them(history: History) -> None:
    celebrated = history.add(
        MilestoneCelebrated(days=30, substance=ALCOHOL, how="Dinner with the family"), at="2026-02-01T23:00Z"
    )

    found = celebration(history)

    assert (found.event_id, found.track, found.days) == (celebrated, "alcohol", 30)
    assert found.stretch_event_id == history.entries[1].id
    assert found.how == "Dinner with the family"


def test_r48_days_of_no_named_substance_are_those_of_the_overall_track(history: History) -> None:
    history.add(MilestoneCelebrated(days=30), at="2026-02-01T23:00Z")

    assert (celebration(history).track, celebration(history).stretch_event_id) == ("overall", history.entries[1].id)


def test_r48_a_party_after_a_lapse_still_celebrates_the_stretch_in_which_the_days_were_reached(
    history: History,
) -> None:
    history.add(lapse(ALCOHOL), at="2026-02-02T23:00Z")
    history.add(MilestoneCelebrated(days=30, substance=ALCOHOL), at="2026-02-05T23:00Z")

    assert celebration(history).stretch_event_id == history.entries[1].id


def test_r48_days_that_the_ladder_does_not_know_belong_to_the_present_stretch(history: History) -> None:
    lapsed = history.add(lapse(ALCOHOL), at="2026-02-02T23:00Z")
    history.add(MilestoneCelebrated(days=100, substance=ALCOHOL), at="2026-02-05T23:00Z")

    assert celebration(history).stretch_event_id == lapsed


def test_r48_days_of_a_substance_never_heard_of_are_celebrated_all_the_same(history: History) -> None:
    history.add(MilestoneCelebrated(days=100, substance=Substance.NICOTINE), at="2026-02-05T23:00Z")

    assert (celebration(history).track, celebration(history).stretch_event_id) == ("nicotine", None)


def test_r48_a_celebrated_goal_is_linked_to_the_entry_that_reached_it(history: History) -> None:
    goal = history.add(goal_set(), at="2026-01-03T15:00Z")
    closed = history.add(GoalClosed(goal=goal, outcome=GoalOutcome.ACHIEVED), at="2026-03-01T15:00Z")
    celebrated = history.add(MilestoneCelebrated(goal=goal), at="2026-03-02T15:00Z")

    found = celebration(history)

    assert (found.event_id, found.goal, found.goal_reached_event_id, found.track) == (celebrated, goal, closed, None)


def test_r48_rows_keep_what_was_celebrated_but_no_words(history: History) -> None:
    history.add(MilestoneCelebrated(own="My daughter called", how="We talked for an hour"), at="2026-03-02T15:00Z")

    row = only(by_column(CELEBRATION, MILESTONES.rows(folded(MILESTONES, history))))

    assert row["in_own_words"] is True
    assert not any("daughter" in str(value) or "hour" in str(value) for value in row.values())
    assert celebration(history).own == "My daughter called"
