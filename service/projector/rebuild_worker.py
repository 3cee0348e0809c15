"""A worker of a rebuild: folds whole clients from the log into builds nobody reads yet. Runs in its own process."""

import asyncio
import gc
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from domain.policies import Policies
from projections.projection import Projection
from service.database.connection import Connection, open_pool, scoped
from service.log.keyring import ClientKeys, KeyEncryptionKeys, Keyring
from service.log.organizations import Organizations
from service.log.reading import EVENTS, stored
from service.log.sealed import StoredEvent
from service.projector.batch import REFUSED
from service.projector.client_fold import fold_client
from service.projector.folding import ProjectionFailed
from service.projector.opened_events import Opened, open_event
from service.projector.parked_clients import Failure, park
from service.projector.relevant_events import read_by
from service.projector.snapshots import seal_snapshot
from service.projector.united_events import unite
from service.runtime.event_loop import new_event_loop
from service.runtime.hardening import harden
from service.runtime.tracebacks import describe

Catalogue = Callable[[], Sequence[Projection[Any]]]
"""Gives the projections; a function of a module, so that other processes find it by its name."""

_CLIENTS = f"{EVENTS} AND client_id = ANY($2) AND position <= $3 AND type = ANY($4) ORDER BY client_id, version"

# Those of all who were merged, too: whose events are folded with whose is known when they are read. In the order in
# which `keys rewrap` takes them, so that neither stops the other.
_HOLD_KEYS = """SELECT FROM keyring.client_key k
 WHERE k.organization_id = $1 AND (k.client_id = ANY($2) OR k.client_id IN (
   SELECT h.client_id FROM log.timeline_head h WHERE h.organization_id = $1 AND h.merged_into IS NOT NULL))
 ORDER BY k.client_id FOR SHARE OF k"""


class Target(NamedTuple):
    """A build, and up to which position of the organization's log it is built: the follower goes on from there."""

    schema: str
    projection: str
    position: int


class Chunk(NamedTuple):
    """Clients of one organization to fold into builds in which they do not stand yet, and about how many events."""

    organization_id: UUID
    clients: tuple[UUID, ...]
    targets: tuple[Target, ...]
    events: int


class Done(NamedTuple):
    """What became of a chunk: its events, and how often a projection failed for a client."""

    chunk: Chunk
    parked: int


class Rebuilder:
    """Folds chunks, as the owner of the database."""

    def __init__(self, pool: asyncpg.Pool, keyring: Keyring, projections: Sequence[Projection[Any]]) -> None:
        self._pool = pool
        self._keyring = keyring
        self._organizations = Organizations(pool, keyring)
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
        async with scoped(self._pool, chunk.organization_id, durable=False) as connection:
            # Whoever erases one of them waits until they are written, and then removes it.
            await connection.execute(_HOLD_KEYS, chunk.organization_id, list(chunk.clients))
            keys = await self._keyring.keys(chunk.organization_id, chunk.clients, connection=connection)
            events = await self._read(connection, chunk)
            policies = await self._organizations.policies(chunk.organization_id, connection=connection)
            copy = _Copy(chunk.organization_id, policies, keys)
            opened = {event.position: open_event(event, keys) for event in events}
            unite_up_to = partial(unite, connection, self._keyring, chunk.organization_id, types=self._types(chunk))
            for position, targets in groupby(sorted(chunk.targets, key=_position), key=_position):
                own = _by_client(event for event in events if event.position <= position)
                united = await unite_up_to(own, keys, up_to=position)
                to_fold = list(targets)
                for client_id, mine in united.events.items():
                    seen = [opened.get(event.position) or open_event(event, united.keys) for event in mine]
                    for target in to_fold:
                        copy.add(client_id, target.schema, self._projections[target.projection], seen)
            await copy.write(connection)
        return sum(not failure.erased for failure in copy.failures)

    async def _read(self, connection: Connection, chunk: Chunk) -> list[StoredEvent]:
        furthest = max(map(_position, chunk.targets))
        types = self._types(chunk)
        return stored(await connection.fetch(_CLIENTS, chunk.organization_id, list(chunk.clients), furthest, types))

    def _types(self, chunk: Chunk) -> list[str]:
        kinds = (self._projections[target.projection].relevant for target in chunk.targets)
        return read_by(frozenset[str]().union(*kinds))

    async def _park(self, chunk: Chunk, error: str) -> int:
        (client_id,), (target,) = chunk.clients, chunk.targets
        async with scoped(self._pool, chunk.organization_id, durable=False) as connection:
            last = (await self._read(connection, chunk))[-1]
            failure = Failure(target.schema, client_id, last.version, last.id, error)
            await park(connection, chunk.organization_id, [failure])
        return 1 - failure.erased


def _position(target: Target) -> int:
    return target.position


def _by_client(events: Iterable[StoredEvent]) -> Mapping[UUID, Sequence[StoredEvent]]:
    """Each client's events; these come client by client."""
    return {client_id: list(mine) for client_id, mine in groupby(events, key=lambda one: UUID(int=one.client_id.int))}


class _Copy:
    """What is to be copied into the builds, gathered over the clients of a chunk."""

    def __init__(self, organization_id: UUID, policies: Policies, keys: ClientKeys) -> None:
        self._organization_id = organization_id
        self._policies = policies
        self._keys = keys
        self._records: dict[tuple[str, str], list[tuple[Any, ...]]] = defaultdict(list)
        self.failures: list[Failure] = []

    def add(self, client_id: UUID, schema: str, projection: Projection[Any], events: Sequence[Opened]) -> None:
        """Fold a client's events, and add what comes of it."""
        if not events:
            return
        try:
            found = fold_client(projection, events, self._policies)
        except ProjectionFailed as failed:
            self.failures.append(Failure(schema, client_id, events[-1].version, failed.entry_id, failed.error))
            return
        key = self._keys.of(client_id)
        row = seal_snapshot(projection, self._organization_id, client_id, found.snapshot, key)
        self._records[schema, "snapshot"].append(row)
        for table, rows in found.rows.items():
            self._records[schema, table.name].extend((self._organization_id, client_id, *row) for row in rows)

    async def write(self, connection: Connection) -> None:
        """Write it, in the connection's transaction."""
        for (schema, table), records in self._records.items():
            await connection.copy_records_to_table(table, schema_name=schema, records=records)
        await park(connection, self._organization_id, self.failures)


class _Process:
    """What a worker process keeps between chunks."""

    def __init__(self, owner: str, keks: KeyEncryptionKeys, catalogue: Catalogue) -> None:
        self.runner = asyncio.Runner(loop_factory=new_event_loop)
        self.runner.run(self._open(owner, keks, catalogue))

    async def _open(self, owner: str, keks: KeyEncryptionKeys, catalogue: Catalogue) -> None:
        pool = await open_pool(owner, min_size=1, max_size=1)
        self.rebuilder = Rebuilder(pool, Keyring(pool, keks), catalogue())


_process: _Process | None = None


def begin(owner: str, keks: KeyEncryptionKeys, catalogue: Catalogue) -> None:
    """Set this process up for chunks."""
    harden()
    global _process  # noqa: PLW0603 - a pool of processes has no other place for what a process keeps
    _process = _Process(owner, keks, catalogue)
    # Looking for cycles among a chunk's many objects takes an eighth of the time; between chunks there are few.
    gc.freeze()
    gc.disable()


def work(chunk: Chunk) -> Done:
    """Fold one chunk in this process."""
    assert _process is not None
    done = _process.runner.run(_process.rebuilder.rebuild(chunk))
    gc.collect()
    return done
