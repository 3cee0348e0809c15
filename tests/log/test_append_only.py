"""Events cannot be changed or taken away: not by the service's role, not by the owner."""

from uuid import UUID, uuid4

import asyncpg
import pytest

from service.database.embedded import DatabaseUrls
from service.log.store import EventStore
from tests.erasing import erase_as_owner
from tests.log.events import sealed_event

CHANGES = ["update log.event set source = 'elsewhere'", "delete from log.event", "truncate log.event"]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize(
    ("role", "why"), [("app", "permission denied for table event"), ("owner", "log.event is append-only")]
)
async def test_an_event_is_never_changed(
    store: EventStore, organization_id: UUID, database: DatabaseUrls, role: str, why: str, change: str
) -> None:
    await store.append(organization_id, [sealed_event(uuid4(), 1)])
    before = await store.log(organization_id, limit=10)

    connection = await asyncpg.connect(getattr(database, role))
    try:
        await connection.execute(f"set care_timeline.organization = '{organization_id}'")
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match=why):
            await connection.execute(change)
    finally:
        await connection.close()

    assert await store.log(organization_id, limit=10) == before


async def test_r57_of_an_event_whose_client_was_erased_just_the_body_goes(
    store: EventStore, organization_id: UUID, database: DatabaseUrls
) -> None:
    erased, other = uuid4(), uuid4()
    await store.append(organization_id, [sealed_event(erased, 1), sealed_event(other, 1)])
    await erase_as_owner(database.owner, organization_id, erased)

    connection = await asyncpg.connect(database.owner)
    try:
        await connection.execute(f"set care_timeline.organization = '{organization_id}'")
        for change, client_id in [
            ("body = ''", other),
            ("body = 'x'", erased),
            ("body = '', source = 'elsewhere'", erased),
            ("body = '', leaf = ''", erased),
        ]:
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match=r"log\.event is append-only"):
                await connection.execute(f"update log.event set {change} where client_id = $1", client_id)
        assert await connection.execute("update log.event set body = '' where client_id = $1", erased) == "UPDATE 2"
    finally:
        await connection.close()
    assert [event.body for event in await store.timeline(organization_id, erased)] == [b"", b""]


@pytest.mark.parametrize(
    "statement",
    [
        "delete from log.timeline_head",
        "delete from log.log_head",
        "delete from keyring.client_key",
        "delete from access.api_key",
        "update access.api_key set scopes = '{everything}'",
        "update keyring.client_key set client_id = gen_random_uuid()",
        "update log.timeline_head set client_id = gen_random_uuid()",
        "insert into log.organization (organization_id, name, time_zone) values (gen_random_uuid(), 'Clinic', 'UTC')",
        "alter table log.event disable trigger append_only",
        "alter table log.event disable row level security",
        "set role care_timeline_owner",
        "create table log.other ()",
        "create schema other",
        "drop function log.append",
    ],
)
async def test_the_service_can_do_no_more_than_it_does(database: DatabaseUrls, statement: str) -> None:
    connection = await asyncpg.connect(database.app)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    finally:
        await connection.close()
