"""Recording, safe to repeat: each event has its id before it is sent the first time."""

from typing import Any
from uuid import UUID, uuid4

from care_timeline_client.answers import answer_of
from care_timeline_client.rest import AuthenticatedClient
from care_timeline_client.rest.api.recording import create_client as create_operation
from care_timeline_client.rest.api.recording import record_events as record_operation
from care_timeline_client.rest.models import EventToRecord, NewClient, RecordedEvents
from care_timeline_client.rest.types import UNSET


def record(
    connection: AuthenticatedClient, client_id: UUID, *events: EventToRecord, if_version: int | None = None
) -> RecordedEvents:
    """Record these events, all or none, and answer when they are durable.

    An event without an id gets one here, in the object that you gave: keep it, and record it again whenever you do not
    know whether it arrived, in this process or another. It is recorded once. With `if_version`, only if the timeline
    still stands at that version. Raises ProblemError where the service refuses.
    """
    return answer_of(record_operation.sync(client_id, client=connection, **_recording(events, if_version)))


async def record_async(
    connection: AuthenticatedClient, client_id: UUID, *events: EventToRecord, if_version: int | None = None
) -> RecordedEvents:
    """As `record`."""
    return answer_of(await record_operation.asyncio(client_id, client=connection, **_recording(events, if_version)))


def create_client(
    connection: AuthenticatedClient, *events: EventToRecord, client_id: UUID | None = None
) -> RecordedEvents:
    """Create a client with the first events of their timeline, as `record` records them.

    Without a `client_id` it follows from the first event's id, so that a repetition creates nobody twice.
    """
    return answer_of(create_operation.sync(client=connection, **_creation(events, client_id)))


async def create_client_async(
    connection: AuthenticatedClient, *events: EventToRecord, client_id: UUID | None = None
) -> RecordedEvents:
    """As `create_client`."""
    return answer_of(await create_operation.asyncio(client=connection, **_creation(events, client_id)))


def _recording(events: tuple[EventToRecord, ...], if_version: int | None) -> dict[str, Any]:
    return {
        "body": _with_ids(events),
        "if_match": UNSET if if_version is None else f'"{if_version}"',
        "idempotency_key": str(uuid4()),
    }


def _creation(events: tuple[EventToRecord, ...], client_id: UUID | None) -> dict[str, Any]:
    new = NewClient(events=_with_ids(events), client_id=UNSET if client_id is None else client_id)
    return {"body": new, "idempotency_key": str(uuid4())}


def _with_ids(events: tuple[EventToRecord, ...]) -> list[EventToRecord]:
    for event in events:
        event.id = event.id or uuid4()  # unset and None are both false
    return list(events)
