"""The views of analysts, over the builds that are live: schema `analytics`, whose names and columns stay.

They are no `security_invoker` views: whoever asks one of those must be let at the tables behind it, where clients' ids
stand. They belong to a role of their own instead, which row-level security holds to the organizations of the analyst
who asks ([decision 31](../../docs/decisions/0031-analysts-see-views-of-another-role.md)).
"""

from collections.abc import Mapping
from typing import Any, Final

import asyncpg
from sqlalchemy import Select, Text, func, literal_column

from analytics import days
from analytics.catalogue import VIEWS
from analytics.pseudonyms import Disguise
from analytics.view import Sources, View
from projections.projection import Projection
from service.database.analyst_tables import SCHEMA, analyst
from service.database.owner import Owner
from service.database.protection import ANALYST_ROLE, ANALYTICS_ROLE
from service.database.shown_views import ShownView, show
from service.database.statement import literal
from service.projector.builds import Build
from service.projector.tables import in_build

OF_ANALYST: Final = Disguise(analyst.c.inner_key, analyst.c.outer_key, analyst.c.shifts_dates, by_organization=analyst)
"""Under the pseudonyms of the analysts in that table: a statement over several rows of it says whose."""
_BEHIND_THEM: Final = frozenset[str]().union(*(view.projections for view in VIEWS))
_THE_ASKER: Final = literal_column("current_user", Text)


def open_to_analysts(build: Build, projection: Projection[Any]) -> list[str]:
    """The statements that let the views' role at a build's rows, as far as the analyst who asks may see them."""
    theirs = f"select organization_id from {analyst.fullname} where role_name = current_user"  # noqa: S608
    statements = [f"GRANT USAGE ON SCHEMA {build.schema} TO {ANALYTICS_ROLE}"]
    for table in projection.tables:
        rows = in_build(table, build.schema).fullname
        policy = f"POLICY of_the_analyst ON {rows} FOR SELECT TO {ANALYTICS_ROLE}"
        statements.append(f"GRANT SELECT ON {rows} TO {ANALYTICS_ROLE}")
        statements.append(f"CREATE {policy} USING (organization_id IN ({theirs}))")
    return statements


async def show_to_analysts(owner: Owner) -> None:
    """Let the analysts' views show the builds that are live, and take away views that there are no more.

    As with the lists, they stay as they are while one of the builds is of a release whose tables they do not know.
    Raises what the driver raises where something of others depends on a view that changes or goes away.
    """
    builds = await owner.fetch("SELECT name, schema_name FROM projection.build WHERE state = 'live'")
    live: dict[str, str] = {build["name"]: build["schema_name"] for build in builds}
    if not live.keys() >= _BEHIND_THEM:
        return
    try:
        async with owner.transaction():
            await _show_all(owner, Sources(live, func.now()))
    except (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError):
        return


def rows_of_the_asker(view: View, sources: Sources) -> Select[Any]:
    """A view's rows of the organizations of whoever asks, under that analyst's pseudonyms."""
    return OF_ANALYST.rows(view, sources).where(analyst.c.role_name == _THE_ASKER)


async def _show_all(owner: Owner, sources: Sources) -> None:
    wanted = {*(view.name for view in VIEWS), days.NAME}
    for record in await owner.fetch("SELECT viewname FROM pg_views WHERE schemaname = $1", SCHEMA):
        if record["viewname"] not in wanted:
            await owner.execute(f"DROP VIEW {SCHEMA}.{record['viewname']}")
    for view in VIEWS:
        columns = {each.name: each.meaning for each in view.described()}
        await show(owner, _shown(view.name, literal(rows_of_the_asker(view, sources)), view.meaning, columns))
    columns = {each.name: each.meaning for each in days.COLUMNS}
    await show(owner, _shown(days.NAME, literal(days.rows()), days.MEANING, columns))


def _shown(name: str, rows: str, meaning: str, columns: Mapping[str, str]) -> ShownView:
    # A barrier: no function of whoever asks is given a row that they are not to see.
    option = "security_barrier = true"
    return ShownView(SCHEMA, name, rows, meaning, columns, option, readers=ANALYST_ROLE, owner=ANALYTICS_ROLE)
