"""A worker of a rebuild: folds whole clients from the log into builds nobody reads yet. Runs in its own process."""

import asyncio
import gc
from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from domain.policy import Policy
from projections.projection import Projection
from service.database.connection import open_pool, scoped
from service.describing import describe
from service.event_loop import new_event_loop
from service.log.keyring import ClientKeys, KeyEncryptionKeys, Keyring
from service.log.reading import EVENTS, stored
from service.log.sealed import StoredEvent
from service.projector.batch import REFUSED
from service.projector.folding import FoldFailed
from service.projector.kinds import read_by, relevant
from service.projector.opening import Opened, open_each
from service.projector.parking import Failure, park
from service.projector.snapshots import seal_snapshot
from service.projector.whole import whole

Catalogue = Callable[[], Sequence[Projection[Any]]]
"""Gives the projections; a function of a module, so that other processes find it by its name."""

_CLIENTS = f"{EVENTS} AND client_id = ANY($2) AND position <= $3 AND type = ANY($4) ORDER BY client_id, version"

Records = dict[tuple[str, str], list[tuple[Any, ...]]]
"""What is copied, by schema and table."""


class Target(NamedTuple):
    """A build, and up to which position of the organization's log it is built: the follower goes on from there."""

    schema: str
    projection: str
    position: int


class Chunk(NamedTuple):
    """Clients of one organization to fold into builds in which they do not stand yet, and about how many events."""

    organization_id: UUID
    time_zone: str
    clients: tuple[UUID, ...]
    targets: tuple[Target, ...]
    events: int


class Done(NamedTuple):
    """What became of a chunk: its events, and how often a projection failed for a client."""

    chunk: Chunk
    parked: int


class Rebuilder:
    """Folds chunks, as the owner of the database."""

    def __init__(
        self, pool: asyncpg.Pool, keyring: Keyring, policy: Policy, projections: Sequence[Projection[Any]]
    ) -> None:
        self._pool = pool
        self._keyring = keyring
        self._policy = policy
        self._projections = {projection.name: projection for projection in projections}

    async def rebuild(self, chunk: Chunk) -> Done:
        """Fold the chunk's clients and write them with COPY, all or none; who stands in a build is done with it."""
        try:
            return Done(chunk, await self._copy(chunk))
        except REFUSED as error:
            # Some row is such as no table takes: find whose, and of which projection.
            if len(chunk.clients) > 1:
                parts = [chunk._replace(clients=(client_id,)) for client_id in chunk.clients]
            elif len(chunk.targets) > 1:
                parts = [chunk._replace(targets=(target,)) for target in chunk.targets]
            else:
                return Done(chunk, await self._park(chunk, describe(error)))
        return Done(chunk, sum([(await self.rebuild(part)).parked for part in parts]))

    async def _copy(self, chunk: Chunk) -> int:
        policy = self._policy.in_time_zone(chunk.time_zone)
        async with scoped(self._pool, chunk.organization_id, durable=False) as connection:
            keys = await self._keyring.keys(chunk.organization_id, chunk.clients, connection=connection)
            opened = open_each(events := await self._read(connection, chunk), keys)
            records: Records = defaultdict(list)
            failures = []
            together = zip(events, opened, strict=True)
            for client_id, group in groupby(together, key=lambda pair: UUID(int=pair[0].client_id.int)):
                of_client = list(group)
                for target in chunk.targets:
                    seen = [one for event, one in of_client if event.position <= target.position]
                    if not seen:
                        continue
                    try:
                        found = whole(self._projections[target.projection], seen, policy)
                        key = keys.of(client_id)
                    except FoldFailed as failed:
                        failures.append(
                            Failure(target.schema, client_id, seen[-1].version, failed.entry_id, failed.error)
                        )
                        continue
                    self._add(records, target, found, policy, client_id)
            for (schema, table), rows in records.items():
                await connection.copy_records_to_table(table, schema_name=schema, records=rows)
            await park(connection, chunk.organization_id, failures)
        return len(failures)

    def _fold(
        self,
        records: Records,
        organization_id: UUID,
        client_id: UUID,
        target: Target,
        events: Sequence[Opened],
        policy: Policy,
        keys: ClientKeys,
    ) -> Failure | None:
        projection = self._projections[target.projection]
        try:
            found = whole(projection, events, policy)
        except FoldFailed as failed:
            return Failure(target.schema, client_id, events[-1].version, failed.entry_id, failed.error)
        if client_id in keys.unusable:
            error = type(keys.unusable[client_id]).__name__
            return Failure(target.schema, client_id, events[-1].version, events[-1].id, error)
        row = seal_snapshot(projection, policy, organization_id, client_id, found.snapshot, keys.of(client_id))
        records[target.schema, "snapshot"].append(row)
        for table, rows in found.rows.items():
            records[target.schema, table.name].extend((organization_id, client_id, *row) for row in rows)
        return None

    async def _read(self, connection: asyncpg.pool.PoolConnectionProxy, chunk: Chunk) -> list[StoredEvent]:
        types = frozenset[str]().union(*(relevant(self._projections[target.projection]) for target in chunk.targets))
        furthest = max(target.position for target in chunk.targets)
        found = await connection.fetch(_CLIENTS, chunk.organization_id, list(chunk.clients), furthest, read_by(types))
        return stored(found)

    async def _park(self, chunk: Chunk, error: str) -> int:
        (client_id,), (target,) = chunk.clients, chunk.targets
        async with scoped(self._pool, chunk.organization_id, durable=False) as connection:
            last = (await self._read(connection, chunk))[-1]
            failure = Failure(target.schema, client_id, last.version, last.id, error)
            await park(connection, chunk.organization_id, [failure])
        return 1


class _Process:
    """What a worker process keeps between chunks."""

    def __init__(self, owner: str, keks: KeyEncryptionKeys, policy: Policy, catalogue: Catalogue) -> None:
        self.runner = asyncio.Runner(loop_factory=new_event_loop)
        self.runner.run(self._open(owner, keks, policy, catalogue))

    async def _open(self, owner: str, keks: KeyEncryptionKeys, policy: Policy, catalogue: Catalogue) -> None:
        pool = await open_pool(owner, min_size=1, max_size=1)
        self.rebuilder = Rebuilder(pool, Keyring(pool, keks), policy, catalogue())


_process: _Process | None = None


def begin(owner: str, keks: KeyEncryptionKeys, policy: Policy, catalogue: Catalogue) -> None:
    """Set this process up for chunks."""
    global _process  # noqa: PLW0603 - a pool of processes has no other place for what a process keeps
    _process = _Process(owner, keks, policy, catalogue)
    # Looking for cycles among a chunk's many objects takes an eighth of the time; between chunks there are few.
    gc.freeze()
    gc.disable()


def work(chunk: Chunk) -> Done:
    """Fold one chunk in this process."""
    assert _process is not None
    done = _process.runner.run(_process.rebuilder.rebuild(chunk))
    gc.collect()
    return done
