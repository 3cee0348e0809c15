"""Entries with what was recorded about them: for whoever shows one, and for decisions that ask what some say."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from domain.effective import effective
from domain.entry import Entry
from domain.events.base import EntryContent
from service.care.errors import UnknownClient
from service.log.pages import Pages
from service.log.timelines import Timelines


class Concerning(NamedTuple):
    """Entries, with all that corrects or retracts them, in order of version."""

    version: int
    """The version of the timeline."""
    entries: list[Entry]


class EntryContents:
    """Reads single entries of a client. It keeps no access record: whoever shows somebody what it reads does."""

    def __init__(self, pages: Pages, timelines: Timelines) -> None:
        self._pages = pages
        self._timelines = timelines

    async def concerning(self, organization_id: UUID, client_id: UUID, ids: Collection[UUID]) -> Concerning:
        """Those of the client's entries that have these ids, their corrections and retractions, and of those too.

        Raises UnknownClient, ClientErased.
        """
        found = await self._pages.concerning(organization_id, client_id, list(ids))
        if found is None:
            raise UnknownClient
        return Concerning(found.version, await self._timelines.open(organization_id, found.events))

    async def of_merged(self, organization_id: UUID, client_id: UUID, ids: Collection[UUID]) -> dict[UUID, UUID]:
        """Those of these entries that stand on the timeline of a client merged into this one: of which."""
        found = await self._pages.concerning_merged(organization_id, client_id, list(ids))
        return {event.id: event.client_id for event in found.events if event.id in ids} if found else {}

    async def contents(self, organization_id: UUID, client_id: UUID, ids: Collection[UUID]) -> dict[UUID, EntryContent]:
        """What those of these entries say that stand, corrections applied. Raises UnknownClient, ClientErased."""
        found = await self.concerning(organization_id, client_id, ids)
        return {
            entry.id: EntryContent(entry.event, entry.occurred_at, entry.precision)
            for entry in effective(found.entries).entries
        }
