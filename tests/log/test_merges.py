"""Who is one person with whom, by what stands in clear: up to a position, and as known at a moment."""

from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from service.database.connection import scoped
from service.log import merges
from service.log.header import Reference
from service.log.merges import merged_into, survivors, united_timelines
from service.log.reading import BY_INDEX
from service.log.sealed import SealedEvent
from service.log.store import EventStore
from tests.log.events import sealed_event

A, B, C = UUID(int=1), UUID(int=2), UUID(int=3)


class Told:
    """Merges in an organization's log, event by event."""

    def __init__(self, pool: asyncpg.Pool, store: EventStore, organization_id: UUID) -> None:
        self.pool, self.store, self.organization_id = pool, store, organization_id
        self.versions: dict[UUID, int] = {}

    async def tell(self, *events: tuple[UUID, str, UUID | None]) -> list[UUID]:
        """Append events, each of a client, of a type, and about an event; their ids."""
        sealed = []
        for client_id, kind, about in events:
            self.versions[client_id] = self.versions.get(client_id, 0) + 1
            references = (Reference("merge", about),) if about else ()
            event = sealed_event(client_id, self.versions[client_id], references=references)
            sealed.append(event._replace(type=kind))
        await self.store.append(self.organization_id, sealed)
        return [event.id for event in sealed]

    async def merge(self, survivor: UUID, duplicate: UUID) -> tuple[UUID, UUID]:
        version = self.versions[survivor] = self.versions.get(survivor, 0) + 1
        merge: SealedEvent = sealed_event(survivor, version)._replace(type="clients_merged")
        other = self.versions[duplicate] = self.versions.get(duplicate, 0) + 1
        told = sealed_event(duplicate, other, references=(Reference("merge", merge.id),))
        await self.store.append(self.organization_id, [merge, told._replace(type="client_merged_into")])
        return merge.id, told.id

    async def undo(self, survivor: UUID, duplicate: UUID, merge: tuple[UUID, UUID]) -> None:
        await self.tell((survivor, "merge_undone", merge[0]), (duplicate, "client_separated", merge[1]))


@pytest.fixture
async def log(pool: asyncpg.Pool, store: EventStore, organization_id: UUID) -> Told:
    told = Told(pool, store, organization_id)
    await told.tell(*((client_id, "client_registered", None) for client_id in (A, B, C)))
    return told


async def test_who_is_one_person_follows_chains_positions_and_what_was_known(log: Told) -> None:
    merge = await log.merge(B, C)
    await log.merge(A, B)
    known_at = (await log.store.log(log.organization_id, limit=100))[-1].recorded_at
    await log.undo(B, C, merge)

    async with scoped(log.pool, log.organization_id) as connection:
        asked = (connection, log.organization_id)
        assert await merged_into(*asked, [A, B, C]) == {A: [B]}
        assert await merged_into(*asked, [A, B, C], known_at=known_at) == {A: [B, C], B: [C]}
        assert await merged_into(*asked, [A], known_at=known_at - timedelta(microseconds=1)) == {}
        found = [await merged_into(*asked, [A, B], up_to=position) for position in range(3, 10)]
        assert found == [{}, {B: [C]}, {B: [C]}, {A: [B, C], B: [C]}, {A: [B, C], B: [C]}, {A: [B]}, {A: [B]}]
        assert await survivors(*asked, [C, uuid4()]) == set()
        assert await survivors(*asked, [C], up_to=7) == {A, B}
        assert await survivors(*asked, [B], up_to=7) == {A}


async def test_a_united_timeline_is_in_order_of_position_without_what_tells_the_others_where_they_went(
    log: Told,
) -> None:
    await log.merge(B, C)
    await log.merge(A, B)
    await log.tell((C, "session_held", None), (A, "session_held", None))

    async with scoped(log.pool, log.organization_id) as connection:
        merged = {A: [B, C], C: []}
        found = await united_timelines(connection, log.organization_id, merged, up_to=8)
        some = await united_timelines(connection, log.organization_id, merged, types=["session_held"])

    assert [event.position for event in found[A]] == [1, 2, 3, 4, 6, 8]
    assert [event.position for event in found[C]] == [3, 5, 8], "who stands alone has all of their own"
    assert [event.position for event in some[A]] == [8, 9]


async def test_whether_somebody_was_merged_is_looked_up_in_the_index_of_merges(log: Told) -> None:
    asked = (log.organization_id, uuid4())
    async with scoped(log.pool, log.organization_id, first=BY_INDEX) as connection:
        plan = await connection.fetch(f"explain select {merges.EVER_MERGED}", *asked)
    lines = "\n".join(line for (line,) in plan)
    assert "event_merges" in lines, lines
    async with scoped(log.pool, log.organization_id) as connection:
        for query in (merges._MERGED, merges._SURVIVORS):
            plan = await connection.fetch(f"explain {query}", log.organization_id, [uuid4()], None, None)
            lines = "\n".join(line for (line,) in plan)
            assert "event_merges" in lines, lines
            assert "Join Filter" not in lines, f"something is read whole: {lines}"
