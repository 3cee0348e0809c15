"""Catch-up: brings to the present whatever projections lag behind or have failed."""

from collections.abc import AsyncIterator
from typing import NamedTuple
from uuid import UUID

import asyncpg

from service.database.connection import scoped
from service.projector.projector import Projector
from service.projector.tables import SCHEMA

AT_ONCE = 50


class Lag(NamedTuple):
    """How one projection stands in one organization: clients that it has to catch up with, and that it failed for."""

    projection: str
    behind: int
    failed: int


async def lag(pool: asyncpg.Pool, organization_id: UUID, projection: str) -> Lag:
    """How far the projection lags."""
    async with scoped(pool, organization_id) as connection:
        record = await connection.fetchrow(
            "SELECT count(*) FILTER (WHERE state.failed_version IS NULL), count(state.failed_version)"  # noqa: S608
            f" FROM log.timeline_head AS head LEFT JOIN {SCHEMA}.{projection}_state AS state"
            " USING (organization_id, client_id)"
            " WHERE head.organization_id = $1"
            " AND (state.version IS DISTINCT FROM head.version OR state.failed_version IS NOT NULL)",
            organization_id,
        )
    assert record is not None
    return Lag(projection, *record)


async def catch_up(pool: asyncpg.Pool, projector: Projector, organization_id: UUID) -> AsyncIterator[int]:
    """Fold again every client that lags or failed; yields how many clients were done, group by group.

    What fails again stays marked as failed.
    """
    behind = await _behind(pool, projector, organization_id)
    for start in range(0, len(behind), AT_ONCE):
        group = behind[start : start + AT_ONCE]
        await projector.refold(organization_id, group)
        yield len(group)


async def _behind(pool: asyncpg.Pool, projector: Projector, organization_id: UUID) -> list[UUID]:
    clients: set[UUID] = set()
    async with scoped(pool, organization_id) as connection:
        for projection in projector.projections:
            records = await connection.fetch(
                f"SELECT client_id FROM log.timeline_head AS head LEFT JOIN {SCHEMA}.{projection.name}_state AS state"  # noqa: S608
                " USING (organization_id, client_id)"
                " WHERE head.organization_id = $1"
                " AND (state.version IS DISTINCT FROM head.version OR state.failed_version IS NOT NULL)",
                organization_id,
            )
            clients.update(record["client_id"] for record in records)
    return sorted(clients)
