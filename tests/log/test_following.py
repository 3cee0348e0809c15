"""A reader that follows the log by position misses nothing, whatever writers do inside their transactions."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from service.database.connection import open_pool, scoped
from service.database.embedded import DatabaseUrls
from service.log.appending import APPEND, rows_to_append
from tests.log.events import sealed_event

WRITERS = 8
WRITES = 20

Write = Callable[[PoolConnectionProxy, UUID], Awaitable[None]]
Read = Callable[[PoolConnectionProxy, int], Awaitable[list[asyncpg.Record]]]


async def test_nothing_is_missed_nor_out_of_order_nor_seen_twice(database: DatabaseUrls, organization_id: UUID) -> None:
    async def write(connection: PoolConnectionProxy, event_id: UUID) -> None:
        events = [sealed_event(uuid4(), 1, event_id=event_id)]
        await connection.fetchrow(APPEND, organization_id, rows_to_append(organization_id, events))

    async def read(connection: PoolConnectionProxy, after: int) -> list[asyncpg.Record]:
        return await connection.fetch("select position, id from log.event where position > $1 order by 1", after)

    written, seen = await _write_and_follow(database, organization_id, write, read)

    assert len(seen) == WRITERS * WRITES
    assert {event_id for _, event_id in seen} == written
    assert [position for position, _ in seen] == list(range(1, len(seen) + 1))


async def test_a_store_that_only_counts_misses_events(database: DatabaseUrls, organization_id: UUID) -> None:
    owner = await asyncpg.connect(database.owner)
    await owner.execute("create table log.naive (position bigserial primary key, id uuid not null)")
    await owner.execute("grant select, insert on log.naive to care_timeline_app")
    await owner.execute("grant usage on sequence log.naive_position_seq to care_timeline_app")
    await owner.close()

    async def write(connection: PoolConnectionProxy, event_id: UUID) -> None:
        await connection.execute("insert into log.naive (id) values ($1)", event_id)

    async def read(connection: PoolConnectionProxy, after: int) -> list[asyncpg.Record]:
        return await connection.fetch("select position, id from log.naive where position > $1 order by 1", after)

    written, seen = await _write_and_follow(database, organization_id, write, read)

    missed = written - {event_id for _, event_id in seen}
    assert missed, "a sequence without the lock was expected to lose events to the follower"


async def _write_and_follow(
    database: DatabaseUrls, organization_id: UUID, write: Write, read: Read
) -> tuple[set[UUID], list[tuple[int, UUID]]]:
    """The ids that 8 writers committed, and what a reader saw that followed them by position meanwhile."""
    chance = random.Random(20260301)
    written: set[UUID] = set()
    seen: list[tuple[int, UUID]] = []
    async with await open_pool(database.app, min_size=WRITERS + 1, max_size=WRITERS + 1) as pool:

        async def writer() -> None:
            for _ in range(WRITES):
                event_id = uuid4()
                async with scoped(pool, organization_id) as connection:
                    await asyncio.sleep(chance.uniform(0, 0.002))
                    await write(connection, event_id)
                    await asyncio.sleep(chance.uniform(0, 0.004))
                written.add(event_id)

        async def follow() -> None:
            async with scoped(pool, organization_id) as connection:
                batch = await read(connection, seen[-1][0] if seen else 0)
            seen.extend((row["position"], row["id"]) for row in batch)

        writing = asyncio.gather(*(writer() for _ in range(WRITERS)))
        while not writing.done():
            await follow()
        await writing
        await follow()
    return written, seen
