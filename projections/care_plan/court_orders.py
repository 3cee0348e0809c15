"""Court orders: what a court allowed to be disclosed, and from when until when (42 CFR 2.61 to 2.67)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from domain.entry import Entry
from domain.events.base import ShortText
from domain.events.court_orders import CourtOrderEnded, CourtOrderRecorded
from domain.replacing import replace
from domain.vocabulary.consents import ConsentScope
from projections.answers import Answer, At, all_answered
from projections.care_plan.allowed import AllowedDisclosure
from projections.collection import Elements
from projections.context import Context
from projections.elements import KEY, ViewContext
from projections.fold import Fold
from projections.mark import Mark, Placed, mark
from projections.strands import Strand


@dataclass(frozen=True, slots=True)
class CourtOrder(Placed, AllowedDisclosure):
    """A disclosure that a court allowed. In force: holds_from not after now, ends_at after now or null."""

    event_id: Annotated[UUID, KEY]
    """The entry that tells of the order."""
    court: ShortText
    """Which court."""
    reference: ShortText
    """The court's own number for it."""
    recipients: tuple[ShortText, ...]
    """To whom it allows to disclose."""
    scope: tuple[ConsentScope, ...]
    """What it allows to disclose."""
    compels: bool
    """Whether a subpoena or a like mandate comes with it; without one the programme may disclose, and need not."""
    issued_on: date
    """The day on which it was issued."""
    expires_on: date | None
    """The last day on which it holds, in the client's time zone; null where no day was said."""
    holds_from: datetime
    """From when on it holds: the beginning of the day on which it was issued."""
    ends_at: datetime | None
    """From when on it does not hold any more: the end of the last day, or when it was lifted."""
    ended: Mark | None = None
    """That it was lifted, or is over; null where nothing says so."""


@dataclass(frozen=True, slots=True)
class CourtOrders:
    """All orders."""

    orders: Elements[CourtOrder] = Elements()


class Shown(Answer):
    court_orders: tuple[At[CourtOrder], ...]
    """What courts allowed to be disclosed, and to whom."""


def show(state: CourtOrders, context: ViewContext) -> Shown:
    """Every order, in force or not."""
    return Shown(court_orders=all_answered(state.orders, context))


fold = Fold(CourtOrders())
STRAND = Strand(fold, Shown, show)
COURT_ORDER = fold.each(CourtOrder, lambda state: state.orders).table("care_plan_court_order")


@fold.on(CourtOrderRecorded)
def court_order_recorded(state: CourtOrders, entry: Entry, event: CourtOrderRecorded, context: Context) -> CourtOrders:
    """An order, in force from the day on which it was issued."""
    order = CourtOrder(
        event_id=entry.id,
        correction_id=entry.correction_id,
        court=event.court,
        reference=event.reference,
        recipients=event.recipients,
        scope=event.scope,
        compels=event.compels,
        issued_on=event.issued_on,
        expires_on=event.expires_on,
        holds_from=context.start_of(event.issued_on),
        ends_at=context.end_of(event.expires_on) if event.expires_on else None,
    )
    return CourtOrders(state.orders.put(order))


@fold.on(CourtOrderEnded)
def court_order_ended(state: CourtOrders, entry: Entry, event: CourtOrderEnded, context: Context) -> CourtOrders:
    """From then on the order does not hold."""
    ended = mark(entry)

    def lifted(order: CourtOrder) -> CourtOrder:
        end = max(ended.at, order.holds_from)
        return replace(order, ended=ended, ends_at=end if order.ends_at is None else min(end, order.ends_at))

    return CourtOrders(state.orders.change(event.court_order, lifted))
