"""A batch of an organization's log, projected into several builds: read together, folded apart, written together."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg
import structlog

from domain.policy import Policy
from projections.projection import Projection
from service.database.connection import Connection
from service.describing import describe
from service.log.keyring import ClientKeys
from service.log.sealed import StoredEvent
from service.projector.advance import Kept
from service.projector.builds import Build
from service.projector.folding import FoldFailed
from service.projector.loading import find_parked, find_snapshots, load
from service.projector.opening import open_each
from service.projector.parking import Failure, park
from service.projector.relevance import concerned, kind_of
from service.projector.rows import RowChanges
from service.projector.snapshots import open_snapshot, seal_snapshot, write_snapshots
from service.projector.work import Work

REFUSED = (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError)
"""What the database, or the driver, says of values that no row can have: a defect of the projection's rows."""

log = structlog.get_logger(__name__)

Remembered = Callable[[str, UUID], Kept | None]
"""What a build's schema and a client stood at, as far as it is known and still right."""


class Batch:
    """The next events of an organization, and the builds that stand before them."""

    def __init__(
        self,
        connection: Connection,
        organization_id: UUID,
        policy: Policy,
        keys: ClientKeys,
    ) -> None:
        self._connection = connection
        self._organization_id = organization_id
        self._policy = policy
        self._policy_digest = policy.digest()
        self._keys = keys
        self.failures: list[Failure] = []
        """Clients for whom a projection failed, each in one build."""

    async def project(
        self,
        builds: Sequence[tuple[Build, Projection[Any]]],
        events: Sequence[StoredEvent],
        remembered: Remembered,
    ) -> list[Work]:
        """Bring the builds up to the events; gives the works that went well, each with what to remember.

        A client for whom a projection fails is parked in that build, and whatever else the batch asks goes on.
        """
        works = await self._works(builds, events, remembered)
        works = await self._without_parked(works)
        works = await self._advanced(works)
        works = await self._written(works)
        await park(self._connection, self._organization_id, self.failures)
        return works

    async def _works(
        self,
        builds: Sequence[tuple[Build, Projection[Any]]],
        events: Sequence[StoredEvent],
        remembered: Remembered,
    ) -> list[Work]:
        """One for each client and build that the events concern."""
        about = await concerned(self._connection, self._organization_id, events)
        works: dict[tuple[str, UUID], Work] = {}
        before: dict[UUID, int] = {}
        kinds = [(build, projection, projection.relevant) for build, projection in builds]
        for event, opened in zip(events, open_each(events, self._keys), strict=True):
            if event.client_id == self._organization_id:
                continue  # the organization's own timeline is nobody's care
            version = before.setdefault(event.client_id, event.version - 1)
            for build, projection, types in kinds:
                if kind_of(event, about) not in types:
                    continue
                place = build.schema, event.client_id
                work = works.get(place)
                if work is None:
                    kept = remembered(*place)
                    work = works[place] = Work(
                        build, projection, event.client_id, types, self._policy, version, kept=kept
                    )
                work.come.append(opened)
        return self._each(works.values(), lambda work: work.meet(about))

    async def _without_parked(self, works: Sequence[Work]) -> list[Work]:
        if not works:
            return []
        clients: dict[Build, list[UUID]] = defaultdict(list)
        for work in works:
            clients[work.build].append(work.client_id)
        parked = await find_parked(self._connection, self._organization_id, clients)
        return [work for work in works if (work.build.schema, work.client_id) not in parked]

    async def _advanced(self, works: Sequence[Work]) -> list[Work]:
        """Folded, with whatever that needs from the database read in two queries for all of them."""
        searching = [work for work in works if not work.lands_after_the_snapshot]
        sought: dict[Build, list[Any]] = defaultdict(list)
        for work in searching:
            if work.before_batch:
                sought[work.build].append(work.sought())
        snapshots = await find_snapshots(self._connection, self._organization_id, sought)
        for work in searching:
            found = snapshots.get((work.build.schema, work.client_id), ())
            key = self._keys.of(work.client_id)
            opened = (
                open_snapshot(work.projection, self._policy_digest, self._organization_id, snapshot, key)
                for snapshot in found
                if snapshot.state is not None
            )
            work.found([base for base in opened if base])
        stretches = await load(self._connection, self._organization_id, [work.wanted() for work in searching])
        earlier = {client_id: open_each(events, self._keys) for client_id, events in stretches.items()}
        return self._each(works, lambda work: work.advance(earlier.get(work.client_id, ())))

    def _each(self, works: Iterable[Work], do: Callable[[Work], None]) -> list[Work]:
        """Do it for each, and give those for which it did not fail."""
        done = []
        for work in works:
            try:
                do(work)
            except FoldFailed as failed:
                self._fail(work, failed.entry_id, failed.error)
            else:
                done.append(work)
        return done

    def _fail(self, work: Work, event_id: UUID, error: str) -> None:
        last = work.come[-1]
        self.failures.append(Failure(work.build.schema, work.client_id, last.version, event_id, error))

    async def _written(self, works: list[Work]) -> list[Work]:
        """Written all together, or else one by one without those that the database refuses."""
        try:
            await self._try_to_write(works)
        except REFUSED as error:
            log.warning("projection_batch_refused", error=describe(error), works=len(works))
        else:
            return works
        written = []
        for work in works:
            try:
                await self._try_to_write([work])
            except REFUSED as error:
                self._fail(work, work.come[-1].id, describe(error))
            else:
                written.append(work)
        return written

    async def _try_to_write(self, works: Sequence[Work]) -> None:
        await self._connection.execute("SAVEPOINT written")
        try:
            rows = RowChanges(self._organization_id)
            for work in works:
                rows.change(work.build.schema, work.client_id, work.changes)
            await rows.write(self._connection)
            await self._write_snapshots(works)
        except REFUSED:
            await self._connection.execute("ROLLBACK TO SAVEPOINT written")
            raise

    async def _write_snapshots(self, works: Sequence[Work]) -> None:
        for build, of_build in _by_build(works).items():
            keep = [(self._organization_id, work.client_id, work.keep) for work in of_build if work.keep is not None]
            fresh = [
                seal_snapshot(
                    work.projection,
                    self._policy_digest,
                    self._organization_id,
                    work.client_id,
                    base,
                    self._keys.of(work.client_id),
                )
                for work in of_build
                for base in work.fresh
            ]
            await write_snapshots(self._connection, build.schema, keep, fresh)


def _by_build(works: Iterable[Work]) -> Mapping[Build, Sequence[Work]]:
    by_build: dict[Build, list[Work]] = defaultdict(list)
    for work in works:
        by_build[work.build].append(work)
    return by_build
