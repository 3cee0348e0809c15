"""Catch-up: gives projections that failed for a client another try, once they are mended."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg

from projections.projection import Projection
from projections.rows import TableChanges
from service.database.connection import scoped
from service.log.keyring import Keyring
from service.log.organizations import Organizations
from service.log.reading import EVENTS, stored
from service.projector.batch import REFUSED
from service.projector.builds import Build, Builds
from service.projector.client_fold import fold_client
from service.projector.folding import ProjectionFailed
from service.projector.opened_events import open_each
from service.projector.parked_clients import Failure, park, parked, release
from service.projector.relevant_events import read_by
from service.projector.rows import RowChanges
from service.projector.snapshots import seal_snapshot, write_snapshots
from service.projector.united_events import unite
from service.runtime.tracebacks import describe

_STANDS = "SELECT position FROM following.cursor WHERE organization_id = $1 AND name = $2 FOR UPDATE"
_CLIENT = f"{EVENTS} AND client_id = $2 AND position <= $3 AND type = ANY($4) ORDER BY version"


class CatchUp:
    """Folds parked clients again from the beginning, as far as their builds stand, and puts their rows in place."""

    def __init__(self, pool: asyncpg.Pool, keyring: Keyring, organizations: Organizations, builds: Builds) -> None:
        self._pool = pool
        self._keyring = keyring
        self._organizations = organizations
        self._builds = builds

    async def parked(self, organization_id: UUID) -> int:
        """How many clients are parked, counted once for each build."""
        async with scoped(self._pool, organization_id) as connection:
            return sum([len(await parked(connection, organization_id, name)) for name in self._builds.names()])

    async def retry(self, organization_id: UUID) -> AsyncIterator[bool]:
        """Try each parked client again in each build; yields for each whether it went well.

        What fails again stays parked, with what was found this time.
        """
        for name in self._builds.names():
            followed = self._builds.followed(name)
            assert followed is not None
            build, projection = followed
            async with scoped(self._pool, organization_id) as connection:
                clients = await parked(connection, organization_id, build.schema)
            for client_id in clients:
                try:
                    await self._retry(organization_id, client_id, build, projection)
                except _FailedAgain as again:
                    async with scoped(self._pool, organization_id, durable=False) as connection:
                        await park(connection, organization_id, [again.failure])
                    yield False
                else:
                    yield True

    async def _retry(self, organization_id: UUID, client_id: UUID, build: Build, projection: Projection[Any]) -> None:
        async with scoped(self._pool, organization_id, durable=False) as connection:
            position = await connection.fetchval(_STANDS, organization_id, build.schema) or 0
            keys = await self._keyring.keys(organization_id, [client_id], connection=connection)
            types = read_by(projection.relevant)
            own = {client_id: stored(await connection.fetch(_CLIENT, organization_id, client_id, position, types))}
            united = await unite(connection, self._keyring, organization_id, own, keys, types=types, up_to=position)
            events = united.events[client_id]
            policies = await self._organizations.policies(organization_id, connection=connection)
            try:
                found = fold_client(projection, open_each(events, united.keys), policies)
                changes = RowChanges(organization_id)
                changes.empty(build.schema, client_id, projection.tables)
                rows = {table: TableChanges(rows, ()) for table, rows in found.rows.items()}
                changes.change(build.schema, client_id, rows)
                await changes.write(connection)
                if events:
                    key = keys.of(client_id)
                    row = seal_snapshot(projection, organization_id, client_id, found.snapshot, key)
                    await write_snapshots(connection, build.schema, [(organization_id, client_id, -1)], [row])
            except ProjectionFailed as failed:
                failure = Failure(build.schema, client_id, events[-1].version, failed.entry_id, failed.error)
                raise _FailedAgain(failure) from failed
            except REFUSED as error:
                failure = Failure(build.schema, client_id, events[-1].version, events[-1].id, describe(error))
                raise _FailedAgain(failure) from error
            await release(connection, organization_id, build.schema, [client_id])


class _FailedAgain(Exception):
    """The client stays parked; the transaction is rolled back."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.error)
        self.failure = failure
