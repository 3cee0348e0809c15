"""The shared plan: its versions, what each strand of care does, and when it is to be reviewed (R10, R13)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, NamedTuple
from uuid import UUID

from domain.entry import Entry
from domain.events.base import FreeText
from domain.events.intake import IntakeCompleted
from domain.events.plan import PlanAgreed, PlannedIntervention
from domain.replacing import replace
from domain.vocabulary.contacts import Technique
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from domain.vocabulary.plan import CareStrand
from projections.answers import Answer, At, answered
from projections.collection import Elements
from projections.context import Context
from projections.elements import KEY, NO_COLUMN, Named, ViewContext, at_a_moment
from projections.fold import Fold
from projections.mark import Mark, Placed, mark
from projections.obligations import Obligation, ObligationStatus
from projections.strands import Strand


@dataclass(frozen=True, slots=True)
class Plan(Placed):
    """The version of the shared plan that was agreed last."""

    event_id: Annotated[UUID, KEY, Named("plan_event_id")]
    """The entry that agreed on it; null when none was agreed."""
    version: Annotated[int, Named("plan_version")]
    """1 for the first plan that was agreed, then 2, 3 …"""
    agreed_at: Annotated[datetime, Named("plan_agreed_at")]
    """When it was agreed."""
    agreed_by: Annotated[tuple[Role, ...], Named("plan_agreed_by")]
    """Who agreed on it."""
    summary: FreeText
    """The plan in words."""
    interventions: Annotated[tuple[PlannedIntervention, ...], NO_COLUMN]
    """What each strand of care does."""
    because_of: Annotated[tuple[UUID, ...], Named("plan_because_of")]
    """The entries that led to this version, as it cites them: a crisis, a review, a lapse …"""
    review_due_at: Annotated[datetime, NO_COLUMN]
    """By when the plan is to be reviewed and agreed anew."""

    @at_a_moment
    def review_status(self, context: ViewContext) -> ObligationStatus:
        """Whether that review is open or late."""
        return ObligationStatus.OPEN if context.at <= self.review_due_at else ObligationStatus.LATE


class Intervention(NamedTuple):
    """Interventions of the plan's current version."""

    number: Annotated[int, KEY]
    """The intervention's place in the plan, from 1."""
    event_id: UUID
    """The entry that agreed on the plan."""
    strand: CareStrand
    """The strand of care that does it."""
    techniques: tuple[Technique, ...]
    """The techniques planned."""
    sessions_per_week: float | None
    """How many sessions a week; null where not said."""


@dataclass(frozen=True, slots=True)
class Review:
    """That a version of the plan is reviewed, by agreeing on the next."""

    event_id: Annotated[UUID, KEY]
    """The entry that agreed on the version."""
    agreed_at: datetime
    """When it was agreed."""
    due_at: datetime
    """By when it is to be reviewed."""
    met: Mark | None = None
    """The agreement on the next version."""


@dataclass(frozen=True, slots=True)
class Plans:
    """The current version, the reviews of all, and since when the days until a review are counted."""

    current: Plan | None = None
    reviews: Elements[Review] = Elements()
    reviewed_since: datetime | None = None


class Shown(Answer):
    plan: At[Plan] | None
    """The plan's current version; null before one was agreed."""


def show(state: Plans, context: ViewContext) -> Shown:
    """The current version."""
    return Shown(plan=state.current and answered(state.current, context))


def interventions(plan: Plan) -> Iterator[Intervention]:
    """Each intervention of the plan."""
    for number, planned in enumerate(plan.interventions, start=1):
        yield Intervention(number, plan.event_id, planned.strand, planned.techniques, planned.sessions_per_week)


def review_asked(review: Review) -> Iterator[Obligation]:
    """Each version of the plan is reviewed by agreeing on the next (R10)."""
    yield Obligation(
        kind=ObligationKind.PLAN_REVIEW,
        because=review.event_id,
        step=1,
        opens_at=review.agreed_at,
        due_at=review.due_at,
        owner=Role.COUNSELOR,
        met=review.met,
    )


fold = Fold(Plans())
STRAND = Strand(fold, Shown, show)
INTERVENTION = fold.one(Plan, lambda state: state.current).parts("care_plan_intervention", Intervention, interventions)
fold.each(Review, lambda state: state.reviews).ask(review_asked)


@fold.on(IntakeCompleted)
def intake_completed(state: Plans, entry: Entry, event: IntakeCompleted, context: Context) -> Plans:
    """A new episode begins with a time of frequent reviews."""
    return replace(state, reviewed_since=entry.occurred_at)


@fold.on(PlanAgreed)
def plan_agreed(state: Plans, entry: Entry, event: PlanAgreed, context: Context) -> Plans:
    """The next version of the plan, in place of the one before, which it reviews (R10)."""
    before, since = state.current, state.reviewed_since or entry.occurred_at
    due_at = _review_due(entry, since, context)
    plan = Plan(
        event_id=entry.id,
        correction_id=entry.correction_id,
        version=before.version + 1 if before else 1,
        agreed_at=entry.occurred_at,
        agreed_by=event.agreed_by,
        summary=event.summary,
        interventions=event.interventions,
        because_of=event.because_of,
        review_due_at=due_at,
    )
    reviews = state.reviews
    if before:
        reviews = reviews.change(before.event_id, lambda review: replace(review, met=mark(entry)))
    reviews = reviews.put(Review(entry.id, entry.occurred_at, due_at))
    return replace(state, current=plan, reviews=reviews, reviewed_since=since)


def _review_due(entry: Entry, since: datetime, context: Context) -> datetime:
    """By when a plan must be reviewed: soon in the first days since the episode began, later less often."""
    numbers = context.policy.plan
    agreed_on = context.day(entry)
    at_first = (agreed_on - context.day_at(since)).days < numbers.at_first_days
    days = numbers.review_every_days_at_first if at_first else numbers.review_every_days_later
    return context.end_of(agreed_on + timedelta(days=days))
