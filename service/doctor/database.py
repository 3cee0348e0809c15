"""Checks of the database: its version, its schema, and that the service's login can do no more than it should."""

from collections.abc import AsyncIterator

import asyncpg

from service.database.migrate import MigrationError, newest_revision, require_migrated
from service.database.protection import APP_ROLE, OWNER_ROLE
from service.doctor.catalogue import declared, differences, items, of_builds
from service.doctor.check import Check

OLDEST_VERSION = 15

_LOGIN = """
select current_user as name, rolsuper, rolbypassrls, pg_has_role(current_user, $1, 'member') as owner
  from pg_roles where rolname = current_user
"""

_CHANGES = """
select distinct privilege, name from unnest(array['insert', 'update', 'delete', 'truncate']) as privilege
 cross join unnest(array['log.event', 'log.reference', 'log.log_head', 'log.timeline_head']) as name
 where has_table_privilege(name, privilege)
    or privilege in ('insert', 'update') and has_any_column_privilege(name, privilege)
 order by name, privilege
"""

_UNPROTECTED = """
select relation.oid::regclass::text as name
  from pg_class as relation
  join pg_namespace as schema on schema.oid = relation.relnamespace
  join pg_attribute as attribute on attribute.attrelid = relation.oid
 where relation.relkind in ('r', 'p')
   and (schema.nspname in ('log', 'keyring', 'access', 'following') or exists (
         select from projection.build where schema_name = schema.nspname and state <> 'building'))
   and attribute.attname = 'organization_id' and not attribute.attisdropped
   and not (relation.relrowsecurity and relation.relforcerowsecurity)
 order by name
"""
# A build's tables are bare, and closed to the service's role, until it is built.


async def checks(pool: asyncpg.Pool) -> AsyncIterator[Check]:
    """Every check of the database, through the service's own login."""
    yield await version(pool)
    migrated = await schema(pool)
    yield migrated
    yield await login(pool)
    if migrated.good:
        yield await append_only(pool)
        yield await isolation(pool)
        yield await catalogue(pool)
        yield await heads(pool)


async def version(pool: asyncpg.Pool) -> Check:
    """Whether the server is new enough."""
    number = int(await pool.fetchval("select current_setting('server_version_num')"))
    found = f"PostgreSQL {number // 10_000}.{number % 10_000}"
    if number >= OLDEST_VERSION * 10_000:
        return Check("database", True, f"{found} answers.")
    return Check("database", False, f"{found} is too old: the service needs {OLDEST_VERSION} or newer.")


async def schema(pool: asyncpg.Pool) -> Check:
    """Whether the schema is the one of this release."""
    try:
        await require_migrated(pool)
    except MigrationError as error:
        return Check("schema", False, str(error))
    return Check("schema", True, f"At revision {newest_revision()}, the newest.")


async def login(pool: asyncpg.Pool) -> Check:
    """Whether the service's login is an ordinary one."""
    found = await pool.fetchrow(_LOGIN, OWNER_ROLE)
    assert found is not None
    too_much = [
        what
        for what, has in (
            ("is a superuser", found["rolsuper"]),
            ("passes row-level security by", found["rolbypassrls"]),
            (f"may act as {OWNER_ROLE}", found["owner"]),
        )
        if has
    ]
    if too_much:
        return Check(
            "login",
            False,
            f"The login {found['name']} {' and '.join(too_much)}: let CARE_TIMELINE_DATABASE_URL name a login that was"
            f" granted {APP_ROLE} and nothing else.",
        )
    return Check("login", True, f"The login {found['name']} can do what the service does, and no more.")


async def append_only(pool: asyncpg.Pool) -> Check:
    """Whether the login can change what was recorded, or add to it but by log.append."""
    changes = [f"{record['privilege']} {record['name']}" for record in await pool.fetch(_CHANGES)]
    if changes:
        return Check("log", False, f"The login may {', '.join(changes)}: revoke that, log.append is the only writer.")
    return Check("log", True, "The login can add events and read them, never change them.")


async def heads(pool: asyncpg.Pool) -> Check:
    """Whether each organization's log ends where its head says; nothing can be appended where it does not."""
    # In a transaction: then a distributed database's workers hear of what the function sets.
    async with pool.acquire() as connection, connection.transaction():
        differing = [str(record[0]) for record in await connection.fetch("select log.differing_heads()")]
    if differing:
        return Check(
            "heads",
            False,
            f"The log does not end where its head says for {', '.join(differing)}, and may refuse what is recorded:"
            " run care-timeline verify, find out who changed it, and put log.log_head right.",
        )
    return Check("heads", True, "Every log ends where its head says.")


async def isolation(pool: asyncpg.Pool) -> Check:
    """Whether every table keeps organizations apart."""
    unprotected = [record["name"] for record in await pool.fetch(_UNPROTECTED)]
    if unprotected:
        return Check(
            "isolation",
            False,
            f"Row-level security is not forced on {', '.join(unprotected)}: run"
            " ALTER TABLE … ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY on each, and find out who changed it.",
        )
    return Check("isolation", True, "Row-level security is forced on every table that holds an organization's rows.")


async def catalogue(pool: asyncpg.Pool) -> Check:
    """Whether what guards the record in the database's catalogue is what this release's migrations made."""
    found = [*differences(await items(pool), declared()), *differences(*await of_builds(pool))]
    if found:
        return Check(
            "catalogue",
            False,
            f"The database is not guarded as this release declares it: {'; '.join(found)}. Do that as its owner, by the"
            " statements of alembic/versions, and find out who changed it.",
        )
    return Check("catalogue", True, "Triggers, rules, policies, keys, functions, owners and grants are as declared.")
