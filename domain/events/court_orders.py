"""Court orders: what a court allowed to be disclosed for proceedings (42 CFR 2.61 to 2.67), and how that ends."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from domain.events.base import Day, Event, FreeText, KnownEntries, RefersTo, ShortText, StrictUUID
from domain.refusals import Refusal
from domain.vocabulary.consents import ConsentScope


class CourtOrderRecorded(Event):
    """A court with jurisdiction ordered that something of the client's record may be disclosed.

    An order says what may be disclosed, and to whom: no more than the purpose needs (42 CFR 2.64(e), 2.65(e)). It
    allows a disclosure; to compel one takes a subpoena or a like mandate besides (42 CFR 2.61). A subpoena without an
    order allows nothing, and is not recorded here. `expires_on` is the last day on which it holds, in the client's time
    zone.
    """

    type: Literal["court_order_recorded"] = "court_order_recorded"
    court: ShortText
    reference: ShortText
    issued_on: Day
    recipients: Annotated[tuple[ShortText, ...], Field(min_length=1)]
    scope: Annotated[tuple[ConsentScope, ...], Field(min_length=1)]
    expires_on: Day | None = None
    compels: bool
    note: FreeText | None = None

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        if self.expires_on and self.expires_on < self.issued_on:
            yield Refusal("court_order_expires_after_issue", "expires_on", "This is before its issue; check the days.")


class CourtOrderEnded(Event):
    """An order was lifted, stayed or replaced, or what it was for is over: from then on it does not hold."""

    type: Literal["court_order_ended"] = "court_order_ended"
    court_order: Annotated[StrictUUID, RefersTo("court_order_recorded", once=True)]
    note: FreeText | None = None
