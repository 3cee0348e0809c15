"""The application: every operation, and what stands around them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from service.api.description import DESCRIPTION, TAGS, TITLE, VERSION
from service.api.docs_page import ROUTES as DOCS
from service.api.exception_handlers import answer_routing_error
from service.api.openapi import Api
from service.api.request_log import RequestLog
from service.api.routers import health, problem_kinds, projections, recording, timelines
from service.bootstrap import System, running
from service.database.migrate import MigrationError, require_migrated
from service.runtime.gc_tuning import tune_gc
from service.runtime.logging_setup import configure_logging
from service.settings import Settings

ROUTERS: Final = (
    recording.events_router,  # first: most requests go there
    recording.router,
    timelines.router,
    projections.router,
    problem_kinds.router,
    health.router,
)


def create_app(system: System) -> FastAPI:
    """The application over a running system."""
    app = _application()
    app.state.system = system
    return app


def from_settings() -> FastAPI:
    """The application that a server runs: `uvicorn service.api.app:from_settings --factory`.

    The system, and the embedded PostgreSQL where one is used, starts and stops with it.
    """
    settings = Settings()
    configure_logging(settings.log_level)
    app = _application()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with running(settings) as system:
            app.state.system = system
            with suppress(MigrationError):  # which /readyz tells
                await require_migrated(system.pool)
                await system.heads.differing()
            tune_gc()
            yield

    app.router.lifespan_context = lifespan
    return app


def describe() -> dict[str, Any]:
    """The API's description, as /openapi.json answers it."""
    return _application().openapi()


def _application() -> FastAPI:
    app = Api(
        title=TITLE,
        description=DESCRIPTION,
        version=VERSION,
        openapi_tags=TAGS,
        routes=[*DOCS],
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        separate_input_output_schemas=False,  # an event can be sent as it was received
        generate_unique_id_function=_name_of_the_endpoint,
        middleware=[Middleware(RequestLog)],
        exception_handlers={HTTPException: answer_routing_error},
        # FastAPI's own telemetry would record inputs.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    for router in ROUTERS:
        app.include_router(router)
    return app


def _name_of_the_endpoint(route: APIRoute) -> str:
    return route.name
