"""The forms of answers, documented and served from the same models."""

from datetime import datetime
from enum import StrEnum
from typing import Final, cast
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from domain.entry import Entry
from domain.events.catalogue import AnyEvent
from domain.events.kept_apart import KeptApart
from domain.events.unreadable import Unreadable, Why
from domain.vocabulary.record import Precision
from service.api.parameters import Order


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Placed(_Answer):
    id: UUID = Field(description="The event's id.")
    type: str = Field(description="The kind of event.")
    version: int = Field(description="Its place in the client's timeline, counted from 1.")
    position: int = Field(description="Its place in your organization's log, counted from 1.")
    occurred_at: datetime = Field(description="When it happened, in UTC.")


class Receipt(_Placed):
    """Where in the record an event was put, and when."""

    recorded_at: datetime = Field(description="When it was recorded, by the service's clock.")
    recorded_by: str = Field(description="The role and name of whoever recorded it, such as counselor/ana.")
    on_behalf_of: str | None = Field(
        description="The role and name of the person for whom a system recorded it; null where it was for nobody else."
    )

    @classmethod
    def of(cls, entry: Entry) -> "Receipt":
        """The receipt for an entry."""
        return cls(
            id=entry.id,
            type=entry.event.type,
            version=entry.version,
            position=entry.position,
            occurred_at=entry.occurred_at,
            recorded_at=entry.recorded_at,
            recorded_by=entry.recorded_by,
            on_behalf_of=entry.on_behalf_of,
        )


class RecordedEvents(_Answer):
    """What was recorded. A retry is answered like the first time."""

    client_id: UUID = Field(description="The client's id.")
    version: int = Field(description="The version that the client's timeline reached with these events.")
    events: tuple[Receipt, ...] = Field(description="A receipt for each event, in the order in which they were sent.")


class Unread(_Answer):
    """Why an event's body cannot be read. Its header is told, and no other event is hidden by it."""

    why: Why = Field(
        description="`seal_broken`: the bytes in the database are not those that were sealed. `unknown_type`: a newer"
        " release recorded it. `body_invalid`: it does not say what events of its type say."
        " `client_erased`: it is of a client who was merged into this one, and was erased."
    )
    says: str = Field(description="The same in a sentence.")


_UNREAD: Final = {
    Why.SEAL_BROKEN: "What was recorded cannot be read: its bytes are not those that were sealed.",
    Why.UNKNOWN_TYPE: "What was recorded cannot be read by this release: a newer one recorded it.",
    Why.BODY_INVALID: "What was recorded cannot be read: it does not say what events of its type say.",
    Why.CLIENT_ERASED: "What was recorded cannot be read: the client of whom it was recorded was erased.",
}


class RecordedEvent(_Placed):
    """An event at its place in the record. The record of it never changes."""

    client_id: UUID = Field(
        description="Of which client it was recorded: the one asked for, or one who was merged into them. What answers,"
        " corrects or retracts it is recorded of that client."
    )
    precision: Precision = Field(description="How exactly that moment is known.")
    recorded_at: datetime = Field(description="When it was recorded, by the service's clock.")
    actor_id: UUID = Field(description="Who recorded it: the id of the API key, or that of the token's subject.")
    recorded_by: str = Field(description="The role and name of whoever recorded it, such as counselor/ana.")
    on_behalf_of: str | None = Field(
        description="The role and name of the person for whom a system recorded it; null where it was for nobody else."
    )
    source: str = Field(description="The system that the news came from.")
    correlation_id: UUID | None = Field(description="An id that related events share.")
    causation_id: UUID | None = Field(description="An id for what led to this event.")
    correction_id: UUID | None = Field(
        description="In an effective timeline: the last correction that applies to this event."
    )
    event: AnyEvent | None = Field(description="What happened; null when it cannot be read or is kept apart.")
    unreadable: Unread | None = Field(description="Why what happened cannot be read; null when it can.")
    kept_apart: bool = Field(
        description="Whether this is a counseling note, or a correction or retraction of one, of which the header alone"
        " is told here: its author's role reads it at `/v1/clients/{client_id}/counseling-notes`."
    )

    @classmethod
    def of(cls, entry: Entry) -> "RecordedEvent":
        """The answer for an entry."""
        event = entry.event
        unreadable = Unread(why=event.why, says=_UNREAD[event.why]) if isinstance(event, Unreadable) else None
        kept_apart = isinstance(event, KeptApart)
        return cls(
            id=entry.id,
            type=event.type,
            client_id=entry.client_id,
            version=entry.version,
            position=entry.position,
            occurred_at=entry.occurred_at,
            precision=entry.precision,
            recorded_at=entry.recorded_at,
            actor_id=entry.actor_id,
            recorded_by=entry.recorded_by,
            on_behalf_of=entry.on_behalf_of,
            source=entry.source,
            correlation_id=entry.correlation_id,
            causation_id=entry.causation_id,
            correction_id=entry.correction_id,
            event=None if unreadable or kept_apart else cast("AnyEvent", event),
            unreadable=unreadable,
            kept_apart=kept_apart,
        )


class TimelineAnswer(_Answer):
    """A part of a client's timeline."""

    client_id: UUID = Field(description="The client's id.")
    version: int = Field(description="The version of the timeline that this is a part of.")
    as_of: datetime | None = Field(description="As of which moment; null when not asked.")
    known_at: datetime | None = Field(description="As known at which moment; null when not asked.")
    order: Order = Field(description="The order in which the events stand here.")
    events: tuple[RecordedEvent, ...] = Field(description="The events.")
    previous: int | None = Field(description="What to give as `before` to go back; null when these are the first.")
    next: int | None = Field(description="What to give as `after` to go on; null when these are the last.")


class CounselingNotesAnswer(_Answer):
    """Counseling notes that your role wrote, by version, as they count now: corrected, without those retracted."""

    client_id: UUID = Field(description="The client's id.")
    version: int = Field(description="The version of the client's timeline.")
    notes: tuple[RecordedEvent, ...] = Field(description="The notes.")
    next: int | None = Field(description="What to give as `after` to go on; null when these are the last.")


class EventStatus(StrEnum):
    """How an event stands now."""

    STANDS = "stands"
    CORRECTED = "corrected"
    RETRACTED = "retracted"
    UNCLEAR = "unclear"


class CorrectionMade(_Answer):
    """A correction of the event."""

    correction: RecordedEvent = Field(description="The correction, as it was recorded.")
    retraction_id: UUID | None = Field(description="The retraction of this correction; null when it applies.")


class EventAnswer(_Answer):
    """One event: as it was recorded, what was recorded about it since, and how it stands now."""

    client_id: UUID = Field(description="The client's id.")
    version: int = Field(description="The version of the client's timeline.")
    original: RecordedEvent = Field(description="The event, as it was recorded.")
    status: EventStatus = Field(
        description="How it stands now; `unclear` when a correction or retraction of it cannot be read."
    )
    corrections: tuple[CorrectionMade, ...] = Field(description="Its corrections, in the order in which they apply.")
    retraction: RecordedEvent | None = Field(
        description="What marks it as entered in error; null when nothing that stands does."
    )
    effective: RecordedEvent | None = Field(
        description="The event as it counts now, corrections applied; null when it was retracted, and for corrections"
        " and retractions themselves."
    )
