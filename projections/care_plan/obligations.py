"""What the plan's elements ask for by a time: derived from them, so that nothing is kept twice."""

from collections.abc import Iterator
from datetime import timedelta
from functools import lru_cache
from itertools import zip_longest
from uuid import UUID

from domain.policy import Policy
from projections.care_plan.state import CarePlan, Crisis, Danger, Handoff, PlanReview
from projections.mark import Mark
from projections.obligations import Obligation, ObligationKind


def obligations(state: CarePlan, policy: Policy) -> list[Obligation]:
    """Everything that was ever asked for, in the order of the elements that ask."""
    found = list(plan_reviews(state.plan_reviews))
    for put_by, handoff in state.handoffs.items():
        found.append(acceptance(put_by, handoff))
        if met := meeting(put_by, handoff):
            found.append(met)
    for put_by, crisis in state.crises.items():
        found += follow_ups(put_by, crisis, policy)
        found.append(postvention_review(put_by, crisis, policy))
    for danger in state.dangers:
        found += overdose_danger(danger, policy)
    return found


def plan_reviews(reviews: tuple[PlanReview, ...]) -> Iterator[Obligation]:
    """Each version of the plan is reviewed by agreeing on the next (R10)."""
    for review, following in zip_longest(reviews, reviews[1:]):
        met = Mark(following.put_by, following.agreed_at) if following else None
        yield Obligation(ObligationKind.PLAN_REVIEW, review.put_by, 1, review.agreed_at, review.due_at, met)


def acceptance(put_by: UUID, handoff: Handoff) -> Obligation:
    """Somebody takes the client on; a completion says so by itself (R33, R34)."""
    met = handoff.completed if handoff.accepted is None or _met_before_accepted(handoff) else handoff.accepted
    released = None if met else handoff.declined
    return Obligation(
        ObligationKind.HANDOFF_ACCEPTANCE, put_by, 1, handoff.requested_at, handoff.accept_due_at, met, released
    )


def meeting(put_by: UUID, handoff: Handoff) -> Obligation | None:
    """The client meets the receiver; asked for by the acceptance (R33, R34)."""
    if handoff.accepted is None or handoff.meet_due_at is None or _met_before_accepted(handoff):
        return None
    opens_at, due_at = handoff.accepted.at, handoff.meet_due_at
    return Obligation(ObligationKind.CLIENT_MEETING, put_by, 1, opens_at, due_at, handoff.completed)


def _met_before_accepted(handoff: Handoff) -> bool:
    return bool(handoff.accepted and handoff.completed and handoff.completed.at < handoff.accepted.at)


def follow_ups(put_by: UUID, crisis: Crisis, policy: Policy) -> Iterator[Obligation]:
    """Contacts after a crisis, each from where the one before was due, until it is resolved (R42)."""
    opens_at, contacts = crisis.at, crisis.contacts
    for step, within in enumerate(_hours(policy.crisis.contact_within_hours), start=1):
        due_at = crisis.at + within
        met, released = (contacts[step - 1], None) if step <= len(contacts) else (None, crisis.resolved)
        yield Obligation(ObligationKind.CRISIS_CONTACT, put_by, step, opens_at, due_at, met, released)
        opens_at = due_at


@lru_cache(maxsize=64)
def _hours(numbers: tuple[int, ...]) -> tuple[timedelta, ...]:
    return tuple(timedelta(hours=number) for number in numbers)


def postvention_review(put_by: UUID, crisis: Crisis, policy: Policy) -> Obligation:
    """Every crisis is reviewed, sooner at high tier (R44)."""
    due_at = crisis.at + timedelta(hours=policy.review_within_hours(crisis.tier))
    return Obligation(ObligationKind.POSTVENTION_REVIEW, put_by, 1, crisis.at, due_at, crisis.reviewed)


def overdose_danger(danger: Danger, policy: Policy) -> Iterator[Obligation]:
    """Danger of overdose asks for naloxone and a crisis card (R32)."""
    within = policy.overdose_danger
    for kind, hours, met in (
        (ObligationKind.NALOXONE, within.naloxone_within_hours, danger.naloxone),
        (ObligationKind.CRISIS_CARD, within.crisis_card_within_hours, danger.crisis_card),
    ):
        yield Obligation(kind, danger.put_by, 1, danger.at, danger.at + timedelta(hours=hours), met)
