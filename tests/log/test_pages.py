"""Parts of a timeline: the same as slices of the whole, by index alone."""

from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID, uuid4

import asyncpg
import pytest

from domain.effective import effective
from samples.simulation import one_client
from service.care.importing import seal_entries
from service.database.connection import scoped
from service.database.embedded import DatabaseUrls
from service.log import pages
from service.log.keyring import KeyEncryptionKeys, Keyring
from service.log.pages import Pages
from service.log.reading import BY_INDEX
from service.log.sealed import StoredEvent
from service.log.store import EventStore
from service.log.timelines import Timelines
from tests.log.events import sealed_event
from tests.log.test_facts import fresh_pool

__all__ = ["fresh_pool"]

KEKS = KeyEncryptionKeys({"first": bytes(32)})


async def timeline(store: EventStore, organization_id: UUID, client_id: UUID, length: int) -> list[StoredEvent]:
    """A timeline whose events occurred three days forth and one back, again and again."""
    start = datetime(2026, 3, 1, tzinfo=UTC)
    for version in range(1, length + 1):
        at = start + timedelta(days=version + (2 if version % 2 else 0))
        await store.append(organization_id, [sealed_event(client_id, version)._replace(occurred_at=at)])
    return await store.timeline(organization_id, client_id)


async def test_a_page_is_a_slice_of_what_was_known_and_had_happened(
    store: EventStore, pool: asyncpg.Pool, organization_id: UUID
) -> None:
    client_id = uuid4()
    whole = await timeline(store, organization_id, client_id, 7)
    await timeline(store, organization_id, uuid4(), 3)
    moments = [None, whole[0].recorded_at - timedelta(seconds=1), whole[3].recorded_at, whole[6].recorded_at]
    days = [None, whole[0].occurred_at, whole[4].occurred_at]
    reader = Pages(pool)

    for known_at, as_of, limit in product(moments, days, (1, 3, 7, 20)):
        known = [event for event in whole if known_at is None or event.recorded_at <= known_at]
        there = [event for event in known if as_of is None or event.occurred_at <= as_of]
        for after in (0, 1, 4, 7, 50):
            page = await reader.page(
                organization_id, client_id, after=after, limit=limit, as_of=as_of, known_at=known_at
            )
            later = [event for event in there if event.version > after]
            assert page
            assert page.version == len(known)
            assert page.events == later[:limit]
            assert page.later == (len(later) > limit)
            assert page.earlier == (len(later) < len(there))
        for before in (1, 2, 5, 8, 50):
            page = await reader.page(
                organization_id, client_id, before=before, limit=limit, as_of=as_of, known_at=known_at
            )
            earlier = [event for event in there if event.version < before]
            assert page
            assert page.events == earlier[-limit:]
            assert page.earlier == (len(earlier) > limit)
            assert page.later == (len(earlier) < len(there))


async def test_an_unknown_client_has_no_page(pool: asyncpg.Pool, organization_id: UUID) -> None:
    reader, nobody = Pages(pool), uuid4()

    assert await reader.page(organization_id, nobody, limit=5) is None
    assert await reader.head(organization_id, nobody) is None
    assert await reader.concerning(organization_id, nobody, [uuid4()]) is None


@pytest.mark.parametrize("seed", range(3))
async def test_what_concerns_an_event_tells_how_it_stands(
    store: EventStore, pool: asyncpg.Pool, database: DatabaseUrls, organization_id: UUID, seed: int
) -> None:
    keyring = Keyring(pool, KEKS, database.owner)
    timelines, reader = Timelines(store, keyring), Pages(pool)
    story = list(one_client(seed, 120))
    client_id = story[0].client_id
    await store.append_bulk(organization_id, await seal_entries(store, keyring, organization_id, story, {}))
    whole = await timelines.read(organization_id, client_id)
    standing = {entry.id: entry for entry in effective(whole).entries}

    for entry in whole:
        found = await reader.concerning(organization_id, client_id, [entry.id])
        assert found
        assert found.version == 120
        concerning = await timelines.open(organization_id, found.events)
        assert entry in concerning
        assert len(concerning) < 10
        told = {each.id: each for each in effective(concerning).entries}
        assert told.get(entry.id) == standing.get(entry.id)


async def test_another_clients_event_concerns_nobody_else(
    store: EventStore, pool: asyncpg.Pool, organization_id: UUID
) -> None:
    client_id, other = uuid4(), uuid4()
    await timeline(store, organization_id, client_id, 1)
    (event,) = await timeline(store, organization_id, other, 1)

    found = await Pages(pool).concerning(organization_id, client_id, [event.id])

    assert found == (1, [])


QUERIES = {
    "forward": (pages._FORWARD, "uuid, uuid, integer, integer, timestamptz, integer"),
    "backward": (pages._BACKWARD, "uuid, uuid, integer, integer, timestamptz, integer"),
    "known": (pages._KNOWN, "uuid, uuid, timestamptz"),
    "concerning": (pages._CONCERNING, "uuid, uuid, uuid[]"),
}


@pytest.mark.parametrize("name", QUERIES)
async def test_a_plan_made_while_the_log_was_empty_reads_by_whole_keys(fresh_pool: asyncpg.Pool, name: str) -> None:
    query, kinds = QUERIES[name]
    async with scoped(fresh_pool, uuid4(), first=BY_INDEX) as connection:
        await connection.execute(f"prepare page({kinds}) as {query}")
        nothing = ", ".join(["null"] * len(kinds.split(",")))
        plan = [row[0].strip() for row in await connection.fetch(f"explain (costs off) execute page({nothing})")]
        await connection.execute("deallocate page")

    assert not [line for line in plan if "Seq Scan" in line or "Bitmap" in line or "Hash" in line]
    conditions = [line for line in plan if line.startswith("Index Cond")]
    assert conditions
    assert not [line for line in conditions if line.count(" = ") < 2]
    if name != "concerning":
        assert not [line for line in plan if line.startswith("Sort")], "a page stops where it is full"
