"""How crises, their resolutions, their reviews and the plans that cite these change what is kept.

A crisis that was retracted is not in the effective timeline: what answers it finds nothing and adds nothing.
"""

from collections.abc import Callable
from uuid import UUID

from domain.entry import Entry
from domain.events.crisis import CrisisContactRecorded, CrisisResolved
from domain.events.plan import PlanAgreed
from domain.events.postvention import PostventionReviewed
from domain.instruments import crisis_tier
from domain.policy import Policy
from projections.postvention.state import Crises, Crisis, PlannedAdjustment, Resolution, Review
from projections.projection import Fold
from projections.replacing import replace

fold: Fold[Crises] = Fold()


@fold.on(CrisisContactRecorded)
def crisis_contact_recorded(state: Crises, entry: Entry, event: CrisisContactRecorded, policy: Policy) -> Crises:
    """A crisis that asks for a review."""
    tier = crisis_tier(event.cssrs, event.overdose_danger)
    crisis = Crisis(entry.id, entry.occurred_at, entry.precision, event.kinds, tier, event.noticed_by)
    return Crises((*state.crises, crisis))


@fold.on(CrisisResolved)
def crisis_resolved(state: Crises, entry: Entry, event: CrisisResolved, policy: Policy) -> Crises:
    """The crisis passed; its review stays due."""
    resolution = Resolution(entry.id, entry.occurred_at, event.outcome)
    return _changed(state, event.crisis, lambda crisis: replace(crisis, resolution=resolution))


@fold.on(PostventionReviewed)
def postvention_reviewed(state: Crises, entry: Entry, event: PostventionReviewed, policy: Policy) -> Crises:
    """The crisis was reviewed; what the review asks for is open."""
    review = Review(
        put_by=entry.id,
        at=entry.occurred_at,
        reviewed_by=event.reviewed_by,
        what_worked=event.what_worked,
        what_did_not=event.what_did_not,
        adjustments=tuple(PlannedAdjustment(each.kind, each.what) for each in event.adjustments),
    )
    return _changed(state, event.crisis, lambda crisis: replace(crisis, review=review))


@fold.on(PlanAgreed)
def plan_agreed(state: Crises, entry: Entry, event: PlanAgreed, policy: Policy) -> Crises:
    """A plan carries out the reviews that it cites; of several plans the first one did."""
    if not event.because_of:
        return state
    return Crises(tuple(_carried_out(crisis, event.because_of, entry) for crisis in state.crises))


def _carried_out(crisis: Crisis, cited: tuple[UUID, ...], plan: Entry) -> Crisis:
    review = crisis.review
    if review is None or review.put_by not in cited or review.carried_out_by is not None:
        return crisis
    return replace(crisis, review=replace(review, carried_out_by=plan.id, carried_out_at=plan.occurred_at))


def _changed(state: Crises, crisis_id: UUID, change: Callable[[Crisis], Crisis]) -> Crises:
    return Crises(tuple(change(crisis) if crisis.put_by == crisis_id else crisis for crisis in state.crises))
