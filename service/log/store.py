"""The event store: appends sealed events to the log of an organization, and reads them back."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from service.database.connection import scoped
from service.log.appending import Append, commit_bulk, commit_group, rows_to_append
from service.log.errors import DatabaseUnavailable, UnknownOrganization, answering
from service.log.reading import EVENTS, stored
from service.log.sealed import Appended, SealedEvent, StoredEvent
from service.runtime.batcher import Abandoned, Batcher, Groups

_LAST_VERSION = 2**31 - 1
_LARGEST_GROUP = 512
"""Events that are committed in one transaction, unless a single append has more."""


class EventStore:
    """Appends events to the logs of organizations, and reads them.

    Every method raises DatabaseUnavailable when the database does not answer; the store goes on when it does again.
    """

    def __init__(self, pool: asyncpg.Pool, appended: Callable[[UUID], None] | None = None) -> None:
        """`appended` is told the organization after each commit that may have added to its log; it must not raise."""
        self._pool = pool
        self._appended = appended or _nobody_follows
        self._appends: Batcher[Append, list[Appended]] = Batcher(
            self._commit, most=_LARGEST_GROUP, weight=lambda append: len(append.events)
        )

    async def append(self, organization_id: UUID, events: Sequence[SealedEvent]) -> list[Appended]:
        """Appends events of one or several clients, all or none; returns where and when, one for each event.

        Each event's version continues its client's timeline. Returns once they are on disk. Raises IdConflict,
        VersionConflict, UnknownOrganization; ValueError when a text of the header is too long.
        """
        if not events:
            return []
        append = Append(events, rows_to_append(organization_id, events))
        try:
            return await self._appends.submit(organization_id, append)
        except Abandoned as error:
            raise DatabaseUnavailable(error, written=None if error.begun else False) from error

    async def append_bulk(
        self, organization_id: UUID, events: Sequence[SealedEvent], recorded_at: Sequence[datetime] | None = None
    ) -> range:
        """Appends many events, all or none, as a transaction of their own; returns their positions.

        For import and simulation: `recorded_at` may say when each was recorded elsewhere, never falling, later than
        whatever the log has, and not in the future. A call of about 1,000 events is quickest. Raises as `append`
        does, and ValueError when recorded_at breaks those rules.
        """
        if not events:
            return range(0)
        try:
            before = await commit_bulk(self._pool, organization_id, events, recorded_at)
        finally:
            self._appended(organization_id)
        return range(before + 1, before + len(events) + 1)

    async def timeline(
        self,
        organization_id: UUID,
        client_id: UUID,
        *,
        after: int = 0,
        up_to: int | None = None,
        newest_first: bool = False,
        limit: int | None = None,
    ) -> list[StoredEvent]:
        """A client's events with after < version <= up_to, in the order they were recorded, or the other way round.

        At most `limit`, counted in the order asked for; no more than those are read.
        """
        query = f"{EVENTS} and client_id = $2 and version > $3 and version <= $4"
        query += f" order by version {'desc' if newest_first else 'asc'} limit $5"
        last = _LAST_VERSION if up_to is None else up_to
        return await self._read(organization_id, query, client_id, after, last, limit)

    async def events(self, organization_id: UUID, ids: Sequence[UUID]) -> list[StoredEvent]:
        """The events that have these ids, in order of position."""
        return await self._read(organization_id, f"{EVENTS} and id = any($2) order by position", ids)

    async def log(self, organization_id: UUID, *, after: int = 0, limit: int) -> list[StoredEvent]:
        """The next events of an organization's log: those with position > after, in order, at most `limit`."""
        query = f"{EVENTS} and position > $2 order by position limit $3"
        return await self._read(organization_id, query, after, limit)

    async def head(self, organization_id: UUID, client_id: UUID) -> int:
        """The version of a client's last event; 0 when there is none."""
        query = "select version from log.timeline_head where organization_id = $1 and client_id = $2"
        rows = await self.rows(organization_id, query, client_id)
        return rows[0][0] if rows else 0

    async def log_head(self, organization_id: UUID) -> int:
        """The position of an organization's last event; 0 when there is none. Raises UnknownOrganization."""
        rows = await self.rows(organization_id, "select position from log.log_head where organization_id = $1")
        if not rows:
            raise UnknownOrganization(organization_id)
        position: int = rows[0][0]
        return position

    async def differing_heads(self) -> list[UUID]:
        """The organizations whose log does not end where its head says: their appends fail until that is mended.

        One statement over all organizations.
        """
        with answering(writing=False):
            # In a transaction: then a distributed database's workers hear of what the function sets.
            async with self._pool.acquire() as connection, connection.transaction():
                return [row[0] for row in await connection.fetch("select log.differing_heads()")]

    async def settled(self, organization_id: UUID) -> datetime:
        """A moment, about now, up to which what was recorded is final.

        Every event recorded until then is visible, and none will be added: later ones are recorded later, even
        should the server's clock be set back. Raises UnknownOrganization.
        """
        with answering(writing=False):
            async with scoped(self._pool, organization_id, durable=False) as connection:
                moment: datetime | None = await connection.fetchval("select log.settle($1)", organization_id)
        if moment is None:
            raise UnknownOrganization(organization_id)
        return moment

    async def rows(self, organization_id: UUID, query: str, *arguments: object) -> list[asyncpg.Record]:
        """What another query finds of an organization, which is its first argument: for checks of the log."""
        with answering(writing=False):
            async with scoped(self._pool, organization_id) as connection:
                return await connection.fetch(query, organization_id, *arguments)

    async def close(self) -> None:
        """Waits for the appends under way; new ones are refused. The pool stays its owner's to close."""
        await self._appends.close()

    async def _commit(self, organization_id: UUID, groups: Groups[Append, list[Appended]]) -> None:
        with answering(writing=False):
            async with self._pool.acquire() as connection:
                async for group in groups:
                    # Told even when the outcome is an error: a commit whose answer was lost was made all the same.
                    try:
                        await commit_group(connection, organization_id, group)
                    finally:
                        self._appended(organization_id)
                    if connection.is_closed():
                        return

    async def _read(self, organization_id: UUID, query: str, *arguments: object) -> list[StoredEvent]:
        return stored(await self.rows(organization_id, query, *arguments))


def _nobody_follows(_: UUID) -> None:
    """For a store in a process that neither follows the log nor needs to tell those who do."""
