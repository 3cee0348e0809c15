"""Notes of unusual access: what supervisors found, on the organization's own timeline.

The event's id is made of what it is about, and what led to it is an access record: so what waits is told from headers.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

import asyncpg

from domain.entry import Draft, Entry
from domain.events.organization import UnusualAccessNoted
from domain.vocabulary.record import Precision
from domain.vocabulary.unusual_access import UnusualAccessRule
from service.access.caller import Caller
from service.care.own_timeline import SOURCE, append_own
from service.care.unusual_reads import UnusualReads, id_of
from service.database.connection import scoped
from service.log.errors import IdConflict
from service.log.keyring import Keyring
from service.log.store import EventStore
from service.log.timelines import Timelines
from service.runtime import clock

_NOTED: Final = """select id, causation_id from log.event
 where organization_id = $1 and client_id = $1 and type = 'unusual_access_noted' and recorded_at >= $2"""


class Noted(NamedTuple):
    """That a supervisor took note."""

    event_id: UUID
    noted_at: datetime
    noted_by: str
    """The role and name of whoever did."""
    actor_id: UUID
    said: UnusualAccessNoted | None
    """What they found; None where it cannot be read."""


class Found(NamedTuple):
    """Unusual reads, and the note of them; None while they wait."""

    reads: UnusualReads
    noted: Noted | None


class UnusualAccessNotes:
    """Keeps and finds them."""

    def __init__(self, pool: asyncpg.Pool, store: EventStore, keyring: Keyring, timelines: Timelines) -> None:
        self._pool = pool
        self._store = store
        self._keyring = keyring
        self._timelines = timelines

    async def keep(self, caller: Caller, reads: UnusualReads, told: UnusualAccessNoted) -> None:
        """Record it, unless there is a note of these reads: the first stays. Then it is durable."""

        async def decide() -> Draft:
            return Draft(reads.id, told, clock.now(), Precision.INSTANT, SOURCE, causation_id=reads.last_record)

        with suppress(IdConflict):
            await append_own(self._store, self._keyring, caller, decide)

    async def since(self, organization_id: UUID, since: datetime) -> list[tuple[UnusualAccessRule, UUID]]:
        """Of which reads there are notes, by rule and last record, of those read since then: notes come after them."""
        async with scoped(self._pool, organization_id) as connection:
            rows = await connection.fetch(_NOTED, organization_id, since)
        return [(rule, record) for id_, record in rows for rule in UnusualAccessRule if id_ == id_of(rule, record)]

    async def of(
        self, organization_id: UUID, reads: Sequence[UnusualReads], noted: Sequence[tuple[UnusualAccessRule, UUID]]
    ) -> list[Found]:
        """These reads, each with its note, where it is among those that may be `noted`."""
        ids = {each.id for each in reads} & {id_of(*each) for each in noted}
        stored = await self._store.events(organization_id, list(ids)) if ids else []
        entries = {entry.id: entry for entry in await self._timelines.open(organization_id, stored)}
        return [Found(each, _note(entries[each.id]) if each.id in entries else None) for each in reads]


def _note(entry: Entry) -> Noted:
    said = entry.event if isinstance(entry.event, UnusualAccessNoted) else None
    return Noted(entry.id, entry.recorded_at, entry.recorded_by, entry.actor_id, said)
