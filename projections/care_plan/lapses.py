"""Lapses and close calls: data from which the plan learns (R30, R31)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, NamedTuple
from uuid import UUID

from domain.entry import Entry
from domain.events.base import FreeText
from domain.events.lapses import CloseCallRecorded, LapseRecorded
from domain.vocabulary.contacts import Technique
from domain.vocabulary.record import Precision
from domain.vocabulary.substances import Substance
from domain.vocabulary.triggers import Emotion, Trigger
from projections.answers import Answer, At, all_answered, answered
from projections.collection import Elements
from projections.context import Context
from projections.elements import KEY, Named, ViewContext
from projections.fold import Fold
from projections.mark import Placed
from projections.strands import Strand


class LastLapse(NamedTuple):
    """The last lapse. Nothing is taken away for it."""

    event_id: Annotated[UUID, Named("_event_id")]
    """The entry of the lapse."""
    correction_id: Annotated[UUID | None, Named("_correction_id")]
    """The last correction of that entry; null where there is none."""
    at: Annotated[datetime, Named("_at")]
    """When it was."""
    overdose_danger: Annotated[bool | None, Named("_overdose_danger")]
    """Whether it brought danger of overdose; null when not assessed."""


@dataclass(frozen=True, slots=True)
class Lapse(Placed):
    """A lapse, and what is learned from it. Nothing is taken away for it."""

    event_id: Annotated[UUID, KEY]
    """The entry of the lapse."""
    at: Annotated[datetime, Named("lapsed_at")]
    """When it was, or began."""
    precision: Precision
    """How exactly that moment is known."""
    on: Annotated[date, Named("lapsed_on")]
    """The local day of use, or the first."""
    until: Annotated[date | None, Named("lapsed_until")]
    """The last local day of use, where it went on for days."""
    substances: tuple[Substance, ...]
    """Which substances."""
    triggers: tuple[Trigger, ...]
    """What came before it."""
    emotions: tuple[Emotion, ...]
    """What was felt around it."""
    overdose_danger: bool | None
    """Whether it brought danger of overdose; null when not assessed."""
    environment: FreeText | None
    """Where and among whom it was."""
    response: FreeText | None
    """What was done about it."""
    learned: FreeText | None
    """What was learned from it."""
    what_changes: FreeText | None
    """What changes in the plan or the days because of it."""


@dataclass(frozen=True, slots=True)
class CloseCall(Placed):
    """An urge that was ridden out, and what worked."""

    event_id: Annotated[UUID, KEY]
    """The entry of the close call."""
    at: Annotated[datetime, Named("ridden_out_at")]
    """When it was."""
    precision: Precision
    """How exactly that moment is known."""
    substances: tuple[Substance, ...]
    """What the urge was for."""
    triggers: tuple[Trigger, ...]
    """What came before it."""
    emotions: tuple[Emotion, ...]
    """What was felt around it."""
    worked: tuple[Technique, ...]
    """The techniques that worked."""
    what_worked: FreeText | None
    """What worked, in words."""


@dataclass(frozen=True, slots=True)
class Lapses:
    """All lapses and close calls, in the order in which they happened."""

    lapses: Elements[Lapse] = Elements()
    close_calls: Elements[CloseCall] = Elements()
    last: LastLapse | None = None


class Shown(Answer):
    last_lapse: At[Lapse] | None
    """The last lapse."""
    lapses: tuple[At[Lapse], ...]
    """Every lapse with what was learned from it, earliest first."""
    close_calls: tuple[At[CloseCall], ...]
    """Every urge that was ridden out with what worked, earliest first."""


def show(state: Lapses, context: ViewContext) -> Shown:
    """Lapses and close calls."""
    last = state.lapses.get(state.last.event_id) if state.last else None
    return Shown(
        last_lapse=last and answered(last, context),
        lapses=all_answered(state.lapses, context),
        close_calls=all_answered(state.close_calls, context),
    )


fold = Fold(Lapses(), version=2)
STRAND = Strand(fold, Shown, show)
LAPSE = fold.each(Lapse, lambda state: state.lapses).table("care_plan_lapse")
CLOSE_CALL = fold.each(CloseCall, lambda state: state.close_calls).table("care_plan_close_call")


@fold.on(LapseRecorded)
def lapse_recorded(state: Lapses, entry: Entry, event: LapseRecorded, context: Context) -> Lapses:
    """A lapse, which is the last one now. The plan and all that was reached stay as they are."""
    lapse = Lapse(
        event_id=entry.id,
        correction_id=entry.correction_id,
        at=entry.occurred_at,
        precision=entry.precision,
        on=context.day(entry),
        until=event.until,
        substances=event.substances,
        triggers=event.triggers,
        emotions=event.emotions,
        overdose_danger=event.overdose_danger,
        environment=event.environment,
        response=event.response,
        learned=event.learned,
        what_changes=event.what_changes,
    )
    last = LastLapse(entry.id, entry.correction_id, entry.occurred_at, event.overdose_danger)
    return Lapses(state.lapses.put(lapse), state.close_calls, last)


@fold.on(CloseCallRecorded)
def close_call_recorded(state: Lapses, entry: Entry, event: CloseCallRecorded, context: Context) -> Lapses:
    """An urge ridden out."""
    close_call = CloseCall(
        event_id=entry.id,
        correction_id=entry.correction_id,
        at=entry.occurred_at,
        precision=entry.precision,
        substances=event.substances,
        triggers=event.triggers,
        emotions=event.emotions,
        worked=event.worked,
        what_worked=event.what_worked,
    )
    return Lapses(state.lapses, state.close_calls.put(close_call), state.last)
