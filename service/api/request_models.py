"""What callers ask to record, and the ids that it gets when they give none."""

from collections.abc import Sequence
from typing import Annotated, Final
from uuid import UUID, uuid4, uuid5

from pydantic import BaseModel, ConfigDict, Discriminator, Field, StringConstraints, Tag

from domain.entry import Draft
from domain.events.base import ShortText, Slug, StrictUUID
from domain.events.catalogue import AnyEvent
from domain.events.identifiers import IdentifierSystem
from domain.vocabulary.people import TEAM
from domain.vocabulary.record import Precision
from service.access.caller import Caller
from service.api.input_errors import ONE, SEVERAL
from service.api.moments import OccurredAt
from service.care.new_clients import IDS
from service.log import identifiers

MOST_EVENTS: Final = 100
"""How many events one request can record."""

MOST_IDENTIFIERS: Final = 20
"""How many identifiers a new client can come with."""


OnBehalfOf = Annotated[
    str, StringConstraints(pattern=rf"^({'|'.join(sorted(role.value for role in TEAM))})/[^/\s][^/\x00-\x1f]{{0,63}}$")
]


class EventToRecord(BaseModel):
    """An event to record: what happened and when, and where the news comes from."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    id: StrictUUID | None = Field(
        None,
        description="The event's id, and what makes a retry safe: the same id with the same content is recorded once."
        " Left out, it is derived from `Idempotency-Key`, or random when there is none.",
    )
    precision: Precision = Field(Precision.INSTANT, description="How exactly it is known when it happened.")
    occurred_at: OccurredAt = Field(
        description="When it happened, with a time zone. May lie long ago, not in the future. Where just the day is"
        " known (`precision` is `day`), the client's local date: that part of what is given, or a date alone."
    )
    source: Slug | None = Field(
        None,
        description="The system that the news comes from, never a person: no slash, as in counselor/ana. Left out, it"
        " is the name of the API key.",
    )
    correlation_id: StrictUUID | None = Field(None, description="An id of your own that related events share.")
    causation_id: StrictUUID | None = Field(None, description="An id of your own for what led to this event.")
    on_behalf_of: OnBehalfOf | None = Field(
        None,
        description="For whom a system records it: the person's role in the circle of care and their name, such as"
        " counselor/ana, as `recorded_by` names people. People record for themselves, and leave it out.",
    )
    event: AnyEvent = Field(description="What happened; `type` says which kind of event it is.")


EventsToRecord = Annotated[list[EventToRecord], Field(min_length=1, max_length=MOST_EVENTS)]


class Identifier(BaseModel):
    """By which another system knows a client."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    system: IdentifierSystem = Field(
        description="The system that gave the identifier: a URI, as FHIR's Identifier.system has it, or a slug such as"
        " text-line. Compared character by character."
    )
    value: ShortText = Field(
        description="The identifier. Blanks around it do not count; the rest is compared character by character."
    )

    @property
    def identifier(self) -> identifiers.Identifier:
        """The same as it is looked for."""
        return identifiers.Identifier.of(self.system, self.value)


class NewClient(BaseModel):
    """A client to create, with the first events of their timeline."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    client_id: StrictUUID | None = Field(
        None,
        description="The client's id. Left out, it is derived from the first event's id: a retry is the same client.",
    )
    events: EventsToRecord = Field(
        description="The first of them is `client_registered` or, in a crisis, `crisis_contact_recorded`."
    )
    identifiers: Annotated[tuple[Identifier, ...], Field(max_length=MOST_IDENTIFIERS)] = Field(
        (),
        description="By which other systems know the client. Each is recorded as `identifier_linked`, at the time of"
        " the first event. Where a client has one of them already, that client is the answer.",
    )


OneOrMore = Annotated[
    Annotated[EventToRecord, Tag(ONE)] | Annotated[EventsToRecord, Tag(SEVERAL)],
    Discriminator(lambda said: SEVERAL if isinstance(said, list) else ONE),
]
"""One event, or a list of events of which all are recorded or none."""


def drafts(events: Sequence[EventToRecord], caller: Caller, idempotency_key: str | None) -> list[Draft]:
    """What the caller asks to record, each with an id."""
    return [
        Draft(
            event.id or _event_id(caller, idempotency_key, place),
            event.event,
            event.occurred_at,
            event.precision,
            event.source or caller.name,
            event.correlation_id,
            event.causation_id,
            event.on_behalf_of,
        )
        for place, event in enumerate(events)
    ]


def _event_id(caller: Caller, idempotency_key: str | None, place: int) -> UUID:
    if idempotency_key is None:
        return uuid4()
    return uuid5(IDS, f"event {caller.organization_id} {caller.subject_id} {place} {idempotency_key}")
