"""What events refer to stands beside them in clear, and is found by what is referred to."""

from uuid import UUID, uuid4

import asyncpg

from service.database.connection import scoped
from service.log.header import Reference
from service.log.store import EventStore
from service.log.verify import Verification, verify
from tests.log.events import sealed_event

FOUND = """select target_id, position, field, client_id, event_id, type from log.reference
 where organization_id = $1 and client_id = $2"""


async def test_each_reference_is_kept_with_its_event_and_found_by_its_target(
    store: EventStore, pool: asyncpg.Pool, organization_id: UUID
) -> None:
    client_id, goal, crisis = uuid4(), uuid4(), uuid4()
    twice = (Reference("because_of", crisis), Reference("because_of", goal), Reference("because_of", crisis))
    events = [
        sealed_event(client_id, 1),
        sealed_event(client_id, 2, references=(Reference("goal", goal), Reference("crisis", crisis))),
        sealed_event(client_id, 3, references=twice),
    ]

    await store.append(organization_id, events)

    stored = await store.timeline(organization_id, client_id)
    assert [event.references for event in stored] == [(), events[1].references, twice]
    async with scoped(pool, organization_id) as connection:
        rows = [tuple(row) for row in await connection.fetch(FOUND, organization_id, client_id)]
    second = (client_id, events[1].id, "session_held")
    third = (client_id, events[2].id, "session_held")
    assert set(rows) == {
        (goal, 2, "goal", *second),
        (crisis, 2, "crisis", *second),
        (goal, 3, "because_of", *third),
        (crisis, 3, "because_of", *third),
    }
    assert (await verify(store, organization_id)).intact


async def test_an_organization_has_a_timeline_of_its_own(store: EventStore, organization_id: UUID) -> None:
    client_id = uuid4()
    own = [sealed_event(organization_id, version) for version in (1, 2)]

    await store.append(organization_id, [own[0], sealed_event(client_id, 1), own[1]])

    assert await store.head(organization_id, organization_id) == 2
    assert [event.id for event in await store.timeline(organization_id, organization_id)] == [e.id for e in own]
    assert [event.position for event in await store.timeline(organization_id, client_id)] == [2]
    assert await verify(store, organization_id) == Verification(3, [])
