"""The record of what webhooks were told, and telling it again."""

from typing import Annotated

from fastapi import APIRouter, Body, Query, Request
from starlette.responses import Response

from service.api import examples
from service.api.dependencies import ChangingWebhooks, ReadingWebhooks, RunningSystem
from service.api.links import LINK_HEADER, page_links
from service.api.openapi_responses import DIGEST_TAG, WITH_A_BODY, answered, not_modified, problem_responses, titled
from service.api.parameters import EventId, KnownVersion
from service.api.problems import UnknownDelivery
from service.api.responses import JSON, PRIVATE, digest_answer, json_of
from service.api.routers.webhooks import OF_A_WEBHOOK
from service.api.strict_route import StrictRoute
from service.api.webhook_models import (
    DeliveriesAnswer,
    DeliveriesQuery,
    DeliveryAnswer,
    Redelivery,
    RedeliveryAfter,
    WebhookId,
)

router = APIRouter(prefix="/v1/webhooks/{webhook_id}", route_class=StrictRoute, tags=["Webhooks"])


@router.get(
    "/deliveries",
    summary="Read the record of deliveries",
    response_model=DeliveriesAnswer,
    responses={
        200: answered("A page of the record.", DIGEST_TAG | LINK_HEADER),
        **not_modified(DIGEST_TAG),
        **problem_responses(*OF_A_WEBHOOK),
    },
)
async def list_webhook_deliveries(
    caller: ReadingWebhooks,
    system: RunningSystem,
    webhook_id: WebhookId,
    request: Request,
    asked: Annotated[DeliveriesQuery, Query()],
    known_tag: KnownVersion = None,
) -> Response:
    """How telling each event stands, with every attempt: never what was sent or answered.

    A delivery that is over is kept for 30 days, unless whoever runs the service sets something else.
    """
    found = await system.webhook_deliveries.page(
        caller.organization_id, webhook_id, before=asked.before, state=asked.state, limit=asked.limit + 1
    )
    shown = found[: asked.limit]
    following = shown[-1].position if len(found) > asked.limit else None
    kept_away = await system.accesses.kept_away(caller, {each.client_id for each in shown})
    told = tuple(DeliveryAnswer.of(each, kind_told=each.client_id not in kept_away) for each in shown)
    content = DeliveriesAnswer(deliveries=told, next=following)
    return digest_answer(content, known_tag, page_links(request, next_after=following, place="before"))


@router.post(
    "/deliveries/{event_id}/redelivery",
    summary="Tell an event again",
    status_code=202,
    response_model=Redelivery,
    responses={202: answered("It is told again."), **problem_responses(*OF_A_WEBHOOK, UnknownDelivery)},
)
async def redeliver_event(
    caller: ChangingWebhooks, system: RunningSystem, webhook_id: WebhookId, event_id: EventId
) -> Response:
    """Send one event again, now, under the same id, whether it was accepted or given up."""
    await system.webhook_deliveries.again(caller.organization_id, webhook_id, event_id)
    return Response(json_of(Redelivery(events=1)), 202, dict(PRIVATE), JSON)


@router.post(
    "/redelivery",
    summary="Tell all again since a position",
    status_code=202,
    response_model=Redelivery,
    responses={202: answered("They are told again."), **problem_responses(*OF_A_WEBHOOK, *WITH_A_BODY)},
)
async def redeliver_events(
    caller: ChangingWebhooks,
    system: RunningSystem,
    webhook_id: WebhookId,
    sent: Annotated[RedeliveryAfter, Body(openapi_examples=titled(examples.REDELIVERIES))],
) -> Response:
    """Send everything again that was recorded after a position, as for a receiver that has lost what it had.

    Also what was recorded before the webhook was made. `position` 0 is the whole log.
    """
    count = await system.webhook_deliveries.again_after(caller.organization_id, webhook_id, sent.position)
    return Response(json_of(Redelivery(events=count)), 202, dict(PRIVATE), JSON)
