"""Crisis cards: which was handed over, and whether the safety plan has changed since (R41)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from domain.entry import Entry
from domain.events.crisis import SafetyPlanWritten
from domain.events.crisis_cards import CrisisCardIssued
from domain.replacing import replace
from domain.vocabulary.harm_reduction import CardFormat, Recipient
from domain.vocabulary.people import Role
from projections.answers import Answer, At, all_answered
from projections.collection import Elements
from projections.context import Context
from projections.elements import KEY, ViewContext
from projections.fold import Fold
from projections.mark import Mark, Placed, mark
from projections.strands import Strand


@dataclass(frozen=True, slots=True)
class CrisisCard(Placed):
    """A crisis card that was handed over."""

    event_id: Annotated[UUID, KEY]
    """The entry that tells of it."""
    issued_at: datetime
    """When it was handed over."""
    safety_plan: UUID | None
    """The entry of the safety plan that it was made from; null where it holds the lines to call alone."""
    card_format: CardFormat
    """In what form."""
    recipients: tuple[Recipient, ...]
    """To whom."""
    issued_by: Role
    """By whom."""
    consent: UUID | None
    """The consent by which others than the client were given it; null where none is named."""
    outdated: Mark | None = None
    """The first safety plan written after it; null where it holds the last one."""


@dataclass(frozen=True, slots=True)
class CrisisCards:
    """All cards, and those that no safety plan was written after."""

    cards: Elements[CrisisCard] = Elements()
    up_to_date: tuple[UUID, ...] = ()


class Shown(Answer):
    crisis_cards: tuple[At[CrisisCard], ...]
    """Every crisis card that was handed over, in order; one that is outdated had better be issued anew."""


def show(state: CrisisCards, context: ViewContext) -> Shown:
    """Every card."""
    return Shown(crisis_cards=all_answered(state.cards, context))


fold = Fold(CrisisCards())
STRAND = Strand(fold, Shown, show)
CRISIS_CARD = fold.each(CrisisCard, lambda state: state.cards).table("care_plan_crisis_card")


@fold.on(CrisisCardIssued)
def crisis_card_issued(state: CrisisCards, entry: Entry, event: CrisisCardIssued, context: Context) -> CrisisCards:
    """A card with what the safety plan says now."""
    card = CrisisCard(
        event_id=entry.id,
        correction_id=entry.correction_id,
        issued_at=entry.occurred_at,
        safety_plan=event.safety_plan,
        card_format=event.card_format,
        recipients=event.recipients,
        issued_by=event.issued_by,
        consent=event.consent,
    )
    return CrisisCards(state.cards.put(card), (*state.up_to_date, entry.id))


@fold.on(SafetyPlanWritten)
def safety_plan_written(state: CrisisCards, entry: Entry, event: SafetyPlanWritten, context: Context) -> CrisisCards:
    """Cards that were made from another plan are outdated; one may have been noted a little before its own plan."""
    cards, up_to_date = state.cards, []
    for each in state.up_to_date:
        card = cards.get(each)
        assert card, "those that are up to date are there"
        if card.safety_plan == entry.id:
            up_to_date.append(each)
        else:
            cards = cards.put(replace(card, outdated=mark(entry)))
    return CrisisCards(cards, tuple(up_to_date))
