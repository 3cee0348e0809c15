"""Warm handoffs: requested, accepted or declined, and completed when the client has met the receiver (R33)."""

from collections.abc import Iterator
from typing import Annotated, Literal
from uuid import UUID

from domain.events.base import Event, FreeText, KnownEntries, RefersTo, ShortText, StrictUUID
from domain.refusals import Refusal
from domain.vocabulary.handoffs import HandoffDeclineReason, HandoffUrgency
from domain.vocabulary.people import Role

_DECLINED = "handoff_declined"
_TAKEN_ON = ("handoff_accepted", "handoff_completed")


class HandoffRequested(Event):
    """Somebody asked a role, or an outside party, to take over a part of the client's care."""

    type: Literal["handoff_requested"] = "handoff_requested"
    from_role: Role
    to_role: Role
    to_party: ShortText | None = None
    urgency: HandoffUrgency
    reason: FreeText | None = None


class HandoffAccepted(Event):
    """The receiver took the client on. May be recorded late, after the completion."""

    type: Literal["handoff_accepted"] = "handoff_accepted"
    handoff: Annotated[StrictUUID, RefersTo("handoff_requested", once=True, asks=[_DECLINED])]
    accepted_by: Role
    note: FreeText | None = None

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        yield from _not_declined(self.handoff, known)


class HandoffDeclined(Event):
    """The receiver could not take the client on; a new handoff has to be requested."""

    type: Literal["handoff_declined"] = "handoff_declined"
    handoff: Annotated[StrictUUID, RefersTo("handoff_requested", asks=[_DECLINED, *_TAKEN_ON])]
    reason: HandoffDeclineReason
    note: FreeText | None = None

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        if known.answered(self.handoff, *_TAKEN_ON):
            yield Refusal(
                "handoff_is_waiting",
                "handoff",
                "This handoff was accepted; request a new handoff to somebody else, or retract the acceptance.",
            )
        yield from _not_declined(self.handoff, known)


class HandoffCompleted(Event):
    """The client has met the receiver. Says by itself that the handoff was accepted."""

    type: Literal["handoff_completed"] = "handoff_completed"
    handoff: Annotated[StrictUUID, RefersTo("handoff_requested", once=True, asks=[_DECLINED])]
    note: FreeText | None = None

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        yield from _not_declined(self.handoff, known)


def _not_declined(handoff: UUID, known: KnownEntries) -> Iterator[Refusal]:
    if known.answered(handoff, _DECLINED):
        yield Refusal(
            "handoff_not_declined",
            "handoff",
            "This handoff was declined; request a new one, or retract the refusal if it was entered in error.",
        )
