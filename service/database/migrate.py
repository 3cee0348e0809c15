"""Brings a database to the newest schema, one process at a time."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.pool import NullPool

from service.database.migrations_folder import migrations_folder
from service.database.protection import APP_ROLE, OWNER_ROLE

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

VERSION_SCHEMA = "migration"
"""Where Alembic notes the revision that the database is at."""

_ONE_AT_A_TIME = 0x636172655F746C  # an arbitrary number that only our migrations lock
_VERSION = f"select version_num from {VERSION_SCHEMA}.alembic_version"  # noqa: S608 a name of ours


class MigrationError(Exception):
    """The database cannot be migrated, or is not migrated; the message says what to do."""


async def migrate(owner_url: str, revision: str = "head") -> None:
    """Migrates the database up to a revision, as a login that may act as care_timeline_owner.

    A second process that starts meanwhile waits for the first. Raises MigrationError.
    """
    await _run(owner_url, lambda config: command.upgrade(config, revision))


async def migrate_down(owner_url: str, revision: str) -> None:
    """Takes the database back to an older revision, or to "base": tables above it are dropped with their rows."""
    await _run(owner_url, lambda config: command.downgrade(config, revision))


async def require_migrated(pool: asyncpg.Pool) -> None:
    """Raises MigrationError unless the database that the pool reaches has the schema this code was written for."""
    found = await pool.fetchval(f"select to_regclass('{VERSION_SCHEMA}.alembic_version')") and await pool.fetchval(
        _VERSION
    )
    wanted = newest_revision()
    if found != wanted:
        raise MigrationError(
            f"The database is at revision {found or 'none'} and this service needs {wanted}. Run care-timeline migrate."
        )


def newest_revision() -> str:
    """The revision of the schema this code was written for."""
    (head,) = ScriptDirectory.from_config(_config()).get_heads()
    return head


@asynccontextmanager
async def migrating(owner_url: str) -> AsyncIterator["AsyncConnection"]:
    """A connection that acts as the owner, while no other process migrates. Raises MigrationError."""
    from sqlalchemy.ext.asyncio import create_async_engine  # a process that does not migrate starts without

    # asyncpg reads the address itself: SQLAlchemy would hand sslmode and sslrootcert on under names it does not know.
    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=partial(asyncpg.connect, owner_url),
        poolclass=NullPool,
        hide_parameters=True,
    )
    try:
        async with engine.connect() as connection:
            await _take_turn(connection)
            yield connection
    finally:
        await engine.dispose()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


async def _run(owner_url: str, task: Callable[[Config], None]) -> None:
    async with migrating(owner_url) as connection:
        await connection.run_sync(_with_connection, task)


async def _take_turn(connection: "AsyncConnection") -> None:
    """Becomes the owner and waits until no other process migrates; the session's end gives up the turn."""
    roles = await connection.execute(
        text("select rolname from pg_roles where rolname in (:owner, :app)"), {"owner": OWNER_ROLE, "app": APP_ROLE}
    )
    missing = {OWNER_ROLE, APP_ROLE} - set(roles.scalars())
    if missing:
        raise MigrationError(
            f"The server has no role {' and no role '.join(sorted(missing))}. Its administrator makes both, and grants "
            f"{OWNER_ROLE} to the login that migrates and {APP_ROLE} to the login the service connects as."
        )
    if not await connection.scalar(text("select pg_has_role(:owner, 'member')"), {"owner": OWNER_ROLE}):
        raise MigrationError(
            f"This login may not act as {OWNER_ROLE}, which owns the tables. The server's administrator grants it that."
        )
    await connection.execute(text(f"set role {OWNER_ROLE}"))
    await connection.execute(text("set lock_timeout = '5min'"))
    await connection.execute(text("select pg_advisory_lock(:key)"), {"key": _ONE_AT_A_TIME})
    # From here on: better to give up and be run again than to keep the service's own statements waiting.
    await connection.execute(text("set lock_timeout = '5s'"))
    await connection.execute(text("set statement_timeout = '5min'"))
    await connection.commit()


def _with_connection(connection: Connection, task: Callable[[Config], None]) -> None:
    config = _config()
    config.attributes["connection"] = connection
    task(config)
