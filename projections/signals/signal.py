"""What a signal is, and what every strand of them does: keep, clear, release and acknowledge them (R49)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID

from domain.entry import Entry
from domain.events.registration import ClientDied
from domain.events.signals import SignalAcknowledged
from domain.replacing import replace
from domain.vocabulary.people import Role
from domain.vocabulary.signals import SignalRule
from projections.collection import Elements
from projections.columns import table
from projections.context import Context
from projections.elements import KEY, ViewContext, at_a_moment
from projections.fold import Fold
from projections.mark import Mark, mark
from projections.tables import index_of_waiting


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal of trouble ahead. It waits from when it is raised until it ends, by itself or by what came later, or
    somebody takes note of it. Of what has not come yet, such as check-ins that may be missed, it says from when on it
    will hold if nothing comes between: such a row is no signal before that moment."""

    rule: Annotated[SignalRule, KEY]
    """The rule that raised it."""
    event_id: Annotated[UUID, KEY]
    """The entry that raised it, or the last one after which nothing came."""
    about_on: Annotated[date, KEY]
    """The client's day that it is about: the one that lies ahead, the last one missed, or that of the entry."""
    raised_at: datetime
    """From when on it holds; it may lie ahead."""
    ends_at: datetime | None
    """When it ends by itself, as when the day ahead is over; null where it does not."""
    behind: tuple[UUID, ...]
    """The entries behind it, the last one among them."""
    cleared: Mark | None = None
    """The entry that cleared it, since it tells otherwise; null where none did."""
    released: Mark | None = None
    """After what nobody watches for it any more: the end of what was agreed or of care, or death."""
    acknowledged: Mark | None = None
    """That somebody took note of it; null where nobody has."""
    acknowledged_by_role: Role | None = None
    """Who did."""

    def ended_by(self, at: datetime) -> bool:
        """Whether it has ended by itself at that moment."""
        return self.ends_at is not None and self.ends_at <= at

    @at_a_moment
    def waits(self, context: ViewContext) -> bool:
        """Whether it holds and nobody has taken note of it."""
        holds = self.raised_at <= context.at and not self.ended_by(context.at)
        return holds and not (self.cleared or self.released or self.acknowledged)


SIGNAL: Final = table("signal", Signal)
index_of_waiting(
    SIGNAL,
    ["raised_at", "client_id", "rule", "event_id", "about_on", "ends_at"],
    ended_by=["cleared_event_id", "released_event_id", "acknowledged_event_id"],
)

_Key = tuple[SignalRule, UUID, date]


@dataclass(frozen=True, slots=True)
class Raised:
    """The signals of a strand, those that lie ahead among them."""

    signals: Elements[Signal] = Elements()
    open: tuple[_Key, ...] = ()
    """Those that nothing has cleared or released, in order."""
    died: bool = False
    """Whether the client has died: nothing is raised any more."""

    def all_open(self) -> Iterator[Signal]:
        """Those that nothing has cleared or released; some may have ended by themselves, or lie ahead."""
        for key in self.open:
            signal = self.signals.get(key)
            assert signal, "those that are open are there"
            yield signal

    def put(self, signal: Signal) -> "Raised":
        """With this one, unless the client has died."""
        if self.died:
            return self
        key = _key(signal)
        still = self.open if key in self.open else (*self.open, key)
        return replace(self, signals=self.signals.put(signal), open=still)

    def cleared(self, entry: Entry, which: Callable[[Signal], bool] = lambda _: True) -> "Raised":
        """After an entry that tells otherwise than these; those that still lay ahead were never raised."""
        return self._ended(entry, which, lambda signal: replace(signal, cleared=mark(entry)))

    def released(self, entry: Entry, which: Callable[[Signal], bool] = lambda _: True) -> "Raised":
        """After an entry upon which nobody watches for these any more."""
        return self._ended(entry, which, lambda signal: replace(signal, released=mark(entry)))

    def _ended(self, entry: Entry, which: Callable[[Signal], bool], end: Callable[[Signal], Signal]) -> "Raised":
        signals, ending = self.signals, [signal for signal in self.all_open() if which(signal)]
        if not ending:
            return self
        for signal in ending:
            if signal.raised_at > entry.occurred_at:
                signals = signals.without(_key(signal))
            elif not signal.ended_by(entry.occurred_at):
                signals = signals.put(end(signal))
        keys = {_key(signal) for signal in ending}
        return replace(self, signals=signals, open=tuple(key for key in self.open if key not in keys))

    def told(self, rule: SignalRule, entry: Entry, behind: Sequence[UUID], context: Context) -> "Raised":
        """After an entry that tells whether the rule applies: by these entries, or by none, not any more.

        A signal that holds already is not raised again.
        """
        if not behind:
            return self.cleared(entry, lambda signal: signal.rule is rule)
        if any(key[0] is rule for key in self.open):
            return self
        return self.put(Signal(rule, entry.id, context.day(entry), entry.occurred_at, None, tuple(behind)))

    def acknowledged(self, entry: Entry, event: SignalAcknowledged) -> "Raised":
        """Somebody took note of what that entry had raised by then; the first one who did is named."""
        signals = self.signals
        for each in self.signals:
            meant = each.rule is event.rule and each.event_id == event.because and each.raised_at <= entry.occurred_at
            if meant and not each.acknowledged:
                noted = replace(each, acknowledged=mark(entry), acknowledged_by_role=event.acknowledged_by)
                signals = signals.put(noted)
        return self if signals is self.signals else replace(self, signals=signals)


def _key(signal: Signal) -> _Key:
    return signal.rule, signal.event_id, signal.about_on


@dataclass(frozen=True, slots=True)
class Watch:
    """What a strand of signals keeps; most keep more beside, on which the next signal may rest."""

    raised: Raised = Raised()


W = TypeVar("W", bound=Watch)


def watching(initial: W, version: int = 1) -> Fold[W]:
    """The fold of a strand: its signals are rows, can be acknowledged, and are released when the client dies.

    The end of an episode of care releases only what was watched for in it. What the client told of, or that they
    stopped coming, is still to be seen by somebody: our choice.
    """
    fold = Fold(initial, version)
    fold.each(Signal, lambda state: state.raised.signals).rows_of(SIGNAL, Signal)
    fold.on(SignalAcknowledged)(_acknowledged)
    fold.on(ClientDied)(_died)
    return fold


def _acknowledged(state: Any, entry: Entry, event: SignalAcknowledged, context: Context) -> Any:
    raised = state.raised.acknowledged(entry, event)
    return state if raised is state.raised else replace(state, raised=raised)


def _died(state: Any, entry: Entry, event: ClientDied, context: Context) -> Any:
    return replace(state, raised=replace(state.raised.released(entry), died=True))
