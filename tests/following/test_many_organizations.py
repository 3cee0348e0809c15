"""Organizations that sleep cost nothing, however many there are."""

import asyncio
import time
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest

from service.database.connection import open_pool, scoped
from service.database.embedded import DatabaseUrls, EmbeddedPostgres
from service.following.cursors import behind, resume, wait_for
from service.following.follower import Follower
from service.following.wakeups import Wakeups
from service.log.store import EventStore
from tests.following.crowd import AWAKE, counting_pool, crowded_database, ten_more
from tests.following.noted import append, make_table, note, positions

APPENDS = 5
NAMES = ("care_plan", "milestones", "postvention")


@pytest.fixture
async def crowded(server: EmbeddedPostgres) -> DatabaseUrls:
    """2,000 organizations that sleep, and the table in which followers note what they are handed."""
    database = await crowded_database(server, NAMES)
    await make_table(database)
    return database


@pytest.fixture
async def awake(crowded: DatabaseUrls) -> list[UUID]:
    """Ten organizations more."""
    return await ten_more(crowded)


@pytest.fixture
async def counted(crowded: DatabaseUrls) -> AsyncIterator[tuple[asyncpg.Pool, list[str]]]:
    """A pool, and every statement sent through it."""
    statements: list[str] = []
    async with await counting_pool(crowded.app, statements) as pool:
        yield pool, statements


async def test_ten_that_record_are_followed_at_once_and_2000_that_sleep_cause_no_statement(
    crowded: DatabaseUrls, awake: list[UUID], counted: tuple[asyncpg.Pool, list[str]]
) -> None:
    its_pool, statements = counted
    wakeups, elsewhere = Wakeups(crowded.app, look_seconds=0.5), Wakeups(crowded.app)
    async with await open_pool(crowded.app) as pool:
        store = EventStore(pool, elsewhere.appended)
        follower = Follower(its_pool, wakeups, lambda: NAMES, note)
        running = asyncio.create_task(follower.run())
        await asyncio.sleep(0.5)
        statements.clear()
        began = time.monotonic()

        for _ in range(APPENDS):
            await asyncio.gather(*(append(store, organization) for organization in awake))
            await asyncio.sleep(0.3)
        lags = [await _lag(pool, store, awake, position) for position in range(APPENDS + 1, APPENDS + 6)]
        took = time.monotonic() - began
        await follower.stop()
        await running
        seen = [await positions(pool, organization, "milestones") for organization in awake]
        await store.close()
    await elsewhere.close()
    await wakeups.close()

    assert seen == [list(range(1, APPENDS + 6))] * AWAKE
    assert sorted(lags)[len(lags) // 2] < 0.1, lags
    looks = sum("following.behind" in statement for statement in statements)
    assert looks <= took / 0.5 + 2
    turns = AWAKE * (APPENDS + 5)
    # A turn: begin, lock, read, the handler's one, move, commit; each organization's cursors are made once, and an
    # organization may be woken by a notification and a look.
    assert len(statements) - looks <= turns * 6 + AWAKE * (6 + 3) + looks * 3 * AWAKE, len(statements)


async def _lag(pool: asyncpg.Pool, store: EventStore, awake: list[UUID], position: int) -> float:
    """Seconds from an append of all that are awake until all of them were followed."""
    await asyncio.gather(*(append(store, organization) for organization in awake))
    began = time.monotonic()
    for organization in awake:
        assert await wait_for(pool, organization, NAMES[0], position, seconds=10)
    return time.monotonic() - began


async def test_only_those_with_something_to_do_are_behind(crowded: DatabaseUrls, awake: list[UUID]) -> None:
    retrying, parked, new, sleeping = awake[:4]
    async with await open_pool(crowded.app) as pool:
        store = EventStore(pool)
        for organization in (retrying, parked, new):
            await append(store, organization)
        for organization, change in ((retrying, "retry_at = now() + '1 hour'"), (parked, "parked_at = now()")):
            async with scoped(pool, organization) as connection:
                await connection.execute(
                    "insert into following.cursor (organization_id, name) select $1, unnest($2::text[])",
                    organization,
                    NAMES,
                )
                await connection.execute(
                    f"update following.cursor set failures = 1, {change} where organization_id = $1", organization
                )

        assert await behind(pool, NAMES) == [new]
        assert await behind(pool, ["another"]) != [new]
        await resume(pool, parked, "milestones")
        assert set(await behind(pool, NAMES)) == {new, parked}
        await store.close()
    assert sleeping not in {new, parked}


async def test_looking_takes_one_short_query(crowded: DatabaseUrls) -> None:
    async with await open_pool(crowded.app) as pool:
        await behind(pool, NAMES)
        began = time.monotonic()
        for _ in range(10):
            assert await behind(pool, NAMES) == []
        assert (time.monotonic() - began) / 10 < 0.1
