"""The shared care plan: its versions, its reviews, what each strand does and how often, and its goals (R10-R14)."""

from collections.abc import Iterator
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from domain.events.base import Day, Event, FreeText, KnownEntries, RefersTo, ShortText, StrictUUID
from domain.refusals import Refusal
from domain.vocabulary.contacts import Technique
from domain.vocabulary.goals import GoalCategory, GoalOutcome
from domain.vocabulary.people import Role
from domain.vocabulary.plan import CadenceKind, CareStrand, InterventionStopReason, Period, Progress, ReviewConclusion

BecauseOf: TypeAlias = Annotated[
    tuple[StrictUUID, ...],
    Field(max_length=32),
    RefersTo(
        "crisis_contact_recorded",
        "postvention_reviewed",
        "progress_reviewed",
        "lapse_recorded",
        "close_call_recorded",
        "intake_completed",
        "session_held",
        "handoff_completed",
        cites=True,
    ),
]
"""The entries that led to what is agreed (FHIR Provenance): a crisis, its review, a lapse. They order nothing, since
what is agreed stays where it was, whatever becomes of the times of what it cites."""


class PlanAgreed(Event):
    """Client and team agreed on a version of the one shared plan (R10; FHIR CarePlan).

    It replaces the version agreed before it. What each strand does is recorded as `intervention_planned`, how often
    people meet as `cadence_set`: both go on, from version to version, until they are stopped or end by themselves.
    """

    type: Literal["plan_agreed"] = "plan_agreed"
    summary: FreeText
    """The plan in words."""
    agreed_by: Annotated[tuple[Role, ...], Field(min_length=1)]
    """Who agreed on it with the client, by role."""
    because_of: BecauseOf = ()
    """What led to this version."""


class ProgressReviewed(Event):
    """Client and team looked at how it goes (R10). It meets the review of the plan that is due, and the next one is
    counted from here; where the plan is to change, the version that is agreed then cites this review.
    """

    type: Literal["progress_reviewed"] = "progress_reviewed"
    reviewed_by: Annotated[tuple[Role, ...], Field(min_length=1)]
    """Who looked at it with the client, by role."""
    progress: Progress
    """How it goes."""
    conclusion: ReviewConclusion
    """What follows for the plan."""
    what_helps: FreeText | None = None
    """What helps, in words."""
    what_is_hard: FreeText | None = None
    """What is hard, in words."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""


class InterventionPlanned(Event):
    """One strand of care will do something (R13; FHIR CarePlan.activity), to its last day `until` where it is meant
    for a time, such as a change of shift; otherwise until it is stopped.
    """

    type: Literal["intervention_planned"] = "intervention_planned"
    strand: CareStrand
    """The strand of care that does it."""
    what: FreeText
    """What will be done."""
    techniques: tuple[Technique, ...] = ()
    """The techniques to be used."""
    until: Day | None = None
    """Its last day, in the client's time zone, where it is meant for a time."""
    because_of: BecauseOf = ()
    """What led to it."""


class InterventionStopped(Event):
    """An intervention is not carried on (R13)."""

    type: Literal["intervention_stopped"] = "intervention_stopped"
    intervention: Annotated[StrictUUID, RefersTo("intervention_planned", once=True)]
    """The intervention."""
    reason: InterventionStopReason
    """Why it is not carried on."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""


class CadenceSet(Event):
    """How often something is to happen (R14): `times` in each `per`; 0 where it is not to happen any more.

    It holds from `starts_on`, or from when it was set, to its last day `until`. With an end it is temporary, more
    sessions for a while, say: after it, what was set before is in force again. Without one it replaces what was set.
    """

    type: Literal["cadence_set"] = "cadence_set"
    kind: CadenceKind
    """What is to happen."""
    times: Annotated[int, Field(ge=0, le=100)]
    """How often in each period; 0 where it is not to happen any more."""
    per: Period
    """The period."""
    by: Role | None = None
    """Who sees to it, by role."""
    starts_on: Day | None = None
    """Its first day, in the client's time zone; left out where it holds from when it was set."""
    until: Day | None = None
    """Its last day, in the client's time zone; with one it is temporary."""
    because_of: BecauseOf = ()
    """What led to it."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        if self.starts_on and self.until and self.until < self.starts_on:
            yield Refusal("ends_after_it_starts", "until", "Give a last day that is not before the first one.")


class GoalSet(Event):
    """Client and team set a measurable goal (R11), short-term stabilization or a longer-term aim by its `category`
    (R12). Values are in `unit`; `target` may lie below `baseline`.
    """

    type: Literal["goal_set"] = "goal_set"
    category: GoalCategory
    """Which part of life it is about, now or in the longer term."""
    description: FreeText
    """The goal in words."""
    unit: ShortText | None = None
    """What its values are counted in."""
    baseline: float | None = None
    """The value from which it starts."""
    target: float | None = None
    """The value that reaches it; it may lie below the baseline."""
    target_on: Day | None = None
    """The day by which it is to be reached, in the client's time zone."""


class GoalMeasured(Event):
    """A reading of a goal, in the goal's unit (R11).

    A reading taken before the goal was closed is recorded whenever it comes to light; one taken after is not.
    """

    type: Literal["goal_measured"] = "goal_measured"
    goal: Annotated[StrictUUID, RefersTo("goal_set", asks=["goal_closed"], dated=True)]
    """The goal."""
    value: float
    """The reading, in the goal's unit."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        if known.answered_before(self.goal, "goal_closed"):
            yield Refusal(
                "goal_is_open",
                "goal",
                "This goal had been closed by then; set a new goal to go on measuring, or correct the closing's time.",
            )


class GoalClosed(Event):
    """A goal came to its end; `achieved` makes it a milestone (R11, R47)."""

    type: Literal["goal_closed"] = "goal_closed"
    goal: Annotated[StrictUUID, RefersTo("goal_set", once=True)]
    """The goal."""
    outcome: GoalOutcome
    """How it ended."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""
