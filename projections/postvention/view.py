"""The reviews as the circle of care sees them at a moment: what is open first, what was learned, what it changed."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from domain.policy import Policy
from domain.vocabulary import AdjustmentKind, CrisisKind, CrisisOutcome, Precision, RiskTier, Role
from projections.postvention.state import Crises, Crisis, Resolution, Review
from projections.projection import Answer


class ReviewStatus(StrEnum):
    """Where a review stands: not yet held and in time or late; held in time or late."""

    OPEN = "open"
    LATE = "late"
    DONE = "done"
    DONE_LATE = "done_late"


WAITING = frozenset({ReviewStatus.OPEN, ReviewStatus.LATE})
"""A review that still has to be held."""


class CrisisEnd(Answer):
    """How the crisis passed."""

    put_by: UUID = Field(description="The entry that says so.")
    at: datetime = Field(description="When the crisis had passed.")
    outcome: CrisisOutcome = Field(description="How it passed.")


class AdjustmentAsked(Answer):
    """One way in which the care plan is to change. Open until a plan is agreed that cites the review."""

    put_by: UUID = Field(description="The entry of the review that asked for it.")
    kind: AdjustmentKind = Field(description="What kind of change.")
    what: str | None = Field(description="The change in words.")
    open: bool = Field(description="Whether no plan has carried it out yet.")
    carried_out_by: UUID | None = Field(description="The entry of the plan that carried it out.")
    carried_out_at: datetime | None = Field(description="When that plan was agreed.")


class ReviewHeld(Answer):
    """What came out of the review."""

    put_by: UUID = Field(description="The entry of the review.")
    at: datetime = Field(description="When the review was held.")
    reviewed_by: tuple[Role, ...] = Field(description="Who took part.")
    what_worked: str = Field(description="What worked in the crisis.")
    what_did_not: str | None = Field(description="What did not work.")
    adjustments: tuple[AdjustmentAsked, ...] = Field(description="How the care plan is to change.")


class CrisisReview(Answer):
    """A crisis and its postvention review: the review after a crisis, of what worked and what is to change."""

    put_by: UUID = Field(description="The entry of the crisis contact.")
    status: ReviewStatus = Field(
        description="At the moment asked about: open, late (not held though due), done, done_late."
    )
    due_at: datetime = Field(description="By when the review has to be held; sooner after a crisis of high risk.")
    kinds: tuple[CrisisKind, ...] = Field(description="What kinds of crisis it was.")
    tier: RiskTier = Field(description="Tier of risk; unknown when it was not asked or not answered.")
    noticed_by: Role = Field(description="The role that noticed the crisis.")
    occurred_at: datetime = Field(description="When the client was met in the crisis.")
    precision: Precision = Field(description="How exactly that moment is known.")
    resolved: CrisisEnd | None = Field(description="How the crisis passed; null while it has not.")
    review: ReviewHeld | None = Field(description="What came out of the review; null while it has not been held.")


class PostventionAnswer(Answer):
    """A client's postvention reviews: those still to be held first, by due time; then those held, the latest first."""

    open_reviews: int = Field(description="How many reviews have still to be held.")
    late_reviews: int = Field(description="How many of them are late.")
    open_adjustments: int = Field(description="How many changes that reviews asked for no plan has carried out yet.")
    reviews: tuple[CrisisReview, ...] = Field(description="Every crisis with its review.")


def view(state: Crises, at: datetime, policy: Policy) -> PostventionAnswer:
    """The reviews as they stand at the moment `at`."""
    reviews = [_crisis_review(crisis, at, policy) for crisis in state.crises]
    waiting = sorted((each for each in reviews if each.status in WAITING), key=lambda each: each.due_at)
    held = sorted(
        (each for each in reviews if each.status not in WAITING),
        key=lambda each: each.occurred_at,
        reverse=True,
    )
    adjustments = [adjustment for each in held if each.review for adjustment in each.review.adjustments]
    return PostventionAnswer(
        open_reviews=len(waiting),
        late_reviews=sum(each.status is ReviewStatus.LATE for each in waiting),
        open_adjustments=sum(adjustment.open for adjustment in adjustments),
        reviews=(*waiting, *held),
    )


def _crisis_review(crisis: Crisis, at: datetime, policy: Policy) -> CrisisReview:
    due = crisis.review_due_at(policy)
    return CrisisReview(
        put_by=crisis.put_by,
        status=_status(crisis.review, due, at),
        due_at=due,
        kinds=crisis.kinds,
        tier=crisis.tier,
        noticed_by=crisis.noticed_by,
        occurred_at=crisis.at,
        precision=crisis.precision,
        resolved=_crisis_end(crisis.resolution),
        review=_review_held(crisis.review),
    )


def _status(review: Review | None, due: datetime, at: datetime) -> ReviewStatus:
    if review is None:
        return ReviewStatus.OPEN if at <= due else ReviewStatus.LATE
    return ReviewStatus.DONE if review.at <= due else ReviewStatus.DONE_LATE


def _crisis_end(resolution: Resolution | None) -> CrisisEnd | None:
    if resolution is None:
        return None
    return CrisisEnd(put_by=resolution.put_by, at=resolution.at, outcome=resolution.outcome)


def _review_held(review: Review | None) -> ReviewHeld | None:
    if review is None:
        return None
    return ReviewHeld(
        put_by=review.put_by,
        at=review.at,
        reviewed_by=review.reviewed_by,
        what_worked=review.what_worked,
        what_did_not=review.what_did_not,
        adjustments=tuple(
            AdjustmentAsked(
                put_by=review.put_by,
                kind=adjustment.kind,
                what=adjustment.what,
                open=review.carried_out_by is None,
                carried_out_by=review.carried_out_by,
                carried_out_at=review.carried_out_at,
            )
            for adjustment in review.adjustments
        ),
    )
