"""Bulk appends write what single ones write, with moments of recording that may be given."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from service.database.embedded import DatabaseUrls
from service.log.errors import IdConflict, UnknownOrganization, VersionConflict
from service.log.sealed import StoredEvent
from service.log.store import EventStore
from service.log.verify import verify
from tests.databases import new_organization
from tests.log.events import sealed_event

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def _without_moments(events: list[StoredEvent]) -> list[tuple[object, ...]]:
    return [
        event._replace(organization_id=UUID(int=0), recorded_at=LONG_AGO, leaf=b"")
        for event in events
    ]  # fmt: skip


async def test_a_bulk_append_writes_what_an_append_writes(
    store: EventStore, organization_id: UUID, database: DatabaseUrls
) -> None:
    clients = [uuid4() for _ in range(7)]
    events = [sealed_event(client, version) for version in (1, 2, 3) for client in clients]
    other_organization = await new_organization(database)

    positions = await store.append_bulk(organization_id, events)
    await store.append(other_organization, events)

    assert positions == range(1, 22)
    bulk = await store.log(organization_id, limit=100)
    single = await store.log(other_organization, limit=100)
    assert _without_moments(bulk) == _without_moments(single)
    assert (await verify(store, organization_id)).intact
    assert await store.head(organization_id, clients[0]) == 3
    assert (await store.append_bulk(organization_id, [sealed_event(clients[0], 4)])) == range(22, 23)
    assert await store.append_bulk(organization_id, []) == range(0)


async def test_moments_of_recording_can_be_given(store: EventStore, organization_id: UUID) -> None:
    client = uuid4()
    moments = [LONG_AGO, LONG_AGO, LONG_AGO + timedelta(days=1, microseconds=1)]

    await store.append_bulk(organization_id, [sealed_event(client, version) for version in (1, 2, 3)], moments)

    assert [event.recorded_at for event in await store.timeline(organization_id, client)] == moments
    assert (await verify(store, organization_id)).intact
    (place,) = await store.append(organization_id, [sealed_event(client, 4)])
    assert place.recorded_at - datetime.now(UTC) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("moments", "why"),
    [
        ([LONG_AGO, LONG_AGO], "later than"),
        ([LONG_AGO + timedelta(days=2), LONG_AGO + timedelta(days=1)], "must not fall"),
        ([LONG_AGO + timedelta(days=2), datetime.now(UTC) + timedelta(days=1)], "future"),
    ],
)
async def test_given_moments_must_follow_the_log_and_not_run_ahead(
    store: EventStore, organization_id: UUID, moments: list[datetime], why: str
) -> None:
    await store.append_bulk(organization_id, [sealed_event(uuid4(), 1)], [LONG_AGO])
    client = uuid4()

    with pytest.raises(ValueError, match=why):
        await store.append_bulk(organization_id, [sealed_event(client, 1), sealed_event(client, 2)], moments)

    assert await store.log_head(organization_id) == 1


async def test_a_bulk_append_with_a_conflict_writes_nothing_and_says_why(
    store: EventStore, organization_id: UUID
) -> None:
    client = uuid4()
    first = sealed_event(client, 1)
    await store.append(organization_id, [first])

    with pytest.raises(VersionConflict) as version:
        await store.append_bulk(organization_id, [sealed_event(uuid4(), 1), sealed_event(client, 3)])
    assert version.value.actual == 1
    with pytest.raises(IdConflict) as taken:
        await store.append_bulk(organization_id, [sealed_event(uuid4(), 1), first])
    assert [event.id for event in taken.value.stored] == [first.id]
    with pytest.raises(UnknownOrganization):
        await store.append_bulk(uuid4(), [first])

    assert await store.log_head(organization_id) == 1
