"""Kept states: what the projector knows of a client's projection, read from and written to the database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from domain.entry import Entry
from projections.projection import Projection, Rows
from service.log.keyring import DataKey, Keyring
from service.log.seal import open_sealed, seal
from service.projector.tables import SCHEMA

Connection = asyncpg.pool.PoolConnectionProxy | asyncpg.Connection


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far a projection has come for one client. `generation` changes when a rebuild swaps the tables."""

    projection: str
    client_id: UUID
    generation: int
    version: int
    until: datetime | None
    failed_version: int | None


class Base(NamedTuple):
    """An older state, and when the last effective entry folded into it occurred."""

    state: Any
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Kept:
    """An open state and the rows made from it, as they stand in the database at the checkpoint.

    `since` are the entries recorded after `base`, in order of version, up to the checkpoint: what is documented
    late or corrected mostly lands among them, and is folded from the base rather than from the beginning.
    """

    checkpoint: Checkpoint
    state: Any
    rows: Rows
    base: Base
    since: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """A projection that raised for a client."""

    projection: str
    client_id: UUID
    version: int
    entry_id: UUID
    error: str


def seal_context(organization_id: UUID, client_id: UUID, projection: str) -> bytes:
    """What a sealed state is bound to, so that it opens for no other client or projection."""
    return organization_id.bytes + client_id.bytes + projection.encode()


async def checkpoints(
    connection: Connection, projections: Sequence[Projection[Any]], organization_id: UUID, clients: Sequence[UUID]
) -> dict[tuple[str, UUID], Checkpoint]:
    """The checkpoints of these clients, by projection and client."""
    parts = (
        f"SELECT '{projection.name}' AS projection, client_id, tableoid::bigint AS generation, version, until,"  # noqa: S608
        f" failed_version FROM {SCHEMA}.{projection.name}_state WHERE organization_id = $1 AND client_id = ANY($2)"
        for projection in projections
    )
    records = await connection.fetch(" UNION ALL ".join(parts), organization_id, clients)
    return {(record["projection"], record["client_id"]): Checkpoint(*record) for record in records}


async def open_states(
    connection: Connection,
    keyring: Keyring,
    projection: Projection[Any],
    organization_id: UUID,
    clients: Sequence[UUID],
) -> dict[UUID, Any]:
    """The states kept for these clients, opened."""
    records = await connection.fetch(
        f"SELECT client_id, key_id, state FROM {SCHEMA}.{projection.name}_state"  # noqa: S608
        " WHERE organization_id = $1 AND client_id = ANY($2)",
        organization_id,
        clients,
    )
    return {
        client_id: await open_state(keyring, projection, organization_id, client_id, key_id, sealed)
        for client_id, key_id, sealed in records
    }


async def open_state(
    keyring: Keyring, projection: Projection[Any], organization_id: UUID, client_id: UUID, key_id: UUID, sealed: bytes
) -> Any:
    """One kept state, opened. Raises SealBroken, KeyDestroyed."""
    key = await keyring.key(organization_id, client_id, key_id)
    return projection.states.validate_json(
        open_sealed(key, sealed, seal_context(organization_id, client_id, projection.name))
    )


def seal_state(projection: Projection[Any], organization_id: UUID, client_id: UUID, state: Any, key: DataKey) -> bytes:
    """The state as it is kept."""
    data = projection.states.dump_json(state)
    return seal(key.key, data, seal_context(organization_id, client_id, projection.name))


async def write_states(connection: Connection, name: str, records: Iterable[Sequence[Any]]) -> None:
    """Write (organization, client, version, until, key id, sealed state); any earlier failure is over."""
    await connection.executemany(
        f"INSERT INTO {SCHEMA}.{name}_state"  # noqa: S608
        " (organization_id, client_id, version, until, key_id, state) VALUES ($1, $2, $3, $4, $5, $6)"
        " ON CONFLICT (organization_id, client_id) DO UPDATE SET version = excluded.version, until = excluded.until,"
        " key_id = excluded.key_id, state = excluded.state,"
        " failed_version = NULL, failed_entry_id = NULL, failed_error = NULL, failed_at = NULL",
        records,
    )


async def advance_states(connection: Connection, passed: Mapping[tuple[Any, ...], Sequence[str]]) -> None:
    """Write (organization, client, version, until) for the projections whose state the entries left as it was."""
    together: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
    for place, names in passed.items():
        together.setdefault(tuple(names), []).append(place)
    for names, places in together.items():
        await connection.executemany(_advancement(names), places)


@cache
def _advancement(names: tuple[str, ...]) -> str:
    updates = (
        f"{name} AS (UPDATE {SCHEMA}.{name}_state SET version = $3, until = $4"  # noqa: S608
        " WHERE organization_id = $1 AND client_id = $2)"
        for name in names
    )
    return f"WITH {', '.join(updates)} SELECT"


async def write_failures(connection: Connection, name: str, records: Iterable[Sequence[Any]]) -> None:
    """Write (organization, client, key id, sealed initial state, failed version, entry, error, moment).

    The state that was good stays; a client without one gets the initial state at version 0.
    """
    await connection.executemany(
        f"INSERT INTO {SCHEMA}.{name}_state"  # noqa: S608
        " (organization_id, client_id, version, key_id, state,"
        " failed_version, failed_entry_id, failed_error, failed_at)"
        " VALUES ($1, $2, 0, $3, $4, $5, $6, $7, $8)"
        " ON CONFLICT (organization_id, client_id) DO UPDATE SET failed_version = excluded.failed_version,"
        " failed_entry_id = excluded.failed_entry_id, failed_error = excluded.failed_error,"
        " failed_at = excluded.failed_at",
        records,
    )
