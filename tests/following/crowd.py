"""A database of 2,000 organizations that sleep, and ten that are about to record."""

from collections.abc import Sequence
from uuid import UUID, uuid4

import asyncpg

from service.database.embedded import DatabaseUrls, EmbeddedPostgres
from tests.databases import new_database

SLEEPING = 2_000
AWAKE = 10

_POPULATE = """
with made as (insert into log.organization (organization_id, name, time_zone)
              select gen_random_uuid(), 'Clinic', 'UTC' from generate_series(1, $1) returning organization_id),
     head as (insert into log.log_head (organization_id, position) select organization_id, 7 from made)
insert into following.cursor (organization_id, name, position)
select organization_id, name, 7 from made, unnest($2::text[]) name
"""


async def crowded_database(server: EmbeddedPostgres, names: Sequence[str]) -> DatabaseUrls:
    """A database of organizations whose followers, of these names, have come to the end of the log."""
    database = await new_database(server)
    superuser = await asyncpg.connect(database.superuser)
    await superuser.execute(_POPULATE, SLEEPING, names)
    await superuser.execute("analyze")
    await superuser.close()
    return database


async def ten_more(database: DatabaseUrls) -> list[UUID]:
    """Ten organizations in which nothing is recorded yet."""
    superuser = await asyncpg.connect(database.superuser)
    organizations = [uuid4() for _ in range(AWAKE)]
    for statement in (
        "insert into log.organization (organization_id, name, time_zone) select unnest($1::uuid[]), 'Awake', 'UTC'",
        "insert into log.log_head (organization_id) select unnest($1::uuid[])",
    ):
        await superuser.execute(statement, organizations)
    await superuser.close()
    return organizations


async def counting_pool(url: str, statements: list[str]) -> asyncpg.Pool:
    """A pool that notes every statement sent through it."""

    async def count(connection: asyncpg.Connection) -> None:
        connection.add_query_logger(lambda record: statements.append(record.query))

    async def keep(_: asyncpg.Connection) -> None:
        """No reset, as in the service's own pools."""

    return await asyncpg.create_pool(url, min_size=2, init=count, reset=keep)
