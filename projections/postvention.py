"""The postvention reviews: each crisis, its review, and what it changed in the plan (R44, R45)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from domain.entry import Entry
from domain.events.base import FreeText
from domain.events.crisis import CrisisContactRecorded, CrisisResolved
from domain.events.plan import PlanAgreed
from domain.events.postvention import PostventionReviewed
from domain.instruments import crisis_tier
from domain.replacing import replace
from domain.vocabulary.crisis import CrisisKind, CrisisOutcome, RiskTier
from domain.vocabulary.people import Role
from domain.vocabulary.postvention import AdjustmentKind
from domain.vocabulary.record import Precision
from projections.answers import Answer, At, all_answered
from projections.collection import Elements
from projections.context import Context
from projections.elements import KEY, NO_COLUMN, NOT_SHOWN, Named, ViewContext, at_a_moment
from projections.fold import Fold
from projections.mark import Mark, mark
from projections.obligations import ObligationStatus, status_at
from projections.projection import Projection


@dataclass(frozen=True, slots=True)
class CrisisEnd:
    """How a crisis passed."""

    event_id: Annotated[UUID, Named("resolved_event_id")]
    """The entry that says that the crisis has passed."""
    at: Annotated[datetime, Named("resolved_at")]
    """When the crisis had passed; null while it has not."""
    outcome: CrisisOutcome
    """How it passed."""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What postvention reviews asked of the care plan. Open until a plan is agreed that cites the review."""

    event_id: Annotated[UUID, KEY, Named("review")]
    """The entry of the review that asked for it."""
    number: Annotated[int, KEY, NOT_SHOWN]
    """The adjustment's place in its review, from 1."""
    crisis: Annotated[UUID, NOT_SHOWN]
    """The entry of the crisis contact that was reviewed."""
    kind: AdjustmentKind
    """What kind of change."""
    what: FreeText | None
    """The change in words."""
    asked_at: Annotated[datetime, NOT_SHOWN]
    """When the review was held."""
    carried_out_event_id: UUID | None = None
    """The entry of the plan that carried it out: the first one that cites the review."""
    carried_out_at: datetime | None = None
    """When that plan was agreed."""

    @at_a_moment
    def open(self, context: ViewContext) -> bool:
        """Whether no plan has carried it out yet."""
        return self.carried_out_event_id is None


@dataclass(frozen=True, slots=True)
class ReviewHeld:
    """What came out of a review."""

    event_id: Annotated[UUID, Named("reviewed_event_id")]
    """The entry of the review."""
    at: Annotated[datetime, Named("reviewed_at")]
    """When the review was held; null while it is open."""
    reviewed_by: Annotated[tuple[Role, ...], NO_COLUMN]
    """Who took part."""
    what_worked: FreeText
    """What worked in the crisis."""
    what_did_not: FreeText | None
    """What did not work."""
    adjustments: tuple[Adjustment, ...]
    """How the care plan is to change."""


@dataclass(frozen=True, slots=True)
class CrisisReview:
    """A crisis and its postvention review. Late: due_at before reviewed_at or, while there is none, before now."""

    event_id: Annotated[UUID, KEY, Named("crisis")]
    """The entry of the crisis contact."""
    due_at: datetime
    """By when the review has to be held; sooner after a crisis of high risk."""
    kinds: tuple[CrisisKind, ...]
    """What kinds of crisis it was."""
    tier: RiskTier
    """Tier of risk; unknown when it was not asked or not answered."""
    noticed_by: Role
    """The role that noticed the crisis."""
    occurred_at: datetime
    """When the client was met in the crisis."""
    precision: Precision
    """How exactly that moment is known."""
    resolved: CrisisEnd | None = None
    """How the crisis passed; null while it has not."""
    review: ReviewHeld | None = None
    """What came out of the review; null while it has not been held."""

    @at_a_moment
    def status(self, context: ViewContext) -> ObligationStatus:
        """At the moment asked about: open, late (not held though due), met, met_late (held after it was due)."""
        return self.stands(context.at)

    def stands(self, at: datetime) -> ObligationStatus:
        """How the review stands at that moment."""
        return status_at(at, due_at=self.due_at, met_at=self.review.at if self.review else None)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """Which crisis a review was about."""

    event_id: Annotated[UUID, KEY]
    """The entry of the review."""
    crisis: UUID
    """The entry of the crisis contact."""


@dataclass(frozen=True, slots=True)
class Cited:
    """That a plan cites an entry which is not known as a review, or not yet: citations order nothing."""

    event_id: Annotated[UUID, KEY]
    """The entry that is cited."""
    plan: Mark
    """The first plan that cites it."""


@dataclass(frozen=True, slots=True)
class Crises:
    """All crises of a client, in the order in which they happened, what was reviewed, and what else plans cite."""

    crises: Elements[CrisisReview] = Elements()
    reviewed: Elements[Reviewed] = Elements()
    cited: Elements[Cited] = Elements()


class PostventionAnswer(Answer):
    """A client's postvention reviews: those still to be held first, by due time; then those held, the latest first."""

    open_reviews: int
    """How many reviews have still to be held."""
    late_reviews: int
    """How many of them are late."""
    open_adjustments: int
    """How many changes that reviews asked for no plan has carried out yet."""
    reviews: tuple[At[CrisisReview], ...]
    """Every crisis with its review."""


def view(state: Crises, context: ViewContext) -> PostventionAnswer:
    """The reviews as they stand at a moment."""
    waiting = sorted((each for each in state.crises if not each.review), key=lambda each: each.due_at)
    held = sorted((each for each in state.crises if each.review), key=lambda each: each.occurred_at, reverse=True)
    return PostventionAnswer(
        open_reviews=len(waiting),
        late_reviews=sum(each.stands(context.at) is ObligationStatus.LATE for each in waiting),
        open_adjustments=sum(each.carried_out_event_id is None for crisis in held for each in adjustments(crisis)),
        reviews=all_answered((*waiting, *held), context),
    )


def adjustments(crisis: CrisisReview) -> Iterable[Adjustment]:
    """What the crisis' review asked of the plan."""
    return crisis.review.adjustments if crisis.review else ()


fold = Fold(Crises())
crises = fold.each(CrisisReview, lambda state: state.crises)
REVIEW = crises.table("postvention_review")
ADJUSTMENT = crises.parts("postvention_adjustment", Adjustment, adjustments)


@fold.on(CrisisContactRecorded)
def crisis_contact_recorded(state: Crises, entry: Entry, event: CrisisContactRecorded, context: Context) -> Crises:
    """A crisis that asks for a review."""
    tier = crisis_tier(event.cssrs, event.overdose_danger)
    crisis = CrisisReview(
        event_id=entry.id,
        due_at=context.policy.review_due_at(context.known_by(entry), tier),
        kinds=event.kinds,
        tier=tier,
        noticed_by=event.noticed_by,
        occurred_at=entry.occurred_at,
        precision=entry.precision,
    )
    return replace(state, crises=state.crises.put(crisis))


@fold.on(CrisisResolved)
def crisis_resolved(state: Crises, entry: Entry, event: CrisisResolved, context: Context) -> Crises:
    """The crisis passed; its review stays due."""
    end = CrisisEnd(entry.id, entry.occurred_at, event.outcome)
    return replace(state, crises=state.crises.change(event.crisis, lambda crisis: replace(crisis, resolved=end)))


@fold.on(PostventionReviewed)
def postvention_reviewed(state: Crises, entry: Entry, event: PostventionReviewed, context: Context) -> Crises:
    """The crisis was reviewed; what the review asks for is open."""
    cited = state.cited.get(entry.id)
    review = ReviewHeld(
        event_id=entry.id,
        at=entry.occurred_at,
        reviewed_by=event.reviewed_by,
        what_worked=event.what_worked,
        what_did_not=event.what_did_not,
        adjustments=tuple(
            Adjustment(entry.id, number, event.crisis, asked.kind, asked.what, entry.occurred_at)
            for number, asked in enumerate(event.adjustments, start=1)
        ),
    )
    held = _carried_out(review, cited.plan) if cited else review
    return replace(
        state,
        crises=state.crises.change(event.crisis, lambda crisis: replace(crisis, review=held)),
        reviewed=state.reviewed.put(Reviewed(entry.id, event.crisis)),
    )


@fold.on(PlanAgreed)
def plan_agreed(state: Crises, entry: Entry, event: PlanAgreed, context: Context) -> Crises:
    """A plan carries out all that the reviews asked for which it cites; of several plans the first one did."""
    for cited in event.because_of:
        reviewed = state.reviewed.get(cited)
        if reviewed:
            carry_out = partial(_by_plan, cited=cited, plan=mark(entry))
            state = replace(state, crises=state.crises.change(reviewed.crisis, carry_out))
        elif not state.cited.get(cited):
            state = replace(state, cited=state.cited.put(Cited(cited, mark(entry))))
    return state


def _by_plan(crisis: CrisisReview, cited: UUID, plan: Mark) -> CrisisReview:
    review = crisis.review
    return replace(crisis, review=_carried_out(review, plan)) if review and review.event_id == cited else crisis


def _carried_out(review: ReviewHeld, plan: Mark) -> ReviewHeld:
    """What no plan has carried out yet, this one did."""
    done = tuple(
        each if each.carried_out_event_id else replace(each, carried_out_event_id=plan.event_id, carried_out_at=plan.at)
        for each in review.adjustments
    )
    return replace(review, adjustments=done)


POSTVENTION = Projection(name="postvention", title="Postvention reviews", version=1, fold=fold, view=view)
