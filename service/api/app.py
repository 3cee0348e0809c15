"""The application: every operation, and what stands around them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from fastapi import FastAPI
from starlette.middleware import Middleware

from service.api import health, problem_kinds, projection_reads, recording, timeline
from service.api.description import DESCRIPTION, TAGS, TITLE, VERSION
from service.api.docs_page import ROUTES as DOCS
from service.api.example_answers import example_answers
from service.api.exception_handlers import exception_handlers
from service.api.openapi import describe
from service.api.operation import Operation
from service.api.request_log import RequestLog
from service.bootstrap import System, running
from service.database.migrate import MigrationError, require_migrated
from service.runtime.gc_tuning import tune_gc
from service.runtime.logging_setup import configure_logging
from service.settings import Settings

OPERATIONS: Final[list[Operation]] = [
    *recording.OPERATIONS,
    *timeline.OPERATIONS,
    *projection_reads.OPERATIONS,
    *problem_kinds.OPERATIONS,
    *health.OPERATIONS,
]


class _Api(FastAPI):
    """FastAPI, with the description that our operations give of themselves."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            self.openapi_schema = describe(super().openapi(), example_answers())
        return self.openapi_schema


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


def _application() -> FastAPI:
    routes = [each.route() for each in OPERATIONS]
    return _Api(
        title=TITLE,
        description=DESCRIPTION,
        version=VERSION,
        openapi_tags=TAGS,
        routes=[*routes, *DOCS],
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        middleware=[Middleware(RequestLog)],
        exception_handlers=exception_handlers(routes),
        # FastAPI's own telemetry would record inputs.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
