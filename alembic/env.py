"""Alembic's environment: on the connection that service.database.migrate hands over, or from a shell on one of its own.

From a shell (`alembic -c alembic.ini …`) the database is the one that CARE_TIMELINE_OWNER_DATABASE_URL names.
"""

import asyncio
import os
from collections.abc import Iterable, Mapping
from logging.config import fileConfig

from alembic import context
from alembic.autogenerate.rewriter import Rewriter
from alembic.operations import MigrationScript, ops
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text

from service.database.migrate import VERSION_SCHEMA, migrating
from service.database.protection import AFTER_CREATE
from service.declared import DECLARED

config = context.config

if config.config_file_name is not None:
    fileConfig(config.config_file_name, disable_existing_loggers=False)

target_metadata = DECLARED

SCHEMAS = {table.schema for metadata in DECLARED for table in metadata.tables.values()}


def include_name(name: str | None, type_: str, parent_names: Mapping[str, str | None]) -> bool:
    """Compares the schemas of declared tables only: not Alembic's own, nor those of projections' builds."""
    return name in SCHEMAS if type_ == "schema" else True


writer = Rewriter()


@writer.rewrites(ops.CreateTableOp)
def protect_with_it(
    context: MigrationContext, revision: str | Iterable[str | None], op: ops.CreateTableOp
) -> list[ops.MigrateOperation]:
    """Has a new table's protection written into the migration that makes it."""
    return [op, *(ops.ExecuteSQLOp(statement) for statement in op.info.pop(AFTER_CREATE, ()))]


def number_revision(
    context: MigrationContext, revision: str | Iterable[str | None], directives: list[MigrationScript]
) -> None:
    """Names the new revision by the number that follows the newest: 0004, 0005 …"""
    head = ScriptDirectory.from_config(config).get_current_head()
    directives[0].rev_id = f"{int(head or 0) + 1:04}"


OPTIONS = {
    "target_metadata": target_metadata,
    "version_table_schema": VERSION_SCHEMA,
    "include_schemas": True,
    "include_name": include_name,
    "compare_server_default": True,
    "transaction_per_migration": True,
    "process_revision_directives": writer.chain(number_revision),
}


def run_migrations_offline() -> None:
    """Prints the statements instead of running them (`alembic upgrade … --sql`)."""
    context.configure(dialect_name="postgresql", literal_binds=True, dialect_opts={"paramstyle": "named"}, **OPTIONS)
    with context.begin_transaction():
        context.execute(f"create schema if not exists {VERSION_SCHEMA}")
        context.run_migrations()


def do_run_migrations(connection: Connection) -> None:
    connection.execute(text(f"create schema if not exists {VERSION_SCHEMA}"))
    connection.commit()
    context.configure(connection=connection, **OPTIONS)
    with context.begin_transaction():
        context.run_migrations()


async def run_async_migrations() -> None:
    owner_url = os.environ.get("CARE_TIMELINE_OWNER_DATABASE_URL")
    if owner_url is None:
        raise CommandError("Set CARE_TIMELINE_OWNER_DATABASE_URL to the address of the database, as its owner.")
    async with migrating(owner_url) as connection:
        await connection.run_sync(do_run_migrations)


def run_migrations_online() -> None:
    connection = config.attributes.get("connection")
    if connection is None:
        asyncio.run(run_async_migrations())
    else:
        do_run_migrations(connection)


if context.is_offline_mode():
    run_migrations_offline()
else:
    run_migrations_online()
