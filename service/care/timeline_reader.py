"""Reading a timeline: as a whole, a page of it, or one event with what was recorded about it."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from domain.effective import effective
from domain.entry import Entry
from domain.events.base import EntryContent
from service.access.caller import Caller
from service.care.client_access import ClientAccess
from service.care.clients import require_client
from service.care.errors import KnownAtInFuture, UnknownClient
from service.log.pages import Pages
from service.log.store import EventStore
from service.log.timelines import Timelines
from service.runtime.sliced_work import SlicedWork


class EntryPage(NamedTuple):
    """Entries of one timeline, in order of version."""

    version: int
    """The version of the timeline that this is a part of: the last that was known at the moment asked for."""
    entries: list[Entry]
    earlier: bool
    """Whether entries stand before these."""
    later: bool
    """Whether entries stand after these."""


class TimelineReader:
    """Reads what was recorded about a client, and of that no more than was asked for.

    Every method raises UnknownClient, and ClientErased for a client who was erased. `whole` and `page` are contexts,
    since one long timeline at a time is in memory: what is made of the entries is made before the context ends.
    """

    def __init__(
        self, store: EventStore, pages: Pages, timelines: Timelines, sliced: SlicedWork, access: ClientAccess
    ) -> None:
        self._store = store
        self._pages = pages
        self._timelines = timelines
        self._sliced = sliced
        self._access = access

    @asynccontextmanager
    async def whole(
        self, caller: Caller, client_id: UUID, *, known_at: datetime | None = None
    ) -> AsyncIterator[EntryPage]:
        """All entries as known at a moment. Raises KnownAtInFuture."""
        organization_id = await self._organization(caller, client_id)
        await settle(self._store, organization_id, known_at)
        version = await self._pages.version(organization_id, client_id, known_at=known_at)
        if version is None:
            raise UnknownClient
        async with self._sliced.turn(version):
            entries = await self._timelines.read(organization_id, client_id, up_to=version)
            yield EntryPage(version, entries, earlier=False, later=False)

    @asynccontextmanager
    async def page(
        self,
        caller: Caller,
        client_id: UUID,
        *,
        after: int = 0,
        before: int | None = None,
        limit: int,
        as_of: datetime | None = None,
        known_at: datetime | None = None,
    ) -> AsyncIterator[EntryPage]:
        """At most `limit` entries: the next ones after a version, or with `before` the last ones before that one.

        Only what occurred by `as_of` and was recorded by `known_at`. Raises KnownAtInFuture.
        """
        organization_id = await self._organization(caller, client_id)
        await settle(self._store, organization_id, known_at)
        page = await self._pages.page(
            organization_id, client_id, after=after, before=before, limit=limit, as_of=as_of, known_at=known_at
        )
        if page is None:
            raise UnknownClient
        async with self._sliced.turn(len(page.events)):
            entries = await self._timelines.open(organization_id, page.events)
            yield EntryPage(page.version, entries, page.earlier, page.later)

    async def concerning(self, caller: Caller, client_id: UUID, ids: Collection[UUID]) -> EntryPage:
        """Those of the client's entries that have these ids, their corrections and retractions, and of those too."""
        return await self._concerning(await self._organization(caller, client_id), client_id, ids)

    async def contents(self, caller: Caller, client_id: UUID, ids: Collection[UUID]) -> dict[UUID, EntryContent]:
        """What those of these entries say that stand, corrections applied: for deciding, not for showing."""
        require_client(caller, client_id)
        page = await self._concerning(caller.organization_id, client_id, ids)
        return {
            entry.id: EntryContent(entry.event, entry.occurred_at, entry.precision)
            for entry in effective(page.entries).entries
        }

    async def _concerning(self, organization_id: UUID, client_id: UUID, ids: Collection[UUID]) -> EntryPage:
        found = await self._pages.concerning(organization_id, client_id, list(ids))
        if found is None:
            raise UnknownClient
        entries = await self._timelines.open(organization_id, found.events)
        return EntryPage(found.version, entries, earlier=False, later=False)

    async def _organization(self, caller: Caller, client_id: UUID) -> UUID:
        """The organization of a client whom the caller sees. Raises UnknownClient."""
        require_client(caller, client_id)
        await self._access.check(caller, client_id)
        return caller.organization_id


async def settle(store: EventStore, organization_id: UUID, known_at: datetime | None) -> None:
    """Wait until nothing more can be recorded at that moment, so that the answer stays the same for ever.

    Raises KnownAtInFuture.
    """
    if known_at is None:
        return
    settled = await store.settled(organization_id)
    if known_at > settled:
        raise KnownAtInFuture(settled)
