"""Recording: a new client, and events on a client's timeline."""

from collections.abc import Sequence
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body
from starlette.responses import Response

from domain import refusals
from domain.entry import Draft
from service.access.access_records import Access
from service.api import examples
from service.api.dependencies import CreatingAccess, RecordingAccess, RunningSystem
from service.api.field_errors import FieldError
from service.api.openapi_responses import OF_A_RECORDING, answered, problem_responses, titled
from service.api.parameters import ClientId, ExpectedVersion, IdempotencyKey
from service.api.problems import (
    AccessNotRecorded,
    ClientErased,
    ClientExists,
    ClientMerged,
    IdentifierTaken,
    IdUsed,
    InvalidInput,
    NoLegalGround,
    Refused,
    UnknownClient,
    VersionConflict,
)
from service.api.recording_route import RecordingRoute
from service.api.refusals import refusal_errors
from service.api.request_models import NewClient, OneOrMore, drafts
from service.api.response_models import Receipt, RecordedEvents
from service.api.responses import answer
from service.api.strict_route import StrictRoute
from service.bootstrap import System
from service.care.new_clients import client_id_of, link_drafts
from service.care.recording_steps import RecordingResult
from service.log import errors
from service.log.identifiers import Found

_HEADERS: Final = {
    "ETag": "The version that the timeline reached.",
    "Location": "Where to read what was recorded.",
}

router = APIRouter(prefix="/v1/clients", route_class=StrictRoute, tags=["Recording"])
events_router = APIRouter(prefix="/v1/clients/{client_id}/events", route_class=RecordingRoute, tags=["Recording"])


@events_router.post(
    "",
    operation_id="record_events",
    summary="Record events",
    status_code=201,
    response_model=RecordedEvents,
    responses={
        201: answered("Recorded.", _HEADERS),
        200: answered("Recorded before.", _HEADERS, model=RecordedEvents),
        **problem_responses(
            *OF_A_RECORDING,
            UnknownClient,
            ClientErased,
            IdUsed,
            IdentifierTaken,
            ClientMerged,
            VersionConflict,
            Refused,
            NoLegalGround,
            AccessNotRecorded,
        ),
    },
)
async def record_events(
    access: RecordingAccess,
    system: RunningSystem,
    client_id: ClientId,
    sent: Annotated[OneOrMore, Body(openapi_examples=titled(examples.RECORDINGS))],
    expected_version: ExpectedVersion = None,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Records one event, or a list of events of which all are recorded or none.

    Answers 201 when they are new, and 200 with the same answer when exactly this was recorded before: a
    retry is safe. When the answer arrives the events are on disk, and every read of this client knows of them.

    Events may be recorded late and in any order; `occurred_at` says when they happened. To set an earlier
    event right, record `entry_corrected` or `entry_retracted`: the original stays in the record.

    With `If-Match` the events are recorded only if the timeline is still at the version that you have read.
    """
    events, places = (sent, "[{}]") if isinstance(sent, list) else ([sent], "")
    asked = drafts(events, access.caller, idempotency_key)
    try:
        recorded = await _record(system, access, client_id, asked, places, expected_version=expected_version)
    except errors.IdentifierTaken as taken:
        seen = await system.client_search.told(access, taken.client_ids)
        raise _taken(len(taken.client_ids), seen) from None
    first = recorded.entries[0]
    timeline = f"/v1/clients/{client_id}/events"
    return _answer(recorded, f"{timeline}?after={first.version - 1}" if places else f"{timeline}/{first.id}")


@router.post(
    "",
    summary="Create a client",
    status_code=201,
    response_model=RecordedEvents,
    responses={
        201: answered("Created.", _HEADERS),
        200: answered("Created before, or there by one of the identifiers.", _HEADERS, model=RecordedEvents),
        **problem_responses(
            *OF_A_RECORDING,
            ClientExists,
            ClientErased,
            IdUsed,
            IdentifierTaken,
            Refused,
            NoLegalGround,
            AccessNotRecorded,
        ),
    },
)
async def create_client(
    access: CreatingAccess,
    system: RunningSystem,
    new: Annotated[NewClient, Body(openapi_examples=titled(examples.NEW_CLIENTS))],
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Creates a client together with the first events of their timeline; all are recorded or none.

    The first event is `client_registered`. People also come into care through a crisis: then it is
    `crisis_contact_recorded`, and whoever it is can be registered later.

    Answers 201 when the client is new, and 200 with the same answer when exactly this was recorded before.
    Without a `client_id` the same first event always makes the same client.

    With `identifiers`, a client who has one of them already is the answer instead: 200 with that `client_id`, the
    version of the timeline and no `events`, since nothing was recorded. (Where that client was merged into another, the
    other.) However many such requests arrive at once, one creates the client and the others are answered with it, which
    is a read of them and leaves its access record. Where a `client_id` is given, several clients have them or you do
    not see the client, the answer is the problem `identifier-taken`.
    """
    caller = access.caller
    asked = drafts(new.events, caller, idempotency_key)
    asked += link_drafts([each.identifier for each in new.identifiers], asked[0])
    client_id = new.client_id or client_id_of(caller, asked[0])
    if client_id == caller.organization_id:
        error = FieldError(field="client_id", rule="not_the_organization", message="Give an id of the client's own.")
        raise InvalidInput("The organization's id cannot be a client's; see `errors`.", errors=[error])
    try:
        recorded = await _record(system, access, client_id, asked, "events[{}]", new_client=True)
    except errors.IdentifierTaken as taken:
        seen = await system.client_search.told(access, taken.client_ids)
        if new.client_id or len(taken.client_ids) > 1 or not seen:
            raise _taken(len(taken.client_ids), seen) from None
        client_id, version = seen[0].current
        recorded = RecordingResult(client_id, version, (), repeated=True)
    return _answer(recorded, f"/v1/clients/{client_id}/events")


async def _record(
    system: System,
    access: Access,
    client_id: UUID,
    asked: list[Draft],
    places: str,
    *,
    expected_version: int | None = None,
    new_client: bool = False,
) -> RecordingResult:
    try:
        return await system.recorder.record(
            access.caller, client_id, asked, expected_version=expected_version, new_client=new_client
        )
    except refusals.Refused as refused:
        broken = refusal_errors(refused.refusals, places)
    raise Refused("Nothing was recorded, since it breaks a rule of care; see `errors`.", errors=broken)


def _taken(clients: int, seen: Sequence[Found]) -> IdentifierTaken:
    """That so many clients have identifiers that were given; of those whom the caller sees the first is named."""
    detail = "A client has an identifier" if clients == 1 else f"{clients} clients have identifiers"
    if not seen:
        return IdentifierTaken(f"{detail} that was given, and you see none of them. Nothing was recorded.")
    which = "see `client_id`" if clients == 1 else "`client_id` is the first"
    return IdentifierTaken(f"{detail} that was given; {which}. Nothing was recorded.", client_id=seen[0].client_id)


def _answer(recorded: RecordingResult, location: str) -> Response:
    content = RecordedEvents(
        client_id=recorded.client_id,
        version=recorded.version,
        events=tuple(Receipt.of(entry) for entry in recorded.entries),
    )
    return answer(content, recorded.version, status=200 if recorded.repeated else 201, location=location)
