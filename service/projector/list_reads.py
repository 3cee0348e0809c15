"""Reading rows of many clients: one snapshot of builds' rows, and the position of the log that they reflect."""

import time
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final
from uuid import UUID

import asyncpg
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Text,
    Uuid,
    and_,
    bindparam,
    column,
    func,
    literal_column,
    not_,
    select,
    union,
)

from projections.care_plan import CARE_PLAN
from service.database.connection import Connection, scoped
from service.database.statement import Statement, compiled
from service.database.tables import client_key
from service.following import tables
from service.following.cursors import wait_for
from service.log.reading import ONE_SNAPSHOT
from service.projector.builds import Build, Builds
from service.projector.list_pages import only_seen
from service.projector.tables import parked_table

_ORGANIZATION: Final = bindparam("organization_id", type_=Uuid)
_EVERYBODY: Final[Mapping[str, object]] = MappingProxyType({})


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
    """For how many clients a projection failed, so that their rows do not tell everything: of those who are seen."""
    erased: int
    """How many of the organization's clients were erased up to that position, and so are in no row any more."""


async def with_merged(reading: ListReading, organization_id: UUID, client_ids: Collection[UUID]) -> Collection[UUID]:
    """These clients and those merged into them, by the care plan's rows, which have to be among what is read."""
    if not client_ids:
        return client_ids
    found = await reading.connection.fetch(_merged_into(reading.schemas[CARE_PLAN.name]), organization_id, client_ids)
    return {*client_ids, *(UUID(int=row[0].int) for row in found)}


@lru_cache(16)
def _merged_into(care_plan: str) -> str:
    merged = f'"{care_plan}".care_plan_merged_into'
    return f"""with recursive person (client_id) as (
  select m.client_id from {merged} m where m.organization_id = $1 and m.survivor_id = any($2)
   union
  select m.client_id from person join {merged} m on m.organization_id = $1 and m.survivor_id = person.client_id
) select client_id from person"""  # noqa: S608 - a schema of ours


class ListReads:
    """Reads rows of an organization's clients from the builds of this release."""

    def __init__(self, pool: asyncpg.Pool, builds: Builds) -> None:
        self._pool = pool
        self._builds = builds

    @asynccontextmanager
    async def reading(
        self,
        organization_id: UUID,
        projections: Sequence[str],
        *,
        position: int | None = None,
        seconds: float,
        seen: Mapping[str, object] = _EVERYBODY,
    ) -> AsyncIterator[ListReading]:
        """A reading of these projections that reflects at least that position, for which it waits so many seconds.

        `seen` is what is given to narrow a list to whom the caller sees (list_pages.only_seen), and `now`: nobody else
        is counted as parked. It needs the care plan among the projections. The position is told all the same: it says
        how much the organization has recorded, of whomever, as each receipt does. So is how many were erased: nobody
        knows any more who saw them.
        Raises ListsNotReady, ListsBehind.
        """
        builds = await self._to_read(projections)
        try:
            if position is not None:
                await self._wait(organization_id, builds, position, seconds)
            async with scoped(self._pool, organization_id, first=ONE_SNAPSHOT) as connection:
                names = [build.schema for build in builds]
                given = {"organization_id": organization_id, "names": names}
                stands = await connection.fetchval(_POSITION.sql, *_POSITION.arguments(given))
                schemas = {build.name: build.schema for build in builds}
                parked_in = _parked_in(tuple(names), schemas.get(CARE_PLAN.name, ""), frozenset(seen))
                arguments = parked_in.arguments({**given, **seen})
                ((parked, erased),) = await connection.fetch(parked_in.sql, *arguments)
                yield ListReading(connection, schemas, stands, parked, erased)
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


def _position() -> Statement:
    """The least that one of these followers has come to; one without a row has followed nothing yet."""
    each = func.unnest(bindparam("names", type_=ARRAY(Text))).table_valued(column("name", Text))
    each = each.render_derived("each")
    cursor = tables.cursor
    theirs = and_(cursor.c.organization_id == _ORGANIZATION, cursor.c.name == each.c.name)
    nothing: ColumnElement[int] = literal_column("0")
    least = func.coalesce(func.min(func.coalesce(cursor.c.position, nothing)), nothing)
    return compiled(select(least).select_from(each.outerjoin(cursor, theirs)))


@lru_cache(64)
def _parked_in(schemas: tuple[str, ...], care_plan: str, given: frozenset[str]) -> Statement:
    """Counts the clients who are parked in one of these builds, of those whom the caller sees by the care plan's rows.

    Then those who are parked for good, since they were erased, whoever saw them.
    """
    parked = union(
        *(
            select(table.c.client_id).where(table.c.organization_id == _ORGANIZATION)
            for table in map(parked_table, schemas)
        )
    ).subquery("parked")
    theirs = and_(client_key.c.organization_id == _ORGANIZATION, client_key.c.client_id == parked.c.client_id)
    erased = client_key.c.wrapped_key.is_(None).label("erased")
    each = select(parked.c.client_id, erased).select_from(parked.join(client_key, theirs)).cte("each")
    counted = select(func.count()).select_from(each)
    failed = only_seen(counted.where(not_(each.c.erased)), care_plan, each.c.client_id, given)
    return compiled(select(failed.scalar_subquery(), counted.where(each.c.erased).scalar_subquery()))


_POSITION = _position()
