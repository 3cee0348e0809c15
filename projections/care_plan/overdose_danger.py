"""Dangers of overdose, which ask for naloxone and a crisis card (R32)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from domain.entry import Entry
from domain.events.crisis import CrisisContactRecorded
from domain.events.lapses import LapseRecorded
from domain.replacing import replace
from domain.vocabulary.crisis import CrisisAction
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from projections.answers import Answer
from projections.collection import Elements
from projections.context import Context
from projections.elements import KEY, ViewContext
from projections.fold import Fold
from projections.mark import Mark, mark
from projections.obligations import Obligation
from projections.strands import Strand


@dataclass(frozen=True, slots=True)
class Danger:
    """A danger of overdose, which asks for naloxone and a crisis card until each was given."""

    event_id: Annotated[UUID, KEY]
    """The entry that tells of it: a lapse or a crisis contact."""
    at: datetime
    """When it was."""
    naloxone_due_at: datetime
    """By when naloxone is in the client's hands."""
    crisis_card_due_at: datetime
    """By when a crisis card is."""
    naloxone: Mark | None = None
    """That naloxone was given."""
    crisis_card: Mark | None = None
    """That a crisis card was issued."""


@dataclass(frozen=True, slots=True)
class Dangers:
    """All dangers, and which of them still ask for something."""

    dangers: Elements[Danger] = Elements()
    asking: tuple[UUID, ...] = ()


class Shown(Answer):
    naloxone_needed: bool
    """Whether danger of overdose asks for naloxone, not given yet."""
    crisis_card_needed: bool
    """Whether it asks for a crisis card, not issued yet."""


def show(state: Dangers, context: ViewContext) -> Shown:
    """What is still needed."""
    asking = [danger for each in state.asking if (danger := state.dangers.get(each))]
    return Shown(
        naloxone_needed=any(danger.naloxone is None for danger in asking),
        crisis_card_needed=any(danger.crisis_card is None for danger in asking),
    )


def asked_for(danger: Danger) -> Iterator[Obligation]:
    """Naloxone and a crisis card."""
    for kind, due_at, met in (
        (ObligationKind.NALOXONE, danger.naloxone_due_at, danger.naloxone),
        (ObligationKind.CRISIS_CARD, danger.crisis_card_due_at, danger.crisis_card),
    ):
        yield Obligation(kind, danger.event_id, 1, danger.at, due_at, Role.PEER, met)


fold = Fold(Dangers())
STRAND = Strand(fold, Shown, show)
fold.each(Danger, lambda state: state.dangers).ask(asked_for)


@fold.on(LapseRecorded)
def lapse_recorded(state: Dangers, entry: Entry, event: LapseRecorded, context: Context) -> Dangers:
    """A lapse may bring danger of overdose."""
    return _endangered(state, entry, context) if event.overdose_danger else state


@fold.on(CrisisContactRecorded)
def crisis_contact_recorded(state: Dangers, entry: Entry, event: CrisisContactRecorded, context: Context) -> Dangers:
    """A crisis may bring danger of overdose; what was done in it counts for that one too."""
    endangered = _endangered(state, entry, context) if event.overdose_danger else state
    return _provided(endangered, entry, event.actions)


def _endangered(state: Dangers, entry: Entry, context: Context) -> Dangers:
    within, known_by = context.policy.overdose_danger, context.known_by(entry)
    danger = Danger(
        event_id=entry.id,
        at=entry.occurred_at,
        naloxone_due_at=known_by + timedelta(hours=within.naloxone_within_hours),
        crisis_card_due_at=known_by + timedelta(hours=within.crisis_card_within_hours),
    )
    return Dangers(state.dangers.put(danger), (*state.asking, entry.id))


def _provided(state: Dangers, entry: Entry, actions: tuple[CrisisAction, ...]) -> Dangers:
    """After naloxone or a crisis card was given: each danger that asked for it has it now."""
    naloxone = mark(entry) if CrisisAction.NALOXONE_GIVEN in actions else None
    crisis_card = mark(entry) if CrisisAction.CRISIS_CARD_ISSUED in actions else None
    if not (naloxone or crisis_card):
        return state
    dangers, asking = state.dangers, []
    for each in state.asking:
        danger = dangers.get(each)
        assert danger, "those that ask are there"
        provided = replace(danger, naloxone=danger.naloxone or naloxone, crisis_card=danger.crisis_card or crisis_card)
        dangers = dangers.put(provided)
        if not (provided.naloxone and provided.crisis_card):
            asking.append(each)
    return Dangers(dangers, tuple(asking))
