"""A record replayed as it was recorded: entry by entry, what each changed in every projection (pure)."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime
from itertools import takewhile
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

from domain.effective import Effective
from domain.entry import Entry
from domain.events.base import Event, referred
from domain.events.record import RECORD_TYPES
from domain.policies import Policies
from projections.asked_at import AskedAt
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
        self._foldings = [_Folding(projection, policies) for projection in projections]

    def state(self, projection: Projection[S]) -> Folded[S]:
        """How it stands after the entries that have come."""
        return next(each.folded for each in self._foldings if each.projection is projection)

    def take_in(self, entry: Entry) -> None:
        """Bring the projections on by the entry that was recorded next. Raises ReplayFailed."""
        self._recorded.append(entry)
        if entry.event.type in _MOVES_OTHERS:
            self._fold_again(entry)
        else:
            for folding in self._foldings:
                folding.insert(entry)

    def step(self, entry: Entry) -> Step:
        """The same, and what that changed. Raises ReplayFailed, PolicyUnreadable."""
        before = [each.folded for each in self._foldings]
        self.take_in(entry)
        at = max([entry.recorded_at, *(each.moments[-1] for each in self._foldings if each.moments)])
        policy = self._policies.at(at, known_at=entry.recorded_at)
        changed = [
            (each.projection, difference)
            for each, was in zip(self._foldings, before, strict=True)
            if each.folded is not was
            for difference in differences(
                each.projection.fold.changed_elements(was.state, each.folded.state),
                ViewContext(AskedAt(at), policy, each.folded.time_zones),
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
            folding.fold_again(found[asks], zones, entry)


class _Folding(Generic[S]):
    """One projection on its way: the entries that count in their order, and the state once each is folded in."""

    def __init__(self, projection: Projection[S], policies: Policies) -> None:
        self.projection = projection
        self.moments: list[datetime] = []
        """The moment at which each entry stands."""
        self._entries: list[Entry] = []
        self._stands_at: dict[UUID, datetime] = {}
        """The moment of each entry by its id, as it stands now."""
        self._states: list[Folded[S]] = []
        self._begun: Folded[S] = projection.begin()
        self._policies = policies

    @property
    def folded(self) -> Folded[S]:
        return self._states[-1] if self._states else self._begun

    def insert(self, entry: Entry) -> None:
        """An entry that was recorded last, and about which nothing is recorded yet, stands after all of its moment."""
        answered = {id_ for _, id_, mark in referred(entry.event) if not mark.cites}
        moment = max([entry.occurred_at, *(self._stands_at[id_] for id_ in answered if id_ in self._stands_at)])
        place = bisect_right(self.moments, moment)
        entries, moments = [entry, *self._entries[place:]], [moment, *self.moments[place:]]
        self._fold_on(place, entries, moments, entry)

    def fold_again(self, found: Effective, zones: TimeZones, came: Entry) -> None:
        """From the first entry that stands otherwise than it did."""
        same = 0
        if zones == self._begun.time_zones:
            pairs = zip(self._entries, found.entries, strict=False)
            same = sum(1 for _ in takewhile(lambda pair: _stand_alike(*pair), pairs))
        else:
            self._begun = Folded(zones, self.projection.fold.initial)
        self._fold_on(same, found.entries[same:], found.moments[same:], came)

    def _fold_on(self, place: int, entries: Sequence[Entry], moments: Sequence[datetime], came: Entry) -> None:
        """With these entries from that place on."""
        for entry in self._entries[place:]:
            self._stands_at.pop(entry.id, None)
        del self._entries[place:], self.moments[place:], self._states[place:]
        folded = self.folded
        for entry, moment in zip(entries, moments, strict=True):
            try:
                folded = self.projection.apply(folded, entry, self._policies)
            except Exception as error:
                raise ReplayFailed(self.projection.name, came) from error
            self._entries.append(entry)
            if not entry.former:
                self._stands_at[entry.id] = moment
            self.moments.append(moment)
            self._states.append(folded)


def _stand_alike(one: Entry, other: Entry) -> bool:
    return one is other or (one.id, one.correction_id, one.revision) == (other.id, other.correction_id, other.revision)
