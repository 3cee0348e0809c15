"""Warm handoffs: requested, accepted or declined, completed when the client has met the receiver, or lost (R33)."""

from collections.abc import Iterator
from typing import Annotated, Literal
from uuid import UUID

from domain.events.base import Day, Event, FreeText, KnownEntries, RefersTo, ShortText, StrictUUID
from domain.refusals import Refusal
from domain.vocabulary.handoffs import (
    CareSetting,
    HandoffDeclineReason,
    HandoffLossReason,
    HandoffUrgency,
    HandoffWithdrawalReason,
)
from domain.vocabulary.people import Role

_COMPLETED = "handoff_completed"
_FALLEN_THROUGH = ("handoff_declined", "handoff_lost")
_ENDED = (*_FALLEN_THROUGH, "handoff_withdrawn")
_TAKEN_ON = ("handoff_accepted", _COMPLETED)


class HandoffRequested(Event):
    """Somebody asked a role, or an outside party, to take over a part of the client's care (R33).

    `instead_of` names an earlier handoff whose receiver is not waited for any more: it was declined or lost, or
    somebody else is asked while nobody has answered. A transition between levels of care (R35) says from which setting
    and to which; `leaves_on` is the client's local day on which they leave the first, known or planned.
    """

    type: Literal["handoff_requested"] = "handoff_requested"
    from_role: Role
    """Who asks."""
    to_role: Role
    """Who is to take over, by role."""
    to_party: ShortText | None = None
    """The outside party that is to take over, where it is one."""
    urgency: HandoffUrgency
    """How soon it has to be accepted."""
    from_setting: CareSetting | None = None
    """The setting that the client leaves, in a transition between levels of care."""
    to_setting: CareSetting | None = None
    """The setting that the client goes to."""
    leaves_on: Day | None = None
    """The day on which they leave the first setting, in the client's time zone, known or planned."""
    instead_of: Annotated[StrictUUID | None, RefersTo("handoff_requested")] = None
    """An earlier handoff whose receiver is not waited for any more."""
    reason: FreeText | None = None
    """Why, in words."""


class HandoffAccepted(Event):
    """The receiver took the client on. May be recorded late, after the completion.

    Where another role than the one asked says so, it counts only if it can stand in for that role (see STANDS_IN).
    """

    type: Literal["handoff_accepted"] = "handoff_accepted"
    handoff: Annotated[StrictUUID, RefersTo("handoff_requested", once=True, asks=_ENDED)]
    """The handoff."""
    accepted_by: Role
    """Who took the client on, by role."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        yield from _not_ended(self.handoff, known)


class HandoffDeclined(Event):
    """The receiver could not take the client on; a new one is owed at once: request another handoff, instead of it."""

    type: Literal["handoff_declined"] = "handoff_declined"
    handoff: Annotated[StrictUUID, RefersTo("handoff_requested", asks=[*_ENDED, *_TAKEN_ON])]
    """The handoff."""
    reason: HandoffDeclineReason
    """Why."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        if known.answered(self.handoff, *_TAKEN_ON):
            yield Refusal(
                "handoff_is_waiting",
                "handoff",
                "This handoff was accepted; record handoff_lost where the receiver cannot keep to it, or retract the "
                "acceptance if it was entered in error.",
            )
        yield from _not_ended(self.handoff, known)


class HandoffCompleted(Event):
    """The client has met the receiver. Says by itself that the handoff was accepted."""

    type: Literal["handoff_completed"] = "handoff_completed"
    handoff: Annotated[StrictUUID, RefersTo("handoff_requested", once=True, asks=_ENDED)]
    """The handoff."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        yield from _not_ended(self.handoff, known)


class HandoffLost(Event):
    """What was agreed fell through before the client had met the receiver: the bed is gone, say. A new receiver is
    owed at once."""

    type: Literal["handoff_lost"] = "handoff_lost"
    handoff: Annotated[StrictUUID, RefersTo("handoff_requested", asks=[*_ENDED, _COMPLETED])]
    """The handoff."""
    reason: HandoffLossReason
    """Why it fell through."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        yield from _not_completed(self.handoff, known)
        yield from _not_ended(self.handoff, known)


class HandoffWithdrawn(Event):
    """Who asked for the handoff asks no more, and nobody else either: also after it was declined or lost, where no new
    receiver is needed."""

    type: Literal["handoff_withdrawn"] = "handoff_withdrawn"
    handoff: Annotated[StrictUUID, RefersTo("handoff_requested", once=True, asks=[_COMPLETED])]
    """The handoff."""
    reason: HandoffWithdrawalReason
    """Why nobody asks for it any more."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        yield from _not_completed(self.handoff, known)


def _not_ended(handoff: UUID, known: KnownEntries) -> Iterator[Refusal]:
    if known.answered(handoff, *_ENDED):
        yield Refusal(
            "handoff_not_ended",
            "handoff",
            "This handoff was declined, lost or withdrawn; request a new one, instead of it, or retract the entry that "
            "ended it if that was made in error.",
        )


def _not_completed(handoff: UUID, known: KnownEntries) -> Iterator[Refusal]:
    if known.answered(handoff, _COMPLETED):
        yield Refusal(
            "handoff_not_completed",
            "handoff",
            "The client has met the receiver, so this handoff is complete; request a new one for what comes next.",
        )
