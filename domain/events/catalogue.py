"""The catalogue: every type of event by its name, and its bytes.

A stored body is JSON. It names no schema version of its own (the entry's header does), except that a
correction keeps the version of the replacement inside it.
"""

import json
from typing import Annotated, Any, get_args

from pydantic import Field

from domain.events.base import Event
from domain.events.care import OfCare
from domain.events.organization import PolicyAdopted, UnusualAccessNoted
from domain.events.record import EntryCorrected, EntryRetracted
from domain.stored import STORED

AnyEvent = Annotated[OfCare | EntryCorrected | EntryRetracted, Field(discriminator="type")]

CARE_EVENTS: tuple[type[Event], ...] = get_args(OfCare)

ALL_EVENTS: tuple[type[Event], ...] = (*CARE_EVENTS, EntryCorrected, EntryRetracted)
"""What a client's timeline can hold."""

ORGANIZATION_EVENTS: tuple[type[Event], ...] = (PolicyAdopted, UnusualAccessNoted)
"""What an organization's own timeline can hold."""

EVENT_TYPES: dict[str, type[Event]] = {
    event_class.model_fields["type"].default: event_class for event_class in (*ALL_EVENTS, *ORGANIZATION_EVENTS)
}


class UnknownEventType(Exception):
    """A stored event has a type or schema version that this release does not know; a newer one wrote it."""


def encode(event: Event) -> bytes:
    """The event's body as it is sealed: JSON in UTF-8, without what is None."""
    body = event.__pydantic_serializer__.to_json(event, exclude_none=True)
    if isinstance(event, EntryCorrected) and event.replacement:
        # Kept beside the replacement, so that it can be upcast like any other stored body.
        body = body[:-1] + b',"replacement_schema_version":%d}' % event.replacement.schema_version
    return body


def decode(event_type: str, schema_version: int, data: bytes) -> Event:
    """The event of a stored body, upcast to the present shape. Raises UnknownEventType.

    The same bytes give the same event on every machine: the host is not asked, nor a database of time zones.
    """
    event_class = _known(event_type, schema_version)
    if schema_version < event_class.schema_version or event_class is EntryCorrected:
        data = json.dumps(_upcast(event_class, schema_version, json.loads(data))).encode()
    event: Event = event_class.__pydantic_validator__.validate_json(data, context=STORED)
    return event


def _known(event_type: str, schema_version: int) -> type[Event]:
    event_class = EVENT_TYPES.get(event_type)
    if event_class is None or schema_version > event_class.schema_version:
        raise UnknownEventType(f"{event_type} in schema version {schema_version}: upgrade this service to read it.")
    return event_class


def _upcast(event_class: type[Event], schema_version: int, state: dict[str, Any]) -> dict[str, Any]:
    for version in range(schema_version, event_class.schema_version):
        getattr(event_class, f"upcast_v{version}_v{version + 1}")(state)
    if event_class is EntryCorrected:
        inner_version = state.pop("replacement_schema_version", None)
        if inner_version is not None:
            inner = _known(state["replacement"]["type"], inner_version)
            state["replacement"] = _upcast(inner, inner_version, state["replacement"])
    return state
