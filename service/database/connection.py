"""Connections to PostgreSQL; each transaction sees one organization."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import UUID

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from service.database.protection import ORGANIZATION_SETTING, see_only

Connection = PoolConnectionProxy | asyncpg.Connection
"""A connection, borrowed from a pool or not."""

_SETTINGS = {
    "application_name": "care-timeline",
    "timezone": "UTC",
    "lock_timeout": "10s",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "60s",
}
_CONNECT_SECONDS = 10.0
_COMMAND_SECONDS = 65.0  # by then the server has ended the statement itself, unless it hangs
_REST_SECONDS = 1.0
"""So long may a connection take, after a statement on it was cancelled or failed, to come to rest."""


class _PooledConnection(asyncpg.Connection):
    """A connection that knows whether the database is a Citus cluster's coordinator."""

    citus = False


class _Pool(asyncpg.Pool):
    """A pool that takes connections back in any state, and within a moment.

    A server that hangs does not confirm that a statement was cancelled: then the connection is given up, and whoever
    had it does not wait. asyncpg's own pool would wait for as long as a statement may take.
    """

    async def release(self, connection: PoolConnectionProxy, *, timeout: float | None = None) -> None:  # noqa: ASYNC109
        with suppress(TimeoutError):
            await super().release(connection, timeout=timeout or _REST_SECONDS)


async def open_pool(
    url: str, *, min_size: int = 2, max_size: int = 10, settings: dict[str, str] | None = None
) -> asyncpg.Pool:
    """A pool of connections to the database at a libpq URL.

    `settings` add to, or replace, the limits set here on locks, statements and idle transactions. Sessions are not
    reset between uses, which saves a round trip: whoever borrows a connection changes settings for its transaction
    only (SET LOCAL), as `scoped` does. A statement that a server which hangs neither answers nor ends raises
    TimeoutError; whoever is cancelled meanwhile gives the connection up.
    """
    return await _Pool(
        url,
        min_size=min_size,
        max_size=max_size,
        max_queries=50_000,
        max_inactive_connection_lifetime=300.0,
        loop=None,
        record_class=asyncpg.Record,
        timeout=_CONNECT_SECONDS,
        command_timeout=_COMMAND_SECONDS,
        server_settings={**_SETTINGS, **(settings or {})},
        connection_class=_PooledConnection,
        init=_look_for_citus,
        reset=_keep_session,
    )


async def open_connection(url: str, *, settings: dict[str, str] | None = None) -> asyncpg.Connection:
    """One connection outside any pool, with the pool's limits and `settings`; the caller closes it."""
    return await asyncpg.connect(url, timeout=_CONNECT_SECONDS, server_settings={**_SETTINGS, **(settings or {})})


@asynccontextmanager
async def scoped(
    pool: asyncpg.Pool, organization_id: UUID, *, durable: bool = True, first: str = ""
) -> AsyncIterator[PoolConnectionProxy]:
    """A connection in a transaction that sees and changes one organization's rows only (see `transaction`)."""
    async with pool.acquire() as connection, transaction(connection, organization_id, durable=durable, first=first):
        yield connection


@asynccontextmanager
async def transaction(
    connection: PoolConnectionProxy, organization_id: UUID, *, durable: bool = True, first: str = ""
) -> AsyncIterator[None]:
    """A transaction that sees and changes one organization's rows only; it commits when the block ends well.

    `durable=False` commits without waiting for the disk: for derived data, which can be made again. The
    transaction is begun in one round trip, in which the settings in `first` (SET LOCAL) are made too;
    `connection.transaction()` cannot be nested in it.
    """
    settings = see_only(organization_id)
    if not durable:
        settings += "; set local synchronous_commit = off"
    if first:
        settings += f"; {first}"
    try:
        if _on_citus(connection):
            # Citus repeats the message that a setting came in on its workers, where a transaction has begun already.
            await connection.execute("begin")
            await connection.execute(settings)
        else:
            await connection.execute(f"begin; {settings}")
        yield
        await connection.execute("commit")
    except BaseException:
        if not connection.is_closed():
            # A server that hangs confirms neither that a statement was cancelled nor this: the connection is given up.
            # What ended the block is what is raised, so that nobody who was cancelled goes on.
            with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError):
                await connection.execute("rollback", timeout=_REST_SECONDS)
        raise


async def call(
    connection: PoolConnectionProxy, organization_id: UUID, function: str, *arguments: object
) -> list[asyncpg.Record]:
    """What a function of ours gives whose first argument is the organization, in a transaction that sees only it.

    The hottest statements go this way, reading facts and appending, fresh reads and their access records: where one
    round trip is enough, three would cost the first two a fifth of their rate.
    """
    others = "".join(f", ${place}" for place in range(2, len(arguments) + 2))
    if _on_citus(connection):
        # set_config does not reach the workers, SET LOCAL does.
        async with transaction(connection, organization_id):
            return await connection.fetch(f"select * from {function}($1{others})", organization_id, *arguments)  # noqa: S608
    first = f"set_config('{ORGANIZATION_SETTING}', $1, true)::uuid"
    return await connection.fetch(f"select * from {function}({first}{others})", str(organization_id), *arguments)  # noqa: S608


def _on_citus(connection: PoolConnectionProxy) -> bool:
    return getattr(connection, "citus", False) is True


async def _look_for_citus(connection: asyncpg.Connection) -> None:
    assert isinstance(connection, _PooledConnection)
    connection.citus = await connection.fetchval("select exists (select from pg_extension where extname = 'citus')")


async def _keep_session(connection: asyncpg.Connection) -> None:
    """Open transactions are rolled back by the pool itself; nothing else outlives a transaction."""
