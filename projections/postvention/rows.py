"""The reviews as rows for analysts: when each was due, when it was held, and what it asked of the plan."""

from domain.policy import Policy
from projections.postvention.state import Crises, Crisis
from projections.postvention.tables import ADJUSTMENT, REVIEW
from projections.projection import Row, Rows


def rows(state: Crises, policy: Policy) -> Rows:
    """One row for each crisis and for each adjustment that its review asked for."""
    return {
        REVIEW: [_review(crisis, policy) for crisis in state.crises],
        ADJUSTMENT: [row for crisis in state.crises for row in _adjustments(crisis)],
    }


def _review(crisis: Crisis, policy: Policy) -> Row:
    resolution, review = crisis.resolution, crisis.review
    return (
        crisis.put_by,
        crisis.kinds,
        crisis.tier,
        crisis.noticed_by,
        crisis.at,
        crisis.precision,
        crisis.review_due_at(policy),
        *((resolution.at, resolution.outcome, resolution.put_by) if resolution else (None, None, None)),
        *((review.at, review.put_by) if review else (None, None)),
    )


def _adjustments(crisis: Crisis) -> list[Row]:
    review = crisis.review
    if review is None:
        return []
    return [
        (review.put_by, number, crisis.put_by, adjustment.kind, review.at, review.carried_out_at, review.carried_out_by)
        for number, adjustment in enumerate(review.adjustments, start=1)
    ]
