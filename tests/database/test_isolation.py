"""No organization sees another's rows, even where a query forgets to ask for its own."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import asyncpg
import pytest

from service.database.connection import call, scoped
from service.database.embedded import DatabaseUrls
from service.log.appending import APPEND, rows_to_append
from service.log.keyring import KeyEncryptionKeys, Keyring
from service.log.store import EventStore
from tests.databases import new_organization
from tests.log.events import sealed_event

KEKS = KeyEncryptionKeys({"first": bytes(32)})
ISOLATED_TABLES = """
    select c.oid::regclass::text as name, c.relrowsecurity and c.relforcerowsecurity as forced
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'organization_id'
     where c.relkind in ('r', 'p') and not a.attisdropped
     order by 1
"""


@pytest.fixture
async def superuser(database: DatabaseUrls) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database.superuser)
    yield connection
    await connection.close()


@pytest.fixture
async def two_organizations(
    store: EventStore, pool: asyncpg.Pool, database: DatabaseUrls, organization_id: UUID
) -> tuple[UUID, UUID]:
    """Two organizations, each with a client who has a key and an event."""
    other = await new_organization(database)
    for each in (organization_id, other):
        client_id = uuid4()
        await Keyring(pool, KEKS).data_key(each, client_id)
        await store.append(each, [sealed_event(client_id, 1)])
    return organization_id, other


async def test_every_table_with_an_organization_forces_row_level_security(superuser: asyncpg.Connection) -> None:
    tables = await superuser.fetch(ISOLATED_TABLES)

    assert {"log.event", "log.timeline_head", "keyring.client_key"} <= {row["name"] for row in tables}
    assert [row["name"] for row in tables if not row["forced"]] == []


async def test_every_key_of_such_a_table_begins_with_the_organization(superuser: asyncpg.Connection) -> None:
    keys = await superuser.fetch(
        "select i.indexrelid::regclass::text as name, a.attname as first from pg_index i"
        " join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]"
        " join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace"
        " where i.indisunique and (n.nspname in ('log', 'keyring', 'access', 'audit') or n.nspname like 'projection%')"
        # The registry of builds, and whatever else is not about an organization, has no such column.
        " and exists (select from pg_attribute o where o.attrelid = c.oid and o.attname = 'organization_id')"
    )

    assert {row["first"] for row in keys} == {"organization_id"}


async def test_a_query_without_a_filter_sees_its_own_organization_only(
    pool: asyncpg.Pool, superuser: asyncpg.Connection, two_organizations: tuple[UUID, UUID]
) -> None:
    tables = [row["name"] for row in await superuser.fetch(ISOLATED_TABLES)]
    ours, theirs = two_organizations

    for table in tables:
        everyone = {row[0] for row in await superuser.fetch(f"select organization_id from {table}")}
        async with scoped(pool, ours) as connection:
            seen = {row[0] for row in await connection.fetch(f"select organization_id from {table}")}
        assert seen == everyone & {ours}, table
        assert await pool.fetch(f"select organization_id from {table}") == [], f"{table}, with no organization set"
    assert {ours, theirs} <= {row[0] for row in await superuser.fetch("select organization_id from log.event")}


async def test_the_owner_sees_no_more_but_the_list_of_organizations(
    database: DatabaseUrls, two_organizations: tuple[UUID, UUID]
) -> None:
    owner = await asyncpg.connect(database.owner)
    try:
        assert await owner.fetch("select from log.event") == []
        assert await owner.fetch("select from keyring.client_key") == []
        listed = {row[0] for row in await owner.fetch("select organization_id from log.organization")}
    finally:
        await owner.close()
    assert set(two_organizations) <= listed


async def test_the_service_learns_the_organizations_ids_and_nothing_else(
    pool: asyncpg.Pool, two_organizations: tuple[UUID, UUID]
) -> None:
    assert set(two_organizations) <= {row[0] for row in await pool.fetch("select log.organization_ids()")}
    assert await pool.fetch("select name from log.organization") == []


async def test_nothing_is_written_into_another_organization_than_the_transactions(
    pool: asyncpg.Pool, store: EventStore, two_organizations: tuple[UUID, UUID]
) -> None:
    ours, theirs = two_organizations

    before = await store.log_head(theirs)
    for statement in (
        "select log.append($1, '{}')",
        "select log.lock_head($1)",
        "select log.settle($1)",
        "select keyring.make_client_key($1, gen_random_uuid(), 'first', $1, 'x', $1, 'y')",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="does not name this organization"):
            async with scoped(pool, ours) as connection:
                await connection.execute(statement, theirs)
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="does not name this organization"):
            await pool.execute(statement, theirs)
    assert await store.log_head(theirs) == before


async def test_appending_changes_no_setting(
    pool: asyncpg.Pool, store: EventStore, two_organizations: tuple[UUID, UUID]
) -> None:
    ours, _ = two_organizations
    shown = "select current_setting('care_timeline.organization', true)"
    async with scoped(pool, ours) as connection:
        await connection.fetch(APPEND, ours, rows_to_append(ours, [sealed_event(uuid4(), 1)]))
        assert await connection.fetchval(shown) == str(ours)
    async with pool.acquire() as connection:
        assert not await connection.fetchval(shown)


async def test_the_scope_ends_with_its_transaction(pool: asyncpg.Pool, two_organizations: tuple[UUID, UUID]) -> None:
    ours, _ = two_organizations
    async with pool.acquire() as connection:
        await call(connection, ours, "log.append", [])
        assert await connection.fetch("select from log.event") == []
