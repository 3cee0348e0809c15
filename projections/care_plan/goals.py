"""Goals: set, measured and closed (R11, R12)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from domain.entry import Entry
from domain.events.base import FreeText, ShortText
from domain.events.plan import GoalClosed, GoalMeasured, GoalSet
from domain.replacing import replace
from domain.vocabulary.goals import STABILIZATION, GoalCategory, GoalOutcome
from projections.answers import Answer, At, all_answered
from projections.collection import Elements
from projections.context import Context
from projections.elements import KEY, NOT_SHOWN, Named, ViewContext
from projections.fold import Fold
from projections.mark import Mark, Placed, mark
from projections.strands import Strand


@dataclass(frozen=True, slots=True)
class Reading:
    """A reading of a goal."""

    event_id: Annotated[UUID, Named("reading_event_id")]
    """The entry of the latest reading."""
    at: Annotated[datetime, Named("measured_at")]
    """When it was taken."""
    value: Annotated[float, Named("reading")]
    """What was read, in the goal's unit."""
    note: FreeText | None = None
    """What was said about it."""


@dataclass(frozen=True, slots=True)
class Goal(Placed):
    """A goal, open until it is closed."""

    event_id: Annotated[UUID, KEY]
    """The entry that set the goal."""
    set_at: datetime
    """When it was set."""
    category: GoalCategory
    """What the goal is about."""
    description: FreeText
    """The goal in words."""
    unit: ShortText | None
    """The unit of baseline, target and readings."""
    baseline: float | None
    """Where the client began."""
    target: float | None
    """Where they want to come to; may lie below the baseline."""
    target_on: date | None
    """By which day."""
    reading: Reading | None = None
    """The latest reading."""
    readings: int = 0
    """How often the goal was measured."""
    closed: Mark | None = None
    """The closing of the goal; null while it is open."""
    outcome: GoalOutcome | None = None
    """How it ended."""
    closing_note: FreeText | None = None
    """What was said about how it ended."""

    @property
    def stabilization(self) -> Annotated[bool, NOT_SHOWN]:
        """Short-term stabilization rather than a longer-term aim."""
        return self.category in STABILIZATION


@dataclass(frozen=True, slots=True)
class GoalReading(Placed):
    """A reading of a goal, of all that were taken."""

    goal_event_id: UUID
    """The entry that set the goal."""
    at: Annotated[datetime, Named("measured_at")]
    """When it was taken."""
    value: float
    """What was read, in the goal's unit."""
    note: FreeText | None
    """What was said about it."""


@dataclass(frozen=True, slots=True)
class Goals:
    """All goals, open and closed, and their readings."""

    goals: Elements[Goal] = Elements()
    readings: Elements[GoalReading] = Elements()


class Shown(Answer):
    stabilization_goals: tuple[At[Goal], ...]
    """Short-term goals: sleep, nutrition, withdrawal."""
    longer_term_goals: tuple[At[Goal], ...]
    """All other goals."""
    goal_readings: tuple[At[GoalReading], ...]
    """Every reading of a goal, in the order in which they were taken."""


def show(state: Goals, context: ViewContext) -> Shown:
    """Short-term stabilization apart from longer-term aims (R12)."""
    return Shown(
        stabilization_goals=all_answered((goal for goal in state.goals if goal.stabilization), context),
        longer_term_goals=all_answered((goal for goal in state.goals if not goal.stabilization), context),
        goal_readings=all_answered(state.readings, context),
    )


fold = Fold(Goals(), version=2)
STRAND = Strand(fold, Shown, show)
GOAL = fold.each(Goal, lambda state: state.goals).table("care_plan_goal")
GOAL_READING = fold.each(GoalReading, lambda state: state.readings).table("care_plan_goal_reading")


@fold.on(GoalSet)
def goal_set(state: Goals, entry: Entry, event: GoalSet, context: Context) -> Goals:
    """A goal, open until it is closed (R11)."""
    goal = Goal(
        event_id=entry.id,
        correction_id=entry.correction_id,
        set_at=entry.occurred_at,
        category=event.category,
        description=event.description,
        unit=event.unit,
        baseline=event.baseline,
        target=event.target,
        target_on=event.target_on,
    )
    return replace(state, goals=state.goals.put(goal))


@fold.on(GoalMeasured)
def goal_measured(state: Goals, entry: Entry, event: GoalMeasured, context: Context) -> Goals:
    """The latest reading; one that was recorded late comes before it in the effective order."""
    reading = Reading(entry.id, entry.occurred_at, event.value, event.note)
    taken = GoalReading(entry.id, entry.correction_id, event.goal, entry.occurred_at, event.value, event.note)
    if state.goals.get(event.goal) is None:
        return state
    return Goals(
        goals=state.goals.change(event.goal, lambda goal: replace(goal, reading=reading, readings=goal.readings + 1)),
        readings=state.readings.put(taken),
    )


@fold.on(GoalClosed)
def goal_closed(state: Goals, entry: Entry, event: GoalClosed, context: Context) -> Goals:
    """A goal came to its end."""
    closed = mark(entry)

    def close(goal: Goal) -> Goal:
        return replace(goal, closed=closed, outcome=event.outcome, closing_note=event.note)

    return replace(state, goals=state.goals.change(event.goal, close))
