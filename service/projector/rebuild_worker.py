"""A worker of a rebuild: folds whole clients from the log into the shadow tables. Runs in a process of its own."""

import asyncio
import gc
from collections.abc import Sequence
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Table

from domain.effective import effective
from domain.entry import Entry
from domain.policy import Policy
from projections.catalogue import PROJECTIONS
from projections.projection import Projection
from service import clock
from service.database.connection import open_pool, scoped
from service.describing import describe
from service.event_loop import new_event_loop
from service.log.keyring import KeyEncryptionKeys, Keyring
from service.log.store import EventStore
from service.log.timelines import Timelines
from service.projector.folding import FoldFailed, fold
from service.projector.shadow import shadow
from service.projector.states import Connection, seal_state
from service.projector.tables import STATE_TABLES


class Chunk(NamedTuple):
    """Clients of one organization to fold; `again` when they stand in the shadow tables already."""

    organization_id: UUID
    time_zone: str
    clients: list[UUID]
    again: bool


class Done(NamedTuple):
    """What became of a chunk: events folded, and clients for whom a projection failed."""

    events: int
    failed: int


class Rebuilder:
    """Folds chunks, as the owner of the database."""

    def __init__(self, store: EventStore, keyring: Keyring, policy: Policy, names: Sequence[str]) -> None:
        self._keyring = keyring
        self._timelines = Timelines(store, keyring)
        self._store = store
        self._policy = policy
        self._projections = [projection for projection in PROJECTIONS if projection.name in names]

    async def rebuild(self, connection: Connection, chunk: Chunk) -> Done:
        """Fold the chunk's clients and write them with COPY, in the connection's transaction."""
        policy = self._policy.in_time_zone(chunk.time_zone)
        await self._keyring.prefetch(chunk.organization_id, chunk.clients)
        stored = await self._store.timelines(chunk.organization_id, chunk.clients)
        entries = await self._timelines.open(chunk.organization_id, stored)
        records: dict[Table, list[tuple[Any, ...]]] = {}
        failed = 0
        for client_id, group in groupby(entries, key=lambda entry: entry.client_id):
            failed += await self._client(records, chunk.organization_id, client_id, list(group), policy)
        if chunk.again:
            await self._clear(connection, chunk)
        for table, rows in records.items():
            await connection.copy_records_to_table(table.name, schema_name=table.schema, records=rows)
        return Done(len(entries), failed)

    async def _client(
        self,
        records: dict[Table, list[tuple[Any, ...]]],
        organization_id: UUID,
        client_id: UUID,
        entries: list[Entry],
        policy: Policy,
    ) -> int:
        ordered = effective(entries)
        place = (organization_id, client_id)
        failed = 0
        for projection in self._projections:
            state_table = shadow(STATE_TABLES[projection.name])
            try:
                state = fold(projection, ordered.entries, policy)
                rows = _rows(projection, state, policy, entries[-1])
            except FoldFailed as failure:
                failed = 1
                key_id, sealed = await self._sealed(projection, organization_id, client_id, projection.initial)
                record = (
                    *place, 0, None, key_id, sealed,
                    entries[-1].version, failure.entry_id, failure.error, clock.now(),
                )  # fmt: skip
                records.setdefault(state_table, []).append(record)
                continue
            key_id, sealed = await self._sealed(projection, organization_id, client_id, state)
            records.setdefault(state_table, []).append(
                (*place, entries[-1].version, ordered.until, key_id, sealed, None, None, None, None)
            )
            for table, values in rows.items():
                records.setdefault(shadow(table), []).extend((*place, *row) for row in values)
        return failed

    async def _sealed(
        self, projection: Projection[Any], organization_id: UUID, client_id: UUID, state: Any
    ) -> tuple[UUID, bytes]:
        key = await self._keyring.data_key(organization_id, client_id)
        return key.key_id, seal_state(projection, organization_id, client_id, state, key)

    async def _clear(self, connection: Connection, chunk: Chunk) -> None:
        for projection in self._projections:
            for table in (STATE_TABLES[projection.name], *projection.tables):
                await connection.execute(
                    f"DELETE FROM {shadow(table).fullname} WHERE organization_id = $1 AND client_id = ANY($2)",  # noqa: S608
                    chunk.organization_id,
                    chunk.clients,
                )


def _rows(projection: Projection[Any], state: Any, policy: Policy, last: Entry) -> Any:
    try:
        return projection.rows(state, policy)
    except Exception as error:
        raise FoldFailed(projection.name, last.id, describe(error)) from error


class _Process:
    """What a worker process keeps between chunks."""

    def __init__(self, owner: str, keks: KeyEncryptionKeys, policy: Policy, names: Sequence[str]) -> None:
        self.runner = asyncio.Runner(loop_factory=new_event_loop)
        self.runner.run(self._open(owner, keks, policy, names))

    async def _open(self, owner: str, keks: KeyEncryptionKeys, policy: Policy, names: Sequence[str]) -> None:
        self.pool = await open_pool(owner, min_size=1, max_size=3)
        store = EventStore(self.pool)
        self.rebuilder = Rebuilder(store, Keyring(self.pool, keks), policy, names)

    async def work(self, chunk: Chunk) -> Done:
        async with scoped(self.pool, chunk.organization_id, durable=False) as connection:
            return await self.rebuilder.rebuild(connection, chunk)


_process: _Process | None = None


def begin(owner: str, keks: KeyEncryptionKeys, policy: Policy, names: Sequence[str]) -> None:
    """Set this process up for chunks."""
    global _process  # noqa: PLW0603 - a pool of processes has no other place for what a process keeps
    _process = _Process(owner, keks, policy, names)
    # Looking for cycles among a chunk's many objects takes an eighth of the time; between chunks there are few.
    gc.freeze()
    gc.disable()


def work(chunk: Chunk) -> Done:
    """Fold one chunk in this process."""
    assert _process is not None
    done = _process.runner.run(_process.work(chunk))
    gc.collect()
    return done
