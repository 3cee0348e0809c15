"""Parked clients: those for whom a projection failed. Their rows stay as they were, until catch-up tries again."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog

from service.database.connection import Connection

ERASED = "ClientErased"
"""The error for a client who was erased: nothing failed, nothing is to be tried again, and nobody needs to look."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Failure:
    """A projection that failed for a client: at which event, and how, without a word of the client's."""

    schema: str
    client_id: UUID
    version: int
    event_id: UUID
    error: str

    @property
    def erased(self) -> bool:
        """Whether there is nothing left to project, since the client's key was destroyed."""
        return self.error == ERASED


async def park(connection: Connection, organization_id: UUID, failures: Sequence[Failure]) -> None:
    """Park these clients, each in the build for which its projection failed."""
    for failure in failures:
        tell = log.info if failure.erased else log.error
        tell(
            "client_erased" if failure.erased else "projection_failed",
            build=failure.schema,
            organization_id=str(organization_id),
            event_id=str(failure.event_id),
            error=failure.error,
        )
        await connection.execute(
            f"INSERT INTO {failure.schema}.parked (organization_id, client_id, version, event_id, error)"  # noqa: S608
            " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (organization_id, client_id) DO UPDATE SET"
            " version = excluded.version, event_id = excluded.event_id, error = excluded.error, parked_at = now()",
            organization_id,
            failure.client_id,
            failure.version,
            failure.event_id,
            failure.error,
        )


async def parked(connection: Connection, organization_id: UUID, schema: str) -> list[UUID]:
    """The clients that are parked in a build, and for whom another try may go well."""
    records = await connection.fetch(
        f"SELECT client_id FROM {schema}.parked WHERE organization_id = $1 AND error <> $2 ORDER BY client_id",  # noqa: S608
        organization_id,
        ERASED,
    )
    return [UUID(int=record["client_id"].int) for record in records]


async def release(connection: Connection, organization_id: UUID, schema: str, client_ids: Sequence[UUID]) -> None:
    """These clients are parked no longer."""
    await connection.execute(
        f"DELETE FROM {schema}.parked WHERE organization_id = $1 AND client_id = ANY($2)",  # noqa: S608
        organization_id,
        client_ids,
    )
