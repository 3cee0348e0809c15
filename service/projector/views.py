"""The stable names that analysts query: a view of each table of the builds that are live, and the lists over them."""

from collections.abc import Mapping, Sequence

import asyncpg

from projections.projection import Projection
from service.database.owner import Owner
from service.database.protection import APP_ROLE
from service.database.shown_views import ShownView, show
from service.database.statement import literal
from service.projector.builds import Build
from service.projector.list_views import LIST_VIEWS
from service.projector.tables import SCHEMA


async def show_tables(owner: Owner, build: Build, projection: Projection[object]) -> None:
    """Let the names of a projection's tables show this build, and take away names that it has no more.

    Raises what the driver raises where something of others depends on a view that changes or goes away.
    """
    wanted = {table.name for table in projection.tables} | {view.name for view in LIST_VIEWS}
    builds = await owner.fetch(f"SELECT schema_name FROM {SCHEMA}.build WHERE name = $1", build.name)  # noqa: S608
    for name in await _shown(owner, [schema for (schema,) in builds]):
        if name not in wanted:
            await owner.execute(f"DROP VIEW {SCHEMA}.{name}")
    for table in projection.tables:
        columns = ", ".join(column.name for column in table.columns)
        meanings = {column.name: column.comment or "" for column in table.columns}
        rows = f"SELECT {columns} FROM {build.schema}.{table.name}"  # noqa: S608
        await _show(owner, table.name, rows, table.comment or "", meanings)


async def show_lists(owner: Owner) -> None:
    """Let the lists show the builds that are live.

    A list stays as it is while one of those is of a release whose tables it does not know: until that projection is
    built anew, it goes on with the builds that it shows.
    """
    builds = await owner.fetch(f"SELECT name, schema_name FROM {SCHEMA}.build WHERE state = 'live'")  # noqa: S608
    live: dict[str, str] = {build["name"]: build["schema_name"] for build in builds}
    for view in LIST_VIEWS:
        if not live.keys() >= set(view.projections):
            continue
        try:
            async with owner.transaction():
                await _show(owner, view.name, literal(view.rows(live)), view.comment, view.comments())
        except (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError):
            continue


async def lists_that_show(owner: Owner, build: Build) -> list[str]:
    """The names of the lists that show rows of this build."""
    shown = await _shown(owner, [build.schema])
    return [view.name for view in LIST_VIEWS if view.name in shown]


async def _shown(owner: Owner, schemas: Sequence[str]) -> set[str]:
    """The names under which analysts find rows of these schemas."""
    found = await owner.fetch(
        "SELECT DISTINCT view_name FROM information_schema.view_table_usage"
        " WHERE view_schema = $1 AND table_schema = ANY($2)",
        SCHEMA,
        schemas,
    )
    return {record["view_name"] for record in found}


async def _show(owner: Owner, name: str, rows: str, meaning: str, columns: Mapping[str, str]) -> None:
    """Let the view of this name show these rows, each with the privileges of who asks."""
    await show(owner, ShownView(SCHEMA, name, rows, meaning, columns, "security_invoker = true", APP_ROLE))
