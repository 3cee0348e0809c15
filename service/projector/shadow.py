"""Shadow tables: where a rebuild works, beside the live tables, until it swaps them in."""

from collections.abc import Sequence
from functools import cache

import asyncpg
from sqlalchemy import MetaData, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable, ExecutableDDLElement, SetColumnComment, SetTableComment

from service.database.protection import protection
from service.projector.tables import APP_PRIVILEGES, SCHEMA, tables_of

REBUILD_SCHEMA = "projection_rebuild"
RETIRED_SCHEMA = "projection_retired"

Owner = asyncpg.Connection


@cache
def shadow(table: Table) -> Table:
    """The declaration of a live table's shadow."""
    return table.to_metadata(MetaData(schema=REBUILD_SCHEMA), schema=REBUILD_SCHEMA)


async def make_shadows(owner: Owner, names: Sequence[str]) -> bool:
    """Make the shadow tables of these projections; whether those of an unfinished rebuild were found instead.

    They are bare until the swap: PostgreSQL does not COPY into tables with row-level security.
    """
    wanted = {table.name for name in names for table in tables_of(name)}
    there = await owner.fetch("SELECT tablename FROM pg_tables WHERE schemaname = $1", REBUILD_SCHEMA)
    if wanted == {record["tablename"] for record in there}:
        return True
    async with owner.transaction():
        await owner.execute(f"DROP SCHEMA IF EXISTS {REBUILD_SCHEMA} CASCADE")
        await owner.execute(f"CREATE SCHEMA {REBUILD_SCHEMA}")
        for name in names:
            for table in tables_of(name):
                for statement in _creation(shadow(table)):
                    await owner.execute(statement)
    return False


async def swap(owner: Owner, names: Sequence[str]) -> None:
    """Put the shadow tables in the place of the live ones; inside the caller's transaction."""
    await owner.execute(f"CREATE SCHEMA {RETIRED_SCHEMA}")
    for name in names:
        for table in tables_of(name):
            for statement in protection(shadow(table), app=APP_PRIVILEGES):
                await owner.execute(statement)
            await owner.execute(f"ALTER TABLE {table.fullname} SET SCHEMA {RETIRED_SCHEMA}")
            await owner.execute(f"ALTER TABLE {shadow(table).fullname} SET SCHEMA {SCHEMA}")
    await owner.execute(f"DROP SCHEMA {RETIRED_SCHEMA} CASCADE")
    await owner.execute(f"DROP SCHEMA {REBUILD_SCHEMA}")


def _creation(table: Table) -> list[str]:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    elements: list[ExecutableDDLElement] = [
        CreateTable(table),
        SetTableComment(table),
        *(SetColumnComment(column) for column in table.columns if column.comment),
    ]
    return [str(element.compile(dialect=dialect, compile_kwargs={"literal_binds": True})) for element in elements]
