"""Parts of a timeline: a page, or an event with what was recorded about it. No more than that is read."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from service.database.connection import scoped
from service.log.errors import answering
from service.log.merges import EVER_MERGED, merged_into, united_timelines
from service.log.reading import BY_INDEX, EVENTS, ONE_SNAPSHOT, stored
from service.log.sealed import StoredEvent

_LAST_VERSION = 2**31 - 1
_OF_CLIENT = "where organization_id = $1 and client_id = $2"
_HEAD = f"select version, {EVER_MERGED} as survives from log.timeline_head {_OF_CLIENT}"  # noqa: S608 - columns, here and below
# Both version and recorded_at rise along a timeline, so what was known at a moment is its beginning.
_KNOWN = f"select version from log.event {_OF_CLIENT} and recorded_at <= $3 order by version desc limit 1"  # noqa: S608
_BETWEEN = "and client_id = $2 and version > $3 and version < $4 and ($5::timestamptz is null or occurred_at <= $5)"
_FORWARD = f"{EVENTS} {_BETWEEN} order by version limit $6"
_BACKWARD = f"{EVENTS} {_BETWEEN} order by version desc limit $6"
_WRITTEN = f"{EVENTS} {_BETWEEN} and type = $6 and split_part(recorded_by, '/', 1) = $7 order by version limit $8"
_ENDS = f"""
select e.*
  from unnest($2::uuid[]) as wanted (client_id)
  join log.timeline_head h on h.organization_id = $1 and h.client_id = wanted.client_id
 cross join lateral ({EVENTS} and client_id = wanted.client_id order by version desc limit 1) e
 where (e.version, e.position) = (h.version, h.position)"""  # noqa: S608 - columns
_REFERRING = """select r.event_id from {of} a cross join lateral (
    select r.event_id from log.reference r
     where r.organization_id = $1 and r.target_id = a.id and r.client_id = $2 and r.type = any({types}) offset 0
  ) r"""
_CONCERNING = f"""
with asked as (select unnest($3::uuid[]) as id),
 about as (select id from asked union {_REFERRING.format(of="asked", types="'{entry_corrected,entry_retracted}'")}),
 further as (select id from about union {_REFERRING.format(of="about", types="'{entry_retracted}'")}),
 furthest as (select id from further union {_REFERRING.format(of="further", types="'{entry_retracted}'")})
select e.* from furthest f cross join lateral ({EVENTS} and client_id = $2 and id = f.id offset 0) e
 order by e.version"""  # noqa: S608 - columns


class Head(NamedTuple):
    """Where a timeline ends."""

    version: int
    """The version of the last event that was known at the moment asked for; 0 before anything was."""
    survives: bool
    """Whether another client was merged into this one at any time, so that theirs may have to be read as well."""


class UnitedTimeline(NamedTuple):
    """The events of a client and of those merged into them, in order of position."""

    version: int
    """The version of the client's own timeline."""
    events: list[StoredEvent]
    merged: tuple[UUID, ...]
    """The clients merged into this one."""


class TimelinePage(NamedTuple):
    """Events of one timeline, in order of version."""

    version: int
    """The version of the timeline that this is a part of: the last that was known at the moment asked for."""
    events: list[StoredEvent]
    earlier: bool
    """Whether events stand before these."""
    later: bool
    """Whether events stand after these."""
    survives: bool = False
    """Whether others were merged into the client at any time. Then nothing is here: ask for `united`."""


class Concerning(NamedTuple):
    """Events, their corrections and retractions, the retractions of those, and of those again, in order of version."""

    version: int
    """The version of the timeline."""
    events: list[StoredEvent]


class Written(NamedTuple):
    """Events of one type that a role recorded, and with them all that Concerning tells of each."""

    version: int
    """The version of the timeline."""
    events: list[StoredEvent]
    next: int | None
    """The version after which others follow; None when these are the last."""
    survives: bool = False
    """Whether others were merged into the client at any time. Then nothing is here: ask for `written_united`."""


class Pages:
    """Reads parts of timelines. Every method answers None for an unknown client, and raises DatabaseUnavailable."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def head(self, organization_id: UUID, client_id: UUID, *, known_at: datetime | None = None) -> Head | None:
        """Where the timeline ends, as known at a moment."""
        with answering(writing=False):
            async with scoped(self._pool, organization_id, first=BY_INDEX) as connection:
                return await _head(connection, organization_id, client_id, known_at)

    async def united(
        self, organization_id: UUID, client_id: UUID, *, known_at: datetime | None = None
    ) -> UnitedTimeline | None:
        """The whole timeline of a client and of those merged into them, as known at a moment."""
        with answering(writing=False):
            async with scoped(self._pool, organization_id, first=ONE_SNAPSHOT) as connection:
                head = await _head(connection, organization_id, client_id, known_at)
                if head is None:
                    return None
                merged = await _merged(connection, organization_id, client_id, head, known_at)
                events = await united_timelines(connection, organization_id, {client_id: merged}, known_at=known_at)
                return UnitedTimeline(head.version, list(events[client_id]), merged)

    async def ends(self, organization_id: UUID, client_id: UUID) -> dict[UUID, StoredEvent | None] | None:
        """The last event of the client, then of each who is merged into them; None where heads do not name the last."""
        with answering(writing=False):
            async with scoped(self._pool, organization_id, first=ONE_SNAPSHOT) as connection:
                head = await _head(connection, organization_id, client_id, None)
                if head is None:
                    return None
                clients = [client_id, *await _merged(connection, organization_id, client_id, head)]
                last = stored(await connection.fetch(_ENDS, organization_id, clients))
                found = {event.client_id: event for event in last}
                return {each: found.get(each) for each in clients}

    async def merged(self, organization_id: UUID, client_id: UUID) -> tuple[UUID, ...]:
        """The clients merged into this one now, of whom some were at any time."""
        with answering(writing=False):
            async with scoped(self._pool, organization_id) as connection:
                found = await merged_into(connection, organization_id, [client_id])
                return tuple(found.get(client_id, ()))

    async def concerning_merged(self, organization_id: UUID, client_id: UUID, ids: list[UUID]) -> UnitedTimeline | None:
        """As `concerning`, of those merged into the client; their own events are not there."""
        with answering(writing=False):
            async with scoped(self._pool, organization_id, first=BY_INDEX) as connection:
                head = await _head(connection, organization_id, client_id, None)
                if head is None:
                    return None
                merged = await _merged(connection, organization_id, client_id, head)
                events = []
                for other in merged:
                    events += stored(await connection.fetch(_CONCERNING, organization_id, other, ids))
                return UnitedTimeline(head.version, events, merged)

    async def written_united(
        self, organization_id: UUID, client_id: UUID, event_type: str, role: str
    ) -> UnitedTimeline | None:
        """All events of one type that a role recorded of a client and those merged into them, as `written` has them."""
        with answering(writing=False):
            async with scoped(self._pool, organization_id, first=ONE_SNAPSHOT) as connection:
                head = await _head(connection, organization_id, client_id, None)
                if head is None:
                    return None
                merged = await _merged(connection, organization_id, client_id, head)
                events: list[StoredEvent] = []
                for each in (client_id, *merged):
                    asked = (organization_id, each, 0, _LAST_VERSION, None, event_type, role, None)
                    ids = [event.id for event in stored(await connection.fetch(_WRITTEN, *asked))]
                    events += stored(await connection.fetch(_CONCERNING, organization_id, each, ids))
                return UnitedTimeline(head.version, sorted(events, key=lambda event: event.position), merged)

    async def page(
        self,
        organization_id: UUID,
        client_id: UUID,
        *,
        after: int = 0,
        before: int | None = None,
        limit: int,
        as_of: datetime | None = None,
        known_at: datetime | None = None,
    ) -> TimelinePage | None:
        """At most `limit` events: the next ones after a version, or with `before` the last ones before that one.

        Only what occurred by `as_of` and was recorded by `known_at`, both inclusive.
        """
        with answering(writing=False):
            async with scoped(self._pool, organization_id, first=BY_INDEX) as connection:
                head = await _head(connection, organization_id, client_id, known_at)
                if head is None:
                    return None
                version = head.version
                if head.survives:
                    return TimelinePage(version, [], earlier=False, later=False, survives=True)
                client = _Client(connection, organization_id, client_id, as_of)
                if before is None:
                    after = min(after, version)
                    events = await client.events(_FORWARD, after, version + 1, limit + 1)
                    earlier = after > 0 and await client.any(0, after + 1)
                    return TimelinePage(version, events[:limit], earlier, later=len(events) > limit)
                events = await client.events(_BACKWARD, 0, min(before, version + 1), limit + 1)
                later = before <= version and await client.any(before - 1, version + 1)
                return TimelinePage(version, events[:limit][::-1], len(events) > limit, later)

    async def written(
        self, organization_id: UUID, client_id: UUID, event_type: str, role: str, *, after: int, limit: int
    ) -> Written | None:
        """At most `limit` events of one type that a role recorded, the next ones after a version."""
        with answering(writing=False):
            async with scoped(self._pool, organization_id, first=BY_INDEX) as connection:
                head = await _head(connection, organization_id, client_id, None)
                if head is None:
                    return None
                if head.survives:
                    return Written(head.version, [], None, survives=True)
                version = head.version
                after = min(after, version)
                asked = (organization_id, client_id, after, version + 1, None, event_type, role, limit + 1)
                found = stored(await connection.fetch(_WRITTEN, *asked))
                ids = [event.id for event in found[:limit]]
                rows = await connection.fetch(_CONCERNING, organization_id, client_id, ids)
                events = [event for event in stored(rows) if event.version <= version]
                return Written(version, events, found[limit - 1].version if len(found) > limit else None)

    async def concerning(self, organization_id: UUID, client_id: UUID, ids: list[UUID]) -> Concerning | None:
        """Those of the client's events that have these ids, with all that corrects or retracts them."""
        with answering(writing=False):
            async with scoped(self._pool, organization_id, first=BY_INDEX) as connection:
                head = await _head(connection, organization_id, client_id, None)
                if head is None:
                    return None
                rows = await connection.fetch(_CONCERNING, organization_id, client_id, ids)
                events = [event for event in stored(rows) if event.version <= head.version]
                return Concerning(head.version, events)


class _Client(NamedTuple):
    """Whose timeline is read as of when, through a connection that is in a transaction of their organization."""

    connection: PoolConnectionProxy
    organization_id: UUID
    client_id: UUID
    as_of: datetime | None

    async def events(self, query: str, after: int, before: int, limit: int) -> list[StoredEvent]:
        asked = (self.organization_id, self.client_id, after, before, self.as_of, limit)
        return stored(await self.connection.fetch(query, *asked))

    async def any(self, after: int, before: int) -> bool:
        return bool(await self.events(_FORWARD, after, before, 1))


async def _head(
    connection: PoolConnectionProxy, organization_id: UUID, client_id: UUID, known_at: datetime | None
) -> Head | None:
    found = await connection.fetchrow(_HEAD, organization_id, client_id)
    if found is None:
        return None
    if known_at is None:
        return Head(*found)
    known: int | None = await connection.fetchval(_KNOWN, organization_id, client_id, known_at)
    return Head(known or 0, found["survives"])


async def _merged(
    connection: PoolConnectionProxy,
    organization_id: UUID,
    client_id: UUID,
    head: Head,
    known_at: datetime | None = None,
) -> tuple[UUID, ...]:
    """The clients merged into this one; for most nothing is asked."""
    if not head.survives:
        return ()
    found = await merged_into(connection, organization_id, [client_id], known_at=known_at)
    return tuple(found.get(client_id, ()))
