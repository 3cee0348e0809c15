"""Reading a timeline, and one event of it."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from domain.effective import effective
from domain.entry import Entry
from domain.events.record import EntryCorrected, EntryRetracted
from service.api.access import authorized, system
from service.api.answers import CorrectionMade, EventAnswer, RecordedEvent, Standing, TimelineAnswer
from service.api.fields import FieldError
from service.api.headers import ANY_PATTERN
from service.api.operation import Documented, HeaderRead, Operation
from service.api.problems import InvalidInput, KnownAtAhead, NoSuchClient, NoSuchEvent
from service.api.queries import NoQuery, Order, TimelineQuery, path_id, query
from service.api.responses import read_answer
from service.care.caller import Scope


async def read_timeline(request: Request) -> Response:
    """The client's events, page by page.

    In the order `recorded` (by version) every event stands as it was recorded, corrections and retractions
    among them. In the order `effective` only what counts is told, in the order in which it happened:
    corrections are applied, what was retracted is left out, and late entries stand where they belong.

    `next` is what to give as `after` for the next page; it is null on the last. Pages of the order `recorded`
    fit together whatever is recorded meanwhile. For the order `effective`, give `known_at` to read
    all pages as of one moment.

    With `If-None-Match`, answers 304 when the timeline is still at that version: what was recorded never
    changes, so the same question at the same version has the same answer.
    """
    caller = await authorized(request, Scope.READ)
    client_id = path_id(request, "client_id")
    asked = query(request, TimelineQuery)
    entries = await system(request).reader.timeline(caller.organization_id, client_id, known_at=asked.known_at)
    page, following = _page(entries, asked)
    version = entries[-1].version if entries else 0
    content = TimelineAnswer(
        client_id=client_id,
        version=version,
        as_of=asked.as_of,
        known_at=asked.known_at,
        order=asked.order,
        events=tuple(map(RecordedEvent.model_validate, page)),
        next=following,
    )
    return read_answer(request, content, version, timeless=True)


async def read_event(request: Request) -> Response:
    """One event: as it was recorded, the corrections and the retraction that concern it, and how it stands now.

    With `If-None-Match`, answers 304 when the timeline is still at that version.
    """
    caller = await authorized(request, Scope.READ)
    client_id, event_id = path_id(request, "client_id"), path_id(request, "event_id")
    query(request, NoQuery)
    entries = await system(request).reader.timeline(caller.organization_id, client_id)
    content = event_answer(client_id, event_id, entries)
    return read_answer(request, content, content.version, timeless=True)


def _page(entries: list[Entry], asked: TimelineQuery) -> tuple[list[Entry], int | None]:
    """The page that was asked for, and where the next one begins."""
    if asked.order is Order.EFFECTIVE:
        ordered = effective(entries, as_of=asked.as_of).entries
        start = _place_after(ordered, asked.after)
    else:
        ordered = [entry for entry in entries if asked.as_of is None or entry.occurred_at <= asked.as_of]
        start = sum(entry.version <= asked.after for entry in ordered)
    page = ordered[start : start + asked.limit]
    return page, page[-1].version if start + asked.limit < len(ordered) else None


def _place_after(ordered: list[Entry], version: int) -> int:
    if version == 0:
        return 0
    for place, entry in enumerate(ordered, start=1):
        if entry.version == version:
            return place
    message = "No event of this version is in the effective timeline (any more); begin again, and give known_at."
    error = FieldError(field="after", rule="known_version", message=message)
    raise InvalidInput("The query does not fit the timeline; see `errors`.", errors=[error])


def event_answer(client_id: UUID, event_id: UUID, entries: Sequence[Entry]) -> EventAnswer:
    """The event among these entries of its client. Raises NoSuchEvent."""
    original = next((entry for entry in entries if entry.id == event_id), None)
    if original is None:
        raise NoSuchEvent("This client has no event with that id.")
    retractions = {entry.event.entry: entry for entry in entries if isinstance(entry.event, EntryRetracted)}
    corrections = [e for e in entries if isinstance(e.event, EntryCorrected) and e.event.entry == event_id]
    counting = next((entry for entry in effective(entries).entries if entry.id == event_id), None)
    retraction = retractions.get(event_id)
    return EventAnswer(
        client_id=client_id,
        version=entries[-1].version,
        original=RecordedEvent.model_validate(original),
        standing=_standing(counting, retraction),
        corrections=tuple(
            CorrectionMade(
                correction=RecordedEvent.model_validate(correction),
                retracted_by=retractions[correction.id].id if correction.id in retractions else None,
            )
            for correction in corrections
        ),
        retraction=RecordedEvent.model_validate(retraction) if retraction else None,
        effective=RecordedEvent.model_validate(counting) if counting else None,
    )


def _standing(counting: Entry | None, retraction: Entry | None) -> Standing:
    if retraction:
        return Standing.RETRACTED
    return Standing.CORRECTED if counting and counting.corrected_by else Standing.STANDS


VERSION_HEADER: Final = {"ETag": "The version of the timeline that this answer knows of; fit for If-Match."}
IF_NONE_MATCH: Final = {
    "If-None-Match": HeaderRead(
        description="The `ETag` of an answer that you have; 304 says that it is still the same.", pattern=ANY_PATTERN
    )
}
NOT_MODIFIED: Final = Documented(description="You have this answer already.", headers=VERSION_HEADER)

OPERATIONS: Final = [
    Operation(
        method="GET",
        path="/v1/clients/{client_id}/events",
        endpoint=read_timeline,
        summary="Read a timeline",
        tag="Reading",
        scope=Scope.READ,
        query=TimelineQuery,
        headers=IF_NONE_MATCH,
        answers={
            200: Documented(description="A page of the timeline.", model=TimelineAnswer, headers=VERSION_HEADER),
            304: NOT_MODIFIED,
        },
        problems=(NoSuchClient, KnownAtAhead),
    ),
    Operation(
        method="GET",
        path="/v1/clients/{client_id}/events/{event_id}",
        endpoint=read_event,
        summary="Read an event",
        tag="Reading",
        scope=Scope.READ,
        headers=IF_NONE_MATCH,
        answers={
            200: Documented(description="The event.", model=EventAnswer, headers=VERSION_HEADER),
            304: NOT_MODIFIED,
        },
        problems=(NoSuchClient, NoSuchEvent),
    ),
]
