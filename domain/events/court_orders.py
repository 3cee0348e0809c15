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
    order allows nothing, and is not recorded here.
    """

    type: Literal["court_order_recorded"] = "court_order_recorded"
    court: ShortText
    """Which court."""
    reference: ShortText
    """The court's own number for the order."""
    issued_on: Day
    """The day on which it was issued."""
    recipients: Annotated[tuple[ShortText, ...], Field(min_length=1)]
    """To whom it allows to disclose, by name."""
    scope: Annotated[tuple[ConsentScope, ...], Field(min_length=1)]
    """How much may be disclosed, by kinds of content."""
    expires_on: Day | None = None
    """The last day on which it holds, in the client's time zone."""
    compels: bool
    """Whether a subpoena or a like mandate comes with it, so that disclosing is a duty."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        if self.expires_on and self.expires_on < self.issued_on:
            yield Refusal("court_order_expires_after_issue", "expires_on", "This is before its issue; check the days.")


class CourtOrderEnded(Event):
    """An order was lifted, stayed or replaced, or what it was for is over: from then on it does not hold."""

    type: Literal["court_order_ended"] = "court_order_ended"
    court_order: Annotated[StrictUUID, RefersTo("court_order_recorded", once=True)]
    """The entry of the order."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""
