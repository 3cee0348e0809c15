"""The lists as views that analysts query: the rows of the API, the columns of the dictionary, one organization's."""

from typing import Any

import asyncpg
import pytest

from service.database.connection import scoped
from service.database.embedded import DatabaseUrls
from service.projector.list_views import LIST_VIEWS, ListView
from tests.api.clinic import Clinic
from tests.api.listing import ago, client_with, erase, rows
from tests.builders import check_in, crisis, intake, plan, safety_plan
from tests.system import follow

TOLD = (
    (intake(), ago(days=20)),
    (plan(), ago(days=19)),
    (safety_plan(), ago(days=18)),
    (crisis(), ago(days=9)),
    (check_in(craving=10), ago(hours=1)),
)

each_view = pytest.mark.parametrize("view", LIST_VIEWS, ids=lambda view: view.name)


async def shown(clinic: Clinic, view: ListView, order: str = "client_id") -> list[Any]:
    """What an analyst finds in the view who may see the clinic's rows."""
    async with scoped(clinic.system.pool, clinic.organization_id) as connection:
        found: list[Any] = await connection.fetch(f"SELECT * FROM projection.{view.name} ORDER BY {order}")
    return found


@each_view
async def test_a_view_shows_what_the_api_lists(clinic: Clinic, view: ListView) -> None:
    await client_with(clinic, *TOLD)
    await client_with(clinic)
    listed = await rows(clinic, view.name)
    assert listed

    found = await shown(clinic, view)

    assert {each["organization_id"] for each in found} == {clinic.organization_id}
    as_listed = [view.row(**{name: each[name] for name in view.row.model_fields}) for each in found]
    answers = [each.model_dump(mode="json") for each in as_listed]
    assert sorted(answers, key=repr) == sorted(listed, key=repr)


@each_view
async def test_a_view_shows_one_organization_and_none_to_who_names_none(
    clinic: Clinic, other_clinic: Clinic, view: ListView
) -> None:
    await client_with(clinic, *TOLD)
    await follow(clinic.system, clinic.organization_id)

    assert await shown(clinic, view)
    assert not await shown(other_clinic, view)
    assert not await clinic.system.pool.fetch(f"SELECT FROM projection.{view.name}")


@each_view
async def test_a_view_shows_nobody_who_was_erased(clinic: Clinic, database: DatabaseUrls, view: ListView) -> None:
    client_id = await client_with(clinic, *TOLD)
    await follow(clinic.system, clinic.organization_id)
    assert await shown(clinic, view)

    await erase(database, client_id)

    assert not await shown(clinic, view)


@each_view
async def test_a_view_is_as_the_dictionary_describes_it(database: DatabaseUrls, view: ListView) -> None:
    superuser = await asyncpg.connect(database.superuser)
    try:
        found = await superuser.fetch(
            "SELECT attname, format_type(atttypid, atttypmod), col_description(attrelid, attnum)"
            " FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 ORDER BY attnum",
            f"projection.{view.name}",
        )
        comment = await superuser.fetchval("SELECT obj_description($1::regclass)", f"projection.{view.name}")
    finally:
        await superuser.close()

    assert [tuple(each) for each in found] == [(each.column, each.type, each.meaning) for each in view.described()]
    assert comment == view.comment
    assert all(each.meaning for each in view.described())
