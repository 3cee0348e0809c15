"""Recording: a new client, and events on a client's timeline."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body
from starlette.responses import Response

from domain import refusals
from domain.entry import Draft
from service.access.caller import Caller
from service.api import examples
from service.api.dependencies import CreatingCaller, RecordingCaller, RunningSystem
from service.api.field_errors import FieldError
from service.api.openapi_responses import OF_A_RECORDING, answered, problem_responses, titled
from service.api.parameters import ClientId, ExpectedVersion, IdempotencyKey
from service.api.problems import (
    ClientErased,
    ClientExists,
    IdUsed,
    InvalidInput,
    Refused,
    UnknownClient,
    VersionConflict,
)
from service.api.recording_route import RecordingRoute
from service.api.request_models import NewClient, OneOrMore, client_id_of, drafts
from service.api.response_models import Receipt, RecordedEvents
from service.api.responses import answer
from service.api.strict_route import StrictRoute
from service.care.recorder import Recorder, RecordingResult

OF_THE_RECORDING: Final = frozenset({"id", "occurred_at"})
"""Fields that a refusal may name beside those of the event."""

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
        **problem_responses(*OF_A_RECORDING, UnknownClient, ClientErased, IdUsed, VersionConflict, Refused),
    },
)
async def record_events(
    caller: RecordingCaller,
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
    asked = drafts(events, caller, idempotency_key)
    recorded = await _record(system.recorder, caller, client_id, asked, places, expected_version=expected_version)
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
        200: answered("Created before.", _HEADERS, model=RecordedEvents),
        **problem_responses(*OF_A_RECORDING, ClientExists, ClientErased, IdUsed, Refused),
    },
)
async def create_client(
    caller: CreatingCaller,
    system: RunningSystem,
    new: Annotated[NewClient, Body(openapi_examples=titled(examples.NEW_CLIENTS))],
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Creates a client together with the first events of their timeline; all are recorded or none.

    The first event is `client_registered`. People also come into care through a crisis: then it is
    `crisis_contact_recorded`, and whoever it is can be registered later.

    Answers 201 when the client is new, and 200 with the same answer when exactly this was recorded before.
    Without a `client_id` the same first event always makes the same client.
    """
    asked = drafts(new.events, caller, idempotency_key)
    client_id = new.client_id or client_id_of(caller, asked[0])
    if client_id == caller.organization_id:
        error = FieldError(field="client_id", rule="not_the_organization", message="Give an id of the client's own.")
        raise InvalidInput("The organization's id cannot be a client's; see `errors`.", errors=[error])
    recorded = await _record(system.recorder, caller, client_id, asked, "events[{}]", new_client=True)
    return _answer(recorded, f"/v1/clients/{client_id}/events")


async def _record(
    recorder: Recorder,
    caller: Caller,
    client_id: UUID,
    asked: list[Draft],
    places: str,
    *,
    expected_version: int | None = None,
    new_client: bool = False,
) -> RecordingResult:
    try:
        return await recorder.record(caller, client_id, asked, expected_version=expected_version, new_client=new_client)
    except refusals.Refused as refused:
        errors = [
            FieldError(field=_field(places.format(place), refusal.field), rule=refusal.rule, message=refusal.message)
            for place, refusal in refused.refusals
        ]
    raise Refused("Nothing was recorded, since it breaks a rule of care; see `errors`.", errors=errors)


def _field(place: str, field: str) -> str:
    """The path of a refused field in the body: the domain names fields of the event as the event does."""
    if field and field not in OF_THE_RECORDING and not field.startswith("event."):
        field = f"event.{field}"
    return f"{place}.{field}" if place and field else place or field


def _answer(recorded: RecordingResult, location: str) -> Response:
    content = RecordedEvents(
        client_id=recorded.client_id,
        version=recorded.version,
        events=tuple(Receipt.of(entry) for entry in recorded.entries),
    )
    return answer(content, recorded.version, status=200 if recorded.repeated else 201, location=location)
