"""What a receiver is sent: a CloudEvents 1.0 envelope in JSON, signed as Standard Webhooks says.

It tells that an event was recorded, and nothing of what it says: whoever may read that asks the API for it.
"""

import base64
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Final, Literal, NamedTuple
from uuid import UUID, uuid4

from pydantic import BaseModel, ConfigDict, Field
from standardwebhooks import Webhook as Signer

TYPE_PREFIX: Final = "care-timeline."
TEST_TYPE: Final = f"{TYPE_PREFIX}webhook_test"
CONTENT_TYPE: Final = "application/cloudevents+json"
SECRET_PREFIX: Final = "whsec_"  # noqa: S105 how every secret of Standard Webhooks begins
_SECRET_BYTES: Final = 32


class RecordedHeader(NamedTuple):
    """What is told of a recorded event: columns of log.event that stand in clear."""

    position: int
    id: UUID
    type: str
    client_id: UUID
    version: int
    occurred_at: datetime
    recorded_at: datetime


class WebhookData(BaseModel):
    """What a webhook tells of an event."""

    model_config = ConfigDict(frozen=True)

    client_id: UUID | None = Field(
        description="The client whose event it is; null for an event of your organization itself, such as a policy."
    )
    version: int = Field(description="The event's place in that timeline.")
    position: int = Field(description="The event's place in your organization's log: what came first has the lower.")
    occurred_at: datetime = Field(description="When it happened.")
    recorded_at: datetime = Field(description="When it was recorded.")


class WebhookMessage(BaseModel):
    """What a webhook's receiver is sent, in the form of CloudEvents 1.0."""

    model_config = ConfigDict(frozen=True)

    specversion: Literal["1.0"] = Field(description="The version of CloudEvents.")
    id: UUID = Field(description="The event's id. A message that is sent again has the same.")
    source: str = Field(description="Your organization: /organizations/ and its id.")
    type: str = Field(description=f"{TYPE_PREFIX} and the type of the event, or {TEST_TYPE}.")
    time: datetime = Field(description="When the event was recorded.")
    datacontenttype: Literal["application/json"] = Field(description="The form of `data`.")
    data: WebhookData | None = Field(description="What is told of the event; null in a test.")


def message_of(organization_id: UUID, event: RecordedHeader) -> WebhookMessage:
    """The message that tells that an event was recorded."""
    data = WebhookData(
        client_id=None if event.client_id == organization_id else event.client_id,
        version=event.version,
        position=event.position,
        occurred_at=event.occurred_at,
        recorded_at=event.recorded_at,
    )
    return _message(organization_id, event.id, f"{TYPE_PREFIX}{event.type}", event.recorded_at, data)


def test_message(organization_id: UUID, moment: datetime) -> WebhookMessage:
    """A message that tells of nothing, by which a receiver can be tried."""
    return _message(organization_id, uuid4(), TEST_TYPE, moment, None)


def new_secret() -> bytes:
    """A fresh secret: 32 random bytes."""
    return secrets.token_bytes(_SECRET_BYTES)


def secret_text(secret: bytes) -> str:
    """The secret as receivers are given it."""
    return SECRET_PREFIX + base64.b64encode(secret).decode()


def signed_headers(message: WebhookMessage, body: str, moment: datetime, keys: Iterable[bytes]) -> dict[str, str]:
    """The headers that go with the body: its id, when it is sent, and a signature with each of the secrets."""
    message_id = str(message.id)
    signatures = (Signer(key).sign(message_id, moment, body) for key in keys)
    return {
        "Content-Type": CONTENT_TYPE,
        "Webhook-Id": message_id,
        "Webhook-Timestamp": str(int(moment.timestamp())),
        "Webhook-Signature": " ".join(signatures),
    }


def _message(
    organization_id: UUID, message_id: UUID, kind: str, moment: datetime, data: WebhookData | None
) -> WebhookMessage:
    return WebhookMessage(
        specversion="1.0",
        id=message_id,
        source=f"/organizations/{organization_id}",
        type=kind,
        time=moment,
        datacontenttype="application/json",
        data=data,
    )
