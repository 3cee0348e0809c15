"""The postvention reviews: each crisis, its review, and what it changed in the plan (R44, R45)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from domain.entry import Entry
from domain.events.base import Event, FreeText
from domain.events.crisis import CrisisContactRecorded, CrisisResolved
from domain.events.intake import EpisodeClosed
from domain.events.postvention import AdjustmentSettled, PostventionReviewed
from domain.events.registration import ClientDied
from domain.replacing import replace
from domain.vocabulary.crisis import CrisisKind, CrisisOutcome, RiskTier
from domain.vocabulary.people import Role
from domain.vocabulary.record import Precision
from projections.adjustments import Adjustment, asked, released, settled
from projections.answers import Answer, At, all_answered
from projections.asked_at import AnyMoment
from projections.collection import Elements
from projections.context import Context
from projections.crisis_chains import NO_CHAINS, NO_RISK_TOLD, Chains, Risk
from projections.elements import KEY, NO_COLUMN, NOT_SHOWN, Named, ViewContext, at_a_moment
from projections.fold import Fold
from projections.mark import mark
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
    """The entry of the contact with which the crisis began."""
    due_at: datetime
    """By when the review has to be held; sooner after a crisis in which high risk cannot be excluded."""
    noticed_by: Role
    """The role that noticed the crisis."""
    occurred_at: datetime
    """When the client was first met in the crisis."""
    precision: Precision
    """How exactly that moment is known."""
    counts_from: Annotated[datetime, NO_COLUMN, NOT_SHOWN]
    """From when the hours until the review count."""
    risk: Annotated[Risk, NO_COLUMN, NOT_SHOWN] = NO_RISK_TOLD
    """What the contacts tell of risk."""
    kinds: tuple[CrisisKind, ...] = ()
    """What kinds of crisis it was."""
    tier: RiskTier = RiskTier.UNKNOWN
    """Tier of risk; unknown when it was not asked or not answered."""
    at_least: bool = True
    """Whether the tier is a floor: what is unanswered may hide a higher one."""
    not_excluded: Annotated[RiskTier | None, Named("tier_not_excluded")] = None
    """The highest tier that cannot be excluded, which sets by when the review is due."""
    resolved: CrisisEnd | None = None
    """How the crisis passed; null while it has not."""
    review: ReviewHeld | None = None
    """What came out of the review that is owed; null while it has not been held, or has again to be held."""
    further_reviews: Annotated[tuple[ReviewHeld, ...], NO_COLUMN] = ()
    """Reviews beside it: held before the crisis went on, or once more after it."""

    @at_a_moment
    def status(self, context: ViewContext) -> ObligationStatus:
        """At the moment asked about: open, late (not held though due), met, met_late (held after it was due)."""
        return self.stands(context.at)

    def stands(self, at: AnyMoment) -> ObligationStatus:
        """How the review stands at that moment."""
        return status_at(at, due_at=self.due_at, met_at=self.review.at if self.review else None)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """Which crisis a review was about."""

    event_id: Annotated[UUID, KEY]
    """The entry of the review."""
    crisis: UUID
    """The entry of the contact with which the crisis began."""


@dataclass(frozen=True, slots=True)
class Crises:
    """All crises of a client, in the order in which they happened, and what was reviewed."""

    crises: Elements[CrisisReview] = Elements()
    chains: Chains = NO_CHAINS
    reviewed: Elements[Reviewed] = Elements()


class PostventionAnswer(Answer):
    """A client's postvention reviews: those still to be held first, by due time; then those held, the latest first."""

    open_reviews: int
    """How many reviews have still to be held."""
    late_reviews: int
    """How many of them are late."""
    open_adjustments: int
    """How many changes that reviews asked for are not settled yet."""
    reviews: tuple[At[CrisisReview], ...]
    """Every crisis with its review."""


def view(state: Crises, context: ViewContext) -> PostventionAnswer:
    """The reviews as they stand at a moment."""
    waiting = sorted((each for each in state.crises if not each.review), key=lambda each: each.due_at)
    held = sorted((each for each in state.crises if each.review), key=lambda each: each.occurred_at, reverse=True)
    return PostventionAnswer(
        open_reviews=len(waiting),
        late_reviews=sum(each.stands(context.at) is ObligationStatus.LATE for each in waiting),
        open_adjustments=sum(each.open for crisis in state.crises for each in adjustments(crisis)),
        reviews=all_answered((*waiting, *held), context),
    )


def held_reviews(crisis: CrisisReview) -> tuple[ReviewHeld, ...]:
    """All reviews of the crisis, in the order in which they were held."""
    return (*crisis.further_reviews, *((crisis.review,) if crisis.review else ()))


def adjustments(crisis: CrisisReview) -> Iterable[Adjustment]:
    """What the crisis' reviews asked of the plan."""
    return (each for review in held_reviews(crisis) for each in review.adjustments)


fold = Fold(Crises())
crises = fold.each(CrisisReview, lambda state: state.crises)
REVIEW = crises.table("postvention_review")
ADJUSTMENT = crises.parts("postvention_adjustment", Adjustment, adjustments)


@fold.on(CrisisContactRecorded)
def crisis_contact_recorded(state: Crises, entry: Entry, event: CrisisContactRecorded, context: Context) -> Crises:
    """A crisis that asks for a review. One that goes on asks for no other, unless it was reviewed before that (X2)."""
    chains, known_by = state.chains.joined_by(entry, event), context.known_by(entry)
    crisis = state.crises.get(chains.crisis_of(entry.id)) or CrisisReview(
        event_id=entry.id,
        due_at=known_by,
        noticed_by=event.noticed_by,
        occurred_at=entry.occurred_at,
        precision=entry.precision,
        counts_from=known_by,
    )
    if crisis.review:
        further = held_reviews(crisis)
        crisis = replace(crisis, review=None, further_reviews=further, counts_from=known_by, not_excluded=None)
    risk = crisis.risk.joined_by(event)
    found = risk.triage
    due_at = crisis.due_at
    if found.not_excluded is not crisis.not_excluded:
        due_at = context.policy.review_due_at(crisis.counts_from, found.not_excluded)
    told = replace(
        crisis,
        due_at=due_at,
        risk=risk,
        kinds=risk.kinds,
        tier=found.tier,
        at_least=found.at_least,
        not_excluded=found.not_excluded,
        resolved=None,
    )
    return replace(state, chains=chains, crises=state.crises.put(told))


@fold.on(CrisisResolved)
def crisis_resolved(state: Crises, entry: Entry, event: CrisisResolved, context: Context) -> Crises:
    """The crisis passed, unless contact was lost; its review stays due."""
    end = CrisisEnd(entry.id, entry.occurred_at, event.outcome)

    def resolved(crisis: CrisisReview) -> CrisisReview:
        return crisis if crisis.resolved else replace(crisis, resolved=end)

    if event.outcome is CrisisOutcome.LOST_CONTACT:
        return state
    return replace(state, crises=state.crises.change(state.chains.crisis_of(event.crisis), resolved))


@fold.on(PostventionReviewed)
def postvention_reviewed(state: Crises, entry: Entry, event: PostventionReviewed, context: Context) -> Crises:
    """The crisis was reviewed; what the review asks for is open. The first since the crisis went on is the one owed."""
    crisis = state.crises.get(state.chains.crisis_of(event.crisis))
    if crisis is None:
        return state
    review = ReviewHeld(
        event_id=entry.id,
        at=entry.occurred_at,
        reviewed_by=event.reviewed_by,
        what_worked=event.what_worked,
        what_did_not=event.what_did_not,
        adjustments=asked(entry, event, crisis.event_id, context),
    )
    if crisis.review:
        held = replace(crisis, further_reviews=(*crisis.further_reviews, review))
    else:
        held = replace(crisis, review=review)
    reviewed = state.reviewed.put(Reviewed(entry.id, crisis.event_id))
    return replace(state, crises=state.crises.put(held), reviewed=reviewed)


@fold.on(AdjustmentSettled)
def adjustment_settled(state: Crises, entry: Entry, event: AdjustmentSettled, context: Context) -> Crises:
    """One change was carried out, or dropped; the others of its review stay as they are (P1)."""
    reviewed = state.reviewed.get(event.review)

    def settle(adjustment: Adjustment) -> Adjustment:
        named = (adjustment.event_id, adjustment.number) == (event.review, event.number)
        return settled(adjustment, entry, event) if named else adjustment

    return replace(state, crises=_adjusted(state.crises, reviewed.crisis, settle)) if reviewed else state


@fold.on(EpisodeClosed, ClientDied)
def care_ended(state: Crises, entry: Entry, event: Event, context: Context) -> Crises:
    """The plan that was to change is not followed any more; the reviews stay due."""
    said, crises = mark(entry), state.crises
    waiting = [crisis.event_id for crisis in crises if any(each.open for each in adjustments(crisis))]
    for crisis in waiting:
        crises = _adjusted(crises, crisis, lambda adjustment: released(adjustment, said))
    return replace(state, crises=crises) if waiting else state


def _adjusted(
    crises: Elements[CrisisReview], crisis: UUID, change: Callable[[Adjustment], Adjustment]
) -> Elements[CrisisReview]:
    """With the adjustments of a crisis' reviews changed."""

    def of_review(review: ReviewHeld) -> ReviewHeld:
        return replace(review, adjustments=tuple(map(change, review.adjustments)))

    def of_crisis(each: CrisisReview) -> CrisisReview:
        further = tuple(map(of_review, each.further_reviews))
        return replace(each, review=each.review and of_review(each.review), further_reviews=further)

    return crises.change(crisis, of_crisis)


POSTVENTION = Projection(name="postvention", title="Postvention reviews", version=3, fold=fold, view=view)
