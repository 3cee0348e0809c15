"""An event as the feed tells of it: its header, and what it says where that was asked for and may be told."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from domain.events.catalogue import AnyEvent
from domain.vocabulary.record import Precision
from service.access.permissions import STRANDS, Resource
from service.log.headers import StoredHeader
from service.log.timelines import PRECISIONS

NOT_TOLD: Final = "not_told"
"""What stands for the kind of an event, and for where it comes from, where these are not told."""


class WhyUntold(StrEnum):
    """Why the feed does not tell what an event says."""

    KEPT_APART = "kept_apart"
    ORGANIZATIONS_OWN = "organizations_own"
    RESTRICTED = "restricted"
    CLIENT_ERASED = "client_erased"
    KEY_UNUSABLE = "key_unusable"
    SEAL_BROKEN = "seal_broken"
    UNKNOWN_TYPE = "unknown_type"
    BODY_INVALID = "body_invalid"


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FeedReference(_Told):
    """That the event refers to another of the same client."""

    field: str = Field(description="By which field of the event.")
    event_id: UUID = Field(description="The id of the event that it refers to.")


class FeedContent(_Told):
    """What an event says, or why that is not told."""

    event: AnyEvent | None = Field(description="What happened; null when that is not told.")
    untold: WhyUntold | None = Field(
        description="Why it is not told; null when it is. `kept_apart`: a counseling note, or a correction or"
        " retraction of one, which the feed tells nobody. `organizations_own`: it is about no client, such as the"
        " numbers of a policy. `restricted`: the client asked that the record not be used for this purpose, or be kept"
        " from you. `client_erased`: the client's key was destroyed."
        " `key_unusable`: the client's key does not open. `seal_broken`, `unknown_type`, `body_invalid`: as in"
        " `unreadable` of a timeline."
    )


class FeedEvent(_Told):
    """An event of your organization's log. It never changes: a correction is an event of its own."""

    position: int = Field(description="Its place in your organization's log: 1, 2, 3 and so on, without gaps.")
    id: UUID = Field(description="The event's id: the same each time that it is told.")
    client_id: UUID | None = Field(
        description="The client's id; null for an event of the organization itself, such as `policy_adopted`."
    )
    type: str = Field(
        description="The kind of event. Later releases know more kinds. `not_told` where your key may neither read"
        " timelines (`Timeline.r`, `Feed.r`) nor record events of this kind; then `source` is too, and `references` are"
        " left out."
    )
    version: int = Field(description="Its place in the client's timeline, counted from 1.")
    occurred_at: datetime = Field(description="When it happened, in UTC: earlier than what came before it, if late.")
    precision: Precision = Field(description="How exactly that moment is known.")
    recorded_at: datetime = Field(description="When it was recorded, by the service's clock.")
    actor_id: UUID = Field(description="Who recorded it: the id of the API key, or that of the token's subject.")
    recorded_by: str = Field(description="The role and name of the API key that recorded it.")
    on_behalf_of: str | None = Field(
        description="The role and name of the person for whom a system recorded it; null where it was for nobody else."
    )
    source: str = Field(description="The system that the news came from.")
    correlation_id: UUID | None = Field(description="An id that related events share.")
    causation_id: UUID | None = Field(description="An id for what led to this event.")
    references: tuple[FeedReference, ...] = Field(
        description="The client's events that it refers to, such as the one that it corrects."
    )
    content: FeedContent | None = Field(
        description="What it says; null unless you ask with `content=true`, for which a system's key needs `Feed.r`."
    )

    @cached_property
    def without_kind(self) -> "FeedEvent":
        """The event for whoever may not know what kind it is: nor what tells it, its references and its source."""
        return self.model_copy(update={"type": NOT_TOLD, "references": (), "source": NOT_TOLD})

    @cached_property
    def json_bytes(self) -> bytes:
        """The event as JSON in UTF-8, on one line; made once, however many readers it goes to."""
        return self.__pydantic_serializer__.to_json(self)

    @classmethod
    def of(cls, organization_id: UUID, header: StoredHeader) -> "FeedEvent":
        """The event without its content."""
        return cls(
            position=header.position,
            id=header.id,
            client_id=None if header.client_id == organization_id else header.client_id,
            type=header.type,
            version=header.version,
            occurred_at=header.occurred_at,
            precision=PRECISIONS.get(header.precision, Precision.APPROXIMATE),
            recorded_at=header.recorded_at,
            actor_id=header.actor_id,
            recorded_by=header.recorded_by,
            on_behalf_of=header.on_behalf_of,
            source=header.source,
            correlation_id=header.correlation_id,
            causation_id=header.causation_id,
            references=tuple(FeedReference(field=each.field, event_id=each.id) for each in header.references),
            content=None,
        )


@lru_cache(maxsize=4096)
def kinds_told(permissions: frozenset[str]) -> frozenset[str] | None:
    """The kinds of events that somebody with these permissions is told of by name; None for all.

    That a client's lapse was recorded tells of their health as what it says does (42 CFR 2.11). So the kind is told to
    those who may read it, or record events of that strand, and to nobody else who follows.
    """
    if not permissions.isdisjoint({f"{Resource.TIMELINE}.r", f"{Resource.FEED}.r"}):
        return None
    return frozenset(
        kind for kind, strand in STRANDS.items() if not permissions.isdisjoint({f"{strand}.c", f"{strand}.u"})
    )


def as_told(events: Iterable[FeedEvent], kinds: frozenset[str] | None) -> list[FeedEvent]:
    """The events for somebody who may know these kinds; what the organization itself decided is about no client."""
    return [
        event if kinds is None or event.client_id is None or event.type in kinds else event.without_kind
        for event in events
    ]


def feed_events(organization_id: UUID, headers: Iterable[StoredHeader]) -> list[FeedEvent]:
    """The events without their content, in the same order."""
    return [FeedEvent.of(organization_id, header) for header in headers]
