"""A batch of an organization's log, projected into several builds: read together, folded apart, written together."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg
import structlog
from asyncpg.pool import PoolConnectionProxy

from domain.policies import Numbers
from service.log.keyring import ClientKeys, DataKey, Keyring
from service.log.merges import OF_MERGES, survivors
from service.log.sealed import StoredEvent
from service.projector.advance import ClientState
from service.projector.batch_reads import find_parked, find_snapshots, load
from service.projector.builds import Build
from service.projector.client_update import ClientUpdate
from service.projector.folding import ProjectionFailed
from service.projector.merged_updates import BuildOf, MergedUpdate, fold_merged
from service.projector.opened_events import Opened, open_each
from service.projector.parked_clients import Failure, park
from service.projector.relevant_events import Concerned, concerned, kind_of
from service.projector.rows import RowChanges
from service.projector.snapshots import open_snapshot, seal_snapshot, write_snapshots
from service.projector.united_events import had_merges
from service.runtime.tracebacks import describe

REFUSED = (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError)
"""What the database, or the driver, says of values that no row can have: a defect of the projection's rows."""

log = structlog.get_logger(__name__)

Update = ClientUpdate | MergedUpdate

Remembered = Callable[[str, UUID], ClientState | None]
"""What a build's schema and a client stood at, as far as it is known and still right."""


class Batch:
    """The next events of an organization, and the builds that stand before them."""

    def __init__(
        self,
        connection: PoolConnectionProxy,
        organization_id: UUID,
        numbers: Numbers,
        keyring: Keyring,
        keys: ClientKeys,
    ) -> None:
        self._connection = connection
        self._keyring = keyring
        self._organization_id = organization_id
        self._numbers = numbers
        self._keys = keys
        self.failures: list[Failure] = []
        """Clients for whom a projection failed, each in one build."""

    async def project(
        self,
        builds: Sequence[BuildOf],
        events: Sequence[StoredEvent],
        remembered: Remembered,
    ) -> list[Update]:
        """Bring the builds up to the events; gives the updates that went well, each with what to remember.

        A client for whom a projection fails is parked in that build, and whatever else the batch asks goes on. An event
        of a client who was merged into another changes what the other has, too.
        """
        about = await concerned(self._connection, self._organization_id, events)
        asked = self._updates(builds, events, remembered, about)
        unparked = await self._without_parked(self._each(asked, lambda update: update.meet(about)))
        earlier = await self._earlier(unparked)
        merging = {client_id for client_id, found in earlier.items() if had_merges(found)}
        merged = {update for update in unparked if update.client_id in merging or had_merges(update.come)}
        alone = [update for update in unparked if update not in merged]
        whole = await self._folded_whole(merged, {*asked} - {*unparked}, up_to=events[-1].position)
        advanced = self._each(alone, lambda update: update.advance(earlier.get(update.client_id, ())))
        written = await self._written([*advanced, *whole])
        await park(self._connection, self._organization_id, self.failures)
        return written

    def _updates(
        self,
        builds: Sequence[BuildOf],
        events: Sequence[StoredEvent],
        remembered: Remembered,
        about: Mapping[UUID, Concerned],
    ) -> Iterable[ClientUpdate]:
        """One for each client and build that the events concern; merges concern all builds."""
        updates: dict[tuple[str, UUID], ClientUpdate] = {}
        before: dict[UUID, int] = {}
        kinds = [(build, projection, projection.relevant | OF_MERGES) for build, projection in builds]
        for event, opened in zip(events, open_each(events, self._keys), strict=True):
            if event.client_id == self._organization_id:
                continue  # the organization's own timeline is nobody's care
            version = before.setdefault(event.client_id, event.version - 1)
            for build, projection, types in kinds:
                if kind_of(event, about) not in types:
                    continue
                place = build.schema, event.client_id
                update = updates.get(place)
                if update is None:
                    kept = remembered(*place)
                    update = updates[place] = ClientUpdate(
                        build, projection, event.client_id, projection.relevant, self._numbers, version, kept=kept
                    )
                update.come.append(opened)
        return updates.values()

    async def _without_parked(self, updates: Sequence[ClientUpdate]) -> list[ClientUpdate]:
        if not updates:
            return []
        clients: dict[Build, list[UUID]] = defaultdict(list)
        for update in updates:
            clients[update.build].append(update.client_id)
        parked = await find_parked(self._connection, self._organization_id, clients)
        return [update for update in updates if (update.build.schema, update.client_id) not in parked]

    async def _earlier(self, updates: Sequence[ClientUpdate]) -> Mapping[UUID, Sequence[Opened]]:
        """What the updates need of their clients' timelines before the batch, read in two queries for all of them."""
        searching = [update for update in updates if not update.lands_after_the_snapshot]
        sought: dict[Build, list[Any]] = defaultdict(list)
        for update in searching:
            if update.before_batch:
                sought[update.build].append(update.sought())
        snapshots = await find_snapshots(self._connection, self._organization_id, sought)
        for update in searching:
            found = snapshots.get((update.build.schema, update.client_id), ())
            key = self._keys.of(update.client_id)
            opened = (
                open_snapshot(update.projection, self._organization_id, snapshot, key)
                for snapshot in found
                if snapshot.state is not None
            )
            update.found([base for base in opened if base])
        stretches = await load(self._connection, self._organization_id, [update.wanted() for update in searching])
        return {client_id: open_each(events, self._keys) for client_id, events in stretches.items()}

    async def _folded_whole(
        self, merged: Collection[ClientUpdate], left: Collection[ClientUpdate], *, up_to: int
    ) -> list[MergedUpdate]:
        """Clients who had merges, and the survivors of these and of those who are left out."""
        clients = {update.client_id for update in (*merged, *left)}
        if not clients:
            return []
        above = await survivors(self._connection, self._organization_id, clients, up_to=up_to)
        wanted: dict[BuildOf, set[UUID]] = defaultdict(set)
        for update in merged:
            wanted[update.build, update.projection].add(update.client_id)
        if above:
            for update in (*merged, *left):
                wanted[update.build, update.projection] |= above
        updates, failures = await fold_merged(
            self._connection, self._keyring, self._organization_id, wanted, self._numbers, up_to=up_to
        )
        self.failures += failures
        return updates

    def _each(self, updates: Iterable[ClientUpdate], do: Callable[[ClientUpdate], None]) -> list[ClientUpdate]:
        """Do it for each, and give those for which it did not fail."""
        done = []
        for update in updates:
            try:
                do(update)
            except ProjectionFailed as failed:
                self._fail(update, failed.entry_id, failed.error)
            else:
                done.append(update)
        return done

    def _fail(self, update: Update, event_id: UUID, error: str) -> None:
        self.failures.append(Failure(update.build.schema, update.client_id, update.version, event_id, error))

    async def _written(self, updates: Sequence[Update]) -> list[Update]:
        """Written all together, or else one by one without those that the database refuses."""
        try:
            await self._try_to_write(updates)
        except REFUSED as error:
            log.warning("projection_batch_refused", error=describe(error), updates=len(updates))
        else:
            return list(updates)
        written: list[Update] = []
        for update in updates:
            try:
                await self._try_to_write([update])
            except REFUSED as error:
                self._fail(update, update.last_id, describe(error))
            else:
                written.append(update)
        return written

    async def _try_to_write(self, updates: Sequence[Update]) -> None:
        await self._connection.execute("SAVEPOINT written")
        try:
            rows = RowChanges(self._organization_id)
            for update in updates:
                if isinstance(update, MergedUpdate):
                    rows.empty(update.build.schema, update.client_id, update.projection.tables)
                rows.change(update.build.schema, update.client_id, update.changes)
            await rows.write(self._connection)
            await self._write_snapshots(updates)
        except REFUSED:
            await self._connection.execute("ROLLBACK TO SAVEPOINT written")
            raise

    async def _write_snapshots(self, updates: Sequence[Update]) -> None:
        for build, of_build in _by_build(updates).items():
            keep = [
                (self._organization_id, update.client_id, update.keep) for update in of_build if update.keep is not None
            ]
            fresh = [
                seal_snapshot(update.projection, self._organization_id, update.client_id, base, self._key_of(update))
                for update in of_build
                for base in update.fresh
            ]
            await write_snapshots(self._connection, build.schema, keep, fresh)

    def _key_of(self, update: Update) -> DataKey:
        """Who has nothing in the batch itself brings their key along."""
        return update.key if isinstance(update, MergedUpdate) else self._keys.of(update.client_id)


def _by_build(updates: Iterable[Update]) -> Mapping[Build, Sequence[Update]]:
    by_build: dict[Build, list[Update]] = defaultdict(list)
    for update in updates:
        by_build[update.build].append(update)
    return by_build
