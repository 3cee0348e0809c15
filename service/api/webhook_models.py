"""The forms of what is asked about webhooks, and of what is answered."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final, Self
from urllib.parse import urlsplit
from uuid import UUID

import httpx
from fastapi import Path
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from domain.events.catalogue import EVENT_TYPES
from service.api import examples
from service.api.parameters import IN_DIGITS, plain_uuid
from service.subscriptions.feed_event import NOT_TOLD
from service.subscriptions.webhook_deliveries import Delivery
from service.subscriptions.webhook_receivers import Outcome
from service.subscriptions.webhooks import Webhook

MOST_URL_CHARACTERS: Final = 2_000
MOST_OVERLAP_HOURS: Final = 168

WebhookId = Annotated[
    UUID, BeforeValidator(plain_uuid), Path(description="The webhook's id.", examples=[examples.WEBHOOK])
]


def _url(said: str) -> str:
    try:
        sound = bool(urlsplit(said).hostname) and urlsplit(said).port != 0 and bool(httpx.URL(said).raw_host)
    except (ValueError, httpx.InvalidURL):
        sound = False
    if not sound:
        raise PydanticCustomError("url", "Give a URL in ASCII, such as https://scheduling.example.org/care-timeline.")
    parts = urlsplit(said)
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise PydanticCustomError("plain_url", "Leave user names, passwords and fragments out: messages are signed.")
    return said


def _event_type(said: str) -> str:
    if said not in EVENT_TYPES:
        raise PydanticCustomError("known_event_type", "Name a type of event; the API's description lists them.")
    return said


_Url = Annotated[
    str,
    Field(max_length=MOST_URL_CHARACTERS, pattern="^https?://[!-~]+$"),
    AfterValidator(_url),
]
_EventType = Annotated[
    str, AfterValidator(_event_type), WithJsonSchema({"type": "string", "enum": sorted(EVENT_TYPES)})
]


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class WebhookToKeep(_Said):
    """A webhook as you want it."""

    url: _Url = Field(
        description="Where your receiver is: https, without user name, password or fragment. Do not put a client's id"
        " into it."
    )
    types: Annotated[list[_EventType], Field(min_length=1, max_length=len(EVENT_TYPES))] | None = Field(
        None, description="The types of event that it is told of; null or left out for all, also those to come."
    )
    description: str = Field("", max_length=200, description="What it is for, in your own words.")


class Rotation(_Said):
    """How a secret is replaced."""

    overlap_hours: int = Field(
        24,
        ge=0,
        le=MOST_OVERLAP_HOURS,
        description="For so many hours the secret before signs as well. 0 where somebody has got hold of it.",
    )


class RedeliveryAfter(_Said):
    """What to tell again."""

    position: int = Field(
        ge=0, le=2**53, description="Everything that was recorded after this position of your organization's log."
    )


class DeliveryState(StrEnum):
    """How a delivery stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


class DeliveriesQuery(BaseModel):
    """Which deliveries."""

    model_config = ConfigDict(frozen=True)

    state: Annotated[DeliveryState | None, Field(description="Only those that stand so.")] = None
    before: Annotated[
        Annotated[int, Field(ge=1, le=2**53)] | None,
        Field(description="Only those before this position: `next` of the page before."),
        IN_DIGITS,
    ] = None
    limit: Annotated[int, Field(ge=1, le=500, description="How many at most."), IN_DIGITS] = 100


class WebhookAnswer(_Answer):
    """A webhook."""

    webhook_id: UUID = Field(description="The webhook's id.")
    url: str = Field(description="Where its receiver is.")
    types: tuple[str, ...] | None = Field(description="The types of event that it is told of; null for all.")
    description: str = Field(description="What it is for.")
    state: str = Field(
        description="`active`; `paused` by you; `disabled` after five days in which nothing was accepted, or because"
        " the receiver answered 410. Resume it, and it is told of all that it missed."
    )
    disabled_at: datetime | None = Field(description="When it was disabled; null where it is not.")
    failing_since: datetime | None = Field(
        description="Since when its receiver has accepted nothing; null while it accepts something."
    )
    created_at: datetime = Field(description="When it was made.")
    created_by: str = Field(description="Who made it: the role and name of their key.")
    created_by_id: UUID = Field(description="Who made it: the `actor_id` under which they record.")
    key_revoked_at: datetime | None = Field(
        description="When the API key that made it was revoked; null where it was not, or where a token made it. The"
        " webhook is your organization's and goes on."
    )
    former_secret_until: datetime | None = Field(
        description="Until when the secret before the present one signs as well; null where there is none."
    )

    @classmethod
    def of(cls, webhook: Webhook, **more: Any) -> Self:
        """What is told of a webhook, and what else this answer says."""
        told = webhook._asdict()
        until = told.pop("former_until")
        return cls(**told, former_secret_until=until, **more)


class WebhookWithSecret(WebhookAnswer):
    """A webhook, with the secret that was just made."""

    secret: str = Field(description="The secret that signs what is sent: `whsec_` and base64. It is told only now.")


class WebhooksAnswer(_Answer):
    """All webhooks of your organization."""

    webhooks: tuple[WebhookAnswer, ...] = Field(description="The webhooks, the oldest first.")


class AttemptAnswer(_Answer):
    """An attempt to deliver."""

    status: int | None = Field(description="The HTTP status that the receiver answered; null when it did not.")
    error: str | None = Field(
        description="Null when it was accepted. Else `status` (not 2xx), `redirect`, `timeout`, `name` (unknown),"
        " `address` (not allowed), `connection`, `tls`, `protocol` (no HTTP), or `failed`."
    )
    milliseconds: int = Field(description="How long it took.")

    @classmethod
    def of(cls, outcome: Outcome) -> "AttemptAnswer":
        """The outcome of a test."""
        return cls(status=outcome.status, error=outcome.error, milliseconds=outcome.milliseconds)


class LoggedAttempt(AttemptAnswer):
    """An attempt of the past."""

    began_at: datetime = Field(description="When it was sent.")


class DeliveryAnswer(_Answer):
    """How telling one event stands."""

    event_id: UUID = Field(description="The event's id, which is the message's as well.")
    type: str = Field(
        description="The kind of event; `not_told`, as in the feed, where the client asked that the record be kept from"
        " you."
    )
    position: int = Field(description="The event's place in your organization's log.")
    state: DeliveryState = Field(
        description="`waiting`: to be tried at `due_at`; `delivered`; `given_up` after five days of failures."
    )
    due_at: datetime | None = Field(description="When it is tried next; null when it is not.")
    delivered_at: datetime | None = Field(description="When it was last accepted; null when it never was.")
    given_up_at: datetime | None = Field(description="When it was given up; null when it was not.")
    attempts: tuple[LoggedAttempt, ...] = Field(description="Each attempt, the oldest first.")

    @classmethod
    def of(cls, delivery: Delivery, *, kind_told: bool = True) -> "DeliveryAnswer":
        """What is told of a delivery."""
        state = DeliveryState.GIVEN_UP if delivery.given_up_at else DeliveryState.DELIVERED
        return cls(
            event_id=delivery.event_id,
            type=delivery.type if kind_told else NOT_TOLD,
            position=delivery.position,
            state=DeliveryState.WAITING if delivery.due_at else state,
            due_at=delivery.due_at,
            delivered_at=delivery.delivered_at,
            given_up_at=delivery.given_up_at,
            attempts=tuple(LoggedAttempt(**attempt._asdict()) for attempt in delivery.attempts),
        )


class DeliveriesAnswer(_Answer):
    """A page of deliveries."""

    deliveries: tuple[DeliveryAnswer, ...] = Field(description="The deliveries; what was recorded last stands first.")
    next: int | None = Field(description="What to give as `before` to go on; null when these are the last.")


class Redelivery(_Answer):
    """What is told again."""

    events: int = Field(description="How many events.")
