"""Early-warning signals: what check-ins and missed contacts tell of trouble ahead, and who took note of it (R49)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from domain.entry import Entry
from domain.events.appointments import AppointmentCancelled
from domain.events.contacts import CheckInReceived, SessionHeld, SessionMissed
from domain.events.signals import SignalAcknowledged
from domain.replacing import replace
from domain.vocabulary.appointments import CancelledBy
from domain.vocabulary.people import Role
from domain.vocabulary.signals import SignalRule
from projections.answers import Answer, At, all_answered
from projections.collection import Elements
from projections.context import Context
from projections.elements import KEY, ViewContext, at_a_moment
from projections.fold import Fold
from projections.mark import Mark, mark
from projections.projection import Projection


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal of trouble ahead. It waits until it is cleared by what came later, or somebody takes note of it."""

    rule: Annotated[SignalRule, KEY]
    """The rule that raised it."""
    event_id: Annotated[UUID, KEY]
    """The entry that raised it."""
    raised_at: datetime
    """From when on it holds."""
    behind: tuple[UUID, ...]
    """The entries behind it, the last one among them."""
    cleared: Mark | None = None
    """The entry that cleared it; null while it holds."""
    acknowledged: Mark | None = None
    """That somebody took note of it; null where nobody has."""
    acknowledged_by_role: Role | None = None
    """Who did."""

    @at_a_moment
    def waits(self, context: ViewContext) -> bool:
        """Whether it holds and nobody has taken note of it."""
        return self.cleared is None and self.acknowledged is None


@dataclass(frozen=True, slots=True)
class Craving:
    """A craving that the client told of in a check-in."""

    event_id: UUID
    craving: int


@dataclass(frozen=True, slots=True)
class Signals:
    """All signals, those that hold now by their rules, and what the next one may rest on."""

    signals: Elements[Signal] = Elements()
    holding: tuple[tuple[SignalRule, UUID], ...] = ()
    cravings: tuple[Craving, ...] = ()
    """The latest ones, as many as the rule about rising cravings looks at."""
    missed: tuple[UUID, ...] = ()
    """The sessions missed in a row, and the appointments that the client called off."""


class SignalsAnswer(Answer):
    """A client's early-warning signals: those that wait first, the latest of them on top; then all others."""

    waiting: int
    """How many hold without anybody having taken note of them."""
    signals: tuple[At[Signal], ...]
    """Every signal that was ever raised."""


def view(state: Signals, context: ViewContext) -> SignalsAnswer:
    """The signals as they stand at a moment."""
    latest_first = sorted(state.signals, key=lambda each: each.raised_at, reverse=True)
    waiting = [each for each in latest_first if each.cleared is None and each.acknowledged is None]
    others = [each for each in latest_first if each not in waiting]
    return SignalsAnswer(waiting=len(waiting), signals=all_answered((*waiting, *others), context))


fold = Fold(Signals())
SIGNAL = fold.each(Signal, lambda state: state.signals).table("signal")


@fold.on(CheckInReceived)
def check_in_received(state: Signals, entry: Entry, event: CheckInReceived, context: Context) -> Signals:
    """High or rising craving, and low mood; what was not said changes nothing."""
    numbers = context.policy.early_warning
    if event.craving is not None:
        looked_at = numbers.craving_rise_within_check_ins
        cravings = (*state.cravings, Craving(entry.id, event.craving))[-looked_at:]
        state = replace(state, cravings=cravings)
        high = event.craving >= numbers.craving_at_least
        state = _told(state, SignalRule.HIGH_CRAVING, entry, [entry.id] if high else [])
        lowest = min(cravings, key=lambda each: each.craving)
        rising = event.craving - lowest.craving >= numbers.craving_rise
        state = _told(state, SignalRule.RISING_CRAVING, entry, [lowest.event_id, entry.id] if rising else [])
    if event.mood is not None:
        state = _told(state, SignalRule.LOW_MOOD, entry, [entry.id] if event.mood <= numbers.mood_at_most else [])
    return state


@fold.on(SessionMissed)
def session_missed(state: Signals, entry: Entry, event: SessionMissed, context: Context) -> Signals:
    """One more session missed in a row."""
    return _missed(state, entry, context)


@fold.on(AppointmentCancelled)
def appointment_cancelled(state: Signals, entry: Entry, event: AppointmentCancelled, context: Context) -> Signals:
    """What the client calls off is missed; what the clinic calls off does not count against the client (R58)."""
    return state if event.by is CancelledBy.CLINIC else _missed(state, entry, context)


def _missed(state: Signals, entry: Entry, context: Context) -> Signals:
    missed = (*state.missed, entry.id)
    enough = len(missed) >= context.policy.early_warning.missed_sessions_in_a_row
    return _told(replace(state, missed=missed), SignalRule.MISSED_SESSIONS, entry, missed if enough else [])


@fold.on(SessionHeld)
def session_held(state: Signals, entry: Entry, event: SessionHeld, context: Context) -> Signals:
    """The client was there: the end of sessions missed in a row."""
    return _told(replace(state, missed=()), SignalRule.MISSED_SESSIONS, entry, [])


@fold.on(SignalAcknowledged)
def signal_acknowledged(state: Signals, entry: Entry, event: SignalAcknowledged, context: Context) -> Signals:
    """Somebody took note; the first one who did is named."""

    def acknowledged(signal: Signal) -> Signal:
        if signal.acknowledged:
            return signal
        return replace(signal, acknowledged=mark(entry), acknowledged_by_role=event.acknowledged_by)

    return replace(state, signals=state.signals.change((event.rule, event.because), acknowledged))


def _told(state: Signals, rule: SignalRule, entry: Entry, behind: Sequence[UUID]) -> Signals:
    """After an entry that tells whether the rule applies: by these entries, or by none, not any more.

    A signal that holds already is not raised again.
    """
    holding = next((key for key in state.holding if key[0] is rule), None)
    if behind and holding is None:
        signal = Signal(rule, entry.id, entry.occurred_at, tuple(behind))
        return replace(state, signals=state.signals.put(signal), holding=(*state.holding, (rule, entry.id)))
    if not behind and holding is not None:
        cleared = state.signals.change(holding, lambda each: replace(each, cleared=mark(entry)))
        return replace(state, signals=cleared, holding=tuple(key for key in state.holding if key != holding))
    return state


SIGNALS = Projection(name="signals", title="Signals", version=1, fold=fold, view=view)
