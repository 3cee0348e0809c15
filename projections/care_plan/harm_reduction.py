"""Harm reduction: what was given and taught, and what was declined (R19)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from domain.entry import Entry
from domain.events.base import FreeText
from domain.events.harm_reduction import HarmReductionDeclined, HarmReductionProvided
from domain.replacing import replace
from domain.vocabulary.harm_reduction import DeclineReason, HarmReductionKind, Recipient, SafetyOffer
from domain.vocabulary.people import Role
from projections.answers import Answer, At, all_answered
from projections.collection import Elements
from projections.context import Context
from projections.elements import KEY, ViewContext
from projections.fold import Fold
from projections.mark import Placed
from projections.strands import Strand


@dataclass(frozen=True, slots=True)
class HarmReduction(Placed):
    """Means against harm that were given or taught."""

    event_id: Annotated[UUID, KEY]
    """The entry that tells of it."""
    provided_at: datetime
    """When it was."""
    kinds: tuple[HarmReductionKind, ...]
    """What was given or taught; a naloxone kit is one that was taken home."""
    recipients: tuple[Recipient, ...]
    """To whom."""
    provided_by: Role
    """By whom."""
    consent: UUID | None
    """The consent by which others than the client were involved; null where none is named."""
    note: FreeText | None
    """A note on it."""


@dataclass(frozen=True, slots=True)
class DeclinedOffer(Placed):
    """A naloxone kit or crisis card that was offered and not taken."""

    event_id: Annotated[UUID, KEY]
    """The entry that tells of it."""
    declined_at: datetime
    """When it was."""
    offered: tuple[SafetyOffer, ...]
    """What was offered."""
    reason: DeclineReason
    """Why it was not taken."""


@dataclass(frozen=True, slots=True)
class State:
    """All that was provided and declined."""

    provided: Elements[HarmReduction] = Elements()
    declined: Elements[DeclinedOffer] = Elements()


class Shown(Answer):
    harm_reduction: tuple[At[HarmReduction], ...]
    """What was given and taught against harm, in order."""
    declined_offers: tuple[At[DeclinedOffer], ...]
    """Naloxone kits and crisis cards that the client did not take."""


def show(state: State, context: ViewContext) -> Shown:
    """All of it."""
    return Shown(
        harm_reduction=all_answered(state.provided, context),
        declined_offers=all_answered(state.declined, context),
    )


fold = Fold(State())
STRAND = Strand(fold, Shown, show)
HARM_REDUCTION = fold.each(HarmReduction, lambda state: state.provided).table("care_plan_harm_reduction")
DECLINED_OFFER = fold.each(DeclinedOffer, lambda state: state.declined).table("care_plan_declined_offer")


@fold.on(HarmReductionProvided)
def harm_reduction_provided(state: State, entry: Entry, event: HarmReductionProvided, context: Context) -> State:
    """Given or taught once more."""
    provided = HarmReduction(
        event_id=entry.id,
        correction_id=entry.correction_id,
        provided_at=entry.occurred_at,
        kinds=event.kinds,
        recipients=event.recipients,
        provided_by=event.provided_by,
        consent=event.consent,
        note=event.note,
    )
    return replace(state, provided=state.provided.put(provided))


@fold.on(HarmReductionDeclined)
def harm_reduction_declined(state: State, entry: Entry, event: HarmReductionDeclined, context: Context) -> State:
    """Offered and not taken."""
    declined = DeclinedOffer(
        event_id=entry.id,
        correction_id=entry.correction_id,
        declined_at=entry.occurred_at,
        offered=event.offered,
        reason=event.reason,
    )
    return replace(state, declined=state.declined.put(declined))
