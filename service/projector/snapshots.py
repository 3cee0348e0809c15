"""Snapshots: states of a fold, sealed, from which the fold goes on. A cache: whatever does not open is not used."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from pydantic import ValidationError

from projections.projection import Projection
from service.database.connection import Connection
from service.log.keyring import DataKey
from service.log.seal import SealBroken, open_sealed, seal
from service.projector.advance import Base

SnapshotRow = tuple[UUID, UUID, int, datetime | None, UUID, bytes]
"""A row of a build's snapshots, in the order of its columns."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A row of a build's snapshots, without its organization; `state` is None where it was not asked for."""

    client_id: UUID
    version: int
    until: datetime | None
    key_id: UUID
    state: bytes | None


def seal_snapshot(
    projection: Projection[Any], organization_id: UUID, client_id: UUID, base: Base, key: DataKey
) -> SnapshotRow:
    """The row that keeps this state."""
    context = _context(projection, organization_id, client_id)
    sealed = seal(key.key, projection.save(base.state), context)
    return organization_id, client_id, base.version, base.until, key.key_id, sealed


def open_snapshot(projection: Projection[Any], organization_id: UUID, snapshot: Snapshot, key: DataKey) -> Base | None:
    """The state of a snapshot; None, and a line in the log, when it does not open or is no such state.

    It does not for another client, projection, version or shape of it than it was sealed for.
    """
    try:
        if snapshot.key_id != key.key_id or snapshot.state is None:
            raise SealBroken("It was sealed with another key.")
        context = _context(projection, organization_id, snapshot.client_id)
        state = projection.load(open_sealed(key.key, snapshot.state, context))
    except (SealBroken, ValidationError) as error:
        log.warning(
            "snapshot_not_used",
            projection=projection.name,
            organization_id=str(organization_id),
            version=snapshot.version,
            error=type(error).__name__,  # its text may quote a client
        )
        return None
    return Base(snapshot.version, snapshot.until, state)


async def write_snapshots(
    connection: Connection, schema: str, keep: Sequence[tuple[UUID, UUID, int]], fresh: Sequence[SnapshotRow]
) -> None:
    """Write new snapshots, and delete those of these clients that are no longer needed.

    `keep` gives for each client the version of the newest one that is right: it stays, and one before it, which what
    comes very late is folded on from.
    """
    if keep:
        await connection.executemany(
            f"DELETE FROM {schema}.snapshot WHERE organization_id = $1 AND client_id = $2 AND (version > $3"  # noqa: S608
            f" OR version < (SELECT version FROM {schema}.snapshot WHERE organization_id = $1 AND client_id = $2"
            " AND version <= $3 ORDER BY version DESC OFFSET 1 LIMIT 1))",
            keep,
        )
    if fresh:
        await connection.execute(
            f"INSERT INTO {schema}.snapshot SELECT * FROM unnest($1::{schema}.snapshot[])"  # noqa: S608
            " ON CONFLICT (organization_id, client_id, version) DO UPDATE SET"
            " until = excluded.until, key_id = excluded.key_id, state = excluded.state",
            fresh,
        )


def _context(projection: Projection[Any], organization_id: UUID, client_id: UUID) -> bytes:
    made_of = projection.name.encode() + projection.version.to_bytes(4) + projection.shape
    return organization_id.bytes + client_id.bytes + made_of
