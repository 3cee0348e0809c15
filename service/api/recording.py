"""Recording: a new client, and events on a client's timeline."""

from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from domain import refusals
from domain.entry import Draft
from service.access.caller import Caller, Scope
from service.api import answers, examples
from service.api.access import authorized, system
from service.api.field_errors import FieldError
from service.api.headers import KEY_PATTERN, VERSION_PATTERN, expected_version, idempotency_key
from service.api.operation import Body, Documented, HeaderRead, Operation
from service.api.problems import (
    ClientErased,
    ClientExists,
    IdUsed,
    InvalidInput,
    Refused,
    UnknownClient,
    VersionConflict,
)
from service.api.queries import NoQuery, path_client, query
from service.api.recordings import (
    MOST_EVENTS,
    NEW_CLIENT,
    ONE_RECORDING,
    RECORDINGS,
    NewClient,
    Recording,
    client_id_of,
    drafts,
)
from service.api.request_body import json_body, validated
from service.api.responses import answer
from service.api.schemas import reference
from service.care.recorder import RecordingResult

OF_THE_RECORDING: Final = frozenset({"id", "occurred_at"})
"""Fields that a refusal may name beside those of the event."""


async def record_events(request: Request) -> Response:
    """Records one event, or a list of events of which all are recorded or none.

    Answers 201 when they are new, and 200 with the same answer when exactly this was recorded before: a
    retry is safe. When the answer arrives the events are on disk, and every read of this client knows of them.

    Events may be recorded late and in any order; `occurred_at` says when they happened. To set an earlier
    event right, record `entry_corrected` or `entry_retracted`: the original stays in the record.

    With `If-Match` the events are recorded only if the timeline is still at the version that you have read.
    """
    caller = await authorized(request, Scope.RECORD)
    client_id = path_client(request, caller)
    query(request, NoQuery)
    version = expected_version(request)
    key = idempotency_key(request)
    raw = await json_body(request)
    listed = raw.lstrip().startswith(b"[")
    recordings = validated(raw, RECORDINGS) if listed else [validated(raw, ONE_RECORDING)]
    asked = drafts(recordings, caller, key)
    recorded = await _record(request, caller, client_id, asked, "[{}]" if listed else "", expected_version=version)
    first = recorded.entries[0]
    timeline = f"/v1/clients/{client_id}/events"
    return _answer(recorded, f"{timeline}?after={first.version - 1}" if listed else f"{timeline}/{first.id}")


async def create_client(request: Request) -> Response:
    """Creates a client together with the first events of their timeline; all are recorded or none.

    The first event is `client_registered`. People also come into care through a crisis: then it is
    `crisis_contact_recorded`, and whoever it is can be registered later.

    Answers 201 when the client is new, and 200 with the same answer when exactly this was recorded before.
    Without a `client_id` the same first event always makes the same client.
    """
    caller = await authorized(request, Scope.RECORD)
    query(request, NoQuery)
    key = idempotency_key(request)
    new = validated(await json_body(request), NEW_CLIENT)
    asked = drafts(new.events, caller, key)
    client_id = new.client_id or client_id_of(caller, asked[0])
    if client_id == caller.organization_id:
        error = FieldError(field="client_id", rule="not_the_organization", message="Give an id of the client's own.")
        raise InvalidInput("The organization's id cannot be a client's; see `errors`.", errors=[error])
    recorded = await _record(request, caller, client_id, asked, "events[{}]", new_client=True)
    return _answer(recorded, f"/v1/clients/{client_id}/events")


async def _record(
    request: Request,
    caller: Caller,
    client_id: UUID,
    asked: list[Draft],
    places: str,
    *,
    expected_version: int | None = None,
    new_client: bool = False,
) -> RecordingResult:
    recorder = system(request).recorder
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
    version = recorded.entries[-1].version
    content = answers.RecordedEvents(
        client_id=recorded.client_id,
        version=version,
        events=tuple(answers.Receipt.of(entry) for entry in recorded.entries),
    )
    return answer(content, version, status=200 if recorded.repeated else 201, location=location)


_IDEMPOTENCY_KEY: Final = HeaderRead(
    description="1 to 200 visible ASCII characters that name this request. Events without an id get one derived from"
    " it, so that sending the request again records nothing twice.",
    pattern=KEY_PATTERN,
)
_IF_MATCH: Final = HeaderRead(
    description='The version at which the timeline must still be, in double quotes, such as "7": the `ETag` that you'
    " have read.",
    pattern=VERSION_PATTERN,
)
_ANSWER_HEADERS: Final = {
    "ETag": "The version that the timeline reached.",
    "Location": "Where to read what was recorded.",
}
_ONE_OR_MORE: Final = {
    "oneOf": [
        reference(Recording),
        {"type": "array", "items": reference(Recording), "minItems": 1, "maxItems": MOST_EVENTS},
    ]
}

OPERATIONS: Final = [
    Operation(
        method="POST",
        path="/v1/clients/{client_id}/events",
        endpoint=record_events,
        summary="Record events",
        tag="Recording",
        scope=Scope.RECORD,
        headers={"If-Match": _IF_MATCH, "Idempotency-Key": _IDEMPOTENCY_KEY},
        body=Body(schema=_ONE_OR_MORE, examples=examples.RECORDINGS),
        answers={
            201: Documented(description="Recorded.", model=answers.RecordedEvents, headers=_ANSWER_HEADERS),
            200: Documented(description="Recorded before.", model=answers.RecordedEvents, headers=_ANSWER_HEADERS),
        },
        problems=(UnknownClient, ClientErased, IdUsed, VersionConflict, Refused),
    ),
    Operation(
        method="POST",
        path="/v1/clients",
        endpoint=create_client,
        summary="Create a client",
        tag="Recording",
        scope=Scope.RECORD,
        headers={"Idempotency-Key": _IDEMPOTENCY_KEY},
        body=Body(schema=reference(NewClient), examples=examples.NEW_CLIENTS),
        answers={
            201: Documented(description="Created.", model=answers.RecordedEvents, headers=_ANSWER_HEADERS),
            200: Documented(description="Created before.", model=answers.RecordedEvents, headers=_ANSWER_HEADERS),
        },
        problems=(ClientExists, ClientErased, IdUsed, Refused),
    ),
]
