"""Reading a timeline, and one event of it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from domain.effective import effective
from domain.entry import Entry
from domain.events.base import referred
from domain.events.kept_apart import KeptApart
from domain.events.record import RECORD_TYPES
from domain.events.unreadable import Unreadable
from service.access.access_records import Access, Asked
from service.api.dependencies import RunningSystem, TimelineAccess
from service.api.field_errors import FieldError
from service.api.links import LINK_HEADER, page_links
from service.api.openapi_responses import NOT_MODIFIED, OF_A_READ, READ_HEADERS, answered, problem_responses
from service.api.parameters import ClientId, EventId, KnownVersion, Order, TimelineQuery
from service.api.problem import Problem
from service.api.problems import ClientErased, InvalidInput, KnownAtInFuture, UnknownClient, UnknownEvent
from service.api.response_models import CorrectionMade, EventAnswer, EventStatus, RecordedEvent, TimelineAnswer
from service.api.responses import read_answer
from service.api.strict_route import StrictRoute
from service.bootstrap import System
from service.care.timeline_reader import TIMELINE, EntryPage

router = APIRouter(prefix="/v1/clients/{client_id}/events", route_class=StrictRoute, tags=["Reading"])


@router.get(
    "",
    summary="Read a timeline",
    response_model=TimelineAnswer,
    responses={
        200: answered("A page of the timeline.", READ_HEADERS | LINK_HEADER),
        **NOT_MODIFIED,
        **problem_responses(*OF_A_READ, UnknownClient, ClientErased, KnownAtInFuture),
    },
)
async def read_timeline(
    access: TimelineAccess,
    system: RunningSystem,
    client_id: ClientId,
    request: Request,
    asked: Annotated[TimelineQuery, Query()],
    known_version: KnownVersion = None,
) -> Response:
    """The client's events, page by page.

    In the order `recorded` every event stands as it was recorded, corrections and retractions
    among them. In the order `effective` only what counts is told, in the order in which it happened:
    corrections are applied, what was retracted is left out, and late entries stand where they belong.

    `next` is what to give as `after` for the next page, `previous` what to give as `before` for the one before;
    they are null on the last and on the first, and the header `Link` has the same as addresses. Pages of the order
    `recorded` fit together whatever is recorded meanwhile, and each costs what it holds, however long the timeline is.
    For the order `effective`, give `known_at` to read all pages as of one moment.

    Where other clients were merged into this one, their events stand here as well, in the order in which all were
    recorded: `client_id` says whose each is.

    Of counseling notes, and of what corrects or retracts one, the header alone is told here, whoever asks: `event` is
    null and `kept_apart` true.

    With `If-None-Match`, answers 304 when the timeline is still at that version: what was recorded never
    changes, so the same question at the same version has the same answer.
    """
    if asked.after and asked.before:
        raise _unfitting("before", "after_or_before", "Give `after` to go on or `before` to go back, not both.")
    async with _page(system, access, client_id, asked) as page:
        events = await system.sliced.each(page.entries, RecordedEvent.of)
        content = TimelineAnswer(
            client_id=client_id,
            version=page.version,
            as_of=asked.as_of,
            known_at=asked.known_at,
            order=asked.order,
            events=tuple(events),
            previous=_previous(page, asked),
            next=_next(page, asked),
        )
        links = page_links(request, next_after=content.next, previous_before=content.previous)
        return read_answer(content, page.version, known_version, links, of_several=page.merged is not None)


@router.get(
    "/{event_id}",
    summary="Read an event",
    response_model=EventAnswer,
    responses={
        200: answered("The event.", READ_HEADERS),
        **NOT_MODIFIED,
        **problem_responses(*OF_A_READ, UnknownClient, ClientErased, UnknownEvent),
    },
)
async def read_event(
    access: TimelineAccess,
    system: RunningSystem,
    client_id: ClientId,
    event_id: EventId,
    known_version: KnownVersion = None,
) -> Response:
    """One event: as it was recorded, the corrections and the retraction that concern it, and how it stands now.

    Of a counseling note the header alone is told, as in the timeline.

    With `If-None-Match`, answers 304 when the timeline is still at that version.
    """
    found = await system.timeline_reader.event(access, client_id, event_id)
    content = event_answer(client_id, event_id, found.version, found.entries)
    return read_answer(content, content.version, known_version, of_several=found.merged is not None)


def _previous(page: EntryPage, asked: TimelineQuery) -> int | None:
    if not page.earlier:
        return None
    return page.place(page.entries[0]) if page.entries else asked.after + 1


def _next(page: EntryPage, asked: TimelineQuery) -> int | None:
    if not page.later:
        return None
    return page.place(page.entries[-1]) if page.entries else (asked.before or 1) - 1


@asynccontextmanager
async def _page(system: System, access: Access, client_id: UUID, asked: TimelineQuery) -> AsyncIterator[EntryPage]:
    reader = system.timeline_reader
    if asked.order is Order.EFFECTIVE:
        told = Asked(TIMELINE, asked.model_dump(exclude_none=True))
        async with reader.whole(access, client_id, known_at=asked.known_at, asked=told) as whole:
            yield _effective_page(whole, asked)
        return
    async with reader.page(
        access,
        client_id,
        after=asked.after,
        before=asked.before,
        limit=asked.limit,
        as_of=asked.as_of,
        known_at=asked.known_at,
    ) as page:
        yield page


def _effective_page(whole: EntryPage, asked: TimelineQuery) -> EntryPage:
    """What counts, and in which order, only the whole tells."""
    ordered = effective(whole.entries, as_of=asked.as_of).entries
    if asked.before is None:
        start = _index(whole, ordered, asked.after, "after") + 1 if asked.after else 0
        end = min(start + asked.limit, len(ordered))
    else:
        last = whole.place(whole.entries[-1]) if whole.entries else 0
        end = _index(whole, ordered, asked.before, "before") if asked.before <= last else len(ordered)
        start = max(0, end - asked.limit)
    return whole._replace(entries=ordered[start:end], earlier=start > 0, later=end < len(ordered))


def _index(whole: EntryPage, ordered: list[Entry], place: int, parameter: str) -> int:
    for index, entry in enumerate(ordered):
        if whole.place(entry) == place:
            return index
    message = "No event of this version is in the effective timeline (any more); begin again, and give known_at."
    raise _unfitting(parameter, "known_version", message)


def _unfitting(parameter: str, rule: str, message: str) -> Problem:
    error = FieldError(field=parameter, rule=rule, message=message)
    return InvalidInput("The query does not fit the timeline; see `errors`.", errors=[error])


def event_answer(client_id: UUID, event_id: UUID, version: int, entries: Sequence[Entry]) -> EventAnswer:
    """The event among these entries, which are all that concern it. Raises UnknownEvent."""
    original = next((entry for entry in entries if entry.id == event_id), None)
    if original is None:
        raise UnknownEvent("This client has no event with that id.")
    about = {kind: [entry for entry in entries if entry.event.type == kind] for kind in RECORD_TYPES}
    retractions = _standing_retractions(about["entry_retracted"])
    counting = next((entry for entry in effective(entries).entries if entry.id == event_id), None)
    retraction = retractions.get(event_id)
    return EventAnswer(
        client_id=client_id,
        version=version,
        original=RecordedEvent.of(original),
        status=_standing(original, counting, retraction),
        corrections=tuple(
            CorrectionMade(
                correction=RecordedEvent.of(correction),
                retraction_id=retractions[correction.id].id if correction.id in retractions else None,
            )
            for correction in about["entry_corrected"]
            if event_id in _targets(correction)
        ),
        retraction=RecordedEvent.of(retraction) if retraction else None,
        effective=RecordedEvent.of(counting) if counting else None,
    )


def _standing_retractions(retractions: Sequence[Entry]) -> dict[UUID, Entry]:
    """What is retracted, and by what; a retraction that was retracted itself retracts nothing."""
    standing: dict[UUID, Entry] = {}
    for entry in reversed(retractions):  # what is about a retraction comes after it
        if entry.id not in standing:
            standing.update((target, entry) for target in _targets(entry))
    return standing


def _targets(entry: Entry) -> tuple[UUID, ...]:
    """What a correction or retraction is about; one that is not opened tells it in its header."""
    if isinstance(entry.event, Unreadable | KeptApart):
        return entry.event.targets
    return tuple(target for _, target, _ in referred(entry.event))


def _standing(original: Entry, counting: Entry | None, retraction: Entry | None) -> EventStatus:
    if counting and isinstance(counting.event, Unreadable) and counting.event is not original.event:
        return EventStatus.UNCLEAR  # what was recorded about it cannot be read, whether or not it can itself
    if retraction:
        return EventStatus.RETRACTED
    return EventStatus.CORRECTED if counting and counting.correction_id else EventStatus.STANDS
