"""One projection of one client, brought up to the entries that have come: on from where it stood, from the last
snapshot, or from the beginning. Pure: what it needs is given to it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any, NamedTuple
from uuid import UUID

from domain.entry import Entry
from domain.events.base import Event
from domain.events.kept_apart import KeptApart
from domain.events.record import RECORD_TYPES, EntryCorrected, EntryRetracted
from domain.events.unreadable import Unreadable
from domain.policies import Numbers
from projections.context import TELL_THE_TIME_ZONE
from projections.projection import Projection
from service.projector.folding import fold

SNAPSHOT_EVERY = 8
"""Entries that the projection takes in from one snapshot to the next.

A client who is not in memory costs opening a snapshot and, on average, half so many entries; writing one every so
many entries costs less than that.
"""

SNAPSHOT_VERSIONS = 64
"""A snapshot is also due when the timeline has grown by so much, whoever it concerned: reads pass all of that by."""


class Base(NamedTuple):
    """A state from which to fold on: what the timeline came to at a version."""

    version: int
    until: datetime | None
    """When the last effective entry folded in occurred; None when there was none."""
    state: Any


@dataclass(frozen=True, slots=True)
class ClientState:
    """How a projection of a client stands, and the newest snapshot with the entries since: for what comes late."""

    base: Base
    since: tuple[Entry, ...]
    version: int
    """Of the last entry that the projection has taken in; 0 when there was none, and so no row."""
    until: datetime | None
    state: Any

    @property
    def here(self) -> Base:
        """The state as a base of its own."""
        return Base(self.version, self.until, self.state)

    @property
    def snapshot_due(self) -> bool:
        """Whether enough has come since the last one."""
        return len(self.since) >= SNAPSHOT_EVERY or self.version - self.base.version >= SNAPSHOT_VERSIONS

    def rebased(self) -> "ClientState":
        """The same, with a snapshot of the state as it stands."""
        return ClientState(self.here, (), self.version, self.until, self.state)


class Arrival(NamedTuple):
    """An entry that has come, and which part of the timeline it is about."""

    entry: Entry
    about: int
    """The version of the entry itself; of a correction or retraction, that of the entry it concerns in the end."""

    @property
    def moment(self) -> datetime | None:
        """From when on it changes what happened; None for what keeps its moment."""
        event = self.entry.event
        if isinstance(event, EntryCorrected):
            return event.occurred_at
        return None if event.type in RECORD_TYPES else self.entry.occurred_at


def beginning(projection: Projection[Any]) -> Base:
    """Where every fold begins."""
    return Base(0, None, projection.begin())


def lands_after(arrivals: Iterable[Arrival], version: int, until: datetime | None) -> bool:
    """Whether the arrivals only add to the end of a timeline that ends with this version and at this moment.

    What says where the client lives never does: days and due times of what came before depend on it.
    """
    for arrival in arrivals:
        if arrival.about <= version or (version and arrival.entry.event.type in TELL_THE_TIME_ZONE):
            return False
        moment = arrival.moment
        if until is not None and moment is not None and moment < until:
            return False
    return True


def resume(projection: Projection[Any], base: Base, since: Sequence[Entry], numbers: Numbers) -> ClientState:
    """The projection folded on from a base by entries that all land after it. Raises ProjectionFailed."""
    ordered = projection.timeline(since)
    state = fold(projection, ordered.entries, numbers, base.state if base.version else projection.begin(since))
    return ClientState(
        base, tuple(since), since[-1].version if since else base.version, ordered.until or base.until, state
    )


def fold_on(
    projection: Projection[Any], kept: ClientState, arrivals: Sequence[Arrival], numbers: Numbers
) -> ClientState | None:
    """The projection after the arrivals, in order of version; None when they land before its newest snapshot.

    Raises ProjectionFailed.
    """
    entries = [arrival.entry for arrival in arrivals]
    if lands_after(arrivals, kept.version, kept.until):
        if len(arrivals) > SNAPSHOT_EVERY:
            return fold_many(projection, kept.here, arrivals, numbers)
        reached = resume(projection, kept.here, entries, numbers)
        return ClientState(kept.base, (*kept.since, *entries), reached.version, reached.until, reached.state)
    if lands_after(arrivals, kept.base.version, kept.base.until):
        return resume(projection, kept.base, (*kept.since, *entries), numbers)
    return None


def fold_many(projection: Projection[Any], base: Base, arrivals: Sequence[Arrival], numbers: Numbers) -> ClientState:
    """The projection after many arrivals that all land after a base, with a new base some entries before their end.

    Without that, whatever comes late would have to be folded from that far back again. Raises ProjectionFailed.
    """
    entries = [arrival.entry for arrival in arrivals]
    place = _split(arrivals)
    if place:
        base = resume(projection, base, entries[:place], numbers).here
    return resume(projection, base, entries[place:], numbers)


def fold_whole(projection: Projection[Any], entries: Sequence[Entry], numbers: Numbers) -> ClientState:
    """The projection folded from the beginning. Raises ProjectionFailed."""
    return fold_many(projection, beginning(projection), arrivals(entries), numbers)


def arrivals(entries: Sequence[Entry], known: Mapping[UUID, int] | None = None) -> list[Arrival]:
    """The entries, each with the version that it is about.

    `known` tells of entries that are not among them. A correction or retraction of what neither knows is left out.
    """
    about = dict(known or {})
    found = []
    for entry in entries:
        if entry.event.type not in RECORD_TYPES:
            about[entry.id] = entry.version
        else:
            concerned = [about[target] for target in _targets(entry.event) if target in about]
            if not concerned:
                continue
            about[entry.id] = concerned[0]
        found.append(Arrival(entry, about[entry.id]))
    return found


def _targets(event: Event) -> Sequence[UUID]:
    """What a correction or retraction is about; one that is not opened says it in its header."""
    if isinstance(event, EntryCorrected | EntryRetracted):
        return (event.entry,)
    return event.targets if isinstance(event, Unreadable | KeptApart) else ()


def _split(arrivals: Sequence[Arrival]) -> int:
    """The last place, a snapshot's length before the end, that all later arrivals land after; 0 when there is none."""
    if len(arrivals) <= SNAPSHOT_EVERY:
        return 0
    first = arrivals[0].entry.occurred_at
    ends = list(accumulate((arrival.moment or first for arrival in arrivals), max))
    earliest: datetime | None = None
    least = arrivals[-1].about
    for place in range(len(arrivals) - 1, 0, -1):
        moment = arrivals[place].moment
        earliest = moment if earliest is None or (moment is not None and moment < earliest) else earliest
        least = min(least, arrivals[place].about)
        if arrivals[place].entry.event.type in TELL_THE_TIME_ZONE:
            return 0
        if (
            place <= len(arrivals) - SNAPSHOT_EVERY
            and least > arrivals[place - 1].entry.version
            and (earliest is None or earliest >= ends[place - 1])
        ):
            return place
    return 0
