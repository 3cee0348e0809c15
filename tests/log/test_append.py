"""Appending: all or nothing, in order, once, and each caller told what happened to its own events."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import asyncpg
import pytest

from service.database.connection import open_pool, scoped
from service.database.embedded import DatabaseUrls
from service.log.decision import decide
from service.log.errors import DatabaseUnavailable, IdConflict, UnknownOrganization, VersionConflict
from service.log.sealed import Appended, SealedEvent
from service.log.store import EventStore
from service.log.verify import verify
from tests.log.events import sealed_event


@pytest.fixture
async def other_store(database: DatabaseUrls) -> AsyncIterator[EventStore]:
    """A store in another process, as far as the first can tell."""
    async with await open_pool(database.app) as pool:
        store = EventStore(pool)
        yield store
        await store.close()


async def test_appended_events_are_read_back_in_order(store: EventStore, organization_id: UUID) -> None:
    ada, ben = uuid4(), uuid4()
    events = [sealed_event(ada, 1), sealed_event(ben, 1), sealed_event(ada, 2)]

    appended = await store.append(organization_id, events)

    assert [place.position for place in appended] == [1, 2, 3]
    stored = await store.log(organization_id, limit=10)
    assert [event.id for event in stored] == [event.id for event in events]
    assert [event.recorded_at for event in stored] == [place.recorded_at for place in appended]
    assert [SealedEvent(*(getattr(event, name) for name in SealedEvent._fields[:-2])) for event in stored] == events
    assert await store.log_head(organization_id) == 3


async def test_a_timeline_is_read_by_client_and_range(store: EventStore, organization_id: UUID) -> None:
    ada, ben = sorted((uuid4(), uuid4()))
    events = [sealed_event(ben, 1), sealed_event(ada, 1), sealed_event(ada, 2), sealed_event(ada, 3)]
    await store.append(organization_id, events)

    assert [event.version for event in await store.timeline(organization_id, ada)] == [1, 2, 3]
    assert [event.version for event in await store.timeline(organization_id, ada, after=1, up_to=2)] == [2]
    by_id = await store.events(organization_id, [events[2].id, events[0].id, uuid4()])
    assert [event.id for event in by_id] == [events[0].id, events[2].id]
    assert await store.head(organization_id, ada) == 3
    assert await store.head(organization_id, uuid4()) == 0


async def test_nothing_to_append_is_nothing_appended(store: EventStore, organization_id: UUID) -> None:
    assert await store.append(organization_id, []) == []
    assert await store.log_head(organization_id) == 0


async def test_an_unknown_organization_is_named(store: EventStore) -> None:
    unknown = uuid4()
    with pytest.raises(UnknownOrganization, match=str(unknown)):
        await store.append(unknown, [sealed_event(uuid4(), 1)])


async def test_a_version_that_does_not_follow_is_refused_with_the_one_there_is(
    store: EventStore, organization_id: UUID
) -> None:
    ada, ben = uuid4(), uuid4()
    await store.append(organization_id, [sealed_event(ada, 1), sealed_event(ada, 2)])

    for version in (2, 4):
        with pytest.raises(VersionConflict) as refused:
            await store.append(organization_id, [sealed_event(ben, 1), sealed_event(ada, version)])
        assert (refused.value.client_id, refused.value.expected, refused.value.actual) == (ada, version - 1, 2)
    with pytest.raises(VersionConflict):
        await store.append(organization_id, [sealed_event(ben, 1), sealed_event(ben, 3)])

    assert await store.head(organization_id, ben) == 0
    assert await store.log_head(organization_id) == 2


async def test_an_id_is_recorded_once_and_the_repeat_learns_what_is_there(
    store: EventStore, organization_id: UUID
) -> None:
    ada, ben = uuid4(), uuid4()
    event = sealed_event(ada, 1)
    await store.append(organization_id, [event])

    for repeat in ([event], [sealed_event(ben, 1), sealed_event(ada, 2, event_id=event.id)]):
        with pytest.raises(IdConflict) as refused:
            await store.append(organization_id, repeat)
        assert [(stored.id, stored.position) for stored in refused.value.stored] == [(event.id, 1)]
    with pytest.raises(IdConflict):
        await store.append(organization_id, [sealed_event(ben, 1), sealed_event(ben, 2)._replace(id=event.id)])
    twice = uuid4()
    with pytest.raises(IdConflict) as refused:
        await store.append(
            organization_id, [sealed_event(ben, 1, event_id=twice), sealed_event(ben, 2, event_id=twice)]
        )
    assert refused.value.stored == []

    assert await store.log_head(organization_id) == 1


async def test_the_same_id_twenty_times_at_once_is_one_event(
    store: EventStore, other_store: EventStore, organization_id: UUID
) -> None:
    event = sealed_event(uuid4(), 1)

    outcomes = await asyncio.gather(
        *((store, other_store)[turn % 2].append(organization_id, [event]) for turn in range(20)),
        return_exceptions=True,
    )

    conflicts = [outcome for outcome in outcomes if isinstance(outcome, IdConflict)]
    assert len(conflicts) == 19
    assert all([stored.id for stored in conflict.stored] == [event.id] for conflict in conflicts)
    assert [stored.id for stored in await store.log(organization_id, limit=100)] == [event.id]


async def test_conflicts_in_one_group_are_decided_one_by_one(store: EventStore, organization_id: UUID) -> None:
    ada, ben = uuid4(), uuid4()
    first = sealed_event(ada, 1)
    appends = [
        [first],
        [sealed_event(ada, 1)],
        [sealed_event(ada, 2), sealed_event(ben, 1)],
        [sealed_event(uuid4(), 1, event_id=first.id)],
    ]

    outcomes = await asyncio.gather(
        *(store.append(organization_id, events) for events in appends), return_exceptions=True
    )

    kinds = [list if isinstance(outcome, list) else type(outcome) for outcome in outcomes]
    assert kinds == [list, VersionConflict, list, IdConflict]
    written = [place for outcome in outcomes if isinstance(outcome, list) for place in outcome]
    assert [place.position for place in written] == [1, 2, 3]
    assert len({place.recorded_at for place in written}) == 1, "one group, one transaction"
    assert (await verify(store, organization_id)).intact


def test_each_append_of_a_group_is_decided_as_if_those_before_it_were_written() -> None:
    ada, ben, known = uuid4(), uuid4(), uuid4()
    first, taken = sealed_event(ada, 3), uuid4()
    appends = [
        [first],
        [sealed_event(ada, 3)],
        [sealed_event(ada, 4), sealed_event(ben, 1)],
        [sealed_event(ben, 1)],
        [sealed_event(ben, 2)],
        [sealed_event(known, 1, event_id=first.id)],
        [sealed_event(known, 7, event_id=taken)],
        [sealed_event(ada, 6)],
        [sealed_event(ada, 5)],
    ]

    decisions = decide(appends, {ada: 2}, {taken})

    assert [decision.accepted for decision in decisions] == [
        True, False, True, False, True, False, False, False, True,
    ]  # fmt: skip
    assert decisions[5].taken_ids == {first.id}
    assert decisions[6].taken_ids == {taken}
    conflict = decisions[7].conflict
    assert conflict is not None
    assert (conflict.client_id, conflict.expected, conflict.actual) == (ada, 5, 4)


async def test_many_more_writers_than_fit_a_group_lose_nothing(store: EventStore, organization_id: UUID) -> None:
    clients = [uuid4() for _ in range(300)]

    async def write(client_id: UUID) -> list[int]:
        return [
            (await store.append(organization_id, [sealed_event(client_id, version)]))[0].position
            for version in (1, 2, 3)
        ]

    told = await asyncio.gather(*(write(client_id) for client_id in clients))

    assert sorted(position for positions in told for position in positions) == list(range(1, 901))
    assert all(positions == sorted(positions) for positions in told)
    assert (await verify(store, organization_id)).events == 900


async def test_what_the_database_cannot_hold_fails_its_own_caller_only(
    store: EventStore, organization_id: UUID
) -> None:
    events = [sealed_event(uuid4(), 1, recorded_by=name) for name in ("counselor/ada", "nul\0", "peer/ben")]

    outcomes = await asyncio.gather(
        *(store.append(organization_id, [event]) for event in events), return_exceptions=True
    )

    assert isinstance(outcomes[1], asyncpg.PostgresError)
    assert [isinstance(outcome, list) for outcome in outcomes] == [True, False, True]
    with pytest.raises(ValueError, match="65535"):
        await store.append(organization_id, [sealed_event(uuid4(), 1, recorded_by="x" * 70_000)])


async def test_a_caller_that_stops_waiting_harms_nobody(
    store: EventStore, organization_id: UUID, pool: asyncpg.Pool
) -> None:
    events = [sealed_event(uuid4(), 1) for _ in range(9)]
    async with scoped(pool, organization_id) as holder:
        await holder.execute("select from log.lock_head($1)", organization_id)
        under_way = [asyncio.create_task(store.append(organization_id, [event])) for event in events[:3]]
        await asyncio.sleep(0.05)
        waiting = [asyncio.create_task(store.append(organization_id, [event])) for event in events[3:]]
        await asyncio.sleep(0)
        under_way[1].cancel()
        waiting[1].cancel()

    outcomes = await asyncio.gather(*under_way, *waiting, return_exceptions=True)

    assert [isinstance(outcome, list) for outcome in outcomes] == [place not in {1, 4} for place in range(9)]
    told = {outcome[0].position for outcome in outcomes if isinstance(outcome, list)}
    stored = await store.log(organization_id, limit=100)
    assert told <= {event.position for event in stored}
    assert events[4].id not in {event.id for event in stored}, "it had not set out when it was cancelled"
    assert (await verify(store, organization_id)).intact


async def test_a_killed_connection_fails_its_callers_and_the_store_goes_on(
    store: EventStore, organization_id: UUID, database: DatabaseUrls
) -> None:
    events = [sealed_event(uuid4(), 1) for _ in range(3)]
    superuser = await asyncpg.connect(database.superuser)
    try:
        async with superuser.transaction():
            await superuser.execute("select from log.log_head where organization_id = $1 for update", organization_id)
            appends = [asyncio.create_task(store.append(organization_id, [event])) for event in events]
            killed = 0
            while not killed:
                await asyncio.sleep(0.01)
                killed = await superuser.fetchval(
                    "select count(pg_terminate_backend(pid)) from pg_stat_activity"
                    " where datname = current_database() and usename = 'care_timeline_app' and wait_event_type = 'Lock'"
                )
            outcomes = await asyncio.gather(*appends, return_exceptions=True)
    finally:
        await superuser.close()

    assert all(isinstance(outcome, DatabaseUnavailable) and outcome.written is None for outcome in outcomes)
    again = await asyncio.gather(*(store.append(organization_id, [event]) for event in events))
    assert sorted(places[0].position for places in again) == [1, 2, 3]
    assert (await verify(store, organization_id)).events == 3


async def test_a_wait_for_the_lock_ends_with_nothing_written(organization_id: UUID, database: DatabaseUrls) -> None:
    async with await open_pool(database.app, settings={"lock_timeout": "50ms"}) as pool:
        store = EventStore(pool)
        async with scoped(pool, organization_id) as holder:
            await holder.execute("select from log.lock_head($1)", organization_id)
            with pytest.raises(DatabaseUnavailable) as unavailable:
                await store.append(organization_id, [sealed_event(uuid4(), 1)])
        assert unavailable.value.written is False
        assert await store.append(organization_id, [sealed_event(uuid4(), 1)])
        await store.close()


async def test_closing_waits_for_what_is_under_way_and_refuses_more(pool: asyncpg.Pool, organization_id: UUID) -> None:
    store = EventStore(pool)
    under_way = asyncio.create_task(store.append(organization_id, [sealed_event(uuid4(), 1)]))
    await asyncio.sleep(0)

    await store.close()

    assert under_way.done()
    assert isinstance((await under_way)[0], Appended)
    with pytest.raises(RuntimeError, match="closed"):
        await store.append(organization_id, [sealed_event(uuid4(), 1)])


async def test_moments_of_recording_never_fall_even_when_the_clock_is_set_back(
    store: EventStore, organization_id: UUID, database: DatabaseUrls
) -> None:
    superuser = await asyncpg.connect(database.superuser)
    await superuser.execute(
        "update log.log_head set recorded_at = now() + interval '1 hour' where organization_id = $1", organization_id
    )
    await superuser.close()

    settled = await store.settled(organization_id)
    places = [(await store.append(organization_id, [sealed_event(uuid4(), 1)]))[0] for _ in range(3)]

    moments = [settled, *(place.recorded_at for place in places)]
    assert moments == sorted(set(moments))


async def test_settled_waits_for_appends_under_way(
    store: EventStore, organization_id: UUID, pool: asyncpg.Pool
) -> None:
    async with scoped(pool, organization_id) as writer:
        await writer.execute("select from log.lock_head($1)", organization_id)
        settling = asyncio.create_task(store.settled(organization_id))
        done, _ = await asyncio.wait([settling], timeout=0.1)
        assert not done
    await settling
    with pytest.raises(UnknownOrganization):
        await store.settled(uuid4())
