"""What the API's description shows as answers about webhooks."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel

from domain.entry import Entry
from service.api import examples
from service.api.webhook_models import (
    AttemptAnswer,
    DeliveriesAnswer,
    DeliveryAnswer,
    DeliveryState,
    LoggedAttempt,
    Redelivery,
    WebhookAnswer,
    WebhooksAnswer,
    WebhookWithSecret,
)

_SECRET: Final = "whsec_" + "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
"""Nobody's."""


def example_webhooks(told: Entry) -> dict[str, BaseModel]:
    """Answers by the operation's id; `told` is the event that was delivered."""
    at = told.recorded_at
    fields: dict[str, Any] = {
        "webhook_id": UUID(examples.WEBHOOK),
        "url": "https://scheduling.example.org/care-timeline",
        "types": None,
        "description": "Scheduling",
        "disabled_at": None,
        "failing_since": None,
        "created_at": at - timedelta(days=3),
        "created_by": "supervisor/lee",
        "created_by_id": UUID("5f0a7c3e-8d21-4b96-9e47-1c6b0d2f8a35"),
        "key_revoked_at": None,
        "former_secret_until": None,
    }
    webhook = WebhookAnswer(**fields, state="active")
    refused = LoggedAttempt(status=503, error="status", milliseconds=41, began_at=at + timedelta(milliseconds=80))
    accepted = LoggedAttempt(status=204, error=None, milliseconds=38, began_at=at + timedelta(seconds=6))
    delivery = DeliveryAnswer(
        event_id=told.id,
        type=told.event.type,
        position=told.position,
        state=DeliveryState.DELIVERED,
        due_at=None,
        delivered_at=accepted.began_at,
        given_up_at=None,
        attempts=(refused, accepted),
    )
    overlapping = {**fields, "former_secret_until": at + timedelta(hours=48)}
    return {
        "create_webhook": WebhookWithSecret(**fields, state="active", secret=_SECRET),
        "list_webhooks": WebhooksAnswer(webhooks=(webhook,)),
        "read_webhook": webhook,
        "change_webhook": webhook,
        "rotate_webhook_secret": WebhookWithSecret(**overlapping, state="active", secret=_SECRET),
        "test_webhook": AttemptAnswer(status=204, error=None, milliseconds=38),
        "pause_webhook": WebhookAnswer(**fields, state="paused"),
        "resume_webhook": webhook,
        "list_webhook_deliveries": DeliveriesAnswer(deliveries=(delivery,), next=None),
        "redeliver_event": Redelivery(events=1),
        "redeliver_events": Redelivery(events=12),
    }
