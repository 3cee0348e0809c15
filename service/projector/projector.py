"""The projector: after an append has committed, it brings the client's projections up to it.

It works in a second transaction, without waiting for its commit to reach the disk: what it writes can be
folded again from the log, and each checkpoint commits together with the state and rows that it stands for.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import structlog

from domain.entry import Entry
from domain.policy import Policy
from projections.projection import Projection
from service import clock
from service.bounded import Bounded
from service.database.connection import scoped
from service.describing import describe
from service.gathering import Gathering
from service.log.keyring import Keyring
from service.log.organizations import Organizations
from service.log.timelines import Timelines
from service.projector.advance import Advanced, ClientWork, advance
from service.projector.folding import FoldFailed
from service.projector.rows import RowChanges
from service.projector.states import (
    Base,
    Checkpoint,
    Connection,
    Failure,
    Kept,
    advance_states,
    checkpoints,
    open_states,
    seal_state,
    write_failures,
    write_states,
)

SWAP_LOCK = 0x63617265_74696D65
"""Advisory lock: the projector holds it shared while it writes, a rebuild alone while it swaps the tables."""

MOST_CLIENTS = 64
KEPT_STATES = 6_000

log = structlog.get_logger(__name__)


class _Work(NamedTuple):
    client_id: UUID
    entries: Sequence[Entry]


class Projector:
    """Keeps the states and rows of projections, incrementally where it can, by a refold where it must."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        timelines: Timelines,
        keyring: Keyring,
        organizations: Organizations,
        projections: Sequence[Projection[Any]],
    ) -> None:
        self._pool = pool
        self._timelines = timelines
        self._keyring = keyring
        self._organizations = organizations
        self.projections = tuple(projections)
        self._gatherings: dict[UUID, Gathering[_Work, None]] = {}
        self._kept: Bounded[tuple[UUID, UUID, str], Kept] = Bounded(KEPT_STATES)

    async def project(self, organization_id: UUID, client_id: UUID, entries: Sequence[Entry]) -> None:
        """Bring the client's projections up to these entries, which the store has just acknowledged.

        A projection that raises is marked failed for this client; the others go on. Raises only when the
        database cannot be reached.
        """
        gathering = self._gatherings.get(organization_id)
        if gathering is None:

            async def work(group: Sequence[_Work]) -> list[BaseException | None]:
                return await self._work(organization_id, group)

            gathering = self._gatherings[organization_id] = Gathering(work, most=MOST_CLIENTS)
        await gathering.submit(_Work(client_id, entries))

    async def refold(self, organization_id: UUID, client_ids: Sequence[UUID]) -> None:
        """Fold these clients again from the log, whatever the projector knew; earlier failures get another try."""
        works = {client_id: ClientWork(organization_id, client_id, (), self._timelines) for client_id in client_ids}
        await self._project(organization_id, works, again=True)

    async def close(self) -> None:
        """Wait for what is under way."""
        for gathering in self._gatherings.values():
            await gathering.close()

    async def _work(self, organization_id: UUID, group: Sequence[_Work]) -> list[BaseException | None]:
        gathered: dict[UUID, dict[int, Entry]] = {}
        for work in group:
            gathered.setdefault(work.client_id, {}).update({entry.version: entry for entry in work.entries})
        works = {
            client_id: ClientWork(
                organization_id, client_id, [entries[version] for version in sorted(entries)], self._timelines
            )
            for client_id, entries in gathered.items()
        }
        await self._project(organization_id, works, again=False)
        return [None] * len(group)

    async def _project(self, organization_id: UUID, works: dict[UUID, ClientWork], *, again: bool) -> None:
        try:
            await self._attempt(organization_id, works, self.projections, again=again)
        except (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError) as error:
            log.warning("projection_group_refused", error=describe(error), clients=len(works))
            await self._one_by_one(organization_id, works, again=again)

    async def _one_by_one(self, organization_id: UUID, works: dict[UUID, ClientWork], *, again: bool) -> None:
        """Find the projection and client whose rows the database refuses, and let all others pass."""
        for client_id, work in works.items():
            for projection in self.projections:
                try:
                    await self._attempt(organization_id, {client_id: work}, [projection], again=again)
                except (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError) as error:
                    last = (await work.up_to_now())[-1]
                    failure = Failure(projection.name, client_id, last.version, last.id, describe(error))
                    async with scoped(self._pool, organization_id) as connection:
                        await self._write_failures(connection, organization_id, [failure])

    async def _attempt(
        self,
        organization_id: UUID,
        works: dict[UUID, ClientWork],
        projections: Sequence[Projection[Any]],
        *,
        again: bool,
    ) -> None:
        policy = await self._organizations.policy(organization_id)
        clients = sorted(works)
        async with scoped(self._pool, organization_id, durable=False, first=_turn(clients)) as connection:
            points = await checkpoints(connection, projections, organization_id, clients)
            changes = RowChanges(organization_id)
            failures: list[Failure] = []
            done: list[Advanced] = []
            for projection in projections:
                kept = {} if again else await self._keep(connection, projection, organization_id, points, policy)
                for client_id in clients:
                    point = points.get((projection.name, client_id))
                    try:
                        advanced = await advance(
                            projection, works[client_id], point, kept.get(client_id), policy, again=again
                        )
                    except FoldFailed as failed:
                        version = (await works[client_id].up_to_now())[-1].version
                        failures.append(Failure(projection.name, client_id, version, failed.entry_id, failed.error))
                        continue
                    if advanced:
                        advanced.change(changes)
                        done.append(advanced)
            await self._write(connection, organization_id, done)
            await changes.write(connection)
            await self._write_failures(connection, organization_id, failures)
        for advanced in done:
            if advanced.kept.checkpoint.generation:
                self._kept[organization_id, advanced.client_id, advanced.projection.name] = advanced.kept

    async def _keep(
        self,
        connection: Connection,
        projection: Projection[Any],
        organization_id: UUID,
        points: dict[tuple[str, UUID], Checkpoint],
        policy: Policy,
    ) -> dict[UUID, Kept]:
        """The kept states at these checkpoints, from memory where that is still right, else from the database."""
        found: dict[UUID, Kept] = {}
        missing: list[Checkpoint] = []
        for (name, client_id), point in points.items():
            if name != projection.name or point.failed_version is not None:
                continue
            kept = self._kept.get((organization_id, client_id, name))
            if kept and kept.checkpoint == point:
                found[client_id] = kept
            else:
                missing.append(point)
        if missing:
            clients = [point.client_id for point in missing]
            states = await open_states(connection, self._keyring, projection, organization_id, clients)
            for point in missing:
                state = states[point.client_id]
                found[point.client_id] = Kept(point, state, projection.rows(state, policy), Base(state, point.until))
        return found

    async def _write(self, connection: Connection, organization_id: UUID, done: Sequence[Advanced]) -> None:
        written: dict[str, list[tuple[Any, ...]]] = {}
        passed: dict[tuple[Any, ...], list[str]] = {}
        for advanced in done:
            point = advanced.kept.checkpoint
            place = (organization_id, advanced.client_id, point.version, point.until)
            if advanced.changed:
                key = await self._keyring.data_key(organization_id, advanced.client_id)
                sealed = seal_state(advanced.projection, organization_id, advanced.client_id, advanced.kept.state, key)
                written.setdefault(point.projection, []).append((*place, key.key_id, sealed))
            else:
                passed.setdefault(place, []).append(point.projection)
        for name, records in written.items():
            await write_states(connection, name, records)
        await advance_states(connection, passed)

    async def _write_failures(self, connection: Connection, organization_id: UUID, failures: Sequence[Failure]) -> None:
        initial = {projection.name: projection for projection in self.projections}
        for failure in failures:
            log.error(
                "projection_failed",
                projection=failure.projection,
                entry_id=str(failure.entry_id),
                error=failure.error,
                organization_id=str(organization_id),
            )
            projection = initial[failure.projection]
            key = await self._keyring.data_key(organization_id, failure.client_id)
            sealed = seal_state(projection, organization_id, failure.client_id, projection.initial, key)
            record = (
                organization_id, failure.client_id, key.key_id, sealed,
                failure.version, failure.entry_id, failure.error, clock.now(),
            )  # fmt: skip
            await write_failures(connection, failure.projection, [record])


def _turn(clients: Sequence[UUID]) -> str:
    """Waits for a swap to end and for other writers of these clients, in one order so that nobody waits in a ring."""
    keys = sorted(int.from_bytes(client_id.bytes[8:], signed=True) for client_id in clients)
    locks = f"SELECT pg_advisory_xact_lock(key) FROM unnest(ARRAY{keys}::bigint[]) AS key"  # noqa: S608 numbers
    return f"SELECT pg_advisory_xact_lock_shared({SWAP_LOCK}); {locks}"
