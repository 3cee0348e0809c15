"""What the API's description says of the calls that receivers of webhooks get: we make them, and they answer."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Header
from fastapi.routing import APIRoute

from service.api import examples
from service.subscriptions.webhook_messages import CONTENT_TYPE, TEST_TYPE, TYPE_PREFIX, WebhookMessage

_ID: Final = "8f0e4c52-6c1e-4d8a-9b1e-2f6d1a3c5e70"
_SOURCE: Final = "/organizations/4a0c1d1e-3f6b-4c58-9a52-0d6f7a1b2c3d"

RECORDED: Final[dict[str, Any]] = {
    "specversion": "1.0",
    "id": _ID,
    "source": _SOURCE,
    "type": f"{TYPE_PREFIX}session_held",
    "time": "2026-03-11T02:22:00Z",
    "datacontenttype": "application/json",
    "data": {
        "client_id": examples.CLIENT,
        "version": 5,
        "position": 1005,
        "occurred_at": "2026-03-11T01:50:00Z",
        "recorded_at": "2026-03-11T02:22:00Z",
    },
}
TESTED: Final[dict[str, Any]] = {**RECORDED, "type": TEST_TYPE, "data": None}
EXAMPLES: Final[Mapping[str, Mapping[str, Any]]] = {
    "event_recorded": {"A session was held": RECORDED},
    "webhook_test": {"A test": TESTED},
}
"""By the call, each with its title. FastAPI would leave out what is null in them."""

_Message = Annotated[WebhookMessage, Body(media_type=CONTENT_TYPE)]

_Id = Annotated[
    str,
    Header(alias="webhook-id", description="That of the event. A repeat has the same.", examples=[_ID]),
]
_Timestamp = Annotated[
    str,
    Header(
        alias="webhook-timestamp",
        pattern="^[0-9]+$",
        description="When this attempt was made, in seconds since 1970. Refuse what is more than five minutes off.",
        examples=["1773195720"],
    ),
]
_Signature = Annotated[
    str,
    Header(
        alias="webhook-signature",
        description="`v1,` and the HMAC-SHA256 of `{webhook-id}.{webhook-timestamp}.{body}` with your secret, in"
        " base64. While two secrets overlap there is one with each, a space between them; any one is enough.",
        examples=["v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="],
    ),
]
_ACCEPTED: Final = "You have it; any other 2xx says so too. Answer within 15 seconds."
_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    "410": {"description": "You want nothing more: the webhook is disabled until somebody resumes it."},
    "429": {"description": "Not now. Nothing is sent to you before `Retry-After` says, at most for 12 hours."},
    "503": {"description": "The same."},
    "default": {"description": "It failed, a redirect included, and is sent again later, for five days at most."},
}


def _name(route: APIRoute) -> str:
    return route.name


calls = APIRouter(generate_unique_id_function=_name)


@calls.post(
    "event_recorded",
    summary="An event was recorded",
    status_code=204,
    response_description=_ACCEPTED,
    responses=_ANSWERS,
)
def event_recorded(
    message: _Message,
    message_id: _Id,
    timestamp: _Timestamp,
    signature: _Signature,
) -> None:
    """A CloudEvents 1.0 message with the headers of Standard Webhooks, for each event of the types that the webhook is
    told of. It tells that it was recorded, and nothing of what it says.

    Verify the signature over the body as it came. Each event is told at least once: drop repeats by `id`.
    """


@calls.post(
    "webhook_test",
    summary="Somebody tests the webhook",
    status_code=204,
    response_description=_ACCEPTED,
    responses=_ANSWERS,
)
def webhook_test(
    message: _Message,
    message_id: _Id,
    timestamp: _Timestamp,
    signature: _Signature,
) -> None:
    """Sent when `POST /v1/webhooks/{webhook_id}/test` asks for it, in the same form and signed the same way; `data` is
    null.
    """
