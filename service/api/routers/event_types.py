"""The types of events that can be recorded: public, so that other systems can check events before they send them."""

from collections.abc import Iterator
from functools import cache
from inspect import cleandoc
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from domain.events.base import Event
from domain.events.catalogue import ALL_EVENTS
from service.access.permissions import PERMISSIONS, STRANDS
from service.access.roles import KeyRole
from service.api.openapi_responses import DIGEST_TAG, answered, not_modified, problem_responses
from service.api.parameters import KnownVersion
from service.api.problems import InvalidInput, MalformedHeader, UnknownEventType
from service.api.responses import json_of, public_answer
from service.api.strict_route import StrictRoute

router = APIRouter(prefix="/v1/event-types", route_class=StrictRoute, tags=["Vocabulary"])

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

_TYPES: Final[dict[str, type[Event]]] = {each.model_fields["type"].default: each for each in ALL_EVENTS}


class Reference(BaseModel):
    """A field that holds ids of earlier events of the same client."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: str = Field(description="The field of the event.")
    types: tuple[str, ...] = Field(description="The types of the events that it may name; none: any.")
    cites: bool = Field(
        description="Whether it only names a reason. Otherwise the event answers the one that it names, and cannot have"
        " happened before it."
    )


class EventType(BaseModel):
    """A type of event, and who may record it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: str = Field(description="The type's name: `type` of its events.")
    description: str = Field(description="What such an event tells.")
    schema_version: int = Field(description="The version of its shape.")
    strand: str | None = Field(
        description="The strand of care that it belongs to, for permissions. None for corrections and retractions: they"
        " are of the strand of the event that they set right."
    )
    permission: str | None = Field(
        description="What recording it asks for, such as `Medication.c`. None for corrections and retractions, which"
        " ask for that of the event that they set right, such as `Medication.u`."
    )
    recorded_by: tuple[KeyRole, ...] = Field(
        description="The roles that may record it, as far as their key's scopes allow it."
    )
    once: bool = Field(description="Whether a client has at most one that counts.")
    kept_apart: bool = Field(description="Whether only the role that recorded it reads what it says.")
    references: tuple[Reference, ...] = Field(description="The fields that name earlier events.")


class EventTypeWithSchema(EventType):
    """A type of event with the JSON Schema of its content."""

    json_schema: dict[str, Any] = Field(
        description="The schema of `event` when one is recorded, in JSON Schema 2020-12. Rules that look beyond one"
        " field are told by its descriptions and by the problem `refused`."
    )


class EventTypesAnswer(BaseModel):
    """Every type of event that can be recorded."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    event_types: tuple[EventType, ...] = Field(description="The types, strand by strand.")


def event_type(event_class: type[Event]) -> EventType:
    """What there is to say about this type of event."""
    return EventType(**_said_of(event_class))


def with_schema(event_class: type[Event]) -> EventTypeWithSchema:
    """The same, with its JSON Schema."""
    return EventTypeWithSchema(
        **_said_of(event_class), json_schema={"$schema": _DIALECT, **event_class.model_json_schema()}
    )


def _said_of(event_class: type[Event]) -> dict[str, Any]:
    name: str = event_class.model_fields["type"].default
    strand = STRANDS.get(name)
    permission = f"{strand}.c" if strand else None
    return {
        "type": name,
        "description": cleandoc(event_class.__doc__ or ""),
        "schema_version": event_class.schema_version,
        "strand": strand,
        "permission": permission,
        "recorded_by": tuple(_recorders(permission)),
        "once": event_class.once,
        "kept_apart": event_class.kept_apart,
        "references": tuple(
            Reference(field=field, types=tuple(sorted(mark.types)), cites=mark.cites)
            for field, mark in event_class.references().items()
        ),
    }


def _recorders(permission: str | None) -> Iterator[KeyRole]:
    for role, permissions in PERMISSIONS.items():
        if permission in permissions or (permission is None and any(each.endswith(".u") for each in permissions)):
            yield role


@cache
def _all_types() -> bytes:
    return json_of(EventTypesAnswer(event_types=tuple(map(event_type, ALL_EVENTS))))


@cache
def _one_type(name: str) -> bytes:
    return json_of(with_schema(_TYPES[name]))


@router.get(
    "",
    summary="List the types of events",
    response_model=EventTypesAnswer,
    responses={
        200: answered("All types of events.", DIGEST_TAG),
        **not_modified(DIGEST_TAG),
        **problem_responses(InvalidInput, MalformedHeader),
    },
)
async def list_event_types(known_tag: KnownVersion = None) -> Response:
    """Every type of event that can be recorded: what it tells, its strand of care, and which roles may record it.

    It changes with the release alone. Needs no key.
    """
    return public_answer(_all_types(), known_tag)


@router.get(
    "/{event_type}",
    summary="Explain a type of event",
    response_model=EventTypeWithSchema,
    responses={
        200: answered("The type of event, with its JSON Schema.", DIGEST_TAG),
        **not_modified(DIGEST_TAG),
        **problem_responses(InvalidInput, MalformedHeader, UnknownEventType),
    },
)
async def read_event_type(
    event_type: Annotated[
        str, Path(description="The type's name.", pattern="^[a-z_]+$", examples=["check_in_received"])
    ],
    known_tag: KnownVersion = None,
) -> Response:
    """One type of event with the JSON Schema of its content, against which events can be checked before they are sent.

    It changes with the release alone. Needs no key.
    """
    if event_type not in _TYPES:
        raise UnknownEventType("No type of event goes by this name.")
    return public_answer(_one_type(event_type), known_tag)
