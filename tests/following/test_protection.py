"""The service's role moves its cursors, and can do no more with them."""

from uuid import UUID

import asyncpg
import pytest

from service.database.connection import scoped
from service.database.embedded import DatabaseUrls
from service.following.cursors import cursors, place
from tests.databases import new_organization


async def test_cursors_of_another_organization_are_out_of_sight(
    pool: asyncpg.Pool, database: DatabaseUrls, organization_id: UUID
) -> None:
    other = await new_organization(database)
    async with scoped(pool, other) as connection:
        await place(connection, other, "one", 3)

    async with scoped(pool, organization_id) as connection:
        assert await connection.fetch("select from following.cursor where organization_id = $1", other) == []
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            await place(connection, other, "one", 0)


@pytest.mark.parametrize(
    "statement", ["delete from following.cursor", "truncate following.cursor", "update following.cursor set name = ''"]
)
async def test_it_can_neither_remove_nor_rename_them(pool: asyncpg.Pool, organization_id: UUID, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with scoped(pool, organization_id) as connection:
            await connection.execute(statement)


async def test_the_owner_removes_a_follower_everywhere(
    pool: asyncpg.Pool, database: DatabaseUrls, organization_id: UUID
) -> None:
    async with scoped(pool, organization_id) as connection:
        await place(connection, organization_id, "gone", 3)
    owner = await asyncpg.connect(database.owner)
    await owner.execute("delete from following.cursor where name = 'gone'")
    await owner.close()

    assert await cursors(pool, organization_id, ["gone"]) == []


async def test_every_column_says_what_it_means(database: DatabaseUrls) -> None:
    superuser = await asyncpg.connect(database.superuser)
    silent = await superuser.fetch(
        "select a.attname from pg_attribute a where a.attrelid = 'following.cursor'::regclass and a.attnum > 0"
        " and col_description(a.attrelid, a.attnum) is null"
    )
    await superuser.close()
    assert silent == []


async def test_every_key_begins_with_the_organization(database: DatabaseUrls) -> None:
    superuser = await asyncpg.connect(database.superuser)
    first = await superuser.fetch(
        "select a.attname from pg_index i join pg_class c on c.oid = i.indrelid"
        " join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]"
        " where i.indisunique and c.relnamespace = 'following'::regnamespace"
    )
    await superuser.close()
    assert {row["attname"] for row in first} == {"organization_id"}
