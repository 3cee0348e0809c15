"""Fresh states: the newest snapshot, and what was recorded since folded on, however far the projector has come.

What a read has come to is kept: the next one of the same client goes on from there.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import asyncpg
from cachetools import LRUCache

from domain.events.record import RECORD_TYPES
from domain.policies import Policies
from projections.projection import Projection
from service.database.connection import Connection, call, scoped
from service.log.keyring import ClientErased, ClientKeys, DataKey, Keyring, WrappedKey
from service.log.organizations import Organizations
from service.log.reading import EVENTS, ONE_SNAPSHOT, stored
from service.log.sealed import StoredEvent
from service.projector.advance import Arrival, Base, beginning, lands_after, resume
from service.projector.builds import Build, Builds
from service.projector.last_answer import LastAnswer
from service.projector.opened_events import concerning, open_event, opened
from service.projector.relevant_events import Concerned, concerned, kind_of, read_by, version_of
from service.projector.snapshots import Snapshot, open_snapshot
from service.projector.united_events import read_survivor, survives
from service.runtime.sliced_work import SlicedWork

KEPT_EVENTS: Final = 50_000
"""So long may all timelines together be whose states are kept open in memory: of the care plan, the largest, 2 kB an
event (200 events) to 6 (40), and another 2 to 3 once it was answered."""

_HEAD = """SELECT h.version, coalesce(own.version, 0) AS own_version, l.position AS log_position
  FROM log.timeline_head h
  JOIN log.log_head l ON l.organization_id = h.organization_id
  LEFT JOIN log.timeline_head own ON own.organization_id = h.organization_id AND own.client_id = h.organization_id
 WHERE h.organization_id = $1 AND h.client_id = $2"""
_KEY = ("key_id", "kek_id", "wrapped_key", "notes_key_id")
_SNAPSHOT = ("snapshot_version", "snapshot_until", "snapshot_key_id", "state")
_SINCE = f"{EVENTS} AND client_id = $2 AND version > $3 AND type = ANY($4) ORDER BY version"


class Fresh(NamedTuple):
    """A state that knows of everything recorded up to a version, and the policies that it was folded by."""

    version: int
    state: Any
    policies: Policies
    until: datetime | None
    """When the last that it knows of occurred, which may be in some minutes; None when there is nothing."""
    last_answer: LastAnswer
    """What was last answered of this state."""
    merged: Mapping[UUID, int] | None = None
    """Of a client into whom others were merged at any time: those who are now, and up to which version it knows of
    each. It is folded whole and never kept."""

    @property
    def base(self) -> Base:
        """The state as one to fold on from, whatever policy is adopted meanwhile: it changes nothing that is in it."""
        return Base(self.version, self.until, self.state)


class FreshStates:
    """Folds states for reads of one client.

    Those it came to last are kept, by organization, client and projection, each with what was last answered of it. Like
    snapshots they are right for as long as what comes lands after them, and nobody is given one whose key is not there
    any more.
    """

    def __init__(
        self, pool: asyncpg.Pool, keyring: Keyring, organizations: Organizations, builds: Builds, sliced: SlicedWork
    ) -> None:
        self._pool = pool
        self._keyring = keyring
        self._organizations = organizations
        self._builds = builds
        self._sliced = sliced
        self._kept: LRUCache[tuple[UUID, UUID, str], Fresh] = LRUCache(KEPT_EVENTS, getsizeof=lambda one: one.version)

    async def read(self, organization_id: UUID, client_id: UUID, projection: Projection[Any]) -> Fresh | None:
        """The projection's state of the client now; None when there is no such client.

        Raises ProjectionFailed, ClientErased, UnknownKey, SealBroken.
        """
        build = await self._builds.to_read(projection.name)
        place = (organization_id, client_id, projection.name)
        last = self._kept.get(place)
        kept = last and last.base
        try:
            fresh = await self._read(organization_id, client_id, projection, build, kept)
        except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):
            # The build was removed since this process last looked.
            await self._builds.refresh()
            fresh = await self._read(organization_id, client_id, projection, None, kept)
        except ClientErased:
            self._forget(organization_id, client_id)
            raise
        if fresh and last and last.last_answer.is_of(fresh.state):
            fresh = fresh._replace(last_answer=last.last_answer)
        if fresh and fresh.merged is None and fresh.version <= KEPT_EVENTS:
            self._kept[place] = fresh
        return fresh

    def _forget(self, organization_id: UUID, client_id: UUID) -> None:
        for place in [place for place in self._kept if place[:2] == (organization_id, client_id)]:
            del self._kept[place]

    async def _read(
        self,
        organization_id: UUID,
        client_id: UUID,
        projection: Projection[Any],
        build: Build | None,
        kept: Base | None,
    ) -> Fresh | None:
        """What most reads need comes in one statement; where that does not do, they go on step by step."""
        types, schema, known = read_by(projection.relevant), build.schema if build else None, kept and kept.version
        async with self._pool.acquire() as connection:
            (found,) = await call(connection, organization_id, "log.fresh_state", client_id, schema, types, known)
        if found["version"] is None:
            return None
        key = await self._keyring.open(organization_id, WrappedKey(client_id, *(found[name] for name in _KEY)))
        base: Base | None = kept or beginning(projection)
        if found["state"] is not None:
            snapshot = Snapshot(client_id, *(found[name] for name in _SNAPSHOT))
            base = open_snapshot(projection, organization_id, snapshot, key)
        events = stored(found["events"] or ())
        if survives(events):
            return await self._read_whole(organization_id, client_id, projection)
        if base is None or any(event.type in RECORD_TYPES for event in events):
            return await self._read_step_by_step(organization_id, client_id, projection, build)
        events = [event for event in events if event.type in projection.relevant]
        own_version = _own_version(found, events)
        policies = await self._organizations.policies(organization_id, own_version=own_version)
        keys = ClientKeys({client_id: key}, {})
        fresh = await _folded_on(projection, base, events, {}, policies, keys=keys, sliced=self._sliced)
        if fresh is None:
            return await self._read_step_by_step(organization_id, client_id, projection, build)
        return fresh._replace(version=max(found["version"], fresh.version))

    async def _read_whole(self, organization_id: UUID, client_id: UUID, projection: Projection[Any]) -> Fresh | None:
        """The state of a client into whom others were merged."""
        async with scoped(self._pool, organization_id, first=ONE_SNAPSHOT) as connection:
            found = await read_survivor(
                connection, self._keyring, organization_id, client_id, types=read_by(projection.relevant)
            )
            policies = await self._organizations.policies(organization_id, connection=connection)
        async with self._sliced.turn(len(found.events)):
            each = await self._sliced.each(found.events, lambda event: open_event(event, found.keys))
            entries = concerning(each, projection.relevant, projection.name)
            folded = resume(projection, beginning(projection), entries, policies)
        last = LastAnswer(folded.state)
        return Fresh(found.version, folded.state, policies, folded.until, last, found.merged)

    async def _read_step_by_step(
        self, organization_id: UUID, client_id: UUID, projection: Projection[Any], build: Build | None
    ) -> Fresh | None:
        async with scoped(self._pool, organization_id) as connection:
            head = await connection.fetchrow(_HEAD, organization_id, client_id)
            if head is None:
                return None
            keys = await self._keyring.keys(organization_id, [client_id], connection=connection)
            key = keys.of(client_id)

            async def policies(events: Sequence[StoredEvent]) -> Policies:
                return await self._organizations.policies(
                    organization_id, own_version=_own_version(head, events), connection=connection
                )

            client = _Client(connection, organization_id, client_id, projection, keys, policies, sliced=self._sliced)
            try:
                found = await client.folded(build, key)
            except _MergedMeanwhile:
                pass
            else:
                return found._replace(version=max(head["version"], found.version))
        return await self._read_whole(organization_id, client_id, projection)


class _MergedMeanwhile(Exception):
    """Another client was merged into this one since it was asked whether one was."""


class _Client:
    """One client, read for one projection."""

    def __init__(
        self,
        connection: Connection,
        organization_id: UUID,
        client_id: UUID,
        projection: Projection[Any],
        keys: ClientKeys,
        policies: Callable[[Sequence[StoredEvent]], Awaitable[Policies]],
        *,
        sliced: SlicedWork,
    ) -> None:
        self._connection = connection
        self._organization_id = organization_id
        self._client_id = client_id
        self._projection = projection
        self._keys = keys
        self._policies = policies
        self._sliced = sliced
        self._passed = 0

    async def folded(self, build: Build | None, key: DataKey) -> Fresh:
        """The state, folded on from the newest snapshot before which nothing lands. Raises ProjectionFailed."""
        while build and (snapshot := await self._snapshot(build)):
            base = open_snapshot(self._projection, self._organization_id, snapshot, key)
            found = await self._folded_on(base) if base else None
            if found:
                return found
        found = await self._folded_on(beginning(self._projection))
        assert found is not None, "everything lands after the beginning"
        return found

    async def _snapshot(self, build: Build) -> Snapshot | None:
        """The newest snapshot; the next older one each time it is asked for again."""
        record = await self._connection.fetchrow(
            f"SELECT client_id, version, until, key_id, state FROM {build.schema}.snapshot"  # noqa: S608
            " WHERE organization_id = $1 AND client_id = $2 ORDER BY version DESC OFFSET $3 LIMIT 1",
            self._organization_id,
            self._client_id,
            self._passed,
        )
        self._passed += 1
        return Snapshot(*record) if record else None

    async def _folded_on(self, base: Base) -> Fresh | None:
        """The state after what was recorded since; None when some of that lands before the base.

        Raises ProjectionFailed.
        """
        types = self._projection.relevant
        records = await self._connection.fetch(
            _SINCE, self._organization_id, self._client_id, base.version, read_by(types)
        )
        events = stored(records)
        if survives(events):
            raise _MergedMeanwhile
        about = await concerned(self._connection, self._organization_id, events)
        events = [event for event in events if kind_of(event, about) in types]
        policies = await self._policies(events)
        return await _folded_on(self._projection, base, events, about, policies, keys=self._keys, sliced=self._sliced)


async def _folded_on(
    projection: Projection[Any],
    base: Base,
    events: Sequence[StoredEvent],
    about: Mapping[UUID, Concerned],
    policies: Policies,
    *,
    keys: ClientKeys,
    sliced: SlicedWork,
) -> Fresh | None:
    """The state after these events; None when some of them land before the base. Raises ProjectionFailed."""
    async with sliced.turn(len(events)):
        each = await sliced.each(events, lambda event: open_event(event, keys))
        entries = opened(each, projection.name)
        come = [Arrival(entry, version_of(entry, about)) for entry in entries]
        if not lands_after(come, base.version, base.until):
            return None
        kept = resume(projection, base, entries, policies)
    return Fresh(kept.version, kept.state, policies, kept.until, LastAnswer(kept.state))


def _own_version(head: asyncpg.Record, events: Sequence[StoredEvent]) -> int | None:
    """How far the organization's own timeline has come; None where it may have come further since.

    What was recorded after the heads were read may have come after an adoption that was, too.
    """
    behind = bool(events) and events[-1].position > head["log_position"]
    return None if behind else head["own_version"]
