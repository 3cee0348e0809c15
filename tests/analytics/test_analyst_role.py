"""What an analyst's role can do: see the views, and nothing else, however it tries."""

from uuid import UUID

import asyncpg
import pytest

from service.analytics.analysts import AnalystRefused, create_analyst, list_analysts, remove_analyst
from service.database.embedded import DatabaseUrls
from service.log.organizations import Organization

Analyst = asyncpg.Connection

_RELATIONS = """
    select n.nspname || '.' || c.relname as name
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and n.nspname !~ '^(pg_|information_schema)'
       and has_schema_privilege(n.oid, 'usage')
       and case when c.relkind = 'S' then has_sequence_privilege(c.oid, 'usage, select, update')
           else has_any_column_privilege(c.oid, 'select, insert, update, references')
             or has_table_privilege(c.oid, 'delete, truncate, trigger, maintain') end"""
_FUNCTIONS = """
    select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
     where n.nspname !~ '^(pg_|information_schema)' and has_function_privilege(p.oid, 'execute')
       and has_schema_privilege(n.oid, 'usage')"""


async def test_the_views_are_all_that_it_can_read_and_it_can_write_nothing(analyst: Analyst) -> None:
    relations = {record["name"] for record in await analyst.fetch(_RELATIONS)}
    assert relations
    assert {name.partition(".")[0] for name in relations} == {"analytics"}
    assert not [
        name
        for name in relations
        for privilege in ("insert", "update", "delete", "truncate", "references", "trigger", "maintain")
        if await analyst.fetchval("select has_table_privilege($1, $2)", name, privilege)
    ]


async def test_of_functions_it_has_those_that_the_views_call(analyst: Analyst) -> None:
    functions = {record[0] for record in await analyst.fetch(_FUNCTIONS)}
    assert {name.partition("(")[0].removeprefix("analytics.") for name in functions} == {"pseudonym", "shift_in_days"}


@pytest.mark.parametrize(
    "statement",
    [
        "select * from log.event",
        "select * from keyring.client_key",
        "select * from access.analyst",
        "select * from projection.care_plan",
        "select * from projection_care_plan_1.care_plan",
        "create table analytics.mine (id int)",
        "create function analytics.mine() returns int language sql return 1",
        "set role care_timeline_owner",
        "set role care_timeline_analytics",
        "set session authorization care_timeline_app",
        "alter view analytics.clients set (security_barrier = false)",
        "select pg_read_file('postgresql.conf')",
        "copy (select 1) to program 'true'",
        "select lo_import('/etc/passwd')",
    ],
)
async def test_what_it_tries_beside_is_refused(analyst: Analyst, statement: str) -> None:
    with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.ReadOnlySQLTransactionError)):
        await analyst.execute(statement)
    await analyst.execute("set default_transaction_read_only = off")
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await analyst.execute(statement)
    finally:
        await analyst.execute("set default_transaction_read_only = on")


async def test_no_setting_shows_another_organization(
    analyst: Analyst, clinic: Organization, other_clinic: Organization
) -> None:
    await analyst.execute(f"set care_timeline.organization = '{other_clinic.organization_id}'")
    try:
        found = await analyst.fetch("select distinct organization_id from analytics.clients")
    finally:
        await analyst.execute("reset care_timeline.organization")

    assert [record["organization_id"] for record in found] == [clinic.organization_id]


async def test_a_function_of_its_own_is_given_no_row_that_it_is_not_to_see(
    analyst: Analyst, clinic: Organization, other_clinic: Organization
) -> None:
    """A cheap function in the condition would be asked first, of every row, if the view were no barrier."""
    await analyst.execute("set default_transaction_read_only = off")
    told: list[str] = []
    analyst.add_log_listener(lambda _, message: told.append(message.message))
    try:
        await analyst.execute(
            "create function pg_temp.tell(of uuid) returns boolean language plpgsql cost 0.0001"
            " as $$ begin raise notice '%', of; return true; end $$"
        )
        await analyst.fetch("select from analytics.clients where pg_temp.tell(organization_id)")
    finally:
        await analyst.execute("set default_transaction_read_only = on")

    assert set(told) == {str(clinic.organization_id)}


async def test_statistics_of_the_tables_behind_are_not_shown(analyst: Analyst) -> None:
    assert not await analyst.fetch("select from pg_stats where schemaname !~ '^(pg_|information_schema)'")


async def test_no_id_of_the_record_is_shown(analyst: Analyst, database: DatabaseUrls) -> None:
    superuser = await asyncpg.connect(database.superuser)
    try:
        ids = {
            record[0]
            for record in await superuser.fetch("select id from log.event union select client_id from log.event")
        }
    finally:
        await superuser.close()
    organizations = await analyst.fetch("select distinct organization_id from analytics.clients")
    ids -= {record[0] for record in organizations}
    views = await analyst.fetch("select viewname from pg_views where schemaname = 'analytics'")

    for view in views:
        for row in await analyst.fetch(f"select * from analytics.{view['viewname']}"):
            assert not ids.intersection(value for value in row.values() if isinstance(value, UUID)), view["viewname"]


async def test_two_analysts_have_different_names_for_the_same_client_and_shifted_dates_keep_their_intervals(
    analyst: Analyst, database: DatabaseUrls, clinic: Organization
) -> None:
    name = f"b{clinic.organization_id.hex[:12]}"
    made = await create_analyst(database.owner, name, [clinic.organization_id], shifts_dates=True)
    other = await asyncpg.connect(database.app.replace("care_timeline_app", made.role_name))
    try:
        query = (
            "select client, min(opened_on) as first, max(opened_at) - min(opened_at) as apart, min(opened_at) as at"
            " from analytics.episodes group by client"
        )
        plain, shifted = await analyst.fetch(query), await other.fetch(query)
    finally:
        await other.close()

    assert not {row["client"] for row in plain} & {row["client"] for row in shifted}
    assert sorted(row["apart"] for row in plain) == sorted(row["apart"] for row in shifted)
    assert sorted(row["at"].weekday() for row in plain) == sorted(row["at"].weekday() for row in shifted)
    assert {row["at"] for row in plain}.isdisjoint(row["at"] for row in shifted)
    assert [one.role_name for one in await list_analysts(database.owner, [clinic.organization_id])].count(
        made.role_name
    ) == 1

    await remove_analyst(database.owner, name, [clinic.organization_id])

    assert made.role_name not in {
        one.role_name for one in await list_analysts(database.owner, [clinic.organization_id])
    }
    with pytest.raises(AnalystRefused, match="no analyst"):
        await remove_analyst(database.owner, name, [clinic.organization_id])
