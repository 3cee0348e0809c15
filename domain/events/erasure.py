"""Erasure of a client's record, and legal holds that forbid it (R57).

Whoever erases reads these events by their headers alone, since afterwards nothing else can be read: who recorded what,
when, and about which entry. So none of them is corrected or retracted; each has an event that ends it.
"""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Final, Literal

from domain.events.base import Event, FreeText, KnownEntries, RefersTo, ShortText, StrictUUID
from domain.refusals import Refusal
from domain.vocabulary.erasure import ErasureGround, HoldReason

_WITHDRAWN: Final = "erasure_withdrawn"


class LegalHoldPlaced(Event):
    """The record must not be erased until the hold is lifted, whatever is requested and approved."""

    replaceable: ClassVar[bool] = False
    retractable: ClassVar[bool] = False

    type: Literal["legal_hold_placed"] = "legal_hold_placed"
    reason: HoldReason
    """Why."""
    reference: ShortText | None = None
    """The number under which a court, an authority or counsel has it."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""


class LegalHoldLifted(Event):
    """The hold is over. Another one may still be in force."""

    replaceable: ClassVar[bool] = False
    retractable: ClassVar[bool] = False

    type: Literal["legal_hold_lifted"] = "legal_hold_lifted"
    hold: Annotated[StrictUUID, RefersTo("legal_hold_placed", once=True)]
    """The hold."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""


class ErasureRequested(Event):
    """The record is to be erased. It waits for an approval, and after that for some days (policy: erasure)."""

    replaceable: ClassVar[bool] = False
    retractable: ClassVar[bool] = False

    type: Literal["erasure_requested"] = "erasure_requested"
    ground: ErasureGround
    """Why, or at whose word."""
    note: FreeText | None = None
    """Anything else worth keeping, in words. It is erased with the rest."""


class ErasureApproved(Event):
    """The record may be erased: by the organization's policy another person says so than who requested it.

    It is carried out when the days of the policy are over since this was recorded, unless it is withdrawn before.
    """

    replaceable: ClassVar[bool] = False
    retractable: ClassVar[bool] = False

    type: Literal["erasure_approved"] = "erasure_approved"
    request: Annotated[StrictUUID, RefersTo("erasure_requested", once=True, asks=[_WITHDRAWN])]
    """The request."""
    note: FreeText | None = None
    """Anything else worth keeping, in words. It is erased with the rest."""

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        if known.answered(self.request, _WITHDRAWN):
            yield Refusal("erasure_not_withdrawn", "request", "That request was withdrawn; request it anew.")


class ErasureWithdrawn(Event):
    """The request counts no more, approved or not: nothing is erased because of it."""

    replaceable: ClassVar[bool] = False
    retractable: ClassVar[bool] = False

    type: Literal["erasure_withdrawn"] = "erasure_withdrawn"
    request: Annotated[StrictUUID, RefersTo("erasure_requested", once=True)]
    """The request."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""


class ClientErased(Event):
    """The record was erased: nothing in it can be read any more, and nothing is recorded after this.

    It has no body that could be read either; its header says when and through whom, `causation_id` upon which approval.
    """

    replaceable: ClassVar[bool] = False
    retractable: ClassVar[bool] = False

    type: Literal["client_erased"] = "client_erased"

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        yield Refusal(
            "recorded_with_the_erasure", "type", "Record erasure_requested; care-timeline erasures carries it out."
        )
