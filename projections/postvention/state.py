"""What is kept of a client's crises and their reviews (R44, R45)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.policy import Policy
from domain.vocabulary import AdjustmentKind, CrisisKind, CrisisOutcome, Precision, RiskTier, Role


@dataclass(frozen=True, slots=True)
class Resolution:
    """How a crisis passed, and the entry that says so."""

    put_by: UUID
    at: datetime
    outcome: CrisisOutcome


@dataclass(frozen=True, slots=True)
class PlannedAdjustment:
    """One way in which the review asked the care plan to change."""

    kind: AdjustmentKind
    what: str | None


@dataclass(frozen=True, slots=True)
class Review:
    """A postvention review. `carried_out_by` is the first plan that cites it, and carries out all that it asked for."""

    put_by: UUID
    at: datetime
    reviewed_by: tuple[Role, ...]
    what_worked: str
    what_did_not: str | None
    adjustments: tuple[PlannedAdjustment, ...]
    carried_out_by: UUID | None = None
    carried_out_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Crisis:
    """A crisis contact, with what followed from it."""

    put_by: UUID
    at: datetime
    precision: Precision
    kinds: tuple[CrisisKind, ...]
    tier: RiskTier
    noticed_by: Role
    resolution: Resolution | None = None
    review: Review | None = None

    def review_due_at(self, policy: Policy) -> datetime:
        """By when the crisis has to be reviewed."""
        return self.at + timedelta(hours=policy.review_within_hours(self.tier))


@dataclass(frozen=True, slots=True)
class Crises:
    """All crises of a client, in the order in which they happened."""

    crises: tuple[Crisis, ...] = ()
