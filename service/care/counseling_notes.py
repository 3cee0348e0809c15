"""Reading counseling notes: here alone are they opened, and for nobody but their author's role (R27)."""

from typing import Final, NamedTuple
from uuid import UUID

from domain.counseling_notes import role_of
from domain.effective import effective
from domain.entry import Entry
from domain.events.counseling_notes import CounselingNoteWritten
from service.access.caller import Caller
from service.care.client_access import ClientAccess
from service.care.clients import require_client
from service.care.errors import UnknownClient
from service.care.timeline_reader import EntryPage
from service.log.pages import Pages
from service.log.timelines import Timelines

_TYPE: Final[str] = CounselingNoteWritten.model_fields["type"].default


class NotesPage(NamedTuple):
    """Counseling notes of one client that stand, corrections applied, in order of version."""

    version: int
    """The version of the timeline."""
    notes: list[Entry]
    next: int | None
    """The version after which others follow; None when these are the last."""


class CounselingNotes:
    """Reads the notes that the caller's own role wrote; to others it is as if there were none.

    Every method raises UnknownClient, and ClientErased for a client who was erased. Where just the client's key for
    counseling notes is missing, notes are there as Unreadable.
    """

    def __init__(self, pages: Pages, timelines: Timelines, access: ClientAccess) -> None:
        self._pages = pages
        self._timelines = timelines
        self._access = access

    async def page(self, caller: Caller, client_id: UUID, *, after: int = 0, limit: int) -> NotesPage:
        """The next notes after a version: at most `limit`, and fewer where some of those were retracted."""
        require_client(caller, client_id)
        await self._access.check(caller, client_id)
        organization_id = caller.organization_id
        found = await self._pages.written(organization_id, client_id, _TYPE, caller.role, after=after, limit=limit)
        if found is None:
            raise UnknownClient
        entries = await self._timelines.open_notes(organization_id, client_id, found.events)
        notes = sorted(effective(entries).entries, key=lambda entry: entry.version)
        return NotesPage(found.version, notes, found.next)

    async def note(self, caller: Caller, client_id: UUID, note_id: UUID) -> EntryPage:
        """The note and all that corrects or retracts it; no entry where the caller's role wrote no such note."""
        require_client(caller, client_id)
        await self._access.check(caller, client_id)
        found = await self._pages.concerning(caller.organization_id, client_id, [note_id])
        if found is None:
            raise UnknownClient
        mine = any(
            event.id == note_id and event.type == _TYPE and role_of(event.recorded_by) == caller.role
            for event in found.events
        )
        events = found.events if mine else []
        entries = await self._timelines.open_notes(caller.organization_id, client_id, events)
        return EntryPage(found.version, entries, earlier=False, later=False)
