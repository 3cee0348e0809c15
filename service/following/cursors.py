"""Cursors: how far each follower of an organization's log has come, as rows of following.cursor."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from service.database.connection import scoped
from service.log.errors import answering

_SHORTEST_WAIT = 0.005
_LONGEST_WAIT = 0.1

# One statement tells where the log ends, which names have no row yet, and locks the rows that may be worked on.
_LOCK = """
select (select position from log.log_head where organization_id = $1) as head,
       (select count(*) from following.cursor where organization_id = $1 and name = any($2)) as rows,
       mine.name, mine.position
  from (select) as always
  left join (select name, position from following.cursor
              where organization_id = $1 and name = any($2) and position >= $3
                and parked_at is null and (retry_at is null or retry_at <= now())
                for update skip locked) as mine on true
"""

_FAILED = """
update following.cursor
   set failures = failures + 1,
       retry_at = now() + least($5 * power(2, failures), $6) * interval '1 second',
       parked_at = case when failures + 1 >= $7 then now() end,
       error = $4
 where organization_id = $1 and name = $2 and position = $3 and parked_at is null
returning failures, retry_at, parked_at
"""


class Cursor(NamedTuple):
    """How far one follower of one organization's log has come."""

    name: str
    position: int
    """Of the last event followed; 0 when there is none."""
    failures: int
    """How often in a row following the next events has failed."""
    retry_at: datetime | None
    parked_at: datetime | None
    error: str | None
    """The kind and place of the last failure, without its text."""


class Retries(NamedTuple):
    """How a follower that fails is tried again: after 1 s, 2 s, 4 s … by default ten times, over 8.5 minutes."""

    first: float = 1.0
    """Seconds until it is tried again after one failure; doubled with each further one in a row."""
    longest: float = 300.0
    """The most seconds between two attempts."""
    attempts: int = 10
    """After so many failures in a row it is parked, until somebody resumes it."""


class LockedCursors(NamedTuple):
    """Where the names stand whose rows this transaction has locked."""

    head: int
    """Position of the log's last event when the rows were locked."""
    places: dict[int, list[str]]
    """Names by the position at which they stand, furthest behind first."""
    complete: bool
    """Whether every name had a row, locked or not."""


async def lock(
    connection: PoolConnectionProxy, organization_id: UUID, names: Sequence[str], *, beginning: int = 0
) -> LockedCursors:
    """Lock, until the transaction ends, the cursors that stand at `beginning` or later and may go on.

    Those that another worker has locked, that are parked, or wait to be tried again, are left out.
    """
    rows = await connection.fetch(_LOCK, organization_id, names, beginning)
    places: dict[int, list[str]] = {}
    for row in sorted((row for row in rows if row["name"] is not None), key=lambda row: (row["position"], row["name"])):
        places.setdefault(row["position"], []).append(row["name"])
    return LockedCursors(rows[0]["head"] or 0, places, rows[0]["rows"] == len(set(names)))


async def create(pool: asyncpg.Pool, organization_id: UUID, names: Iterable[str]) -> None:
    """Make the rows that are missing, at position 0, in a transaction of their own: nobody waits long for it."""
    async with scoped(pool, organization_id) as connection:
        await connection.execute(
            "insert into following.cursor (organization_id, name) select $1, unnest($2::text[]) on conflict do nothing",
            organization_id,
            sorted(set(names)),
        )


async def move(connection: PoolConnectionProxy, organization_id: UUID, names: Sequence[str], position: int) -> None:
    """Move locked cursors, within the transaction that has locked them; what failed before is forgotten."""
    await connection.execute(
        "update following.cursor set position = $3, failures = 0, retry_at = null, error = null"
        " where organization_id = $1 and name = any($2)",
        organization_id,
        names,
        position,
    )


async def place(connection: PoolConnectionProxy, organization_id: UUID, name: str, position: int) -> None:
    """Put a cursor at a position, wherever it stood: for what was brought that far by other means."""
    await connection.execute(
        "insert into following.cursor (organization_id, name, position) values ($1, $2, $3)"
        " on conflict (organization_id, name) do update set position = excluded.position,"
        " failures = 0, retry_at = null, parked_at = null, error = null",
        organization_id,
        name,
        position,
    )


async def note_failure(
    pool: asyncpg.Pool, organization_id: UUID, name: str, position: int, error: str, retries: Retries
) -> asyncpg.Record | None:
    """Count a failure at a position; failures, retry_at and parked_at, or None when the cursor has moved on."""
    async with scoped(pool, organization_id) as connection:
        return await connection.fetchrow(
            _FAILED, organization_id, name, position, error, retries.first, retries.longest, retries.attempts
        )


async def resume(pool: asyncpg.Pool, organization_id: UUID, name: str) -> bool:
    """Let a follower that is parked, or waits to be tried again, go on from where it stands; whether it was so.

    It is seen by the next look of whoever follows, within seconds. Raises DatabaseUnavailable.
    """
    with answering(writing=False):
        async with scoped(pool, organization_id) as connection:
            done = await connection.execute(
                "update following.cursor set failures = 0, retry_at = null, parked_at = null, error = null"
                " where organization_id = $1 and name = $2 and failures > 0",
                organization_id,
                name,
            )
    return done == "UPDATE 1"


async def cursors(pool: asyncpg.Pool, organization_id: UUID, names: Sequence[str]) -> list[Cursor]:
    """Where the named followers stand, by name; one that never began has no row. Raises DatabaseUnavailable."""
    with answering(writing=False):
        async with scoped(pool, organization_id) as connection:
            rows = await connection.fetch(
                "select name, position, failures, retry_at, parked_at, error from following.cursor"
                " where organization_id = $1 and name = any($2) order by name",
                organization_id,
                names,
            )
    return [Cursor(**row) for row in rows]


async def behind(pool: asyncpg.Pool, names: Iterable[str]) -> list[UUID]:
    """The organizations in whose log one of the names has something to do now: one query, however many there are."""
    rows = await pool.fetch("select following.behind($1)", sorted(set(names)))
    return [row[0] for row in rows]


async def is_behind(pool: asyncpg.Pool, organization_id: UUID, names: Sequence[str]) -> bool:
    """Whether there are events that one of the names, all of which have rows, may follow now."""
    async with scoped(pool, organization_id) as connection:
        found: bool = await connection.fetchval(
            "select exists (select from following.cursor c where organization_id = $1 and name = any($2)"
            " and parked_at is null and (retry_at is null or retry_at <= now())"
            " and exists (select from log.event where organization_id = $1 and position > c.position))",
            organization_id,
            names,
        )
    return found


async def wait_for(pool: asyncpg.Pool, organization_id: UUID, name: str, position: int, *, seconds: float) -> bool:
    """Wait until the follower has come to a position; False when it has not within so many seconds.

    Raises DatabaseUnavailable.
    """
    deadline = time.monotonic() + seconds
    wait = _SHORTEST_WAIT
    while not any(cursor.position >= position for cursor in await cursors(pool, organization_id, [name])):
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        await asyncio.sleep(min(wait, left))
        wait = min(wait * 2, _LONGEST_WAIT)
    return True
