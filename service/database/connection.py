"""Connections to PostgreSQL; each transaction sees one organization."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from service.database.protection import ORGANIZATION_SETTING

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
_ROLLBACK_SECONDS = 3.0


async def open_pool(
    url: str, *, min_size: int = 2, max_size: int = 10, settings: dict[str, str] | None = None
) -> asyncpg.Pool:
    """A pool of connections to the database at a libpq URL.

    `settings` add to, or replace, the limits set here on locks, statements and idle transactions. Sessions are not
    reset between uses, which saves a round trip: whoever borrows a connection changes settings for its transaction
    only (SET LOCAL), as `scoped` does. A statement that a server which hangs neither answers nor ends raises
    TimeoutError.
    """
    return await asyncpg.create_pool(
        url,
        min_size=min_size,
        max_size=max_size,
        timeout=_CONNECT_SECONDS,
        command_timeout=_COMMAND_SECONDS,
        server_settings={**_SETTINGS, **(settings or {})},
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
    transaction is begun in one round trip, in which the statements in `first` are run too;
    `connection.transaction()` cannot be nested in it.
    """
    begin = f"begin; set local {ORGANIZATION_SETTING} = '{UUID(int=organization_id.int)}'"
    if not durable:
        begin += "; set local synchronous_commit = off"
    if first:
        begin += f"; {first}"
    try:
        await connection.execute(begin)
        yield
        await connection.execute("commit")
    except BaseException:
        if not connection.is_closed():
            # A server that hangs confirms neither that a statement was cancelled nor this: the connection is given up.
            await connection.execute("rollback", timeout=_ROLLBACK_SECONDS)
        raise


async def _keep_session(connection: asyncpg.Connection) -> None:
    """Open transactions are rolled back by the pool itself; nothing else outlives a transaction."""
