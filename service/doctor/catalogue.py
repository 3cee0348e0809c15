"""What guards the record in a database's catalogue: triggers, rules, policies, keys, functions, owners and grants.

Nothing of that is in the rows, and whoever takes it away leaves them as they are.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import asyncpg

from service.database.connection import Connection
from service.database.protection import ANALYTICS_ROLE, APP_ROLE, OWNER_ROLE
from service.projector.tables import APP_PRIVILEGES

DECLARED_FILE: Final = Path(__file__).with_name("declared_catalogue.json")

SCHEMAS: Final = (
    "access",
    "analytics",
    "audit",
    "following",
    "keyring",
    "log",
    "migration",
    "projection",
    "subscription",
)
"""Where the migrations make things. Views of projections, and builds, are made and granted as operators need them."""


class Item(NamedTuple):
    """Something in the catalogue: what kind, which, and how it is defined."""

    kind: str
    name: str
    definition: str


_ITEMS = """
with schemas as (select oid, nspname, nspowner, nspacl from pg_namespace where nspname = any($1)),
     tables as (select c.oid, c.oid::regclass::text as name, c.relowner, c.relacl
                  from pg_class c join schemas s on s.oid = c.relnamespace where c.relkind in ('r', 'p')),
     functions as (select p.oid, p.oid::regprocedure::text as name, p.proowner, p.proacl
                     from pg_proc p join schemas s on s.oid = p.pronamespace),
     owned as (
       select 'schema' as what, nspname::text as name, nspowner as owner,
              coalesce(nspacl, acldefault('n', nspowner)) as acl from schemas
       union all select 'table', name, relowner, coalesce(relacl, acldefault('r', relowner)) from tables
       union all select 'function', name, proowner, coalesce(proacl, acldefault('f', proowner)) from functions
       union all select 'column', t.name || '.' || a.attname, t.relowner, a.attacl
         from tables t join pg_attribute a on a.attrelid = t.oid where a.attacl is not null and not a.attisdropped)
select 'trigger' as kind, tgname || ' on ' || t.name as name,
       case tgenabled when 'O' then '' when 'D' then 'disabled: ' else 'in state ' || tgenabled::text || ': ' end
       || pg_get_triggerdef(g.oid) as definition
  from pg_trigger g join tables t on t.oid = g.tgrelid where not g.tgisinternal
union all
select 'rule', r.rulename || ' on ' || t.name, pg_get_ruledef(r.oid)
  from pg_rewrite r join tables t on t.oid = r.ev_class
union all
select 'policy', p.policyname || ' on ' || p.schemaname || '.' || p.tablename,
       concat_ws(' ', lower(p.permissive), p.cmd, 'to', array_to_string(p.roles, ', '),
                 'using ' || p.qual, 'with check ' || p.with_check)
  from pg_policies p where p.schemaname = any($1)
union all
select 'key', k.conname || ' on ' || t.name, pg_get_constraintdef(k.oid)
  from pg_constraint k join tables t on t.oid = k.conrelid where k.contype in ('p', 'u', 'c')
union all
select 'function', f.name, 'SHA-256 ' || encode(sha256(convert_to(pg_get_functiondef(f.oid), 'UTF8')), 'hex')
  from functions f
union all
select 'owner', o.what || ' ' || o.name, pg_get_userbyid(o.owner) from owned o where o.what <> 'column'
union all
select 'grant',
       o.what || ' ' || o.name || ' to ' || case a.grantee when 0 then 'public' else pg_get_userbyid(a.grantee) end,
       string_agg(lower(a.privilege_type) || case when a.is_grantable then ' with grant option' else '' end, ', '
                  order by a.privilege_type)
  from owned o cross join lateral aclexplode(o.acl) a where a.grantee <> o.owner
 group by o.what, o.name, a.grantee
 order by kind, name"""


PARKED: Final = "parked"
"""The table of a build whose rows the owner counts over all organizations (service/projector/tables.py)."""
_SNAPSHOT: Final = "snapshot"

_OF_THE_ANALYST: Final = (
    f"permissive SELECT to {ANALYTICS_ROLE} using (organization_id"  # noqa: S608 as PostgreSQL prints it
    " IN ( SELECT analyst.organization_id\n"
    "   FROM access.analyst\n  WHERE (analyst.role_name = CURRENT_USER)))"
)

_BUILDS = "select schema_name from projection.build where state <> 'building'"


async def items(connection: Connection | asyncpg.Pool, schemas: Sequence[str] = SCHEMAS) -> list[Item]:
    """What the catalogue of the database holds in these schemas; any login may look."""
    return [Item(*record) for record in await connection.fetch(_ITEMS, schemas)]


async def of_builds(connection: Connection | asyncpg.Pool) -> tuple[list[Item], list[Item]]:
    """The same of the builds of projections, whichever releases made them: what there is, and what there should be.

    Each of their tables is protected in one way. Keys are each table's own, and who but the service reads them is for
    operators to say, so these are left out.
    """
    schemas = [record["schema_name"] for record in await connection.fetch(_BUILDS)]
    found = [item for item in await items(connection, schemas) if item.kind != "key" and not _is_operators(item)]
    tables = [
        item.name.removeprefix("table ") for item in found if item.kind == "owner" and item.name.startswith("table ")
    ]
    return found, [
        *(each for name in schemas for each in _schema(name)),
        *(each for name in tables for each in _table(name)),
    ]


def _is_operators(item: Item) -> bool:
    return item.kind == "grant" and not item.name.endswith((f" to {APP_ROLE}", " to public"))


def _schema(name: str) -> Iterator[Item]:
    yield Item("owner", f"schema {name}", OWNER_ROLE)
    yield Item("grant", f"schema {name} to {APP_ROLE}", "usage")


def _table(name: str) -> Iterator[Item]:
    isolated = next(item for item in declared() if item.name == "organization_isolation on log.event")
    yield Item("owner", f"table {name}", OWNER_ROLE)
    yield Item("grant", f"table {name} to {APP_ROLE}", ", ".join(sorted(APP_PRIVILEGES)))
    yield Item("policy", f"organization_isolation on {name}", isolated.definition)
    if name.endswith(f".{PARKED}"):
        yield Item("policy", f"owner_counts on {name}", f"permissive SELECT to {OWNER_ROLE} using true")
    elif not name.endswith(f".{_SNAPSHOT}"):
        yield Item("policy", f"of_the_analyst on {name}", _OF_THE_ANALYST)


@cache
def declared() -> Sequence[Item]:
    """What it holds after the migrations of this release; `make catalogue` writes it down."""
    return [Item(*each) for each in json.loads(DECLARED_FILE.read_text("utf-8"))]


def differences(found: Sequence[Item], expected: Sequence[Item]) -> Iterator[str]:
    """What is not as expected, each in words, with what to do."""
    there, wanted = _by_name(found), _by_name(expected)
    for kind, name in sorted(there.keys() | wanted.keys()):
        now, declared_ = there.get((kind, name)), wanted.get((kind, name))
        if now is None:
            yield f"{kind} {name} is missing: make it again"
        elif declared_ is None:
            yield f"{kind} {name} was added ({now}): {_TAKE_AWAY.get(kind, 'drop it')}"
        elif now != declared_:
            yield f"{kind} {name} is now “{now}”: put back “{declared_}”"


_TAKE_AWAY: Final[Mapping[str, str]] = {"grant": "revoke it", "owner": "drop what it owns"}


def _by_name(found: Sequence[Item]) -> dict[tuple[str, str], str]:
    return {(item.kind, item.name): item.definition for item in found}
