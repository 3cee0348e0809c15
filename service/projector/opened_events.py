"""Opening what is read for the projector: each event once, whichever projections it concerns."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from domain.entry import Entry
from domain.events.record import RECORD_TYPES
from service.log.keyring import ClientErased, ClientKeys, UnknownKey
from service.log.seal import SealBroken
from service.log.sealed import StoredEvent
from service.log.timelines import open_or_mark
from service.projector.advance import arrivals
from service.projector.folding import ProjectionFailed


class Opened(NamedTuple):
    """An event that was read: the entry, or why there is none since the client's key does not open.

    An entry whose own bytes do not open, or say nothing known, is there as Unreadable: a fold that needs it raises.
    """

    type: str
    version: int
    id: UUID
    entry: Entry | None
    error: str
    """The kind of what went wrong; empty when nothing did."""


def open_each(events: Iterable[StoredEvent], keys: ClientKeys) -> list[Opened]:
    """The events, opened with their clients' keys; a client whose key cannot be used has none that opens."""
    return [open_event(event, keys) for event in events]


def open_event(event: StoredEvent, keys: ClientKeys) -> Opened:
    """The event, opened with its client's key."""
    try:
        entry = open_or_mark(event, keys.of(event.client_id))
    except (ClientErased, UnknownKey, SealBroken) as error:
        return Opened(event.type, event.version, event.id, None, type(error).__name__)
    return Opened(event.type, event.version, event.id, entry, "")


def opened(events: Sequence[Opened], projection: str) -> list[Entry]:
    """The entries of events that all opened. Raises ProjectionFailed at the first that did not."""
    entries = []
    for event in events:
        if event.entry is None:
            raise ProjectionFailed(projection, event.id, event.error)
        entries.append(event.entry)
    return entries


def concerning(events: Iterable[Opened], types: frozenset[str], projection: str) -> list[Entry]:
    """One client's entries that concern a projection: a correction or retraction does if what it is about is there.

    `events` begin at the beginning, or after a snapshot that is right: what came later is never about what is before
    such a one. Raises ProjectionFailed at the first that did not open.
    """
    mine = [event for event in events if event.type in types or event.type in RECORD_TYPES]
    return [arrival.entry for arrival in arrivals(opened(mine, projection))]
