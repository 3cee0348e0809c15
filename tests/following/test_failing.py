"""What fails is tried again, later and later, and parked in the end; nothing else is held up by it."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from service.database.connection import open_pool
from service.database.embedded import DatabaseUrls
from service.following.cursors import Retries, cursors, resume, wait_for
from service.following.follower import Follower
from service.following.wakeups import Wakeups
from service.log.sealed import StoredEvent
from service.log.store import EventStore
from tests.databases import new_organization
from tests.following.noted import append, note, positions

SECRET = "what a client said"


class Defective:
    """A handler that raises for one name at one position, as long as it is not mended."""

    def __init__(self, name: str, position: int) -> None:
        self._name = name
        self._position = position
        self.mended = False
        self.attempts = 0
        self.failed_twice = asyncio.Event()

    async def __call__(
        self,
        connection: PoolConnectionProxy,
        organization_id: UUID,
        names: Sequence[str],
        events: Sequence[StoredEvent],
    ) -> None:
        await note(connection, organization_id, names, events)
        if not self.mended and self._name in names and self._position in {event.position for event in events}:
            self.attempts += 1
            if self.attempts == 2:
                self.failed_twice.set()
            raise ValueError(SECRET)


async def test_a_name_that_fails_fails_alone(
    store: EventStore, pool: asyncpg.Pool, wakeups: Wakeups, organization_id: UUID
) -> None:
    await append(store, organization_id, 10)
    handle = Defective("defective", 6)

    await Follower(pool, wakeups, lambda: ["defective", "other", "well"], handle, batch=5).follow(organization_id)

    assert await positions(pool, organization_id, "defective") == [1, 2, 3, 4, 5]
    assert await positions(pool, organization_id, "other") == list(range(1, 11))
    assert await positions(pool, organization_id, "well") == list(range(1, 11))
    (cursor,) = await cursors(pool, organization_id, ["defective"])
    assert (cursor.position, cursor.failures, cursor.parked_at) == (5, 1, None)
    assert cursor.error is not None
    assert cursor.error.startswith("ValueError at test_failing.py:")
    assert SECRET not in cursor.error


async def test_it_is_tried_again_later_and_later_and_then_parked_until_it_is_resumed(
    store: EventStore, pool: asyncpg.Pool, wakeups: Wakeups, organization_id: UUID
) -> None:
    await append(store, organization_id, 3)
    handle = Defective("one", 2)
    follower = Follower(pool, wakeups, lambda: ["one"], handle, retries=Retries(first=0.1, longest=0.2, attempts=4))

    pauses = []
    while True:
        await follower.follow(organization_id)
        (cursor,) = await cursors(pool, organization_id, ["one"])
        assert handle.attempts == cursor.failures
        if cursor.parked_at is not None:
            break
        assert cursor.retry_at is not None
        now = await pool.fetchval("select now()")
        pauses.append((cursor.retry_at - now).total_seconds())
        assert await follower.follow(organization_id) == 0, "it was tried again before its time"
        await asyncio.sleep(max(0, pauses[-1]) + 0.02)
    assert cursor.failures == 4
    assert [0.1 >= pauses[0] > 0.05, 0.2 >= pauses[1] > 0.1, 0.2 >= pauses[2] > 0.1] == [True] * 3

    handle.mended = True
    assert await follower.follow(organization_id) == 0
    assert await resume(pool, organization_id, "one") is True
    assert await resume(pool, organization_id, "one") is False
    assert await follower.follow(organization_id) == 3
    (cursor,) = await cursors(pool, organization_id, ["one"])
    assert cursor[1:] == (3, 0, None, None, None)
    assert await positions(pool, organization_id, "one") == [1, 2, 3]


async def test_while_it_runs_a_failure_is_retried_and_other_organizations_go_on(
    store: EventStore, pool: asyncpg.Pool, wakeups: Wakeups, database: DatabaseUrls
) -> None:
    failing, well = await new_organization(database), await new_organization(database)
    fails_at_2 = Defective("one", 2)

    async def handle(
        connection: PoolConnectionProxy, organization_id: UUID, names: Sequence[str], events: Sequence[StoredEvent]
    ) -> None:
        await (fails_at_2 if organization_id == failing else note)(connection, organization_id, names, events)

    async with await open_pool(database.app) as its_pool:
        follower = Follower(its_pool, wakeups, lambda: ["one"], handle, retries=Retries(first=0.05))
        running = asyncio.create_task(follower.run())
        await append(store, failing, 3)
        await append(store, well, 3)
        assert await wait_for(pool, well, "one", 3, seconds=10)
        async with asyncio.timeout(10):
            await fails_at_2.failed_twice.wait()
        fails_at_2.mended = True
        assert await wait_for(pool, failing, "one", 3, seconds=10)
        await follower.stop()
        await running

    assert await positions(pool, failing, "one") == [1, 2, 3]


async def test_losing_the_database_is_no_failure(
    store: EventStore, pool: asyncpg.Pool, wakeups: Wakeups, database: DatabaseUrls, organization_id: UUID
) -> None:
    superuser = await asyncpg.connect(database.superuser)
    lost = 0

    async def cut_off(
        connection: PoolConnectionProxy, organization: UUID, names: Sequence[str], events: Sequence[StoredEvent]
    ) -> None:
        nonlocal lost
        await note(connection, organization, names, events)
        if lost < 2:
            lost += 1
            await superuser.execute("select pg_terminate_backend($1)", connection.get_server_pid())
            await connection.execute("select")

    await append(store, organization_id, 4)
    async with await open_pool(database.app) as its_pool:
        follower = Follower(its_pool, wakeups, lambda: ["one"], cut_off, batch=2)
        running = asyncio.create_task(follower.run())
        assert await wait_for(pool, organization_id, "one", 4, seconds=10)
        (cursor,) = await cursors(pool, organization_id, ["one"])
        await follower.stop()
        await running
    await superuser.close()

    assert lost == 2
    assert cursor[1:] == (4, 0, None, None, None)
    assert await positions(pool, organization_id, "one") == [1, 2, 3, 4]


async def test_a_statement_that_takes_too_long_is_the_handlers_failure(
    store: EventStore, pool: asyncpg.Pool, wakeups: Wakeups, organization_id: UUID
) -> None:
    async def slow(connection: PoolConnectionProxy, _: UUID, __: Sequence[str], ___: Sequence[StoredEvent]) -> None:
        await connection.execute("set local statement_timeout = 10")
        await connection.execute("select pg_sleep(10)")

    await append(store, organization_id)
    await Follower(pool, wakeups, lambda: ["one"], slow).follow(organization_id)

    (cursor,) = await cursors(pool, organization_id, ["one"])
    assert cursor.failures == 1
