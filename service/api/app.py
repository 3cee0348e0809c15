"""The application: every operation, and what stands around them."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
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
from service.bootstrap import System

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


def create_app(open_system: Callable[[], AbstractAsyncContextManager[System]]) -> FastAPI:
    """The application. Its lifespan opens the system, which endpoints find as `app.state.system`, and closes it."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_system() as app.state.system:
            yield

    routes = [each.route() for each in OPERATIONS]
    return _Api(
        lifespan=lifespan,
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
