"""Reading timelines: the part asked for, and all events but those that do not open."""

from collections.abc import Callable, Coroutine
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import structlog

from domain.entry import Actor, Draft
from domain.events.unreadable import Unreadable, Why
from domain.vocabulary.record import Precision
from service.database.embedded import DatabaseUrls
from service.log.keyring import ClientErased, KeyEncryptionKeys, Keyring
from service.log.sealed import SealedEvent
from service.log.store import EventStore
from service.log.timelines import Timelines, seal_drafts
from tests.builders import check_in, registered
from tests.erasing import erase_as_owner
from tests.log.events import OCCURRED_AT, sealed_event

ADA = Actor(UUID(int=5), "counselor/ada")
KEKS = KeyEncryptionKeys({"first": bytes(32)})

Tamper = Callable[..., Coroutine[Any, Any, None]]


@pytest.mark.parametrize(
    ("asked", "versions"),
    [
        ({}, [1, 2, 3, 4, 5, 6]),
        ({"after": 2, "limit": 2}, [3, 4]),
        ({"after": 2, "up_to": 4}, [3, 4]),
        ({"up_to": 3, "newest_first": True, "limit": 2}, [3, 2]),
        ({"newest_first": True, "limit": 3}, [6, 5, 4]),
        ({"after": 6}, []),
        ({"limit": 0}, []),
    ],
)
async def test_a_part_of_a_timeline_is_read_as_asked(
    store: EventStore, organization_id: UUID, asked: dict[str, Any], versions: list[int]
) -> None:
    client_id = uuid4()
    for version in range(1, 7):
        await store.append(organization_id, [sealed_event(uuid4(), 1), sealed_event(client_id, version)])

    assert [event.version for event in await store.timeline(organization_id, client_id, **asked)] == versions


@pytest.fixture
def tamper(database: DatabaseUrls, organization_id: UUID) -> Tamper:
    """Changes the organization's second event, bypassing every protection."""

    async def change(change: str, *values: object) -> None:
        superuser = await asyncpg.connect(database.superuser)
        try:
            await superuser.execute("set session_replication_role = replica")
            statement = f"update log.event set {change} where organization_id = $1 and version = 2"
            assert await superuser.execute(statement, organization_id, *values) == "UPDATE 1"
        finally:
            await superuser.close()

    return change


@pytest.fixture
async def three_entries(store: EventStore, pool: asyncpg.Pool, organization_id: UUID) -> list[SealedEvent]:
    """A client who was registered and checked in twice."""
    client_id = uuid4()
    key = await Keyring(pool, KEKS).data_key(organization_id, client_id)
    said = [registered(), check_in(), check_in()]
    drafts = [Draft(uuid4(), event, OCCURRED_AT, Precision.INSTANT, "tests") for event in said]
    sealed = seal_drafts(organization_id, client_id, 0, drafts, ADA, key)
    await store.append(organization_id, sealed)
    return sealed


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("body = set_byte(body, 20, get_byte(body, 20) # 1)", Why.SEAL_BROKEN),
        ("recorded_by = 'counselor/eve'", Why.SEAL_BROKEN),
        ("precision = 'roughly'", Why.SEAL_BROKEN),
        ("key_id = gen_random_uuid()", Why.SEAL_BROKEN),
        ("reference_fields = '{goal}', reference_ids = array[gen_random_uuid()]", Why.SEAL_BROKEN),
    ],
)
async def test_an_event_that_does_not_open_hides_no_other(
    store: EventStore,
    pool: asyncpg.Pool,
    organization_id: UUID,
    three_entries: list[SealedEvent],
    tamper: Tamper,
    change: str,
    why: Why,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await tamper(change)
    # A command that ran in this process has fixed where the module's own logger writes.
    monkeypatch.setattr("service.log.timelines.log", structlog.get_logger())

    with structlog.testing.capture_logs() as logged:
        entries = await Timelines(store, Keyring(pool, KEKS)).read(organization_id, three_entries[0].client_id)

    assert [entry.event.type for entry in entries] == [event.type for event in three_entries]
    assert [isinstance(entry.event, Unreadable) for entry in entries] == [False, True, False]
    unread = entries[1].event
    assert isinstance(unread, Unreadable)
    assert (unread.type, unread.why) == (three_entries[1].type, why)
    assert entries[0].actor_id == ADA.id
    assert [(each["event"], each["position"], each["why"]) for each in logged] == [("event_unreadable", 2, why.value)]


@pytest.mark.parametrize(
    ("event", "body", "why"),
    [
        ({"type": "of_a_newer_release"}, b"{}", Why.UNKNOWN_TYPE),
        ({"schema_version": 99}, b"{}", Why.UNKNOWN_TYPE),
        ({}, b'{"words": 1}', Why.BODY_INVALID),
        ({}, b"no JSON", Why.BODY_INVALID),
        ({"type": "entry_corrected"}, b'{"replacement_schema_version": 1}', Why.BODY_INVALID),
        ({"type": "entry_corrected"}, b"[]", Why.BODY_INVALID),
    ],
)
async def test_an_event_that_was_sealed_and_cannot_be_read_is_marked(
    store: EventStore, pool: asyncpg.Pool, organization_id: UUID, event: dict[str, Any], body: bytes, why: Why
) -> None:
    client_id = uuid4()
    key = await Keyring(pool, KEKS).data_key(organization_id, client_id)
    odd = sealed_event(client_id, 1)._replace(key_id=key.key_id, **event)
    await store.append(organization_id, [odd.sealed(organization_id, key.key, body)])

    (entry,) = await Timelines(store, Keyring(pool, KEKS)).read(organization_id, client_id)

    assert entry.event == Unreadable(type=odd.type, why=why)


async def test_a_client_who_was_erased_has_no_timeline(
    store: EventStore,
    pool: asyncpg.Pool,
    organization_id: UUID,
    database: DatabaseUrls,
    three_entries: list[SealedEvent],
) -> None:
    client_id, timelines = three_entries[0].client_id, Timelines(store, Keyring(pool, KEKS))
    assert len(await timelines.read(organization_id, client_id)) == 3

    await erase_as_owner(database.owner, organization_id, client_id)

    with pytest.raises(ClientErased):
        await timelines.read(organization_id, client_id)
