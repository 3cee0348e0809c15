"""Appending: all or nothing, in order, once, and each caller told what happened to its own events."""

from uuid import UUID, uuid4

from service.log.store import EventStore
from tests.store.events import sealed_event


async def test_appended_events_are_read_back_in_order(store: EventStore, organization_id: UUID) -> None:
    ada, ben = uuid4(), uuid4()
    events = [sealed_event(ada, 1), sealed_event(ben, 1), sealed_event(ada, 2)]

    appended = await store.append(organization_id, events)

    assert [place.position for place in appended] == [1, 2, 3]
    stored = await store.log(organization_id, limit=10)
    assert [event.id for event in stored] == [event.id for event in events]
    assert [event.recorded_at for event in stored] == [place.recorded_at for place in appended]
    assert [event.version for event in await store.timeline(organization_id, ada)] == [1, 2]
    assert await store.head(organization_id, ada) == 2
    assert await store.head(organization_id, uuid4()) == 0
