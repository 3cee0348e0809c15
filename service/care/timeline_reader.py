"""Reading a timeline: as a whole, a page of it, or one event with what was recorded about it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from domain.entry import Entry
from domain.events.unreadable import Unreadable, Why
from service.access.access_records import Access, Asked
from service.care.accesses import Accesses
from service.care.entry_contents import EntryContents
from service.care.errors import KnownAtInFuture, UnknownClient
from service.log.pages import Pages
from service.log.sealed import StoredEvent
from service.log.store import EventStore
from service.log.timelines import Timelines
from service.runtime.sliced_work import SlicedWork

TIMELINE: Final = "timeline"
"""What access records call it."""


class EntryPage(NamedTuple):
    """Entries of one timeline, in the order in which they were recorded."""

    version: int
    """The version of the timeline that this is a part of: the last that was known at the moment asked for."""
    entries: list[Entry]
    earlier: bool
    """Whether entries stand before these."""
    later: bool
    """Whether entries stand after these."""
    merged: tuple[UUID, ...] | None = None
    """Of a client into whom others were merged at any time: those who are now, whose entries stand here as well."""

    @property
    def readable(self) -> list[Entry]:
        """The entries without those of a merged client who was erased: of them nothing is told any more."""
        return self.entries if self.merged is None else [entry for entry in self.entries if not _erased(entry)]

    def place(self, entry: Entry) -> int:
        """What tells the entry's place among those in the order of recording: its version, or in the timelines of
        several clients its position."""
        return entry.version if self.merged is None else entry.position


def _erased(entry: Entry) -> bool:
    return isinstance(entry.event, Unreadable) and entry.event.why is Why.CLIENT_ERASED


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
        head = await self._pages.head(organization_id, client_id, known_at=known_at)
        if head is None:
            raise UnknownClient
        if head.survives:
            async with self._united(access, client_id, asked, _Part(known_at)) as page:
                yield page
            return
        version = head.version
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
        """At most `limit` entries: the next ones after a place, or with `before` the last ones before that one.

        A place is what `EntryPage.place` tells. Only what occurred by `as_of` and was recorded by `known_at`. Raises
        KnownAtInFuture.
        """
        organization_id = access.organization_id
        which: dict[str, Any] = {"after": after, "before": before, "limit": limit, "as_of": as_of, "known_at": known_at}
        asked = Asked(TIMELINE, which)
        await self._accesses.begin(access, client_id, asked)
        await settle(self._store, organization_id, known_at)
        page = await self._pages.page(organization_id, client_id, **which)
        if page is None:
            raise UnknownClient
        if page.survives:
            async with self._united(access, client_id, asked, _Part(**which)) as united:
                yield united
            return
        async with self._sliced.turn(len(page.events)):
            entries = await self._timelines.open(organization_id, page.events)
            await self._accesses.keep(access, asked, [client_id], version=page.version)
            yield EntryPage(page.version, entries, page.earlier, page.later)

    async def as_known(
        self, access: Access, client_id: UUID, whole: EntryPage, at: datetime, asked: Asked
    ) -> list[Entry]:
        """What of the whole timeline was known at a moment, readable.

        Where others were merged into the client it is read again: who were one person may have been others then. Of
        those who are not among `whole` the caller may be told as well, and an access record is kept.
        """
        if whole.merged is None:
            return [entry for entry in whole.entries if entry.recorded_at <= at]
        united = await self._pages.united(access.organization_id, client_id, known_at=at)
        if united is None:
            return []
        if others := set(united.merged).difference(whole.merged):
            await self._accesses.begin_with_others(access, others, asked)
            await self._accesses.keep(access, asked, [client_id, *others], version=united.version)
        entries = await self._timelines.open_united(access.organization_id, client_id, united.events)
        return [entry for entry in entries if not _erased(entry)]

    async def event(self, access: Access, client_id: UUID, event_id: UUID) -> EntryPage:
        """The client's entry of this id, or that of a client merged into them; its corrections and retractions, and of
        those too."""
        asked = Asked("event", {"event_id": event_id})
        await self._accesses.begin(access, client_id, asked)
        found = await self._contents.concerning(access.organization_id, client_id, [event_id])
        if not found.entries:
            return await self._event_of_merged(access, client_id, event_id, asked)
        await self._accesses.keep(access, asked, [client_id], version=found.version)
        return EntryPage(found.version, found.entries, earlier=False, later=False)

    async def _event_of_merged(self, access: Access, client_id: UUID, event_id: UUID, asked: Asked) -> EntryPage:
        organization_id = access.organization_id
        united = await self._pages.concerning_merged(organization_id, client_id, [event_id])
        if united is None:
            raise UnknownClient
        entries = await self._timelines.open_united(organization_id, client_id, united.events)
        await self._accesses.keep(access, asked, [client_id, *united.merged], version=united.version)
        return EntryPage(united.version, entries, earlier=False, later=False, merged=united.merged)

    @asynccontextmanager
    async def _united(self, access: Access, client_id: UUID, asked: Asked, part: "_Part") -> AsyncIterator[EntryPage]:
        """A part of the timeline of a client and of those merged into them, which is read whole."""
        organization_id = access.organization_id
        united = await self._pages.united(organization_id, client_id, known_at=part.known_at)
        if united is None:
            raise UnknownClient
        if part.known_at is not None:
            others = set(united.merged).difference(await self._pages.merged(organization_id, client_id))
            await self._accesses.begin_with_others(access, others, asked)
        events, earlier, later = part.of(united.events)
        async with self._sliced.turn(len(events)):
            entries = await self._timelines.open_united(organization_id, client_id, events)
            await self._accesses.keep(access, asked, [client_id, *united.merged], version=united.version)
            yield EntryPage(united.version, entries, earlier, later, united.merged)


class _Part(NamedTuple):
    """Which part of the timelines of several clients is asked for; the whole when nothing is said."""

    known_at: datetime | None = None
    as_of: datetime | None = None
    after: int = 0
    before: int | None = None
    limit: int | None = None

    def of(self, events: Sequence[StoredEvent]) -> tuple[Sequence[StoredEvent], bool, bool]:
        """That part of events in order of position, and whether others stand before and after it."""
        there = [event for event in events if self.as_of is None or event.occurred_at <= self.as_of]
        if self.before is not None:
            end = sum(event.position < self.before for event in there)
            start = 0 if self.limit is None else max(0, end - self.limit)
        else:
            start = sum(event.position <= self.after for event in there)
            end = len(there) if self.limit is None else min(start + self.limit, len(there))
        return there[start:end], start > 0, end < len(there)


async def settle(store: EventStore, organization_id: UUID, known_at: datetime | None) -> None:
    """Wait until nothing more can be recorded at that moment, so that the answer stays the same for ever.

    Raises KnownAtInFuture.
    """
    if known_at is None:
        return
    settled = await store.settled(organization_id)
    if known_at > settled:
        raise KnownAtInFuture(settled)
