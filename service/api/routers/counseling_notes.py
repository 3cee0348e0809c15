"""Reading counseling notes (R27)."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from service.api.dependencies import NotesAccess, RunningSystem
from service.api.links import LINK_HEADER, page_links
from service.api.openapi_responses import NOT_MODIFIED, OF_A_READ, VERSION_HEADER, answered, problem_responses
from service.api.parameters import ClientId, CounselingNotesQuery, EventId, KnownVersion
from service.api.problems import ClientErased, UnknownClient, UnknownEvent
from service.api.response_models import CounselingNotesAnswer, EventAnswer, RecordedEvent
from service.api.responses import read_answer
from service.api.routers.timelines import event_answer
from service.api.strict_route import StrictRoute

router = APIRouter(prefix="/v1/clients/{client_id}/counseling-notes", route_class=StrictRoute, tags=["Reading"])


@router.get(
    "",
    summary="Read counseling notes",
    response_model=CounselingNotesAnswer,
    responses={
        200: answered("A page of the notes.", VERSION_HEADER | LINK_HEADER),
        **NOT_MODIFIED,
        **problem_responses(*OF_A_READ, UnknownClient, ClientErased),
    },
)
async def read_counseling_notes(
    access: NotesAccess,
    system: RunningSystem,
    client_id: ClientId,
    request: Request,
    asked: Annotated[CounselingNotesQuery, Query()],
    known_version: KnownVersion = None,
) -> Response:
    """The client's counseling notes that were written by your role, page by page.

    Counseling notes are kept apart from the rest of the record (42 CFR 2.11): they are sealed under a key of their own,
    and what they say is told here alone, to keys of the role that wrote them. Whoever has another role gets no notes.
    Everybody in the circle of care sees in the timeline that a note was written, when and by whom.

    Record `counseling_note_written` to write one. Corrections are applied, and what was retracted is left out, so that
    a page may hold fewer notes than `limit` while `next` goes on.
    """
    found = await system.counseling_notes.page(access, client_id, after=asked.after, limit=asked.limit)
    content = CounselingNotesAnswer(
        client_id=client_id,
        version=found.version,
        notes=tuple(map(RecordedEvent.of, found.notes)),
        next=found.next,
    )
    links = page_links(request, next_after=content.next)
    return read_answer(content, found.version, known_version, links, of_several=found.merged is not None)


@router.get(
    "/{note_id}",
    summary="Read a counseling note",
    response_model=EventAnswer,
    responses={
        200: answered("The note.", VERSION_HEADER),
        **NOT_MODIFIED,
        **problem_responses(*OF_A_READ, UnknownClient, ClientErased, UnknownEvent),
    },
)
async def read_counseling_note(
    access: NotesAccess,
    system: RunningSystem,
    client_id: ClientId,
    note_id: EventId,
    known_version: KnownVersion = None,
) -> Response:
    """One counseling note that was written by your role: as it was recorded, what corrects or retracts it, and how it
    stands now."""
    found = await system.counseling_notes.note(access, client_id, note_id)
    content = event_answer(client_id, note_id, found.version, found.entries)
    return read_answer(content, content.version, known_version, of_several=found.merged is not None)
