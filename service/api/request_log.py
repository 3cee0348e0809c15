"""Around every request: its id, one line in the log, and what to do when something unforeseen is raised.

The line tells the route, never the path: paths hold ids of clients. No header, query or body is logged.
"""

import re
import time
from collections.abc import Callable
from typing import Final
from uuid import uuid4

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.access.caller import Caller
from service.api.dependencies import CALLER, REQUEST_ID
from service.api.methods import known_method
from service.api.problems import Unexpected
from service.runtime.tracebacks import frames

CLIENT_GONE: Final = 499
"""What the log says of a request whose sender left before it was complete; nobody is there to be answered."""

_HEADER: Final = b"x-request-id"
_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9_-]{1,64}")

Count = Callable[[str, str | None, int, float], None]

log = structlog.get_logger(__name__)


class RequestLog:
    """The outermost part of the application that is ours."""

    def __init__(self, app: ASGIApp, count: Count | None = None) -> None:
        """`count` is told each request's method, route, status and seconds, for metrics."""
        self._app = app
        self._count = count

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope[REQUEST_ID] = request_id = _request_id(scope)
        # Each request is answered in a task of its own, whose context ends with it.
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started = time.perf_counter()
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
                message["headers"].append((_HEADER, request_id.encode("ascii")))
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        except ClientDisconnect:
            status = CLIENT_GONE
        except Exception as error:  # noqa: BLE001 - it is logged, and answered with the id of the log's line
            error_id = uuid4()
            log.error("unexpected", error_id=str(error_id), error=frames(error))
            if not status:
                problem = Unexpected("The service failed; its log tells more under this id.", error_id=error_id)
                await problem.response()(scope, receive, send_with_id)
        finally:
            seconds, route = time.perf_counter() - started, _route(scope)
            if self._count:
                self._count(known_method(scope), route, status, seconds)
            log.info(
                "request",
                method=scope["method"],
                route=route,
                status=status,
                milliseconds=round(seconds * 1_000, 2),
                **_caller(scope),
            )


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == _HEADER and _REQUEST_ID.fullmatch(value):
            return str(value, "ascii")
    return uuid4().hex


def _route(scope: Scope) -> str | None:
    return getattr(scope.get("route"), "path", None)


def _caller(scope: Scope) -> dict[str, str | None]:
    """Who called, by ids that stay: an event names the same subject as its actor_id."""
    caller: Caller | None = scope.get(CALLER)
    if caller is None:
        return {"organization_id": None, "subject_id": None, "credential_id": None}
    return {
        "organization_id": str(caller.organization_id),
        "subject_id": str(caller.subject_id),
        "credential_id": caller.credential_id,
    }
