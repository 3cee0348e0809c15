"""What must hold after anything: every client's states and rows equal a fresh fold of the log."""

from enum import Enum
from typing import Any
from uuid import UUID

import asyncpg

from domain.effective import effective
from projections.projection import Projection
from service.bootstrap import System
from service.database.connection import scoped
from service.projector.folding import fold
from service.projector.states import checkpoints, open_states

Found = dict[str, Any]


async def assert_equal_to_fresh_folds(system: System, organization_id: UUID) -> int:
    """Compare every client of the organization, state by state and row by row; how many there were."""
    policy = await system.organizations.policy(organization_id)
    async with scoped(system.pool, organization_id) as connection:
        clients = [record["client_id"] for record in await connection.fetch("SELECT client_id FROM log.timeline_head")]
        for client_id in clients:
            entries = await system.timelines.read(organization_id, client_id)
            ordered = effective(entries)
            points = await checkpoints(connection, system.projector.projections, organization_id, [client_id])
            for projection in system.projector.projections:
                state = fold(projection, ordered.entries, policy)
                point = points[projection.name, client_id]
                assert (point.version, point.until, point.failed_version) == (len(entries), ordered.until, None)
                kept = await open_states(connection, system.keyring, projection, organization_id, [client_id])
                assert kept[client_id] == state, f"{projection.name} kept another state than a fresh fold gives"
                assert await stored_rows(connection, projection, client_id) == _expected(projection, state, policy)
    return len(clients)


async def stored_rows(
    connection: asyncpg.pool.PoolConnectionProxy, projection: Projection[Any], client_id: UUID
) -> Found:
    """The client's rows in each of the projection's tables, in order of their keys."""
    found: Found = {}
    for table in projection.tables:
        names = ", ".join(column.name for column in list(table.columns)[2:])
        records = await connection.fetch(f"SELECT {names} FROM {table.fullname} WHERE client_id = $1", client_id)
        found[table.name] = _sorted([tuple(record) for record in records])
    return found


def _expected(projection: Projection[Any], state: Any, policy: Any) -> Found:
    rows = projection.rows(state, policy)
    return {
        table.name: _sorted([tuple(map(_plain, row)) for row in rows.get(table, ())]) for table in projection.tables
    }


def _plain(value: Any) -> Any:
    """As the database gives it back: lists for arrays, text for coded terms."""
    if isinstance(value, tuple | frozenset):
        return [_plain(each) for each in value]
    return value.value if isinstance(value, Enum) else value


def _sorted(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(rows, key=str)
