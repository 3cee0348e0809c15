"""Reading a timeline: as a whole, a page of it, or one event with what was recorded about it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from domain.entry import Entry
from service.access.access_records import Access, Asked
from service.care.accesses import Accesses
from service.care.entry_contents import EntryContents
from service.care.errors import KnownAtInFuture, UnknownClient
from service.log.pages import Pages
from service.log.store import EventStore
from service.log.timelines import Timelines
from service.runtime.sliced_work import SlicedWork

TIMELINE: Final = "timeline"
"""What access records call it."""


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

    Each read keeps its access record before it hands anything out. Every method raises UnknownClient, ClientErased for
    a client who was erased, NoLegalGround and AccessNotRecorded. `whole` and `page` are contexts, since one long
    timeline at a time is in memory: what is made of the entries is made before the context ends.
    """

    def __init__(
        self,
        store: EventStore,
        pages: Pages,
        timelines: Timelines,
        contents: EntryContents,
        accesses: Accesses,
        sliced: SlicedWork,
    ) -> None:
        self._store = store
        self._pages = pages
        self._timelines = timelines
        self._contents = contents
        self._accesses = accesses
        self._sliced = sliced

    @asynccontextmanager
    async def whole(
        self,
        access: Access,
        client_id: UUID,
        *,
        known_at: datetime | None = None,
        asked: Asked | None = None,
    ) -> AsyncIterator[EntryPage]:
        """All entries as known at a moment. Raises KnownAtInFuture.

        `asked` says what the access record tells was read, where that is not the timeline itself.
        """
        organization_id = access.organization_id
        asked = asked or Asked(TIMELINE, {"known_at": known_at})
        await self._accesses.begin(access, client_id, asked)
        await settle(self._store, organization_id, known_at)
        version = await self._pages.version(organization_id, client_id, known_at=known_at)
        if version is None:
            raise UnknownClient
        async with self._sliced.turn(version):
            entries = await self._timelines.read(organization_id, client_id, up_to=version)
            await self._accesses.keep(access, asked, [client_id], version=version)
            yield EntryPage(version, entries, earlier=False, later=False)

    @asynccontextmanager
    async def page(
        self,
        access: Access,
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
        organization_id = access.organization_id
        which: dict[str, Any] = {"after": after, "before": before, "limit": limit, "as_of": as_of, "known_at": known_at}
        asked = Asked(TIMELINE, which)
        await self._accesses.begin(access, client_id, asked)
        await settle(self._store, organization_id, known_at)
        page = await self._pages.page(organization_id, client_id, **which)
        if page is None:
            raise UnknownClient
        async with self._sliced.turn(len(page.events)):
            entries = await self._timelines.open(organization_id, page.events)
            await self._accesses.keep(access, asked, [client_id], version=page.version)
            yield EntryPage(page.version, entries, page.earlier, page.later)

    async def event(self, access: Access, client_id: UUID, event_id: UUID) -> EntryPage:
        """The client's entry of this id, its corrections and retractions, and of those too."""
        asked = Asked("event", {"event_id": event_id})
        await self._accesses.begin(access, client_id, asked)
        found = await self._contents.concerning(access.organization_id, client_id, [event_id])
        await self._accesses.keep(access, asked, [client_id], version=found.version)
        return EntryPage(found.version, found.entries, earlier=False, later=False)


async def settle(store: EventStore, organization_id: UUID, known_at: datetime | None) -> None:
    """Wait until nothing more can be recorded at that moment, so that the answer stays the same for ever.

    Raises KnownAtInFuture.
    """
    if known_at is None:
        return
    settled = await store.settled(organization_id)
    if known_at > settled:
        raise KnownAtInFuture(settled)
