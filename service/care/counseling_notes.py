"""Reading counseling notes: here alone are they opened, and for nobody but their author's role (R27)."""

from collections.abc import Sequence
from typing import Final, NamedTuple
from uuid import UUID

from domain.counseling_notes import role_of
from domain.effective import effective
from domain.entry import Entry
from domain.events.counseling_notes import CounselingNoteWritten
from service.access.access_records import Access, Asked
from service.care.accesses import Accesses
from service.care.errors import UnknownClient
from service.care.timeline_reader import EntryPage
from service.log.keyring import ClientErased, UnknownKey
from service.log.pages import Pages
from service.log.seal import SealBroken
from service.log.sealed import StoredEvent
from service.log.timelines import Timelines

_TYPE: Final[str] = CounselingNoteWritten.model_fields["type"].default
_NOTES: Final = "counseling_notes"
"""What access records call them."""


class NotesPage(NamedTuple):
    """Counseling notes of one client that stand, corrections applied, in the order in which they were recorded."""

    version: int
    """The version of the timeline."""
    notes: list[Entry]
    next: int | None
    """The place after which others follow; None when these are the last."""
    merged: tuple[UUID, ...] | None = None
    """Of a client into whom others were merged at any time: those who are now, whose notes stand here as well."""


class CounselingNotes:
    """Reads the notes that the caller's own role wrote; to others it is as if there were none.

    Every method keeps its access record, and raises UnknownClient, ClientErased for a client who was erased,
    NoLegalGround and AccessNotRecorded. Where just the client's key for counseling notes is missing, notes are there as
    Unreadable.
    """

    def __init__(self, pages: Pages, timelines: Timelines, accesses: Accesses) -> None:
        self._pages = pages
        self._accesses = accesses
        self._timelines = timelines

    async def page(self, access: Access, client_id: UUID, *, after: int = 0, limit: int) -> NotesPage:
        """The next notes after a place: at most `limit`, and fewer where some of those were retracted.

        A place is a version or, where others were merged into the client, a position.
        """
        asked = Asked(_NOTES, {"after": after, "limit": limit})
        await self._accesses.begin(access, client_id, asked)
        organization_id = access.organization_id
        role = access.caller.role
        found = await self._pages.written(organization_id, client_id, _TYPE, role, after=after, limit=limit)
        if found is None:
            raise UnknownClient
        if found.survives:
            return await self._page_of_several(access, client_id, asked, after, limit)
        entries = await self._timelines.open_notes(organization_id, client_id, found.events)
        notes = sorted(effective(entries).entries, key=lambda entry: entry.version)
        await self._accesses.keep(access, asked, [client_id], version=found.version)
        return NotesPage(found.version, notes, found.next)

    async def _page_of_several(
        self, access: Access, client_id: UUID, asked: Asked, after: int, limit: int
    ) -> NotesPage:
        """A page of the notes of a client and of those merged into them, which are read whole."""
        united = await self._pages.written_united(access.organization_id, client_id, _TYPE, access.caller.role)
        if united is None:
            raise UnknownClient
        entries = await self._opened(access, client_id, united.events)
        standing = sorted(effective(entries).entries, key=lambda entry: entry.position)
        notes = [entry for entry in standing if entry.position > after]
        await self._accesses.keep(access, asked, [client_id, *united.merged], version=united.version)
        more = notes[limit - 1].position if len(notes) > limit else None
        return NotesPage(united.version, notes[:limit], more, united.merged)

    async def _opened(self, access: Access, client_id: UUID, events: Sequence[StoredEvent]) -> list[Entry]:
        """Notes of the client and of others, each opened with the key of whose they are; of others only what opens."""
        entries: list[Entry] = []
        for other in dict.fromkeys(event.client_id for event in events):
            theirs = [event for event in events if event.client_id == other]
            try:
                entries += await self._timelines.open_notes(access.organization_id, other, theirs)
            except (ClientErased, UnknownKey, SealBroken):
                if other == client_id:
                    raise
                entries += await self._timelines.open_united(access.organization_id, client_id, theirs)
        return sorted(entries, key=lambda entry: entry.position)

    async def note(self, access: Access, client_id: UUID, note_id: UUID) -> EntryPage:
        """The note and all that corrects or retracts it; no entry where the caller's role wrote no such note."""
        asked = Asked(_NOTES, {"event_id": note_id})
        await self._accesses.begin(access, client_id, asked)
        found = await self._pages.concerning(access.organization_id, client_id, [note_id])
        if found is None:
            raise UnknownClient
        if found.events:
            events = _mine(found.events, note_id, access)
            entries = await self._timelines.open_notes(access.organization_id, client_id, events)
            await self._accesses.keep(access, asked, [client_id], version=found.version)
            return EntryPage(found.version, entries, earlier=False, later=False)
        united = await self._pages.concerning_merged(access.organization_id, client_id, [note_id])
        if united is None:
            raise UnknownClient
        entries = await self._opened(access, client_id, _mine(united.events, note_id, access))
        await self._accesses.keep(access, asked, [client_id, *united.merged], version=united.version)
        return EntryPage(united.version, entries, earlier=False, later=False, merged=united.merged)


def _mine(events: Sequence[StoredEvent], note_id: UUID, access: Access) -> Sequence[StoredEvent]:
    """The note and what is about it, where the caller's role wrote it; else nothing."""
    mine = any(
        event.id == note_id and event.type == _TYPE and role_of(event.recorded_by) == access.caller.role
        for event in events
    )
    return events if mine else []
