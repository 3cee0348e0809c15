"""Whoever follows the log is killed again and again: another takes over, nothing is left out or done twice."""

import asyncio
import random
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest

from service.database.embedded import DatabaseUrls
from service.following.cursors import wait_for
from service.following.wakeups import Wakeups
from service.log.store import EventStore
from tests.crash.nursery import Nursery, nursery
from tests.databases import new_organization
from tests.following.noted import append, make_table, positions

KILLS = 20
NAMES = ("care_plan", "milestones")

IMPORTS = """
import asyncio
from service.database.connection import open_pool
from service.following.follower import Follower
from service.following.wakeups import Wakeups
from tests.following.noted import note

async def slowly(*batch):
    await note(*batch)
    await asyncio.sleep(0.005)

async def follow(url, *names):
    wakeups = Wakeups(url, look_seconds=0.2)
    async with await open_pool(url) as pool:
        await Follower(pool, wakeups, lambda: names, slowly, batch=20).run()
"""
FOLLOW = "asyncio.run(follow(*sys.argv[1:]))"


@pytest.fixture
async def organizations(database: DatabaseUrls) -> list[UUID]:
    """Three organizations, and the table in which followers note what they are handed."""
    await make_table(database)
    return [await new_organization(database) for _ in range(3)]


@pytest.fixture
async def followers(database: DatabaseUrls) -> AsyncIterator[Nursery]:
    """Starts followers over the module's database."""
    async with nursery(IMPORTS, FOLLOW, database.app, *NAMES) as followers:
        yield followers


async def test_20_kills_under_load(
    database: DatabaseUrls, pool: asyncpg.Pool, organizations: list[UUID], followers: Nursery
) -> None:
    chance = random.Random(20260301)
    telling = Wakeups(database.app)
    store = EventStore(pool, telling.appended)
    appended = dict.fromkeys(organizations, 0)
    stop = asyncio.Event()

    async def load(organization_id: UUID) -> None:
        while not stop.is_set():
            await append(store, organization_id, 5)
            appended[organization_id] += 5
            await asyncio.sleep(0.01)

    loading = asyncio.gather(*(load(organization_id) for organization_id in organizations))
    for _ in range(2):
        await followers.start()
    for _ in range(KILLS):
        await asyncio.sleep(chance.uniform(0.05, 0.3))
        followers.kill(chance.randrange(2))
        await followers.start()
    stop.set()
    await loading
    followed = [
        await wait_for(pool, organization_id, name, appended[organization_id], seconds=60)
        for organization_id in organizations
        for name in NAMES
    ]
    await store.close()
    await telling.close()

    assert all(followed)
    for organization_id in organizations:
        for name in NAMES:
            seen = await positions(pool, organization_id, name)
            assert seen == list(range(1, appended[organization_id] + 1))
