"""Spans of OpenTelemetry: method, route and status of each request, and nothing that was said in it.

Off unless the settings ask for it; the library is an extra then. Its own instrumentation, and FastAPI's, record paths,
queries, addresses and what was refused, which hold ids of clients and words about them, so this is ours.
"""

from typing import Final, cast

from opentelemetry.context import Context
from opentelemetry.trace import SpanKind, Status, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api.methods import known_method

_PARENTS: Final = TraceContextTextMapPropagator()


class Tracing:
    """Middleware that makes a span of each request, a part of the caller's trace where they name one."""

    def __init__(self, app: ASGIApp, tracer: Tracer) -> None:
        self._app = app
        self._tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # Of what callers hand on, only the ids: tracestate and baggage are free text.
        parents = [str(value, "latin-1") for name, value in scope["headers"] if name == b"traceparent"]
        parent = _PARENTS.extract({"traceparent": parents}, Context())
        method = known_method(scope)
        span = self._tracer.start_span(method, parent, SpanKind.SERVER, attributes={"http.request.method": method})

        async def send_and_note(message: Message) -> None:
            if message["type"] == "http.response.start":
                status = int(message["status"])
                span.set_attribute("http.response.status_code", status)
                if status >= 500:
                    span.set_attribute("error.type", str(status))
                    span.set_status(Status(StatusCode.ERROR))
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        finally:
            route = cast("str | None", getattr(scope.get("route"), "path", None))
            if route:
                span.update_name(f"{method} {route}")
                span.set_attribute("http.route", route)
            span.end()
