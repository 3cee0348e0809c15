"""Making builds, switching them in and removing them, as the owner of the database."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import asyncpg
from sqlalchemy import Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable, ExecutableDDLElement, SetColumnComment, SetTableComment

from projections.projection import Projection
from service.database.distribution import distribution, is_distributed
from service.database.owner import Owner, connect_owner
from service.database.protection import APP_ROLE, OWNER_ROLE, protection
from service.projector.analyst_views import open_to_analysts, show_to_analysts
from service.projector.builds import BUILDS, Build
from service.projector.tables import APP_PRIVILEGES, SCHEMA, parked_table, snapshot_table, tables_of
from service.projector.views import lists_that_show, show_lists, show_tables

LOCK_TIMEOUT = "5s"
"""So long a switch waits for readers of the views: others wait behind it meanwhile."""

_ONE_AT_A_TIME = 0x636172655F62756C  # an arbitrary number that only the making of builds locks


class SwitchRefused(Exception):
    """The build could not be switched in; what was live still is, and the command can be run again."""


async def make_missing(owner_dsn: str, projections: Sequence[Projection[Any]]) -> list[Build]:
    """Make a build for each projection that has none of its version.

    Where nothing is recorded yet there is nothing to fold, and they are live at once. Gives those that stand to be
    built: `rebuild` does that.
    """
    owner = await connect_owner(owner_dsn)
    try:
        async with owner.transaction():
            await one_at_a_time(owner)
            wanted = {(one.name, one.version): one for one in projections}
            there = {build.key: build for build in await all_builds(owner) if build.key in wanted}
            anything = await owner.fetchval("SELECT EXISTS (SELECT FROM log.log_head WHERE position > 0)")
            for key, projection in wanted.items():
                if key in there:
                    continue
                there[key] = build = await make_build(owner, projection)
                if not anything:
                    await open_to_service(owner, build, projection)
                    await switch_in(owner, build, projection)
                    there[key] = build._replace(state="live")
            await _show_views_anew(owner)
            return [build for build in there.values() if build.state == "building"]
    finally:
        await owner.close()


async def one_at_a_time(owner: Owner) -> None:
    """Wait until nobody else makes builds, and keep others from it until the transaction ends."""
    await owner.execute("SELECT pg_advisory_xact_lock($1)", _ONE_AT_A_TIME)


async def all_builds(owner: Owner) -> list[Build]:
    """Every build that is registered, in the order in which they were made."""
    return [Build(*record) for record in await owner.fetch(BUILDS)]


async def make_build(owner: Owner, projection: Projection[Any]) -> Build:
    """Make the bare tables of a new build, which the service's role cannot reach; in the caller's transaction.

    Bare, since PostgreSQL does not COPY into tables with row-level security.
    """
    number = await owner.fetchval(f"SELECT coalesce(max(number), 0) + 1 FROM {SCHEMA}.build")  # noqa: S608
    schema = f"{SCHEMA}_{projection.name}_{number}"
    await owner.execute(f"CREATE SCHEMA {schema}")
    for table in tables_of(projection, schema):
        for statement in _creation(table):
            await owner.execute(statement)
    if await is_distributed(owner):
        for statement in distribution(table.fullname for table in tables_of(projection, schema)):
            await owner.execute(statement)
    # Sealed bytes do not compress: do not try.
    await owner.execute(f"ALTER TABLE {snapshot_table(schema).fullname} ALTER COLUMN state SET STORAGE EXTERNAL")
    await owner.execute(
        f"INSERT INTO {SCHEMA}.build (number, name, version, schema_name, state)"  # noqa: S608
        " VALUES ($1, $2, $3, $4, 'building')",
        number,
        projection.name,
        projection.version,
        schema,
    )
    return Build(number, projection.name, projection.version, schema, "building", 0, None)


async def open_to_service(owner: Owner, build: Build, projection: Projection[Any]) -> None:
    """Protect a build's tables and let the service's role at them, which from now on follows the log with them."""
    await owner.execute(f"GRANT USAGE ON SCHEMA {build.schema} TO {APP_ROLE}")
    for table in tables_of(projection, build.schema):
        for statement in protection(table, app=APP_PRIVILEGES):
            await owner.execute(statement)
    for statement in open_to_analysts(build, projection):
        await owner.execute(statement)
    # projection.status counts them, over all organizations.
    parked = parked_table(build.schema).fullname
    await owner.execute(f"CREATE POLICY owner_counts ON {parked} FOR SELECT TO {OWNER_ROLE} USING (true)")
    await owner.execute(
        f"UPDATE {SCHEMA}.build SET state = 'following', built_at = now() WHERE number = $1",  # noqa: S608
        build.number,
    )


async def switch_in(owner: Owner, build: Build, projection: Projection[Any]) -> None:
    """Let the stable names show this build; readers see the old rows or the new ones, never a mixture.

    Raises SwitchRefused.
    """
    try:
        async with owner.transaction():
            await owner.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
            await show_tables(owner, build, projection)
            await owner.execute(
                f"UPDATE {SCHEMA}.build SET state = 'retired' WHERE name = $1 AND state = 'live'",  # noqa: S608
                build.name,
            )
            await owner.execute(
                f"UPDATE {SCHEMA}.build SET state = 'live', live_at = now() WHERE number = $1",  # noqa: S608
                build.number,
            )
            await show_lists(owner)
            await show_to_analysts(owner)
    except asyncpg.LockNotAvailableError:
        raise SwitchRefused(
            f"A long query reads {build.name}, so its new build could not be switched in: run the command again."
        ) from None
    except asyncpg.DependentObjectsStillExistError as error:
        raise SwitchRefused(
            f"Something of yours depends on a view of {build.name} that changes or goes away: {error.detail}"
        ) from None


async def _show_views_anew(owner: Owner) -> None:
    """The release that is here now may say the lists, and what analysts see, otherwise than the one before."""
    try:
        async with owner.transaction():
            await owner.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
            await show_lists(owner)
            await show_to_analysts(owner)
    except asyncpg.LockNotAvailableError:
        raise SwitchRefused("A long query reads one of the lists or views: run the command again.") from None
    except asyncpg.DependentObjectsStillExistError as error:
        raise SwitchRefused(f"Something of yours depends on a view that changes: {error.detail}") from None


async def remove(owner: Owner, build: Build) -> None:
    """Drop a build's tables and forget where it stood.

    Raises SwitchRefused while a long query reads them, or a list comes from them that waits for another projection.
    """
    try:
        async with owner.transaction():
            if lists := await lists_that_show(owner, build):
                raise SwitchRefused(
                    f"{SCHEMA}.{lists[0]} still comes from {build.schema}: first rebuild the projections that"
                    " stand to be built (care-timeline projections)."
                )
            await owner.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
            # Cursors first, as whoever projects or erases takes them before the tables: so neither stops the other.
            await owner.execute("DELETE FROM following.cursor WHERE name = $1", build.schema)
            await owner.execute(f"DELETE FROM {SCHEMA}.build WHERE number = $1", build.number)  # noqa: S608
            await owner.execute(f"DROP SCHEMA {build.schema} CASCADE")
    except asyncpg.LockNotAvailableError:
        raise SwitchRefused(f"Somebody still reads {build.schema}: run the command again.") from None


async def remove_retired(owner_dsn: str) -> AsyncIterator[Build]:
    """Remove every build that is retired; yields each once it is gone. Raises SwitchRefused."""
    owner = await connect_owner(owner_dsn)
    try:
        for build in await all_builds(owner):
            if build.state == "retired":
                await remove(owner, build)
                yield build
    finally:
        await owner.close()


def _creation(table: Table) -> list[str]:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    elements: list[ExecutableDDLElement] = [
        CreateTable(table),
        *(CreateIndex(index) for index in table.indexes),
        SetTableComment(table),
        *(SetColumnComment(column) for column in table.columns if column.comment),
    ]
    return [str(element.compile(dialect=dialect, compile_kwargs={"literal_binds": True})) for element in elements]
