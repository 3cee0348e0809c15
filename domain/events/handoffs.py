"""Warm handoffs: requested, accepted or declined, and completed when the client has met the receiver (R33)."""

from collections.abc import Iterator
from typing import Annotated, Literal
from uuid import UUID

from domain.events.base import Event, FreeText, RefersTo, ShortText, Standing
from domain.refusals import Refusal
from domain.vocabulary import HandoffDeclineReason, HandoffUrgency, Role

HandoffId = Annotated[UUID, RefersTo("handoff_requested")]


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
    handoff: HandoffId
    accepted_by: Role
    note: FreeText | None = None

    def refusals(self, standing: Standing) -> Iterator[Refusal]:
        answers = standing.answers(self.handoff)
        if "handoff_accepted" in answers:
            yield Refusal(
                "handoff_accepted_once",
                "handoff",
                "This handoff was accepted already; correct that entry instead.",
            )
        yield from _not_declined(answers)


class HandoffDeclined(Event):
    """The receiver could not take the client on; a new handoff has to be requested."""

    type: Literal["handoff_declined"] = "handoff_declined"
    handoff: HandoffId
    reason: HandoffDeclineReason
    note: FreeText | None = None

    def refusals(self, standing: Standing) -> Iterator[Refusal]:
        answers = standing.answers(self.handoff)
        if answers & {"handoff_accepted", "handoff_completed"}:
            yield Refusal(
                "handoff_is_waiting",
                "handoff",
                "This handoff was accepted; request a new handoff to somebody else, or retract the acceptance.",
            )
        yield from _not_declined(answers)


class HandoffCompleted(Event):
    """The client has met the receiver. Says by itself that the handoff was accepted."""

    type: Literal["handoff_completed"] = "handoff_completed"
    handoff: HandoffId
    note: FreeText | None = None

    def refusals(self, standing: Standing) -> Iterator[Refusal]:
        answers = standing.answers(self.handoff)
        if "handoff_completed" in answers:
            yield Refusal(
                "handoff_completed_once",
                "handoff",
                "This handoff was completed already; correct that entry instead.",
            )
        yield from _not_declined(answers)


def _not_declined(answers: frozenset[str]) -> Iterator[Refusal]:
    if "handoff_declined" in answers:
        yield Refusal(
            "handoff_not_declined",
            "handoff",
            "This handoff was declined; request a new one, or retract the refusal if it was entered in error.",
        )
