"""Parts of a timeline: a page, or an event with what was recorded about it. No more than that is read."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from service.database.connection import scoped
from service.log.errors import answering
from service.log.reading import BY_INDEX, EVENTS, stored
from service.log.sealed import StoredEvent

_OF_CLIENT = "where organization_id = $1 and client_id = $2"
_HEAD = f"select version from log.timeline_head {_OF_CLIENT}"  # noqa: S608 - columns, here and below
# Both version and recorded_at rise along a timeline, so what was known at a moment is its beginning.
_KNOWN = f"select version from log.event {_OF_CLIENT} and recorded_at <= $3 order by version desc limit 1"  # noqa: S608
_BETWEEN = "and client_id = $2 and version > $3 and version < $4 and ($5::timestamptz is null or occurred_at <= $5)"
_FORWARD = f"{EVENTS} {_BETWEEN} order by version limit $6"
_BACKWARD = f"{EVENTS} {_BETWEEN} order by version desc limit $6"
_ANY = f"select exists (select from log.event where organization_id = $1 {_BETWEEN})"  # noqa: S608 - columns
_REFERRING = """select r.event_id from {of} a cross join lateral (
    select r.event_id from log.reference r
     where r.organization_id = $1 and r.target_id = a.id and r.client_id = $2 and r.type = any({types}) offset 0
  ) r"""
_CONCERNING = f"""
with asked as (select unnest($3::uuid[]) as id),
 about as (select id from asked union {_REFERRING.format(of="asked", types="'{entry_corrected,entry_retracted}'")}),
 further as (select id from about union {_REFERRING.format(of="about", types="'{entry_retracted}'")})
select e.* from further f cross join lateral ({EVENTS} and client_id = $2 and id = f.id offset 0) e
 order by e.version"""  # noqa: S608 - columns


class Page(NamedTuple):
    """Events of one timeline, in order of version."""

    version: int
    """The version of the timeline that this is a part of: the last that was known at the moment asked for."""
    events: list[StoredEvent]
    earlier: bool
    """Whether events stand before these."""
    later: bool
    """Whether events stand after these."""


class Concerning(NamedTuple):
    """Events, their corrections and retractions, and the retractions of those, in order of version."""

    version: int
    """The version of the timeline."""
    events: list[StoredEvent]


class Pages:
    """Reads parts of timelines. Every method answers None for an unknown client, and raises StoreUnavailable."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def version(self, organization_id: UUID, client_id: UUID, *, known_at: datetime | None = None) -> int | None:
        """The version of the timeline, as known at a moment; 0 before anything was known."""
        with answering(writing=False):
            async with scoped(self._pool, organization_id, first=BY_INDEX) as connection:
                return await _version(connection, organization_id, client_id, known_at)

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
    ) -> Page | None:
        """At most `limit` events: the next ones after a version, or with `before` the last ones before that one.

        Only what occurred by `as_of` and was recorded by `known_at`, both inclusive.
        """
        with answering(writing=False):
            async with scoped(self._pool, organization_id, first=BY_INDEX) as connection:
                version = await _version(connection, organization_id, client_id, known_at)
                if version is None:
                    return None
                end = version + 1 if before is None else min(before, version + 1)
                asked = (organization_id, client_id)
                query = _FORWARD if before is None else _BACKWARD
                events = stored(await connection.fetch(query, *asked, after, end, as_of, limit + 1))
                more, events = len(events) > limit, events[:limit]
                if before is None:
                    earlier = after > 0 and await connection.fetchval(_ANY, *asked, 0, after + 1, as_of)
                    return Page(version, events, earlier, more)
                later = end <= version and await connection.fetchval(_ANY, *asked, end - 1, version + 1, as_of)
                return Page(version, events[::-1], more, later)

    async def concerning(self, organization_id: UUID, client_id: UUID, ids: list[UUID]) -> Concerning | None:
        """Those of the client's events that have these ids, with all that corrects or retracts them."""
        with answering(writing=False):
            async with scoped(self._pool, organization_id, first=BY_INDEX) as connection:
                version = await _version(connection, organization_id, client_id, None)
                if version is None:
                    return None
                rows = await connection.fetch(_CONCERNING, organization_id, client_id, ids)
                return Concerning(version, [event for event in stored(rows) if event.version <= version])


async def _version(
    connection: PoolConnectionProxy, organization_id: UUID, client_id: UUID, known_at: datetime | None
) -> int | None:
    version: int | None = await connection.fetchval(_HEAD, organization_id, client_id)
    if version is None or known_at is None:
        return version
    return await connection.fetchval(_KNOWN, organization_id, client_id, known_at) or 0
