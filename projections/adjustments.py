"""Adjustments: what reviews ask of the care plan, each settled by itself (R45)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from domain.entry import Entry
from domain.events.base import FreeText
from domain.events.postvention import AdjustmentSettled, PostventionReviewed
from domain.replacing import replace
from domain.vocabulary.postvention import AdjustmentKind, Settlement
from projections.context import Context
from projections.elements import KEY, NOT_SHOWN, Named, ViewContext, at_a_moment
from projections.mark import Mark, mark
from projections.obligations import ObligationStatus, status_at


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What postvention reviews asked of the care plan. Open until it was carried out, or dropped for a reason."""

    event_id: Annotated[UUID, KEY, Named("review")]
    """The entry of the review that asked for it."""
    number: Annotated[int, KEY]
    """The adjustment's place in its review, from 1."""
    crisis: Annotated[UUID, NOT_SHOWN]
    """The entry of the crisis contact that was reviewed."""
    kind: AdjustmentKind
    """What kind of change."""
    what: FreeText | None
    """The change in words."""
    asked_at: Annotated[datetime, NOT_SHOWN]
    """When the review was held."""
    due_at: datetime
    """By when it is to be settled."""
    carried_out: Mark | None = None
    """The entry that says that it was carried out; null while it was not."""
    carried_out_by: UUID | None = None
    """The entry by which it was carried out, such as a plan; null where none is named."""
    dropped: Mark | None = None
    """The entry that says that it is not carried out after all; null otherwise."""
    reason: FreeText | None = None
    """Why it was dropped, or what else was said when it was settled."""
    released: Mark | None = None
    """After what it need not be settled any more: the end of the episode of care, or the client's death."""

    @property
    def open(self) -> bool:
        """Whether it waits to be settled."""
        return self.carried_out is None and self.dropped is None and self.released is None

    @at_a_moment
    def status(self, context: ViewContext) -> ObligationStatus:
        """At the moment asked about: open, late, met, met_late, released, or missed (released when late)."""
        ended = self.dropped or self.released
        return status_at(
            context.at,
            due_at=self.due_at,
            met_at=self.carried_out.at if self.carried_out else None,
            released_at=ended.at if ended else None,
        )


def asked(entry: Entry, event: PostventionReviewed, crisis: UUID, context: Context) -> tuple[Adjustment, ...]:
    """What a review asks for."""
    due_at = context.known_by(entry) + timedelta(days=context.policy.postvention.adjustments_within_days)
    return tuple(
        Adjustment(entry.id, number, crisis, each.kind, each.what, entry.occurred_at, due_at)
        for number, each in enumerate(event.adjustments, start=1)
    )


def settled(adjustment: Adjustment, entry: Entry, event: AdjustmentSettled) -> Adjustment:
    """After an entry that settles it: the first that carried it out counts, and before any the first that dropped it.

    It may have been carried out before the review was held, and is not late then (X3).
    """
    if adjustment.carried_out:
        return adjustment
    if event.how is Settlement.CARRIED_OUT:
        return replace(adjustment, carried_out=mark(entry), carried_out_by=event.by, reason=event.reason, dropped=None)
    return adjustment if adjustment.dropped else replace(adjustment, dropped=mark(entry), reason=event.reason)


def released(adjustment: Adjustment, said: Mark) -> Adjustment:
    """After something that ends what waits."""
    return replace(adjustment, released=said) if adjustment.open else adjustment
