"""The application: every operation, and what stands around them."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

from cachetools import TTLCache
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from service.api.cors import cors
from service.api.deadline import Deadline
from service.api.description import DESCRIPTION, TAGS, TITLE, VERSION
from service.api.description_route import ROUTES as DESCRIPTION_ROUTES
from service.api.docs_page import ROUTES as DOCS
from service.api.exception_handlers import answer_routing_error
from service.api.graceful_stop import REQUESTS, GracefulStop, RequestsUnderWay
from service.api.head import Head
from service.api.openapi import Api
from service.api.protected_resource import ROUTES as PROTECTED_RESOURCE
from service.api.rate_limits import RateLimits
from service.api.request_log import Count, RequestLog
from service.api.routers import (
    access_log_proofs,
    access_records,
    access_report,
    analytics,
    analytics_report,
    client_head,
    counseling_notes,
    crisis_card,
    event_types,
    feed,
    health,
    history_import,
    identifiers,
    lists,
    log_proofs,
    problem_kinds,
    projections,
    record_export,
    recording,
    replay,
    summary,
    timelines,
    unusual_access,
    vocabulary,
    webhook_deliveries,
    webhooks,
)
from service.api.webhook_calls import calls
from service.bootstrap import System

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

ROUTERS: Final = (
    recording.router,
    identifiers.router,
    timelines.router,
    counseling_notes.router,
    projections.router,
    lists.router,
    analytics.router,
    analytics_report.router,
    feed.router,
    crisis_card.router,
    summary.router,
    access_records.router,
    access_report.router,
    unusual_access.router,
    replay.router,
    record_export.router,
    client_head.router,
    log_proofs.router,
    access_log_proofs.router,
    webhooks.router,
    webhook_deliveries.router,
    problem_kinds.router,
    vocabulary.router,
    event_types.router,
    health.router,
    history_import.router,
)


def describe() -> dict[str, Any]:
    """The API's description, as /openapi.json answers it; no system is opened for that."""

    def nothing() -> AbstractAsyncContextManager[System]:
        raise RuntimeError("An application that describes itself is not served.")

    return create_app(nothing).openapi()


def create_app(
    open_system: Callable[[], AbstractAsyncContextManager[System]],
    *,
    allowed_origins: Sequence[str] = (),
    count: Count | None = None,
    tracer: "Tracer | None" = None,
) -> FastAPI:
    """The application. Its lifespan opens the system, which endpoints find as `app.state.system`, and closes it.

    `allowed_origins` are those of pages that may call it from a browser; `count` is told of each request, for metrics;
    `tracer` makes a span of each.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        async with open_system() as app.state.system:
            settings = app.state.system.settings
            app.state.system.wakeups.listen()  # to forget who is erased
            app.state.rate_limits = RateLimits(settings.requests_per_minute, settings.requests_at_once)
            yield {REQUESTS: requests}

    requests = RequestsUnderWay()
    app = Api(
        lifespan=lifespan,
        title=TITLE,
        description=DESCRIPTION,
        version=VERSION,
        openapi_tags=TAGS,
        webhooks=calls,
        # As they are, and first, since most requests go there: those of an included router are looked for twice.
        routes=[*recording.events_router.routes, *DESCRIPTION_ROUTES, *DOCS, *PROTECTED_RESOURCE],
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        separate_input_output_schemas=False,  # an event can be sent as it was received
        generate_unique_id_function=_name_of_the_endpoint,
        middleware=[
            Middleware(RequestLog, count),
            *_traced(tracer),
            *cors(allowed_origins),
            Middleware(GracefulStop, requests),
            Middleware(Deadline),
            Middleware(Head),
        ],
        exception_handlers={HTTPException: answer_routing_error},
        # FastAPI's own telemetry would record inputs.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    app.state.requests = requests
    app.state.remembered = TTLCache(1, health.REMEMBERED_SECONDS)
    for router in ROUTERS:
        app.include_router(router)
    return app


def _traced(tracer: "Tracer | None") -> list[Middleware]:
    if tracer is None:
        return []
    from service.api.tracing import Tracing  # needs the library, which is an extra

    return [Middleware(Tracing, tracer)]


def _name_of_the_endpoint(route: APIRoute) -> str:
    return route.name
