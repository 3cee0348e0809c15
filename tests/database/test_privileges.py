"""The service's role can do what the service does and no more: every privilege on everything there is, tried."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import asyncpg
import pytest

from analytics import days
from analytics.catalogue import VIEWS
from service.database.analyst_tables import SCHEMA
from service.database.connection import scoped
from service.database.embedded import DatabaseUrls
from service.log.appending import APPEND, rows_to_append
from service.log.keyring import ClientErased, KeyEncryptionKeys, Keyring
from service.log.store import EventStore
from tests.erasing import erase_as_owner
from tests.log.events import sealed_event

READ = {"SELECT"}
DERIVED = {"SELECT", "INSERT", "UPDATE", "DELETE"}

TABLES: dict[str, set[str]] = {
    "log.organization": READ,
    "log.log_head": READ,
    "log.timeline_head": READ,
    "log.event": READ,
    "log.reference": READ,
    "log.client_identifier": READ,
    "keyring.client_key": READ,
    "access.analyst": READ,
    "access.api_key": READ,
    "access.access_record": READ,
    "access.access_record_client": READ,
    "subscription.webhook": {"SELECT", "INSERT", "UPDATE", "DELETE"},
    "subscription.delivery": {"SELECT", "INSERT", "UPDATE"},
    "subscription.attempt": {"SELECT", "INSERT"},
    "audit.tile": READ,
    "audit.checkpoint": READ,
    "audit.cosignature": {"SELECT", "INSERT"},
    "audit.access_entry": READ,
    "migration.alembic_version": READ,
}
"""What the role may do with tables, whole; on no column of them may it do more."""

WHAT_IS_DERIVED = ("projection", "following")
"""How the schemas begin whose tables can be made again from the log: these the service writes itself."""

FUNCTIONS = {
    "analytics.pseudonym(bytea,bytea,uuid)",
    "analytics.shift_in_days(bytea,bytea,uuid)",
    "log.append(uuid,log.new_event[])",
    "log.facts(uuid,uuid[],uuid[],uuid[],text[],uuid[],text[])",
    "log.fresh_state(uuid,uuid,text,text[],integer)",
    "log.lock_head(uuid)",
    "log.settle(uuid)",
    "log.organization_ids()",
    "log.differing_heads()",
    "access.keep_records(uuid,access.new_record[])",
    "audit.grow_tree(uuid,text,bigint,integer)",
    "audit.keep_checkpoint(uuid,text,text,bigint,bytea,text)",
    "audit.unsigned(text)",
    "audit.unsigned_accesses(text)",
    "audit.last_checkpoints(text,text,text)",
    "audit.refused(text)",
    "audit.enter_accesses(uuid,integer)",
    "audit.earliest_access(uuid)",
    "subscription.due(timestamp with time zone)",
    "subscription.tidy(timestamp with time zone)",
    "keyring.same_person(uuid,uuid)",
    "keyring.erasure_hindrance(uuid,uuid,uuid,boolean)",
    "keyring.make_client_key(uuid,uuid,text,uuid,bytea,uuid,bytea)",
}

_OURS = "n.nspname !~ '^(pg_|information_schema)'"
_TABLES = f"""
    select n.nspname as schema, n.nspname || '.' || c.relname as name, p.privilege,
           has_table_privilege('care_timeline_app', c.oid, p.privilege) as whole,
           p.privilege in ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')
             and has_any_column_privilege('care_timeline_app', c.oid, p.privilege) as any_column
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     cross join unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN'])
           as p(privilege)
     where c.relkind in ('r', 'p', 'v', 'm', 'f') and {_OURS}"""
_FUNCTIONS = f"""
    select p.oid::regprocedure::text as name, p.prosecdef as as_owner, p.proconfig as config,
           has_function_privilege('care_timeline_app', p.oid, 'EXECUTE') as may,
           has_function_privilege('public', p.oid, 'EXECUTE') as anybody_may
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace where {_OURS}"""
_OTHERS = f"""
    select n.nspname || ': create' from pg_namespace n
     where {_OURS} and has_schema_privilege('care_timeline_app', n.oid, 'CREATE')
    union all
    select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where {_OURS} and case when c.relkind = 'S'
       then has_sequence_privilege('care_timeline_app', c.oid, 'USAGE, SELECT, UPDATE') end
    union all
    select rolname from pg_roles
     where rolname = 'care_timeline_app'
       and (rolsuper or rolcreaterole or rolcreatedb or rolbypassrls or rolreplication)
    union all
    select r.rolname || ': member' from pg_auth_members m join pg_roles r on r.oid = m.roleid
     where m.member = 'care_timeline_app'::regrole"""


@pytest.fixture
async def superuser(database: DatabaseUrls) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database.superuser)
    yield connection
    await connection.close()


async def test_the_role_has_the_declared_privileges_on_tables_and_no_others(superuser: asyncpg.Connection) -> None:
    may: dict[str, set[str]] = {}
    for row in await superuser.fetch(_TABLES):
        granted = may.setdefault(row["name"], set())
        if row["whole"] or row["any_column"]:
            granted.add(row["privilege"])
    derived = {name for name in may if name.startswith(WHAT_IS_DERIVED)}

    of_analysts = {f"{SCHEMA}.{name}" for name in (*(view.name for view in VIEWS), days.NAME)}
    not_its_own: dict[str, set[str]] = {name: set() for name in of_analysts}
    assert {name: granted for name, granted in may.items() if name not in derived} == TABLES | not_its_own
    assert {name: may[name] for name in derived if not may[name] <= DERIVED} == {}


async def test_the_role_may_call_the_declared_functions_and_no_others(superuser: asyncpg.Connection) -> None:
    functions = await superuser.fetch(_FUNCTIONS)

    callable_ = {row["name"] for row in functions if row["may"]}
    assert {name for name in callable_ if not name.startswith(WHAT_IS_DERIVED)} == FUNCTIONS
    assert [row["name"] for row in functions if row["anybody_may"]] == []
    for row in functions:
        if row["as_owner"]:
            assert any(each.startswith("search_path=pg_catalog") for each in row["config"]), row["name"]


async def test_the_role_has_nothing_else(superuser: asyncpg.Connection) -> None:
    assert [row[0] for row in await superuser.fetch(_OTHERS)] == []


@pytest.mark.parametrize("privilege", ["select", "insert", "update", "delete", "truncate"])
async def test_what_is_not_declared_is_refused_on_every_table_and_column(
    superuser: asyncpg.Connection, pool: asyncpg.Pool, organization_id: UUID, privilege: str
) -> None:
    columns = await superuser.fetch(
        "select n.nspname || '.' || c.relname as name, a.attname as column from pg_class c"
        " join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid"
        " where c.relkind = 'r' and a.attnum > 0 and not a.attisdropped and n.nspname || '.' || c.relname = any($1)",
        list(TABLES),
    )
    assert len(columns) > 50
    for name, column in columns:
        statement = {
            "select": f"select {column} from {name} limit 0",
            "insert": f"insert into {name} ({column}) select {column} from {name} limit 0",
            "update": f"update {name} set {column} = {column} where false",
            "delete": f"delete from {name} where false",
            "truncate": f"truncate {name}",
        }[privilege]
        async with scoped(pool, organization_id) as connection:
            if privilege.upper() in TABLES[name]:
                await connection.execute(statement)
                continue
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with scoped(pool, organization_id) as connection:
                await connection.execute(statement)


ATTACKS = [
    "update log.log_head set position = 0, recorded_at = 'epoch'",
    "update log.timeline_head set version = 0, position = 0",
    """insert into log.event
       select organization_id, position + 100, client_id, version + 100, gen_random_uuid(), type, schema_version,
              occurred_at, precision, recorded_at, actor_id, 'supervisor/lee', null, source, correlation_id,
              causation_id, reference_fields, reference_ids, key_id, body, body_digest, leaf from log.event""",
    "insert into log.reference select organization_id, id, position, 'goal', client_id, id, type from log.event",
    "update access.api_key set revoked_at = null",
    """insert into access.api_key
       select organization_id, gen_random_uuid(), name, role, scopes, secret_digest from access.api_key""",
    "update access.access_record set name = 'lee', purpose = 'treatment'",
    "delete from access.access_record",
    "insert into access.access_record_client values (gen_random_uuid(), gen_random_uuid(), gen_random_uuid())",
    "truncate access.access_record_client",
    "insert into audit.tile values (gen_random_uuid(), 'events', 0, 0, 'x', 'y')",
    "insert into audit.checkpoint values (gen_random_uuid(), 'clinic', 1, 'x', 'note', now())",
    "update audit.cosignature set line = 'other'",
    "insert into audit.access_entry values (gen_random_uuid(), 1, 'api_key', gen_random_uuid(), 'x')",
    "delete from audit.access_entry",
    "delete from audit.checkpoint",
    "update keyring.client_key set wrapped_key = null, destroyed_at = now()",
    "update keyring.client_key set wrapped_key = 'other'",
    """insert into keyring.client_key
       values (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'first', 'x', gen_random_uuid(), 'y')""",
    "delete from keyring.client_key",
    "select from log.log_head for update",
    "select keyring.erase_client(organization_id, client_id, null, false, '{}') from log.timeline_head",
    "update log.event set body = ''",
    "set role care_timeline_owner",
    "set session_replication_role = replica",
    "alter function log.append reset all",
    "create or replace function log.settle(the_organization uuid) returns timestamptz language sql as 'select now()'",
]


@pytest.mark.parametrize("attack", ATTACKS)
async def test_an_attack_as_the_service_is_refused(
    store: EventStore, pool: asyncpg.Pool, organization_id: UUID, attack: str
) -> None:
    await Keyring(pool, KeyEncryptionKeys({"first": bytes(32)})).data_key(organization_id, uuid4())
    await store.append(organization_id, [sealed_event(uuid4(), 1)])

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with scoped(pool, organization_id) as connection:
            await connection.execute(attack)


async def test_appending_cannot_lower_or_leap_a_head(
    store: EventStore, pool: asyncpg.Pool, organization_id: UUID
) -> None:
    client_id = uuid4()
    await store.append(organization_id, [sealed_event(client_id, version) for version in (1, 2, 3)])

    for versions in ([1], [3], [5], [4, 6], [4, 4], [2**31 - 1], [0], [-1]):
        events = [sealed_event(client_id, version) for version in versions]
        async with scoped(pool, organization_id) as connection:
            row = await connection.fetchrow(APPEND, organization_id, rows_to_append(organization_id, events))
        assert row is not None
        assert row["before"] is None, versions

    assert await store.head(organization_id, client_id) == 3
    assert await store.log_head(organization_id) == 3


async def test_given_moments_cannot_move_the_log_back_or_ahead(
    store: EventStore, pool: asyncpg.Pool, organization_id: UUID
) -> None:
    (place,) = await store.append(organization_id, [sealed_event(uuid4(), 1)])
    events = [sealed_event(uuid4(), 1), sealed_event(uuid4(), 1)]
    then, now = place.recorded_at, await store.settled(organization_id)
    rows = {
        "in the past": rows_to_append(organization_id, events, [then, then]),
        "falling": rows_to_append(organization_id, events, [now.replace(year=now.year + 9), now]),
        "to come": rows_to_append(organization_id, events, [now.replace(year=now.year + 9)] * 2),
        "one": rows_to_append(organization_id, events)[:1] + rows_to_append(organization_id, events[1:], [now]),
    }
    for given in rows.values():
        with pytest.raises(asyncpg.InvalidParameterValueError, match="recorded_at"):
            async with scoped(pool, organization_id) as connection:
                await connection.fetchrow(APPEND, organization_id, given)
    assert await store.log_head(organization_id) == 1


async def test_a_revoked_key_stays_revoked_and_no_key_is_taken_away_even_by_the_owner(
    database: DatabaseUrls, organization_id: UUID
) -> None:
    owner = await asyncpg.connect(database.owner)
    try:
        await owner.execute(f"set care_timeline.organization = '{organization_id}'")
        await owner.execute(
            "insert into access.api_key (organization_id, key_id, name, role, scopes, secret_digest)"
            " values ($1, gen_random_uuid(), 'lee', 'supervisor', '{}', 'x')",
            organization_id,
        )
        assert await owner.execute("update access.api_key set revoked_at = now()") == "UPDATE 1"
        for change in (
            "update access.api_key set revoked_at = null",
            "update access.api_key set revoked_at = revoked_at + interval '1 day'",
            "update access.api_key set scopes = '{record}'",
            "delete from access.api_key",
            "truncate access.api_key",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="stays revoked"):
                await owner.execute(change)
    finally:
        await owner.close()


async def test_a_destroyed_key_is_not_made_again_by_the_service(
    pool: asyncpg.Pool, database: DatabaseUrls, organization_id: UUID
) -> None:
    client_id, keyring = uuid4(), Keyring(pool, KeyEncryptionKeys({"first": bytes(32)}), database.owner)
    await erase_as_owner(database.owner, organization_id, client_id)

    with pytest.raises(ClientErased):
        await keyring.data_key(organization_id, client_id)
