"""Reading an organization's rows for analysts: one snapshot, in which all projections stand at one position."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
from sqlalchemy import DateTime, Select, bindparam

from analytics.catalogue import VIEWS
from analytics.view import Sources
from service.database.connection import Connection, scoped
from service.database.statement import bound
from service.log.reading import ONE_SNAPSHOT
from service.projector.builds import Build, Builds

STATEMENT_SECONDS: Final = 3_600
"""So long one statement of a reading may take (our choice), with whatever takes its rows in: an export has millions."""

MOMENT: Final = bindparam("moment", type_=DateTime(timezone=True))
"""The moment by which rows are judged, in statements."""

NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""The moment of a reading of an organization in whose log nothing stands."""

PROJECTIONS_READ: Final = tuple(sorted(frozenset[str]().union(*(view.projections for view in VIEWS))))
"""The projections behind all views."""

_SHORTEST_WAIT: Final = 0.05
FIRST: Final = (
    f"{ONE_SNAPSHOT}; set local statement_timeout = '{STATEMENT_SECONDS}s';"
    f" set local idle_in_transaction_session_timeout = '{STATEMENT_SECONDS}s'"
)
"""What a reading's transaction says first."""
_POSITIONS: Final = """
select each.name, coalesce(cursor.position, 0) as position
  from unnest($2::text[]) as each (name)
  left join following.cursor on cursor.organization_id = $1 and cursor.name = each.name
"""
RECORDED_AT: Final = "select recorded_at from log.event where organization_id = $1 and position = $2"


_ERASED: Final = "select count(*) from keyring.client_key where organization_id = $1 and destroyed_at is not null"


class RowsNotReady(Exception):
    """The projections' rows cannot be read as of one position yet; the message says which wait for what."""


@dataclass(frozen=True, slots=True)
class Reading:
    """An organization's rows as they stood when the event at a position had been recorded."""

    organization_id: UUID
    connection: Connection
    """In a transaction that sees this organization alone, and in which nothing changes."""
    sources: Sources
    """Where the rows lie; what is judged by a moment binds it as `MOMENT`."""
    position: int
    """Of the last event that the rows reflect; 0 where there is none."""
    moment: datetime
    """When that event was recorded: by it rows are judged, so that they are the same whenever they are read."""
    versions: Mapping[str, int] = field(default_factory=dict)
    """The version of each projection, by its name."""
    parked: int = 0
    """For how many clients a projection failed, so that their rows are missing or behind; erased ones do not count."""

    async def fetch(self, rows: Select[Any], **values: object) -> list[asyncpg.Record]:
        """All rows of a statement over `sources`, given what else it binds."""
        sql, arguments = bound(rows, moment=self.moment, **values)
        return await self.connection.fetch(sql, *arguments, timeout=STATEMENT_SECONDS)

    async def erased_clients(self) -> int:
        """How many clients were erased so far: nothing of them is in any row, whatever it is as of."""
        erased: int = await self.connection.fetchval(_ERASED, self.organization_id)
        return erased


class Readings:
    """Reads the rows of the builds of this release."""

    def __init__(self, pool: asyncpg.Pool, builds: Builds) -> None:
        self._pool = pool
        self._builds = builds

    @asynccontextmanager
    async def live(
        self, organization_id: UUID, projections: Sequence[str] = PROJECTIONS_READ, *, seconds: float = 5.0
    ) -> AsyncIterator[Reading]:
        """A reading of these projections as they are.

        They follow the log apart from each other: it waits so many seconds for a moment at which all stand at one
        position. Raises RowsNotReady.
        """
        deadline = time.monotonic() + seconds
        wait = _SHORTEST_WAIT
        while True:
            builds = await self._to_read(projections)
            async with scoped(self._pool, organization_id, first=FIRST) as connection:
                stand = await self._positions(connection, organization_id, builds)
                if len(set(stand.values())) == 1 and await _are_there(connection, builds):
                    yield await _reading(connection, organization_id, builds, next(iter(stand.values())))
                    return
            if time.monotonic() + wait > deadline:
                raise RowsNotReady(_behind(stand))
            await asyncio.sleep(wait)
            wait *= 2

    async def _to_read(self, projections: Sequence[str]) -> list[Build]:
        found = {name: await self._builds.to_read(name) for name in projections}
        missing = [name for name, build in found.items() if build is None]
        if missing:
            raise RowsNotReady(
                f"Of {', '.join(missing)} nothing is built in this release's version yet: `care-timeline rebuild`."
            )
        return [build for build in found.values() if build]

    async def _positions(
        self, connection: Connection, organization_id: UUID, builds: Sequence[Build]
    ) -> Mapping[str, int]:
        """Where each projection stands, by its name; one that has followed nothing yet at 0."""
        names = {build.schema: build.name for build in builds}
        rows = await connection.fetch(_POSITIONS, organization_id, list(names))
        return {names[row["name"]]: row["position"] for row in rows}


async def _are_there(connection: Connection, builds: Sequence[Build]) -> bool:
    """Whether no build was removed since this process last looked."""
    schemas = [build.schema for build in builds]
    found: int = await connection.fetchval("select count(*) from pg_namespace where nspname = any($1)", schemas)
    return found == len(schemas)


async def _reading(connection: Connection, organization_id: UUID, builds: Sequence[Build], position: int) -> Reading:
    moment = await connection.fetchval(RECORDED_AT, organization_id, position)
    sources = Sources({build.name: build.schema for build in builds}, MOMENT)
    versions = {build.name: build.version for build in builds}
    parked = await connection.fetchval(_parked_in([build.schema for build in builds]), organization_id)
    return Reading(organization_id, connection, sources, position, moment or NEVER, versions, parked)


def _parked_in(schemas: Sequence[str]) -> str:
    parked = " union ".join(f"select client_id from {schema}.parked where organization_id = $1" for schema in schemas)  # noqa: S608
    known = "select from keyring.client_key k where k.organization_id = $1 and k.client_id = parked.client_id"
    return f"select count(*) from ({parked}) parked where exists ({known} and k.wrapped_key is not null)"  # noqa: S608


def _behind(stand: Mapping[str, int]) -> str:
    first = max(stand.values())
    behind = ", ".join(f"{name} at {position:,}" for name, position in stand.items() if position < first)
    if not behind:
        return "The projections' rows were replaced while they were looked at. Try again."
    return (
        f"Rows are told as of one position, and while others stand at {first:,} these do not come to it: {behind}."
        " `care-timeline catch-up` brings them there, and `care-timeline doctor` says what keeps them."
    )
