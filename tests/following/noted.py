"""A follower for tests: it notes in a table of its own, in the cursor's transaction, what it was handed."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID, uuid4

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from service.database.connection import scoped
from service.database.embedded import DatabaseUrls
from service.log.sealed import StoredEvent
from service.log.store import EventStore
from tests.log.events import sealed_event

# No key and no constraint: what is followed twice stands in it twice, and in the order in which it was followed.
TABLE = """
create table if not exists following.noted (
    place bigint generated always as identity, organization_id uuid, name text, position bigint, batch uuid,
    worker integer default pg_backend_pid()
);
grant select, insert on following.noted to care_timeline_app;
"""


class Noted(NamedTuple):
    """One event as one name was handed it."""

    name: str
    position: int
    batch: UUID
    """The same for everything that was handed over in one call."""


async def make_table(database: DatabaseUrls) -> None:
    """Make the table in which `note` notes."""
    owner = await asyncpg.connect(database.owner)
    try:
        await owner.execute(TABLE)
    finally:
        await owner.close()


async def note(
    connection: PoolConnectionProxy, organization_id: UUID, names: Sequence[str], events: Sequence[StoredEvent]
) -> None:
    """A handler that notes each event for each name."""
    batch = uuid4()
    await connection.executemany(
        "insert into following.noted (organization_id, name, position, batch) values ($1, $2, $3, $4)",
        [(organization_id, name, event.position, batch) for name in names for event in events],
    )


async def noted(pool: asyncpg.Pool, organization_id: UUID) -> list[Noted]:
    """Everything noted of an organization's log, in the order in which it was followed."""
    async with scoped(pool, organization_id) as connection:
        rows = await connection.fetch(
            "select name, position, batch from following.noted where organization_id = $1 order by place",
            organization_id,
        )
    return [Noted(*row) for row in rows]


async def positions(pool: asyncpg.Pool, organization_id: UUID, name: str) -> list[int]:
    """The positions that a name was handed, in the order in which it was."""
    return [each.position for each in await noted(pool, organization_id) if each.name == name]


async def append(store: EventStore, organization_id: UUID, count: int = 1) -> None:
    """Append events of a new client."""
    client_id = uuid4()
    await store.append(organization_id, [sealed_event(client_id, version) for version in range(1, count + 1)])
