"""Comparing what builds hold with fresh folds of the log: rows and snapshots that somebody changed are named."""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from projections.projection import Projection
from service.database.connection import Connection, scoped
from service.log.keyring import ClientErased, Keyring
from service.log.organizations import Organizations
from service.log.reading import EVENTS, stored
from service.log.sealed import StoredEvent
from service.projector.batch_reads import find_parked
from service.projector.builds import Build, Builds
from service.projector.client_comparison import Expectation, StoredRows, in_order
from service.projector.relevant_events import read_by
from service.projector.snapshots import Snapshot
from service.projector.tables import in_build
from service.projector.united_events import unite

_CLIENTS_AT_ONCE = 100

_CLIENTS = "SELECT client_id FROM log.timeline_head WHERE organization_id = $1 AND client_id <> $1 ORDER BY client_id"
_STANDS = "SELECT position FROM following.cursor WHERE organization_id = $1 AND name = $2"
_EVENTS = f"{EVENTS} AND client_id = ANY($2) AND position <= $3 AND type = ANY($4) ORDER BY client_id, version"


class Difference(NamedTuple):
    """Something in a build that a fresh fold would not have made."""

    build: str
    """The build's schema."""
    position: int | None
    """Of the last of the client's events that the build was made of; None when there is none."""
    what: str


class Compared(NamedTuple):
    """What came of a comparison."""

    clients: int
    """How many clients there were to compare."""
    left_out: int
    """How often a client could not be compared in a build: erased, or parked there."""
    differences: list[Difference]


class Comparison:
    """Compares every client in every build of this process, as far as that build has followed the log."""

    def __init__(self, pool: asyncpg.Pool, keyring: Keyring, organizations: Organizations, builds: Builds) -> None:
        self._pool = pool
        self._keyring = keyring
        self._organizations = organizations
        self._builds = builds

    async def clients(self, organization_id: UUID) -> Sequence[UUID]:
        """The clients whom the log knows."""
        async with scoped(self._pool, organization_id) as connection:
            return [record["client_id"] for record in await connection.fetch(_CLIENTS, organization_id)]

    async def compare(self, organization_id: UUID, *, progress: Callable[[int], None] | None = None) -> Compared:
        """Compare the clients of an organization; nothing is changed. `progress` is told how many are done.

        Raises UnknownOrganization.
        """
        await self._builds.refresh()
        builds = [each for each in map(self._builds.followed, self._builds.names()) if each]
        clients = await self.clients(organization_id)
        left_out, differences = 0, []
        for build, projection in builds:
            differences += [each async for each in self._of_nobody(organization_id, build, projection)]
        for start in range(0, len(clients), _CLIENTS_AT_ONCE):
            some = clients[start : start + _CLIENTS_AT_ONCE]
            for build, projection in builds:
                found = await self._compare(organization_id, build, projection, some)
                left_out += found.left_out
                differences += found.differences
            if progress is not None:
                progress(start + len(some))
        return Compared(len(clients), left_out, differences)

    async def _of_nobody(
        self, organization_id: UUID, build: Build, projection: Projection[Any]
    ) -> AsyncIterator[Difference]:
        async with scoped(self._pool, organization_id) as connection:
            for table in ("snapshot", *(table.name for table in projection.tables)):
                rows = await connection.fetchval(
                    f"SELECT count(*) FROM {build.schema}.{table} r WHERE organization_id = $1 AND NOT EXISTS ("  # noqa: S608
                    " SELECT FROM log.timeline_head h WHERE h.organization_id = $1 AND h.client_id = r.client_id)",
                    organization_id,
                )
                if rows:
                    what = f"{table} has rows of clients without a timeline: {rows:,}"
                    yield Difference(build.schema, None, what)

    async def _compare(
        self, organization_id: UUID, build: Build, projection: Projection[Any], clients: Sequence[UUID]
    ) -> "_Found":
        """Compared as they stand; whoever differs once more, while the build follows nothing."""
        async with scoped(self._pool, organization_id) as connection:
            found = await self._look(connection, organization_id, build, projection, clients)
        if not found.by_client:
            return found
        async with scoped(self._pool, organization_id) as connection:
            await connection.fetchval(f"{_STANDS} FOR UPDATE", organization_id, build.schema)
            again = await self._look(connection, organization_id, build, projection, list(found.by_client))
        return _Found(again.by_client, found.left_out)

    async def _look(
        self,
        connection: PoolConnectionProxy,
        organization_id: UUID,
        build: Build,
        projection: Projection[Any],
        clients: Sequence[UUID],
    ) -> "_Found":
        keys = await self._keyring.keys(organization_id, clients, connection=connection)
        stands = await connection.fetchval(_STANDS, organization_id, build.schema) or 0
        types = read_by(projection.relevant)
        own = await _events(connection, organization_id, clients, stands, types)
        events, keys, merged = await unite(
            connection, self._keyring, organization_id, own, keys, types=types, up_to=stands
        )
        policies = await self._organizations.policies(organization_id, connection=connection)
        expected = Expectation(organization_id, projection, policies)
        rows = await stored_rows(connection, projection, build.schema, clients)
        snapshots = await _snapshots(connection, build.schema, clients)
        parked = await find_parked(connection, organization_id, {build: clients})
        by_client: dict[UUID, list[Difference]] = {}
        left_out = len(parked)
        for client_id in clients:
            if (build.schema, client_id) in parked:
                continue
            mine = events.get(client_id, ())
            everybody = (client_id, *merged.get(client_id, ()))
            if mine and any(isinstance(keys.unusable.get(each), ClientErased) for each in everybody):
                left_out += 1  # the rows tell of who was erased until what comes next is projected
                continue
            differences = list(expected.differences(mine, keys, rows[client_id], snapshots[client_id]))
            if differences:
                last = mine[-1].position if mine else None
                by_client[client_id] = [Difference(build.schema, last, what) for what in differences]
        return _Found(by_client, left_out)


class _Found(NamedTuple):
    by_client: Mapping[UUID, Sequence[Difference]]
    left_out: int

    @property
    def differences(self) -> list[Difference]:
        return [each for differences in self.by_client.values() for each in differences]


async def _events(
    connection: Connection, organization_id: UUID, clients: Sequence[UUID], stands: int, types: Sequence[str]
) -> Mapping[UUID, list[StoredEvent]]:
    """The clients' own events, as far as a build has followed them."""
    events: dict[UUID, list[StoredEvent]] = defaultdict(list)
    for event in stored(await connection.fetch(_EVENTS, organization_id, clients, stands, types)):
        events[event.client_id].append(event)
    return events


async def stored_rows(
    connection: Connection, projection: Projection[Any], schema: str, clients: Sequence[UUID]
) -> Mapping[UUID, StoredRows]:
    """Each client's rows in the projection's tables in this schema."""
    found: dict[UUID, dict[str, list[tuple[Any, ...]]]] = {
        client_id: {table.name: [] for table in projection.tables} for client_id in clients
    }
    for table in projection.tables:
        names = ", ".join(column.name for column in list(table.columns)[1:])
        place = in_build(table, schema).fullname
        for client_id, *row in await connection.fetch(
            f"SELECT {names} FROM {place} WHERE client_id = ANY($1)",  # noqa: S608 - names are declared
            clients,
        ):
            found[client_id][table.name].append(tuple(row))
    return {client_id: {name: in_order(rows) for name, rows in tables.items()} for client_id, tables in found.items()}


async def _snapshots(connection: Connection, schema: str, clients: Sequence[UUID]) -> Mapping[UUID, Sequence[Snapshot]]:
    found: dict[UUID, list[Snapshot]] = defaultdict(list)
    for record in await connection.fetch(
        f"SELECT client_id, version, until, key_id, state FROM {schema}.snapshot WHERE client_id = ANY($1)"  # noqa: S608
        " ORDER BY client_id, version",
        clients,
    ):
        found[record["client_id"]].append(Snapshot(*record))
    return found
