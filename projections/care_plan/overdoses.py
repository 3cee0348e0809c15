"""Overdoses that happened (R60)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from domain.entry import Entry
from domain.events.base import FreeText
from domain.events.overdoses import OverdoseRecorded
from domain.vocabulary.overdoses import OverdoseIntent, OverdoseOutcome, Responder
from domain.vocabulary.substances import Substance
from projections.answers import Answer, At, all_answered
from projections.collection import Elements
from projections.context import Context
from projections.elements import KEY, Named, ViewContext
from projections.fold import Fold
from projections.mark import Placed
from projections.strands import Strand


@dataclass(frozen=True, slots=True)
class Overdose(Placed):
    """An overdose that happened."""

    event_id: Annotated[UUID, KEY]
    """The entry of the overdose."""
    at: Annotated[datetime, Named("occurred_at")]
    """When it was."""
    substances: tuple[Substance, ...]
    """Of what; empty where that is not known."""
    intent: OverdoseIntent
    """Whether it was meant."""
    naloxone_doses: int | None
    """How many doses of naloxone were given; null where that is not known."""
    naloxone_given_by: tuple[Responder, ...]
    """Who gave naloxone."""
    reversed: bool | None
    """Whether it was reversed; null where that is not known."""
    emergency_services: bool | None
    """Whether emergency services came; null where that is not known."""
    outcome: OverdoseOutcome
    """How it ended."""
    crisis: UUID | None
    """The entry of the crisis contact that it belongs to; null where none is named."""
    account: FreeText | None
    """What is told of it."""


@dataclass(frozen=True, slots=True)
class Overdoses:
    """All overdoses."""

    overdoses: Elements[Overdose] = Elements()


class Shown(Answer):
    overdoses: tuple[At[Overdose], ...]
    """Every overdose that happened, in order."""


def show(state: Overdoses, context: ViewContext) -> Shown:
    """Every overdose."""
    return Shown(overdoses=all_answered(state.overdoses, context))


fold = Fold(Overdoses())
STRAND = Strand(fold, Shown, show)
OVERDOSE = fold.each(Overdose, lambda state: state.overdoses).table("care_plan_overdose")


@fold.on(OverdoseRecorded)
def overdose_recorded(state: Overdoses, entry: Entry, event: OverdoseRecorded, context: Context) -> Overdoses:
    """One more; what it asks for is the danger's."""
    overdose = Overdose(
        event_id=entry.id,
        correction_id=entry.correction_id,
        at=entry.occurred_at,
        substances=event.substances,
        intent=event.intent,
        naloxone_doses=event.naloxone_doses,
        naloxone_given_by=event.naloxone_given_by,
        reversed=event.reversed,
        emergency_services=event.emergency_services,
        outcome=event.outcome,
        crisis=event.crisis,
        account=event.account,
    )
    return Overdoses(state.overdoses.put(overdose))
