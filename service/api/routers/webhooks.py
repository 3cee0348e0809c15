"""Webhooks: telling other systems that events were recorded."""

from datetime import timedelta
from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Body
from pydantic import BaseModel
from starlette.responses import Response

from service.api import examples
from service.api.dependencies import ChangingWebhooks, ReadingWebhooks, RunningSystem
from service.api.field_errors import FieldError
from service.api.openapi_responses import (
    DIGEST_TAG,
    OF_A_CALL,
    WITH_A_BODY,
    answered,
    not_modified,
    problem_responses,
    titled,
)
from service.api.parameters import KnownVersion
from service.api.problems import InvalidInput, TooManyWebhooks, UnknownWebhook
from service.api.responses import JSON, PRIVATE, digest_answer, json_of
from service.api.strict_route import StrictRoute
from service.api.webhook_models import (
    AttemptAnswer,
    Rotation,
    WebhookAnswer,
    WebhookId,
    WebhooksAnswer,
    WebhookToKeep,
    WebhookWithSecret,
)
from service.settings import Settings
from service.subscriptions.webhook_receivers import is_public

OF_A_WEBHOOK: Final = (*OF_A_CALL, UnknownWebhook)
"""The problems of whatever names a webhook."""

router = APIRouter(prefix="/v1/webhooks", route_class=StrictRoute, tags=["Webhooks"])

_Kept = Annotated[WebhookToKeep, Body(openapi_examples=titled(examples.WEBHOOKS))]


@router.post(
    "",
    summary="Make a webhook",
    status_code=201,
    response_model=WebhookWithSecret,
    responses={
        201: answered("Made.", {"Location": "The webhook."}),
        **problem_responses(*OF_A_CALL, *WITH_A_BODY, TooManyWebhooks),
    },
)
async def create_webhook(caller: ChangingWebhooks, system: RunningSystem, sent: _Kept) -> Response:
    """A webhook is told of the events that your organization records from now on. `secret` is told only now.

    Each event is one POST, in the form of CloudEvents 1.0, signed as Standard Webhooks says. It tells that an event was
    recorded: its id and type, the client's id, version, position and times, and nothing of what it says. Answer 2xx
    within 15 seconds. What you do not accept is sent again for five days; the same event has the same `id`, and may
    come twice.
    """
    _check(sent.url, system.settings)
    webhook, secret = await system.webhooks.create(caller, sent.url, sent.types, sent.description)
    content = WebhookWithSecret.of(webhook, secret=secret)
    return _answer(content, 201, location=f"/v1/webhooks/{webhook.webhook_id}")


@router.get(
    "",
    summary="List webhooks",
    response_model=WebhooksAnswer,
    responses={
        200: answered("All webhooks.", DIGEST_TAG),
        **not_modified(DIGEST_TAG),
        **problem_responses(*OF_A_CALL),
    },
)
async def list_webhooks(caller: ReadingWebhooks, system: RunningSystem, known_tag: KnownVersion = None) -> Response:
    """All webhooks of your organization, with how each stands."""
    found = await system.webhooks.list(caller.organization_id)
    return digest_answer(WebhooksAnswer(webhooks=tuple(WebhookAnswer.of(each) for each in found)), known_tag)


@router.get(
    "/{webhook_id}",
    summary="Read a webhook",
    response_model=WebhookAnswer,
    responses={
        200: answered("The webhook.", DIGEST_TAG),
        **not_modified(DIGEST_TAG),
        **problem_responses(*OF_A_WEBHOOK),
    },
)
async def read_webhook(
    caller: ReadingWebhooks, system: RunningSystem, webhook_id: WebhookId, known_tag: KnownVersion = None
) -> Response:
    """One webhook, and how it stands. Its secret is not told again."""
    webhook = await system.webhooks.get(caller.organization_id, webhook_id)
    return digest_answer(WebhookAnswer.of(webhook), known_tag)


@router.put(
    "/{webhook_id}",
    summary="Change a webhook",
    response_model=WebhookAnswer,
    responses={200: answered("Changed."), **problem_responses(*OF_A_WEBHOOK, *WITH_A_BODY)},
)
async def change_webhook(
    caller: ChangingWebhooks, system: RunningSystem, webhook_id: WebhookId, sent: _Kept
) -> Response:
    """Say anew where the receiver is, what it is told of and what it is for.

    What waits is sent to the new URL. Other types apply to what is recorded from now on.
    """
    _check(sent.url, system.settings)
    webhook = await system.webhooks.change(caller.organization_id, webhook_id, sent.url, sent.types, sent.description)
    return _answer(WebhookAnswer.of(webhook))


@router.delete(
    "/{webhook_id}",
    summary="Delete a webhook",
    status_code=204,
    response_model=None,
    responses={204: answered("Deleted."), **problem_responses(*OF_A_WEBHOOK)},
)
async def delete_webhook(caller: ChangingWebhooks, system: RunningSystem, webhook_id: WebhookId) -> Response:
    """Nothing more is sent to it, and the record of its deliveries is gone."""
    await system.webhooks.delete(caller.organization_id, webhook_id)
    return Response(None, 204, dict(PRIVATE))


@router.post(
    "/{webhook_id}/secret",
    summary="Replace a webhook's secret",
    response_model=WebhookWithSecret,
    responses={200: answered("Replaced."), **problem_responses(*OF_A_WEBHOOK, *WITH_A_BODY)},
)
async def rotate_webhook_secret(
    caller: ChangingWebhooks,
    system: RunningSystem,
    webhook_id: WebhookId,
    sent: Annotated[Rotation, Body(openapi_examples=titled(examples.ROTATIONS))],
) -> Response:
    """A new secret, which is told only now. While they overlap, `webhook-signature` has a signature with each."""
    overlap = timedelta(hours=sent.overlap_hours)
    webhook, secret = await system.webhooks.rotate(caller.organization_id, webhook_id, overlap)
    return _answer(WebhookWithSecret.of(webhook, secret=secret))


@router.post(
    "/{webhook_id}/test",
    summary="Test a webhook",
    response_model=AttemptAnswer,
    responses={200: answered("What came of it."), **problem_responses(*OF_A_WEBHOOK)},
)
async def test_webhook(caller: ChangingWebhooks, system: RunningSystem, webhook_id: WebhookId) -> Response:
    """Send a message of the type `care-timeline.webhook_test` now, once, and learn what came of it.

    It is sent in whatever state the webhook is, and stands in no record.
    """
    outcome = await system.webhook_sender.send_test(caller.organization_id, webhook_id)
    return _answer(AttemptAnswer.of(outcome))


@router.post(
    "/{webhook_id}/pause",
    summary="Pause a webhook",
    response_model=WebhookAnswer,
    responses={200: answered("It is paused, or disabled as before."), **problem_responses(*OF_A_WEBHOOK)},
)
async def pause_webhook(caller: ChangingWebhooks, system: RunningSystem, webhook_id: WebhookId) -> Response:
    """Nothing more is sent until you resume it; what is under way is ended."""
    webhook = await system.webhooks.pause(caller.organization_id, webhook_id)
    return _answer(WebhookAnswer.of(webhook))


@router.post(
    "/{webhook_id}/resume",
    summary="Resume a webhook",
    response_model=WebhookAnswer,
    responses={200: answered("It is active."), **problem_responses(*OF_A_WEBHOOK)},
)
async def resume_webhook(caller: ChangingWebhooks, system: RunningSystem, webhook_id: WebhookId) -> Response:
    """It works again, whether it was paused or disabled, and is told of all that it missed."""
    webhook = await system.webhooks.resume(caller.organization_id, webhook_id)
    return _answer(WebhookAnswer.of(webhook))


def _answer(content: BaseModel, status: int = 200, *, location: str | None = None) -> Response:
    headers = {**PRIVATE, "Location": location} if location else dict(PRIVATE)
    return Response(json_of(content), status, headers, JSON)


def _check(url: str, settings: Settings) -> None:
    """What can be said of a URL before it is used. Names are looked up at each connection, never here."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not settings.webhooks_over_http:
        raise _refused("https", "Give a URL that begins with https://.")
    try:
        allowed = settings.webhooks_to_private_addresses or is_public(parts.hostname or "")
    except ValueError:
        return
    if not allowed:
        raise _refused("public_address", "Give a receiver on the public internet.")


def _refused(rule: str, message: str) -> InvalidInput:
    errors = [FieldError(field="url", rule=rule, message=message)]
    return InvalidInput("Nothing can be sent to this URL; see `errors`.", errors=errors)
