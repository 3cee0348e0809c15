"""A follower hands on every event, in order, exactly once."""

import asyncio
from collections.abc import Sequence
from uuid import UUID, uuid4

import asyncpg
import pytest
from asyncpg.pool import PoolConnectionProxy

from service.database.connection import open_pool, scoped
from service.database.embedded import DatabaseUrls
from service.following.cursors import Cursor, cursors, place, wait_for
from service.following.follower import Follower
from service.following.wakeups import Wakeups
from service.log.sealed import StoredEvent
from service.log.store import EventStore
from tests.databases import new_organization
from tests.following.noted import append, note, noted, positions


def _follower(pool: asyncpg.Pool, wakeups: Wakeups, *names: str, batch: int = 500) -> Follower:
    return Follower(pool, wakeups, lambda: names, note, batch=batch)


async def test_it_hands_on_every_event_in_order_batch_by_batch(
    store: EventStore, pool: asyncpg.Pool, wakeups: Wakeups, organization_id: UUID
) -> None:
    await append(store, organization_id, 25)

    followed = await _follower(pool, wakeups, "one", batch=10).follow(organization_id)

    seen = await noted(pool, organization_id)
    assert followed == 25
    assert [each.position for each in seen] == list(range(1, 26))
    assert [sum(each.batch == batch for each in seen) for batch in dict.fromkeys(each.batch for each in seen)] == [
        10,
        10,
        5,
    ]
    assert await cursors(pool, organization_id, ["one", "two"]) == [Cursor("one", 25, 0, None, None, None)]


async def test_it_goes_on_where_it_stood(
    store: EventStore, pool: asyncpg.Pool, wakeups: Wakeups, organization_id: UUID
) -> None:
    await append(store, organization_id, 3)
    await _follower(pool, wakeups, "one").follow(organization_id)
    await append(store, organization_id, 2)

    assert await _follower(pool, wakeups, "one").follow(organization_id) == 2
    assert await positions(pool, organization_id, "one") == [1, 2, 3, 4, 5]
    assert await _follower(pool, wakeups, "one").follow(organization_id) == 0


async def test_names_that_stand_at_one_place_share_one_reading_and_those_behind_go_first(
    store: EventStore, pool: asyncpg.Pool, wakeups: Wakeups, organization_id: UUID
) -> None:
    await append(store, organization_id, 10)
    async with scoped(pool, organization_id) as connection:
        await place(connection, organization_id, "ahead", 7)
        await place(connection, organization_id, "also", 7)

    await _follower(pool, wakeups, "ahead", "also", "behind").follow(organization_id)

    calls: dict[UUID, set[tuple[str, int]]] = {}
    for name, position, batch in await noted(pool, organization_id):
        calls.setdefault(batch, set()).add((name, position))
    assert list(calls.values()) == [
        {("behind", position) for position in range(1, 8)},
        {(name, position) for name in ("ahead", "also", "behind") for position in (8, 9, 10)},
    ]


async def test_one_that_is_far_behind_holds_the_others_up_for_no_more_than_a_batch(
    store: EventStore, pool: asyncpg.Pool, wakeups: Wakeups, organization_id: UUID
) -> None:
    await append(store, organization_id, 100)
    async with scoped(pool, organization_id) as connection:
        await place(connection, organization_id, "present", 98)

    await _follower(pool, wakeups, "far", "present", batch=10).follow(organization_id)

    first_of_present = next(
        place for place, each in enumerate(await noted(pool, organization_id)) if each.name == "present"
    )
    assert first_of_present == 10
    assert await positions(pool, organization_id, "far") == list(range(1, 101))


async def test_what_is_done_in_the_transaction_is_undone_when_the_handler_raises(
    store: EventStore, pool: asyncpg.Pool, wakeups: Wakeups, organization_id: UUID
) -> None:
    async def note_and_raise(
        connection: PoolConnectionProxy, organization: UUID, names: Sequence[str], events: Sequence[StoredEvent]
    ) -> None:
        await note(connection, organization, names, events)
        raise ValueError("a defect")

    await append(store, organization_id, 3)
    await Follower(pool, wakeups, lambda: ["one"], note_and_raise).follow(organization_id)

    assert await noted(pool, organization_id) == []
    (cursor,) = await cursors(pool, organization_id, ["one"])
    assert (cursor.position, cursor.failures) == (0, 1)


async def test_while_it_runs_it_follows_what_any_organization_appends(
    store: EventStore, pool: asyncpg.Pool, wakeups: Wakeups, database: DatabaseUrls
) -> None:
    organizations = [await new_organization(database) for _ in range(5)]
    async with await open_pool(database.app) as its_pool:
        follower = _follower(its_pool, wakeups, "one", "two", batch=7)
        running = asyncio.create_task(follower.run())
        for _ in range(10):
            await asyncio.gather(*(append(store, organization, 3) for organization in organizations))
        for organization in organizations:
            assert await wait_for(pool, organization, "two", 30, seconds=20)
        await follower.stop()
        await running

    for organization in organizations:
        assert await positions(pool, organization, "one") == list(range(1, 31))
        assert await positions(pool, organization, "two") == list(range(1, 31))


async def test_several_processes_follow_each_event_once(
    store: EventStore, pool: asyncpg.Pool, wakeups: Wakeups, database: DatabaseUrls, organization_id: UUID
) -> None:
    async with await open_pool(database.app, max_size=20) as its_pool:
        followers = [_follower(its_pool, wakeups, "one", "two", batch=3) for _ in range(4)]
        running = [asyncio.create_task(follower.run()) for follower in followers]
        for _ in range(20):
            await append(store, organization_id, 10)
        assert await wait_for(pool, organization_id, "one", 200, seconds=20)
        assert await wait_for(pool, organization_id, "two", 200, seconds=20)
        for follower in followers:
            await follower.stop()
        await asyncio.gather(*running)

    assert await positions(pool, organization_id, "one") == list(range(1, 201))
    assert await positions(pool, organization_id, "two") == list(range(1, 201))


async def test_a_batch_under_way_ends_and_nothing_new_begins_when_it_is_stopped(
    store: EventStore, pool: asyncpg.Pool, wakeups: Wakeups, organization_id: UUID
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(
        connection: PoolConnectionProxy, organization: UUID, names: Sequence[str], events: Sequence[StoredEvent]
    ) -> None:
        if organization == organization_id:
            begun.set()
            await go_on.wait()
        await note(connection, organization, names, events)

    await append(store, organization_id, 10)
    follower = Follower(pool, wakeups, lambda: ["stopped"], slow, batch=5)
    running = asyncio.create_task(follower.run())
    await begun.wait()
    stopping = asyncio.create_task(follower.stop())
    await asyncio.sleep(0.05)
    assert not stopping.done()
    go_on.set()
    await stopping
    await running

    assert await positions(pool, organization_id, "stopped") == [1, 2, 3, 4, 5]


async def test_waiting_for_a_position_that_nobody_comes_to_ends(pool: asyncpg.Pool, organization_id: UUID) -> None:
    assert await wait_for(pool, organization_id, "nobody", 1, seconds=0.05) is False


async def test_an_organization_that_nobody_knows_leaves_no_cursor(pool: asyncpg.Pool, wakeups: Wakeups) -> None:
    stranger = uuid4()

    assert await _follower(pool, wakeups, "one").follow(stranger) == 0
    assert await cursors(pool, stranger, ["one"]) == []


@pytest.mark.parametrize("durable", [False, True])
async def test_its_commits_wait_for_the_disk_only_when_asked_to(
    store: EventStore, pool: asyncpg.Pool, wakeups: Wakeups, organization_id: UUID, durable: bool
) -> None:
    settings = []

    async def look(connection: PoolConnectionProxy, _: UUID, __: Sequence[str], ___: Sequence[StoredEvent]) -> None:
        settings.append(await connection.fetchval("show synchronous_commit"))

    await append(store, organization_id)
    await Follower(pool, wakeups, lambda: ["one"], look, durable=durable).follow(organization_id)

    assert settings == ["on" if durable else "off"]


async def test_a_head_that_promises_more_than_there_is_is_not_waited_for(
    store: EventStore, pool: asyncpg.Pool, wakeups: Wakeups, database: DatabaseUrls, organization_id: UUID
) -> None:
    await append(store, organization_id, 3)
    superuser = await asyncpg.connect(database.superuser)
    await superuser.execute("update log.log_head set position = 9 where organization_id = $1", organization_id)
    await superuser.close()

    async with asyncio.timeout(10):
        assert await _follower(pool, wakeups, "one").follow(organization_id) == 3
        assert await _follower(pool, wakeups, "one").follow(organization_id) == 0
