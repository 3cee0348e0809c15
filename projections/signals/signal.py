"""What a signal is, and what every strand of them does: keep, clear, release and acknowledge them (R49)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Final, TypeVar
from uuid import UUID

from domain.entry import Entry
from domain.events.registration import ClientDied
from domain.events.signals import SignalAcknowledged
from domain.replacing import replace
from domain.vocabulary.people import Role
from domain.vocabulary.signals import SignalRule
from projections.asked_at import AnyMoment
from projections.collection import Elements
from projections.columns import table
from projections.context import Context
from projections.elements import BEGINS, KEY, ViewContext, at_a_moment
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
    raised_at: Annotated[datetime, BEGINS]
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

    def ended_by(self, at: AnyMoment) -> bool:
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


@dataclass(frozen=True, slots=True)
class Raised:
    """The signals of a strand."""

    open: Elements[Signal] = Elements()
    """Those that nothing has cleared or released. Some may have ended by themselves, and some lie ahead."""
    ended: Elements[Signal] = Elements()
    """Those of which the end was seen."""
    died: bool = False
    """Whether the client has died: nothing is raised any more."""

    def __iter__(self) -> Iterator[Signal]:
        """All of them."""
        yield from self.ended
        yield from self.open

    def put(self, signal: Signal) -> "Raised":
        """With this one, unless the client has died, or its end was seen: what was released is not raised anew."""
        ended = self.ended.get((signal.rule, signal.event_id, signal.about_on))
        return self if self.died or ended else replace(self, open=self.open.put(signal))

    def cleared(self, entry: Entry, which: Callable[[Signal], bool] = lambda _: True) -> "Raised":
        """After an entry that tells otherwise than these; those that still lay ahead were never raised."""
        return self._ended(entry, which, lambda signal: replace(signal, cleared=mark(entry)))

    def released(self, entry: Entry, which: Callable[[Signal], bool] = lambda _: True) -> "Raised":
        """After an entry upon which nobody watches for these any more."""
        return self._ended(entry, which, lambda signal: replace(signal, released=mark(entry)))

    def _ended(self, entry: Entry, which: Callable[[Signal], bool], end: Callable[[Signal], Signal]) -> "Raised":
        ending = [signal for signal in self.open if which(signal)]
        if not ending:
            return self
        ended, now = self.ended, entry.occurred_at
        for signal in ending:
            if signal.raised_at <= now:
                ended = ended.put(signal if signal.ended_by(now) else end(signal))
        return replace(self, open=Elements(signal for signal in self.open if not which(signal)), ended=ended)

    def told(self, rule: SignalRule, entry: Entry, behind: Sequence[UUID], context: Context) -> "Raised":
        """After an entry that tells whether the rule applies: by these entries, or by none, not any more.

        A signal that holds already is not raised again.
        """
        if not behind:
            return self.cleared(entry, lambda signal: signal.rule is rule)
        if any(signal.rule is rule for signal in self.open):
            return self
        return self.put(Signal(rule, entry.id, context.day(entry), entry.occurred_at, None, tuple(behind)))

    def acknowledged(self, entry: Entry, event: SignalAcknowledged) -> "Raised":
        """Somebody took note of what that entry had raised by then and nothing has ended, or else of what has ended;
        the first one who did is named."""
        noted = _acknowledged(self.open, entry, event)
        if noted is not self.open:
            return replace(self, open=noted)
        noted = _acknowledged(self.ended, entry, event)
        return self if noted is self.ended else replace(self, ended=noted)


def _acknowledged(signals: Elements[Signal], entry: Entry, event: SignalAcknowledged) -> Elements[Signal]:
    noted = signals
    for each in signals:
        meant = each.rule is event.rule and each.event_id == event.because and each.raised_at <= entry.occurred_at
        if meant and not each.acknowledged:
            noted = noted.put(replace(each, acknowledged=mark(entry), acknowledged_by_role=event.acknowledged_by))
    return noted


@dataclass(frozen=True, slots=True)
class Watch:
    """What a strand of signals keeps; most keep more beside, on which the next signal may rest."""

    raised: Raised = Raised()


W = TypeVar("W", bound=Watch)


def watching(initial: W, *rules: SignalRule, version: int = 1) -> Fold[W]:
    """The fold of a strand: its signals are rows, can be acknowledged, and are released when the client dies.

    The end of an episode of care releases only what was watched for in it. What the client told of, or that they
    stopped coming, is still to be seen by somebody: our choice.
    """
    fold = Fold(initial, version)
    fold.each(Signal, lambda state: state.raised.open).rows_of(SIGNAL, Signal)
    fold.each(Signal, lambda state: state.raised.ended).rows_of(SIGNAL, Signal)

    @fold.on(SignalAcknowledged)
    def signal_acknowledged(state: W, entry: Entry, event: SignalAcknowledged, context: Context) -> W:
        if event.rule not in rules:
            return state
        raised = state.raised.acknowledged(entry, event)
        return state if raised is state.raised else replace(state, raised=raised)

    @fold.on(ClientDied)
    def client_died(state: W, entry: Entry, event: ClientDied, context: Context) -> W:
        return replace(state, raised=replace(state.raised.released(entry), died=True))

    return fold
