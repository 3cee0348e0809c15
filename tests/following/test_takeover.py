"""When the process of a worker dies, another takes over; nothing is left out or done twice."""

import asyncio
import sys
from pathlib import Path
from uuid import UUID

import asyncpg

from service.database.embedded import DatabaseUrls
from service.following.cursors import wait_for
from service.following.wakeups import Wakeups
from service.log.store import EventStore
from tests.following.noted import append, positions

ROOT = Path(__file__).parents[2]
KILLS = 5

PROGRAM = """
import asyncio, sys
from service.database.connection import open_pool
from service.following.follower import Follower
from service.following.wakeups import Wakeups
from tests.following.noted import note

async def slowly(*batch):
    await note(*batch)
    await asyncio.sleep(0.01)

async def main():
    wakeups = Wakeups(sys.argv[1], look_seconds=0.2)
    async with await open_pool(sys.argv[1]) as pool:
        print("following", flush=True)
        await Follower(pool, wakeups, lambda: ["one", "two"], slowly, batch=5).run()

asyncio.run(main())
"""


async def _start(database: DatabaseUrls) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, database.app, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    await process.stdout.readline()
    return process


async def test_another_process_takes_over_from_one_that_is_killed(
    database: DatabaseUrls, pool: asyncpg.Pool, organization_id: UUID
) -> None:
    telling = Wakeups(database.app)
    store = EventStore(pool, telling.appended)
    processes = [await _start(database), await _start(database)]
    appended = 0

    for _ in range(KILLS):
        for _ in range(10):
            await append(store, organization_id, 5)
            appended += 5
        victim = processes.pop(0)
        victim.kill()
        await victim.wait()
        processes.append(await _start(database))
    followed = [await wait_for(pool, organization_id, name, appended, seconds=30) for name in ("one", "two")]
    for process in processes:
        process.kill()
        await process.wait()
    await store.close()
    await telling.close()

    assert followed == [True, True]
    assert await positions(pool, organization_id, "one") == list(range(1, appended + 1))
    assert await positions(pool, organization_id, "two") == list(range(1, appended + 1))
