"""Goals (R11): what may be recorded of them, given a history, and what may not."""

from uuid import UUID

import pytest

from domain.entry import Draft
from domain.events.plan import GoalClosed, GoalMeasured
from domain.refusals import Refused
from domain.vocabulary.goals import GoalOutcome
from domain.vocabulary.record import Precision
from tests.builders import (
    POLICY,
    History,
    goal_set,
    moment,
    registered,
)

NOON = "2026-03-02T18:00Z"
LATER = "2026-03-03T18:00Z"
MUCH_LATER = "2026-03-04T18:00Z"


@pytest.fixture
def history() -> History:
    history = History()
    history.add(registered(), at="2026-03-01T15:00Z")
    return history


def closed(goal: UUID) -> GoalClosed:
    return GoalClosed(goal=goal, outcome=GoalOutcome.ACHIEVED)


def test_r11_a_goal_is_measured_and_closed_while_it_is_open(history: History) -> None:
    goal = history.add(goal_set(), at=NOON)
    closing = history.add(closed(goal), at=LATER)

    assert history.refused(GoalMeasured(goal=goal, value=1), MUCH_LATER) == {"goal_is_open"}
    assert history.refused(closed(goal), LATER) == {"goal_closed_once"}

    history.retract(closing)
    assert not history.refused(GoalMeasured(goal=goal, value=1), MUCH_LATER)
    assert not history.refused(closed(goal), LATER)


def test_g1_a_reading_from_before_the_closing_is_recorded_after_it(history: History) -> None:
    goal = history.add(goal_set(), at="2026-03-01T18:00Z")
    closing = history.add(closed(goal), at="2026-03-10T18:00Z")
    reading = GoalMeasured(goal=goal, value=5)

    assert not history.refused(reading, at="2026-03-05T18:00Z", now="2026-03-20T18:00Z")
    assert not history.refused(reading, at="2026-03-10T18:00Z", now="2026-03-20T18:00Z")
    assert history.refused(reading, at="2026-03-10T18:01Z", now="2026-03-20T18:00Z") == {"goal_is_open"}

    history.correct(closing, occurred_at="2026-03-04T18:00Z")
    assert history.refused(reading, at="2026-03-05T18:00Z", now="2026-03-20T18:00Z") == {"goal_is_open"}


def test_g1_a_reading_of_the_day_on_which_the_goal_was_closed_is_recorded(history: History) -> None:
    goal = history.add(goal_set(), at="2026-03-01T18:00Z")
    history.add(closed(goal), at="2026-03-10", precision=Precision.DAY, recorded="2026-03-11T18:00Z")
    reading = GoalMeasured(goal=goal, value=5)

    assert not history.refused(reading, at="2026-03-11T05:59Z", now="2026-03-20T18:00Z"), "still 10 March in Honolulu"
    assert history.refused(reading, at="2026-03-11T12:01Z", now="2026-03-20T18:00Z") == {"goal_is_open"}


def test_g1_a_list_may_close_a_goal_and_bring_its_last_reading(history: History) -> None:
    goal = history.add(goal_set(), at="2026-03-01T18:00Z")
    closing = Draft(UUID(int=7), closed(goal), moment("2026-03-10T18:00Z"), Precision.INSTANT, "tests")

    def reading(at: str) -> Draft:
        return Draft(UUID(int=8), GoalMeasured(goal=goal, value=5), moment(at), Precision.INSTANT, "tests")

    history.record.admit([closing, reading("2026-03-05T18:00Z")], moment("2026-03-20T18:00Z"), POLICY)
    with pytest.raises(Refused, match="goal_is_open"):
        history.record.admit([closing, reading("2026-03-11T18:00Z")], moment("2026-03-20T18:00Z"), POLICY)
