"""Dangers of overdose, which ask for naloxone and a crisis card (R32).

There is danger where it was assessed and where it was not, but follows from what is known: unassessed is unknown,
never no. An assessment that there is none stands against any rule here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from domain.entry import Entry
from domain.events.crisis import CrisisContactRecorded
from domain.events.crisis_cards import CrisisCardIssued
from domain.events.harm_reduction import HarmReductionDeclined, HarmReductionProvided
from domain.events.intake import IntakeCompleted
from domain.events.lapses import LapseRecorded
from domain.events.medications import MedicationStarted, MedicationStopped
from domain.events.overdoses import OverdoseDangerAssessed, OverdoseRecorded
from domain.events.registration import ClientDied
from domain.replacing import replace
from domain.vocabulary.crisis import CrisisKind
from domain.vocabulary.harm_reduction import HarmReductionKind, Recipient, SafetyOffer
from domain.vocabulary.intake import EntryRoute
from domain.vocabulary.medications import MedicationPurpose, MedicationStopReason
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.overdoses import DangerReason, OverdoseOutcome
from domain.vocabulary.people import Role
from domain.vocabulary.substances import OPIOIDS, Substance
from projections.answers import Answer, At, all_answered
from projections.collection import Elements
from projections.context import Context
from projections.elements import KEY, NO_COLUMN, NOT_SHOWN, Named, ViewContext
from projections.fold import Fold
from projections.mark import Mark, Placed, mark
from projections.obligations import Obligation
from projections.strands import Strand

AFTER_TIME_WITHOUT = frozenset({EntryRoute.RE_ENTRY_INPATIENT, EntryRoute.RE_ENTRY_DETOX})
"""Ways in that follow a time without: whoever used opioids before has lost tolerance (our choice)."""


@dataclass(frozen=True, slots=True)
class OverdoseDanger(Placed):
    """A danger of overdose, which asks for naloxone and a crisis card until each was given or need not be."""

    event_id: Annotated[UUID, KEY]
    """The entry that tells of it."""
    at: Annotated[datetime, Named("occurred_at")]
    """When it was."""
    reasons: tuple[DangerReason, ...]
    """By what there is danger: an assessment, or what is known without one."""
    naloxone_due_at: Annotated[datetime, NO_COLUMN, NOT_SHOWN]
    """By when naloxone is in the client's hands."""
    crisis_card_due_at: Annotated[datetime, NO_COLUMN, NOT_SHOWN]
    """By when a crisis card is."""
    naloxone: Mark | None = None
    """A naloxone kit was taken home; null where none was."""
    naloxone_released: Mark | None = None
    """It was declined, or is not needed any more; null where it still is."""
    crisis_card: Mark | None = None
    """A crisis card was issued; null where none was."""
    crisis_card_released: Mark | None = None
    """It was declined, or is not needed any more; null where it still is."""

    @property
    def asks_for_naloxone(self) -> Annotated[bool, NO_COLUMN, NOT_SHOWN]:
        """Whether naloxone is still asked for."""
        return self.naloxone is None and self.naloxone_released is None

    @property
    def asks_for_card(self) -> Annotated[bool, NO_COLUMN, NOT_SHOWN]:
        """Whether a crisis card is still asked for."""
        return self.crisis_card is None and self.crisis_card_released is None


@dataclass(frozen=True, slots=True)
class Dangers:
    """All dangers, which of them still ask for something, and what is known of the client that makes danger."""

    dangers: Elements[OverdoseDanger] = Elements()
    asking: tuple[UUID, ...] = ()
    opioids: bool | None = None
    """Whether the client is known to use or have used opioids; None while no substance of theirs is known."""
    last_opioids_on: date | None = None
    """The last day of such use that is known."""
    opioid_medications: tuple[UUID, ...] = ()
    """The courses of medication for opioid use disorder that are under way."""
    died: bool = False


class Shown(Answer):
    overdose_dangers: tuple[At[OverdoseDanger], ...]
    """Every danger of overdose, by what there is one, and what was given for it."""
    naloxone_needed: bool
    """Whether danger of overdose asks for naloxone to take home, neither given yet nor released."""
    crisis_card_needed: bool
    """Whether it asks for a crisis card, neither issued yet nor released."""


def show(state: Dangers, context: ViewContext) -> Shown:
    """All dangers, and what is still needed."""
    asking = [danger for each in state.asking if (danger := state.dangers.get(each))]
    return Shown(
        overdose_dangers=all_answered(state.dangers, context),
        naloxone_needed=any(danger.asks_for_naloxone for danger in asking),
        crisis_card_needed=any(danger.asks_for_card for danger in asking),
    )


def asked_for(danger: OverdoseDanger) -> Iterator[Obligation]:
    """Naloxone and a crisis card."""
    for kind, due_at, met, released in (
        (ObligationKind.NALOXONE, danger.naloxone_due_at, danger.naloxone, danger.naloxone_released),
        (ObligationKind.CRISIS_CARD, danger.crisis_card_due_at, danger.crisis_card, danger.crisis_card_released),
    ):
        yield Obligation(kind, danger.event_id, 1, danger.at, due_at, Role.PEER, met, released)


fold = Fold(Dangers(), version=2)
STRAND = Strand(fold, Shown, show)
dangers = fold.each(OverdoseDanger, lambda state: state.dangers)
OVERDOSE_DANGER = dangers.table("care_plan_overdose_danger")
dangers.ask(asked_for)


# What makes danger


@fold.on(LapseRecorded)
def lapse_recorded(state: Dangers, entry: Entry, event: LapseRecorded, context: Context) -> Dangers:
    """A return to opioids is dangerous, the more so after a time without; of other substances, what was assessed."""
    reasons = [DangerReason.ASSESSED] if event.overdose_danger else []
    if OPIOIDS.intersection(event.substances):
        reasons.append(DangerReason.OPIOIDS)
        if _tolerance_lost(state, context.day(entry), context):
            reasons.append(DangerReason.LOST_TOLERANCE)
    endangered = state if event.overdose_danger is False else _endangered(state, entry, context, reasons)
    return _used(endangered, event.substances, event.until or context.day(entry))


@fold.on(CrisisContactRecorded)
def crisis_contact_recorded(state: Dangers, entry: Entry, event: CrisisContactRecorded, context: Context) -> Dangers:
    """A crisis brings danger of overdose as it was assessed; where it was not, by its kind.

    A return to use counts unless other substances are all that is known of the client. A dose of naloxone that was
    given in it is no kit to take home.
    """
    reasons = [DangerReason.ASSESSED] if event.overdose_danger else []
    return_to_use = CrisisKind.RETURN_TO_USE in event.kinds and state.opioids is not False
    if CrisisKind.OVERDOSE_DANGER in event.kinds or return_to_use:
        reasons.append(DangerReason.KIND_OF_CRISIS)
    return state if event.overdose_danger is False else _endangered(state, entry, context, reasons)


@fold.on(OverdoseRecorded)
def overdose_recorded(state: Dangers, entry: Entry, event: OverdoseRecorded, context: Context) -> Dangers:
    """Whoever lived through an overdose is in danger of another, whatever it was of: supplies are seldom pure."""
    survived = event.outcome is not OverdoseOutcome.DIED
    endangered = _endangered(state, entry, context, [DangerReason.OVERDOSE] if survived else [])
    return _used(endangered, event.substances, context.day(entry))


@fold.on(IntakeCompleted)
def intake_completed(state: Dangers, entry: Entry, event: IntakeCompleted, context: Context) -> Dangers:
    """Which substances are known; and who comes from inpatient care or withdrawal management after opioids has lost
    tolerance."""
    named = tuple(use.substance for use in event.substances)
    lost = event.entry_route in AFTER_TIME_WITHOUT and OPIOIDS.intersection(named)
    last_days = [use.last_used_on for use in event.substances if use.substance in OPIOIDS and use.last_used_on]
    known = _used(state, named, max(last_days, default=None))
    return _endangered(known, entry, context, [DangerReason.LOST_TOLERANCE] if lost else [])


@fold.on(MedicationStarted)
def medication_started(state: Dangers, entry: Entry, event: MedicationStarted, context: Context) -> Dangers:
    """A course for opioid use disorder protects for as long as it goes on."""
    if event.purpose is not MedicationPurpose.OPIOID_USE_DISORDER:
        return state
    return replace(state, opioids=True, opioid_medications=(*state.opioid_medications, entry.id))


@fold.on(MedicationStopped)
def medication_stopped(state: Dangers, entry: Entry, event: MedicationStopped, context: Context) -> Dangers:
    """In the weeks after such a course ends more people die of overdose than during it (Sordo 2017), unless another
    course takes its place."""
    if event.medication not in state.opioid_medications:
        return state
    others = tuple(each for each in state.opioid_medications if each != event.medication)
    protected = others or event.reason is MedicationStopReason.SWITCHED
    reasons = [] if protected else [DangerReason.MEDICATION_STOPPED]
    return _endangered(replace(state, opioid_medications=others), entry, context, reasons)


@fold.on(OverdoseDangerAssessed)
def overdose_danger_assessed(state: Dangers, entry: Entry, event: OverdoseDangerAssessed, context: Context) -> Dangers:
    """Judged outside a crisis: a danger, or that there is none any more, which releases what waits."""
    if event.danger:
        return _endangered(state, entry, context, [DangerReason.ASSESSED])
    return _settled(state, naloxone_released=mark(entry), crisis_card_released=mark(entry))


# What is done about it


@fold.on(HarmReductionProvided)
def harm_reduction_provided(state: Dangers, entry: Entry, event: HarmReductionProvided, context: Context) -> Dangers:
    """A naloxone kit is what was asked for, whoever of the client's people took it home."""
    return _settled(state, naloxone=mark(entry)) if HarmReductionKind.NALOXONE_KIT in event.kinds else state


@fold.on(CrisisCardIssued)
def crisis_card_issued(state: Dangers, entry: Entry, event: CrisisCardIssued, context: Context) -> Dangers:
    """A crisis card in the client's own hands."""
    return _settled(state, crisis_card=mark(entry)) if Recipient.CLIENT in event.recipients else state


@fold.on(HarmReductionDeclined)
def harm_reduction_declined(state: Dangers, entry: Entry, event: HarmReductionDeclined, context: Context) -> Dangers:
    """What the client did not take is not asked for any more."""
    declined = mark(entry)
    return _settled(
        state,
        naloxone_released=declined if SafetyOffer.NALOXONE_KIT in event.offered else None,
        crisis_card_released=declined if SafetyOffer.CRISIS_CARD in event.offered else None,
    )


@fold.on(ClientDied)
def client_died(state: Dangers, entry: Entry, event: ClientDied, context: Context) -> Dangers:
    """Nothing is asked for any more."""
    released = _settled(state, naloxone_released=mark(entry), crisis_card_released=mark(entry))
    return replace(released, died=True)


def _endangered(state: Dangers, entry: Entry, context: Context, reasons: list[DangerReason]) -> Dangers:
    if not reasons or state.died:
        return state
    within, known_by = context.policy.overdose_danger, context.known_by(entry)
    danger = OverdoseDanger(
        event_id=entry.id,
        correction_id=entry.correction_id,
        at=entry.occurred_at,
        reasons=tuple(reasons),
        naloxone_due_at=known_by + timedelta(hours=within.naloxone_within_hours),
        crisis_card_due_at=known_by + timedelta(hours=within.crisis_card_within_hours),
    )
    return replace(state, dangers=state.dangers.put(danger), asking=(*state.asking, entry.id))


def _used(state: Dangers, substances: tuple[Substance, ...], on: date | None) -> Dangers:
    """What is known after these substances were named, opioids last used on that day."""
    if not substances:
        return state
    if not OPIOIDS.intersection(substances):
        return replace(state, opioids=bool(state.opioids))
    days = [day for day in (state.last_opioids_on, on) if day]
    return replace(state, opioids=True, last_opioids_on=max(days, default=None))


def _tolerance_lost(state: Dangers, on: date, context: Context) -> bool:
    days = context.policy.overdose_danger.tolerance_lost_after_days
    return state.last_opioids_on is not None and on - state.last_opioids_on >= timedelta(days=days)


def _settled(
    state: Dangers,
    *,
    naloxone: Mark | None = None,
    naloxone_released: Mark | None = None,
    crisis_card: Mark | None = None,
    crisis_card_released: Mark | None = None,
) -> Dangers:
    """After something was given or released: each danger that still asked for it asks no more."""
    found, asking = state.dangers, []
    for each in state.asking:
        danger = found.get(each)
        assert danger, "those that ask are there"
        if danger.asks_for_naloxone:
            danger = replace(danger, naloxone=naloxone, naloxone_released=None if naloxone else naloxone_released)
        if danger.asks_for_card:
            released = None if crisis_card else crisis_card_released
            danger = replace(danger, crisis_card=crisis_card, crisis_card_released=released)
        found = found.put(danger)
        if danger.asks_for_naloxone or danger.asks_for_card:
            asking.append(each)
    return replace(state, dangers=found, asking=tuple(asking)) if state.asking else state
