"""The shared care plan and its measurable goals (R10-R13)."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from domain.events.base import Day, Event, FreeText, KnownEntries, Part, RefersTo, ShortText, StrictUUID
from domain.refusals import Refusal
from domain.vocabulary.contacts import Technique
from domain.vocabulary.goals import GoalCategory, GoalOutcome
from domain.vocabulary.people import Role
from domain.vocabulary.plan import CareStrand


class PlannedIntervention(Part):
    """What one strand of care will do (R13; CarePlan.activity)."""

    strand: CareStrand
    what: FreeText
    techniques: tuple[Technique, ...] = ()
    sessions_per_week: Annotated[float, Field(gt=0, le=21)] | None = None


class PlanAgreed(Event):
    """Client and team agreed on a version of the one shared plan (R10).

    Each agreement is the plan's next version and replaces the interventions of the one before.
    `because_of` cites the entries that led to this version (a crisis, its review, a lapse); it orders nothing, since a
    plan replaces the one agreed before it, whatever becomes of the times of what it cites.
    """

    type: Literal["plan_agreed"] = "plan_agreed"
    summary: FreeText
    agreed_by: Annotated[tuple[Role, ...], Field(min_length=1)]
    interventions: tuple[PlannedIntervention, ...] = ()
    because_of: Annotated[
        tuple[StrictUUID, ...],
        Field(max_length=32),
        RefersTo(
            "crisis_contact_recorded",
            "postvention_reviewed",
            "lapse_recorded",
            "close_call_recorded",
            "intake_completed",
            "session_held",
            "handoff_completed",
            cites=True,
        ),
    ] = ()


class GoalSet(Event):
    """Client and team set a measurable goal (R11). Values are in `unit`; `target` may lie below `baseline`."""

    type: Literal["goal_set"] = "goal_set"
    category: GoalCategory
    description: FreeText
    unit: ShortText | None = None
    baseline: float | None = None
    target: float | None = None
    target_on: Day | None = None


class GoalMeasured(Event):
    """A reading of a goal, in the goal's unit (R11).

    A reading taken before the goal was closed is recorded whenever it comes to light; one taken after is not.
    """

    type: Literal["goal_measured"] = "goal_measured"
    goal: Annotated[StrictUUID, RefersTo("goal_set", asks=["goal_closed"], dated=True)]
    value: float
    note: FreeText | None = None

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        if known.answered_before(self.goal, "goal_closed"):
            yield Refusal(
                "goal_is_open",
                "goal",
                "This goal had been closed by then; set a new goal to go on measuring, or correct the time of its closing.",
            )


class GoalClosed(Event):
    """A goal came to its end; `achieved` makes it a milestone (R11, R47)."""

    type: Literal["goal_closed"] = "goal_closed"
    goal: Annotated[StrictUUID, RefersTo("goal_set", once=True)]
    outcome: GoalOutcome
    note: FreeText | None = None
