"""Goals in the care plan: readings, how they ended, and stabilization apart from longer-term aims (R11, R12)."""

from datetime import date

import pytest

from domain.events.plan import GoalClosed, GoalMeasured
from domain.vocabulary.goals import GoalCategory, GoalOutcome
from projections.care_plan import CARE_PLAN
from projections.care_plan.goals import GOAL, GOAL_READING
from tests.builders import (
    History,
    folded,
    goal_set,
    moment,
    only,
    registered,
)
from tests.projections.reading import by_column, mark, plan_rows, plan_shown

AT = "2026-03-02T15:00Z"
NEXT_DAY = "2026-03-03T15:00Z"
LATER = "2026-03-04T15:00Z"
MUCH_LATER = "2026-09-01T12:00Z"


@pytest.fixture
def history() -> History:
    history = History()
    history.add(registered("America/Chicago", preferred_name="Dee"), at="2026-03-01T15:00Z")
    return history


def test_r11_a_goal_shows_its_latest_reading_and_how_it_ended(history: History) -> None:
    goal = history.add(goal_set(baseline=4.5, target=7, target_on=date(2026, 6, 1)), at=AT)
    latest = history.add(GoalMeasured(goal=goal, value=6), at=LATER)
    history.add(GoalMeasured(goal=goal, value=5), at=NEXT_DAY, recorded="2026-03-20T15:00Z")

    found = only(plan_shown(history, MUCH_LATER).stabilization_goals)
    assert found.reading is not None
    assert (found.event_id, found.reading.value, found.reading.event_id, found.readings) == (goal, 6, latest, 2)
    assert (found.closed, found.outcome) == (None, None)

    closing = history.add(GoalClosed(goal=goal, outcome=GoalOutcome.ACHIEVED), at="2026-03-21T15:00Z")
    found = only(plan_shown(history, MUCH_LATER).stabilization_goals)
    assert (found.closed, found.outcome) == (mark(closing, "2026-03-21T15:00Z"), GoalOutcome.ACHIEVED)
    told = only(plan_rows(history, GOAL))
    assert (told["reading"], told["reading_event_id"], told["closed_event_id"]) == (6, latest, closing)


def test_r11_every_reading_shows_with_what_was_said(history: History) -> None:
    goal = history.add(goal_set(unit="hours"), at=AT)
    latest = history.add(GoalMeasured(goal=goal, value=6, note="By the app"), at=LATER)
    before = history.add(GoalMeasured(goal=goal, value=5), at=NEXT_DAY, recorded="2026-03-20T15:00Z")
    history.add(GoalClosed(goal=goal, outcome=GoalOutcome.ACHIEVED, note="Rested"), at="2026-03-21T15:00Z")

    answer = plan_shown(history, MUCH_LATER)
    assert [(each.event_id, each.goal_event_id, each.value, each.note) for each in answer.goal_readings] == [
        (before, goal, 5, None),
        (latest, goal, 6, "By the app"),
    ]
    assert only(answer.stabilization_goals).closing_note == "Rested"
    rows = by_column(GOAL_READING, CARE_PLAN.rows(folded(CARE_PLAN, history)))
    assert [(each["event_id"], each["goal_event_id"], each["value"], each["measured_at"]) for each in rows] == [
        (before, goal, 5, moment(NEXT_DAY)),
        (latest, goal, 6, moment(LATER)),
    ]


@pytest.mark.parametrize("category", GoalCategory)
def test_r12_stabilization_stands_apart_from_longer_term_aims(history: History, category: GoalCategory) -> None:
    goal = history.add(goal_set(category), at=AT)
    stabilization = category in {GoalCategory.SLEEP, GoalCategory.NUTRITION, GoalCategory.WITHDRAWAL_CARE}

    answer = plan_shown(history, MUCH_LATER)
    apart = [tuple(each.event_id for each in goals) for goals in (answer.stabilization_goals, answer.longer_term_goals)]
    assert apart == ([(goal,), ()] if stabilization else [(), (goal,)])
    assert only(plan_rows(history, GOAL))["stabilization"] is stabilization


def test_r55_a_retracted_goal_takes_its_readings_along(history: History) -> None:
    goal = history.add(goal_set(), at=AT)
    history.add(GoalMeasured(goal=goal, value=5), at=NEXT_DAY)
    history.retract(goal)

    assert plan_shown(history, MUCH_LATER).stabilization_goals == ()


def test_r55_a_corrected_element_names_its_correction(history: History) -> None:
    goal = history.add(goal_set(target=7), at=AT)
    correction = history.correct(goal, goal_set(target=8))

    found = only(plan_shown(history, MUCH_LATER).stabilization_goals)
    assert (found.target, found.event_id, found.correction_id) == (8, goal, correction)
    assert only(plan_rows(history, GOAL))["correction_id"] == correction
