"""Whoever follows the log is killed again and again: another takes over, nothing is left out or done twice."""

import asyncio
import random
import sys
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from service.database.embedded import DatabaseUrls
from service.following.cursors import wait_for
from service.following.wakeups import Wakeups
from service.log.store import EventStore
from tests.databases import new_organization
from tests.following.noted import append, make_table, positions

ROOT = Path(__file__).parents[2]
KILLS = 20
NAMES = ("care_plan", "milestones")

PROGRAM = """
import asyncio, sys
from service.database.connection import open_pool
from service.following.follower import Follower
from service.following.wakeups import Wakeups
from tests.following.noted import note

async def slowly(*batch):
    await note(*batch)
    await asyncio.sleep(0.005)

async def main():
    url, *names = sys.argv[1:]
    wakeups = Wakeups(url, look_seconds=0.2)
    async with await open_pool(url) as pool:
        print("following", flush=True)
        await Follower(pool, wakeups, lambda: names, slowly, batch=20).run()

asyncio.run(main())
"""


@pytest.fixture
async def organizations(database: DatabaseUrls) -> list[UUID]:
    """Three organizations, and the table in which followers note what they are handed."""
    await make_table(database)
    return [await new_organization(database) for _ in range(3)]


async def test_20_kills_under_load(database: DatabaseUrls, pool: asyncpg.Pool, organizations: list[UUID]) -> None:
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

    processes = [await _start(database), await _start(database)]
    loading = asyncio.gather(*(load(organization_id) for organization_id in organizations))
    for _ in range(KILLS):
        await asyncio.sleep(chance.uniform(0.05, 0.3))
        victim = processes.pop(chance.randrange(2))
        victim.kill()
        await victim.wait()
        processes.append(await _start(database))
    stop.set()
    await loading
    followed = [
        await wait_for(pool, organization_id, name, appended[organization_id], seconds=60)
        for organization_id in organizations
        for name in NAMES
    ]
    for process in processes:
        process.kill()
        await process.wait()
    await store.close()
    await telling.close()

    assert all(followed)
    for organization_id in organizations:
        for name in NAMES:
            seen = await positions(pool, organization_id, name)
            assert seen == list(range(1, appended[organization_id] + 1))


async def _start(database: DatabaseUrls) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, database.app, *NAMES, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"following\n"
    return process
