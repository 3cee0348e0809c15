"""Reading rows of many clients: one snapshot of builds' rows, and the position of the log that they reflect."""

import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from service.database.connection import Connection, scoped
from service.following.cursors import wait_for
from service.projector.builds import Build, Builds

_ONE_SNAPSHOT = "set transaction isolation level repeatable read, read only"

# A follower without a row has followed nothing yet.
_POSITION = """select coalesce(min(coalesce(c.position, 0)), 0)
  from unnest($2::text[]) as each (name)
  left join following.cursor c on c.organization_id = $1 and c.name = each.name"""


class ListsNotReady(Exception):
    """There is no build of this release yet from whose rows the lists could be made."""


class ListsBehind(Exception):
    """The rows do not reflect the position that was asked for, and did not come to it in time."""


@dataclass(frozen=True, slots=True)
class ListReading:
    """A transaction in which the rows of builds, and how far they have followed the log, stay as they are."""

    connection: Connection
    schemas: Mapping[str, str]
    """Where the rows of a projection lie, by its name."""
    position: int
    """Of the last event that all of these builds have followed."""
    parked: int
    """For how many clients a projection failed, so that their rows do not tell everything."""


class ListReads:
    """Reads rows of an organization's clients from the builds of this release."""

    def __init__(self, pool: asyncpg.Pool, builds: Builds) -> None:
        self._pool = pool
        self._builds = builds

    @asynccontextmanager
    async def reading(
        self, organization_id: UUID, projections: Sequence[str], *, position: int | None = None, seconds: float
    ) -> AsyncIterator[ListReading]:
        """A reading of these projections that reflects at least that position, for which it waits so many seconds.

        Raises ListsNotReady, ListsBehind.
        """
        builds = await self._to_read(projections)
        try:
            if position is not None:
                await self._wait(organization_id, builds, position, seconds)
            async with scoped(self._pool, organization_id, first=_ONE_SNAPSHOT) as connection:
                names = [build.schema for build in builds]
                stands = await connection.fetchval(_POSITION, organization_id, names)
                parked = await connection.fetchval(_parked_in(names), organization_id)
                schemas = {build.name: build.schema for build in builds}
                yield ListReading(connection, schemas, stands, parked)
        except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):
            # The build was removed since this process last looked; the next call finds the one in its place.
            await self._builds.refresh()
            raise ListsNotReady from None

    async def _to_read(self, projections: Sequence[str]) -> list[Build]:
        found = [await self._builds.to_read(name) for name in projections]
        there = [build for build in found if build]
        if len(there) < len(found):
            raise ListsNotReady
        return there

    async def _wait(self, organization_id: UUID, builds: Sequence[Build], position: int, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        for build in builds:
            left = deadline - time.monotonic()
            if not await wait_for(self._pool, organization_id, build.schema, position, seconds=left):
                raise ListsBehind


def _parked_in(schemas: Sequence[str]) -> str:
    """The statement that counts the clients who are parked in one of these builds; erased ones stay so for good."""
    each = " union ".join(f"select client_id from {schema}.parked where organization_id = $1" for schema in schemas)  # noqa: S608
    still_there = "k.organization_id = $1 and k.client_id = parked.client_id and k.wrapped_key is not null"
    return f"select count(*) from ({each}) as parked join keyring.client_key k on {still_there}"  # noqa: S608
