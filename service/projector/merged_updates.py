"""What a batch asks of a build for clients who were merged, or into whom others were: each is folded whole again."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from asyncpg.pool import PoolConnectionProxy

from domain.policies import Numbers
from projections.projection import Projection
from projections.rows import Changes, TableChanges
from service.log.keyring import DataKey, Keyring
from service.log.merges import united_timelines
from service.projector.advance import Base
from service.projector.batch_reads import find_parked
from service.projector.builds import Build
from service.projector.client_fold import fold_client
from service.projector.folding import ProjectionFailed
from service.projector.opened_events import open_each
from service.projector.parked_clients import Failure
from service.projector.relevant_events import read_by
from service.projector.united_events import unite

BuildOf = tuple[Build, Projection[Any]]
"""A build and the projection that it is of."""


@dataclass(frozen=True, slots=True, eq=False)
class MergedUpdate:
    """One client in one build: all of their rows, in place of whatever was there, and nothing to fold on from."""

    build: Build
    projection: Projection[Any]
    client_id: UUID
    key: DataKey
    version: int
    """Of the last event that was folded."""
    last_id: UUID
    changes: Changes
    fresh: Sequence[Base]
    """The snapshot that says that the build has met the client."""

    @property
    def keep(self) -> int:
        """No snapshot is right."""
        return -1


async def fold_merged(
    connection: PoolConnectionProxy,
    keyring: Keyring,
    organization_id: UUID,
    wanted: Mapping[BuildOf, Collection[UUID]],
    numbers: Numbers,
    *,
    up_to: int,
) -> tuple[list[MergedUpdate], list[Failure]]:
    """These clients in these builds, as of a position; and those for whom a projection failed.

    Who is parked in a build is left as they are there.
    """
    if not wanted:
        return [], []
    clients_of = {build: list(found) for (build, _), found in wanted.items()}
    parked = await find_parked(connection, organization_id, clients_of)
    updates, failures = [], []
    for (build, projection), found in wanted.items():
        clients = [client_id for client_id in found if (build.schema, client_id) not in parked]
        types = read_by(projection.relevant)
        keys = await keyring.keys(organization_id, clients, connection=connection)
        alone: Mapping[UUID, Sequence[UUID]] = dict.fromkeys(clients, ())
        own = await united_timelines(connection, organization_id, alone, types=types, up_to=up_to)
        united = await unite(connection, keyring, organization_id, own, keys, types=types, up_to=up_to)
        for client_id, events in united.events.items():
            last = events[-1]
            try:
                found_rows = fold_client(projection, open_each(events, united.keys), numbers)
            except ProjectionFailed as failed:
                failures.append(Failure(build.schema, client_id, last.version, failed.entry_id, failed.error))
                continue
            changes = {table: TableChanges(rows, ()) for table, rows in found_rows.rows.items()}
            key, snapshot = united.keys.of(client_id), found_rows.snapshot
            updates.append(MergedUpdate(build, projection, client_id, key, last.version, last.id, changes, [snapshot]))
    return updates, failures
