"""Reading counseling notes: here alone are they opened, and for nobody but their author's role (R27)."""

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
from service.log.pages import Pages
from service.log.timelines import Timelines

_TYPE: Final[str] = CounselingNoteWritten.model_fields["type"].default
_NOTES: Final = "counseling_notes"
"""What access records call them."""


class NotesPage(NamedTuple):
    """Counseling notes of one client that stand, corrections applied, in order of version."""

    version: int
    """The version of the timeline."""
    notes: list[Entry]
    next: int | None
    """The version after which others follow; None when these are the last."""


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
        """The next notes after a version: at most `limit`, and fewer where some of those were retracted."""
        asked = Asked(_NOTES, {"after": after, "limit": limit})
        await self._accesses.begin(access, client_id, asked)
        organization_id = access.organization_id
        role = access.caller.role
        found = await self._pages.written(organization_id, client_id, _TYPE, role, after=after, limit=limit)
        if found is None:
            raise UnknownClient
        entries = await self._timelines.open_notes(organization_id, client_id, found.events)
        notes = sorted(effective(entries).entries, key=lambda entry: entry.version)
        await self._accesses.keep(access, asked, [client_id], version=found.version)
        return NotesPage(found.version, notes, found.next)

    async def note(self, access: Access, client_id: UUID, note_id: UUID) -> EntryPage:
        """The note and all that corrects or retracts it; no entry where the caller's role wrote no such note."""
        asked = Asked(_NOTES, {"event_id": note_id})
        await self._accesses.begin(access, client_id, asked)
        found = await self._pages.concerning(access.organization_id, client_id, [note_id])
        if found is None:
            raise UnknownClient
        mine = any(
            event.id == note_id and event.type == _TYPE and role_of(event.recorded_by) == access.caller.role
            for event in found.events
        )
        events = found.events if mine else []
        entries = await self._timelines.open_notes(access.organization_id, client_id, events)
        await self._accesses.keep(access, asked, [client_id], version=found.version)
        return EntryPage(found.version, entries, earlier=False, later=False)
