"""Followers are woken by appends of their own process at once, and by those of others through NOTIFY."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import asyncpg
import pytest

from service.database.connection import open_pool
from service.database.embedded import DatabaseUrls
from service.following.cursors import wait_for
from service.following.follower import Follower
from service.following.wakeups import CHANNEL, Wakeups
from service.log.store import EventStore
from tests.databases import new_organization
from tests.following.noted import append, note, positions

NEVER = 3_600.0


class Watching:
    """What a follower would be told."""

    def __init__(self) -> None:
        self.woken: list[UUID] = []
        self.looks = 0

    def look(self) -> None:
        self.looks += 1


@asynccontextmanager
async def _listening(database: DatabaseUrls) -> AsyncIterator[tuple[Wakeups, Watching]]:
    wakeups, watching = Wakeups(database.app), Watching()
    with wakeups.watch(watching.woken.append, watching.look):
        await _until(lambda: wakeups.listening)
        yield wakeups, watching
    await wakeups.close()


async def _until(condition: Callable[[], bool], *, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.005)


async def test_an_append_wakes_its_own_process_at_once(
    pool: asyncpg.Pool, wakeups: Wakeups, organization_id: UUID
) -> None:
    watching = Watching()
    store = EventStore(pool, wakeups.appended)
    with wakeups.watch(watching.woken.append, watching.look):
        await append(store, organization_id)

        assert watching.woken == [organization_id]
    await store.close()


async def test_another_process_hears_of_each_organization(database: DatabaseUrls, pool: asyncpg.Pool) -> None:
    elsewhere = Wakeups(database.app)
    store = EventStore(pool, elsewhere.appended)
    organizations = [await new_organization(database) for _ in range(5)]
    async with _listening(database) as (_, watching):
        for organization in organizations:
            await append(store, organization)

        await _until(lambda: set(watching.woken) == set(organizations))
    await store.close()
    await elsewhere.close()


async def test_what_is_appended_in_quick_succession_is_told_together(database: DatabaseUrls) -> None:
    elsewhere = Wakeups(database.app)
    busy = uuid4()
    async with _listening(database) as (_, watching):
        for _ in range(1_000):
            elsewhere.appended(busy)
            await asyncio.sleep(0)
        await elsewhere.close()
        await _until(lambda: bool(watching.woken))
        await asyncio.sleep(0.1)

        assert 1 <= len(watching.woken) < 50


async def test_what_was_appended_is_told_before_the_process_ends(database: DatabaseUrls) -> None:
    organization = uuid4()
    async with _listening(database) as (_, watching):
        elsewhere = Wakeups(database.app)
        elsewhere.appended(organization)
        await elsewhere.close()

        await _until(lambda: watching.woken == [organization])


async def test_it_does_not_hear_itself_twice(database: DatabaseUrls) -> None:
    organization, other = uuid4(), uuid4()
    async with _listening(database) as (wakeups, watching):
        wakeups.appended(organization)
        await asyncio.sleep(0.1)
        elsewhere = Wakeups(database.app)
        elsewhere.appended(other)
        await elsewhere.close()
        await _until(lambda: other in watching.woken)

        assert watching.woken == [organization, other]


async def test_a_lost_connection_is_opened_anew_and_what_was_missed_is_looked_for(
    database: DatabaseUrls, organization_id: UUID
) -> None:
    superuser = await asyncpg.connect(database.superuser)
    async with _listening(database) as (wakeups, watching):
        looks = watching.looks
        killed = await superuser.fetchval(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity"
            " where query ilike $1 and datname = current_database() and pid <> pg_backend_pid()",
            f"listen%{CHANNEL}%",
        )
        assert killed == 1
        await _until(lambda: not wakeups.listening)
        assert wakeups.look_seconds < 1
        await _until(lambda: wakeups.listening)

        assert watching.looks == looks + 1
        await superuser.execute("select pg_notify($1, $2)", CHANNEL, str(organization_id))
        await _until(lambda: watching.woken == [organization_id])
    await superuser.close()


async def test_a_connection_that_is_no_more_in_order_is_opened_anew(
    wakeups: Wakeups, monkeypatch: pytest.MonkeyPatch
) -> None:
    carry, wrong = wakeups._carry, [asyncpg.InternalClientError("The server ended it while it was idle.")]

    async def carry_or_fail(connection: asyncpg.Connection) -> None:
        if wrong:
            raise wrong.pop()
        await carry(connection)

    monkeypatch.setattr(wakeups, "_carry", carry_or_fail)
    with wakeups.watch(lambda _: None, lambda: None):
        await _until(lambda: wakeups.listening)
    assert not wrong


async def test_a_payload_that_is_no_organization_is_a_reason_to_look(database: DatabaseUrls) -> None:
    superuser = await asyncpg.connect(database.superuser)
    async with _listening(database) as (_, watching):
        looks = watching.looks
        await superuser.execute("select pg_notify($1, 'nonsense')", CHANNEL)

        await _until(lambda: watching.looks == looks + 1)
        assert watching.woken == []
    await superuser.close()


@pytest.mark.parametrize("where", ["this process", "another process"])
async def test_what_is_appended_is_followed_within_100_ms_without_a_look(
    database: DatabaseUrls, pool: asyncpg.Pool, organization_id: UUID, where: str
) -> None:
    wakeups, elsewhere = Wakeups(database.app, look_seconds=NEVER), Wakeups(database.app)
    store = EventStore(pool, (wakeups if where == "this process" else elsewhere).appended)
    async with await open_pool(database.app) as its_pool:
        follower = Follower(its_pool, wakeups, lambda: ["one"], note)
        running = asyncio.create_task(follower.run())
        await _until(lambda: wakeups.listening)
        await append(store, organization_id)
        await wait_for(pool, organization_id, "one", 1, seconds=5)
        lags = []
        for position in range(2, 12):
            await append(store, organization_id)
            began = time.monotonic()
            assert await wait_for(pool, organization_id, "one", position, seconds=5)
            lags.append(time.monotonic() - began)
        await follower.stop()
        await running
    await store.close()
    await elsewhere.close()
    await wakeups.close()

    assert sorted(lags)[len(lags) // 2] < 0.1, lags
    assert await positions(pool, organization_id, "one") == list(range(1, 12))


async def test_a_lost_notification_is_made_up_for_by_a_look(
    database: DatabaseUrls, store: EventStore, pool: asyncpg.Pool, organization_id: UUID
) -> None:
    wakeups = Wakeups(database.app, look_seconds=0.2)
    async with await open_pool(database.app) as its_pool:
        follower = Follower(its_pool, wakeups, lambda: ["one"], note)
        running = asyncio.create_task(follower.run())
        await _until(lambda: wakeups.listening)
        await append(store, organization_id)  # this store tells nobody, as a process that dies after its commit

        assert await wait_for(pool, organization_id, "one", 1, seconds=5)
        await follower.stop()
        await running
    await wakeups.close()
