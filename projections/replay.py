"""A record replayed as it was recorded: entry by entry, what each changed in every projection (pure)."""

from collections.abc import Sequence
from datetime import datetime
from itertools import takewhile
from typing import Any, Generic, NamedTuple, TypeVar

from domain.effective import Effective
from domain.entry import Entry
from domain.events.base import Event
from domain.events.record import RECORD_TYPES
from domain.policies import Policies
from projections.context import TELL_THE_TIME_ZONE, TimeZones, time_zones
from projections.differences import Difference, differences
from projections.elements import ViewContext
from projections.projection import Folded, Projection

S = TypeVar("S")

_MOVES_OTHERS = frozenset({*RECORD_TYPES, *TELL_THE_TIME_ZONE})
"""Types of event after which earlier entries may count in another way, or on another day."""


class Step(NamedTuple):
    """An entry, and what it changed."""

    entry: Entry
    at: datetime
    """About which moment both sides of each difference are told: that of the recording, or of what occurred last where
    a clock that runs ahead dated it later. What the clock alone changes from one entry to the next is no difference."""
    changed: Sequence[tuple[Projection[Any], Difference]]


class ReplayFailed(Exception):
    """A projection raised at an entry; the cause is what it raised."""

    def __init__(self, projection: str, entry: Entry) -> None:
        super().__init__(f"projection {projection} failed at entry {entry.id}")
        self.projection = projection
        self.entry = entry


class Replay:
    """The projections of a client, brought on with each entry as it was recorded.

    Every state on the way is kept: what stands before an entry that comes late is not folded again. States share all
    that did not change, so that keeping them costs little.
    """

    def __init__(self, projections: Sequence[Projection[Any]], policies: Policies) -> None:
        self._policies = policies
        self._recorded: list[Entry] = []
        self._until: datetime | None = None
        self._foldings = [_Folding(projection, policies) for projection in projections]

    def state(self, projection: Projection[S]) -> Folded[S]:
        """How it stands after the entries that have come."""
        return next(each.folded for each in self._foldings if each.projection is projection)

    def take_in(self, entry: Entry) -> None:
        """Bring the projections on by the entry that was recorded next. Raises ReplayFailed."""
        self._recorded.append(entry)
        comes_last = self._until is None or entry.occurred_at >= self._until
        if comes_last and entry.event.type not in _MOVES_OTHERS:
            self._until = entry.occurred_at
            for folding in self._foldings:
                folding.fold_on([entry], entry)
        else:
            self._fold_again(entry)

    def step(self, entry: Entry) -> Step:
        """The same, and what that changed. Raises ReplayFailed, PolicyUnreadable."""
        before = [each.folded for each in self._foldings]
        self.take_in(entry)
        at = max(entry.recorded_at, self._until or entry.recorded_at)
        policy = self._policies.at(at, known_at=entry.recorded_at)
        changed = [
            (each.projection, difference)
            for each, was in zip(self._foldings, before, strict=True)
            if each.folded is not was
            for difference in differences(
                each.projection.fold.changed_elements(was.state, each.folded.state),
                ViewContext(at, policy, each.folded.time_zones),
            )
        ]
        return Step(entry, at, changed)

    def _fold_again(self, entry: Entry) -> None:
        zones = time_zones(self._recorded)
        found: dict[frozenset[type[Event]], Effective] = {}
        for folding in self._foldings:
            asks = folding.projection.fold.asks_for_former
            if asks not in found:
                found[asks] = folding.projection.timeline(self._recorded)
            self._until = found[asks].until
            folding.fold_again(found[asks].entries, zones, entry)


class _Stand(NamedTuple):
    """An effective entry, and the state once it is folded in."""

    entry: Entry
    folded: Folded[Any]


class _Folding(Generic[S]):
    """One projection on its way."""

    def __init__(self, projection: Projection[S], policies: Policies) -> None:
        self.projection = projection
        self._policies = policies
        self._begun: Folded[S] = projection.begin()
        self._stands: list[_Stand] = []

    @property
    def folded(self) -> Folded[S]:
        return self._stands[-1].folded if self._stands else self._begun

    def fold_on(self, entries: Sequence[Entry], came: Entry) -> None:
        folded = self.folded
        for entry in entries:
            try:
                folded = self.projection.apply(folded, entry, self._policies)
            except Exception as error:
                raise ReplayFailed(self.projection.name, came) from error
            self._stands.append(_Stand(entry, folded))

    def fold_again(self, entries: Sequence[Entry], zones: TimeZones, came: Entry) -> None:
        """From the first entry that stands otherwise than it did."""
        if zones == self._begun.time_zones:
            pairs = zip(self._stands, entries, strict=False)
            same = sum(1 for _ in takewhile(lambda pair: _stands_so(*pair), pairs))
        else:
            same, self._begun = 0, Folded(zones, self.projection.fold.initial)
        del self._stands[same:]
        self.fold_on(entries[same:], came)


def _stands_so(stand: _Stand, entry: Entry) -> bool:
    was = stand.entry
    return was is entry or (was.id, was.correction_id, was.revision) == (entry.id, entry.correction_id, entry.revision)
