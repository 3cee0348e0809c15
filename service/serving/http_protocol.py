"""How bytes become requests: uvicorn's protocol, with bounds on what it reads and for how long it waits.

What is refused here never reaches the application: it is answered as a problem all the same, and told in the log.
"""

import asyncio
from enum import Enum
from http import HTTPStatus
from typing import Any, ClassVar, Final, NamedTuple
from uuid import uuid4

import structlog
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from service.api.graceful_stop import REQUESTS
from service.api.problem import Problem
from service.api.problems import HeaderTooLarge, MalformedRequest, RequestTimeout, TooManyConnections

MOST_HEAD_BYTES: Final = 65_536
"""What is kept of a request's line and headers, or read of what follows a body."""

STOPPING_SECONDS: Final = 2.0
"""How long a body may still take once the service is asked to stop."""

_RETRY_SECONDS: Final = 5
_LINGER_SECONDS: Final = 1.0
"""How long a connection is still read after a refusal, and what comes is dropped: closed at once, the answer could be
lost with what the caller is still sending."""
_BYTES_AROUND_HEADER: Final = 4

log = structlog.get_logger(__name__)


class HttpLimits(NamedTuple):
    """How much one process takes on, and how long it waits for it; the defaults are those of the settings."""

    connections: int = 1_000
    """How many are held at once; those past it are told and closed."""
    head_seconds: float = 10.0
    """How long a new connection may be silent, and how long a request's line and headers may take."""
    body_seconds: float = 20.0
    """How long a request's body may take, and an answer that the caller does not take off. Where a body is answered
    while it comes, how long the next piece of it may take."""


class _Part(Enum):
    """What of a request is expected next."""

    NOTHING = 0
    HEAD = 1
    BODY = 2


class HttpProtocol(HttpToolsProtocol):
    """One connection. `http_protocol` gives the class with other limits, for `uvicorn.Config(http=…)`."""

    limits: ClassVar = HttpLimits()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._part = _Part.NOTHING
        self._turned = False
        """Whether the parser has come to another part with what was fed to it last."""
        self._moved = False
        """Whether there was a piece of the body in it."""
        self._kept = 0
        """Bytes of the head, or of trailers, that the parser has handed on."""
        self._unfinished = 0
        """Bytes that the parser has only gathered."""
        self._refused = False
        self._timer: asyncio.TimerHandle | None = None
        self._taking: asyncio.TimerHandle | None = None
        """Runs while the caller does not take what is written."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self.limits.connections:
            detail = "The service holds as many connections as it may; try again in a moment."
            self._refuse(TooManyConnections(detail, headers={"Retry-After": str(_RETRY_SECONDS)}))
        else:
            self._expect_within(self.limits.head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        self._expect_no_more()
        self._is_taking()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if not self._refused:
            self._turned = self._moved = False
            super().data_received(data)
            self._look_at_progress(len(data))

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._turn_to(_Part.HEAD)

    def on_url(self, url: bytes) -> None:
        self._keep(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._keep(len(name) + len(value) + _BYTES_AROUND_HEADER)
        # What comes after the body is never a header: the request was judged by those before it.
        if self._part is _Part.HEAD:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._turn_to(_Part.BODY)

    def on_body(self, body: bytes) -> None:
        self._moved = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._turn_to(_Part.NOTHING)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        if self._refused:
            self.transport.close()
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        if self._kept > MOST_HEAD_BYTES:
            self._refuse(_head_too_large())
        else:
            self._refuse(MalformedRequest("The request is not HTTP/1.1 as RFC 9112 has it. Nothing was recorded."))

    def shutdown(self) -> None:
        self.hasten()
        if REQUESTS in self.app_state:
            self.app_state[REQUESTS].end_waiting()
        super().shutdown()

    def hasten(self) -> None:
        """The service is to stop: what is missing of a body has to come soon."""
        if self._part is _Part.BODY:
            self._expect_within(min(STOPPING_SECONDS, self.limits.body_seconds))

    def _look_at_progress(self, size: int) -> None:
        if self._refused:
            return
        if self._turned and self._part is _Part.NOTHING:
            self._expect_no_more()
        elif self._turned or (self._moved and self._is_answered_meanwhile()):
            self._expect_within(self._seconds())
        elif not self._moved:
            self._unfinished += size
            if self._unfinished > MOST_HEAD_BYTES:
                self._refuse(_head_too_large())

    def _is_answered_meanwhile(self) -> bool:
        """Whether the body is one that is answered while it comes, which takes as long as it goes on."""
        return self.cycle is not None and self.cycle.response_started and not self.cycle.response_complete

    def pause_writing(self) -> None:
        super().pause_writing()
        self._taking = self.loop.call_later(self.limits.body_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        self._is_taking()
        super().resume_writing()

    def _is_taking(self) -> None:
        if self._taking is not None:
            self._taking.cancel()
            self._taking = None

    def _turn_to(self, part: _Part) -> None:
        self._part, self._turned = part, True
        self._kept = self._unfinished = 0

    def _keep(self, size: int) -> None:
        self._kept += size
        if self._kept > MOST_HEAD_BYTES:
            raise OverflowError  # which ends the parsing; `send_400_response` tells

    def _seconds(self) -> float:
        return self.limits.body_seconds if self._part is _Part.BODY else self.limits.head_seconds

    def _expect_within(self, seconds: float) -> None:
        self._expect_no_more()
        self._timer = self.loop.call_later(seconds, self._late)

    def _expect_no_more(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _late(self) -> None:
        self._timer = None
        if self._part is _Part.NOTHING:
            self.transport.close()
        elif self.flow.read_paused:
            self._expect_within(self._seconds())  # what has come is not read yet
        else:
            what = "body" if self._part is _Part.BODY else "head"
            self._refuse(RequestTimeout(f"The request's {what} did not come in time. Nothing was recorded."))

    def _refuse(self, problem: Problem) -> None:
        """Read no further, and answer with the problem where no answer has begun; the connection ends after it."""
        self._refused = True
        self._expect_no_more()
        answering = self.cycle is not None and not self.cycle.response_complete
        this_request = self._part is _Part.BODY and not self.pipeline
        if answering and (self.cycle.response_started or not this_request):
            return  # nothing may be written into that answer; `on_response_complete` ends the connection
        if answering:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if answering or not this_request:
            self._answer(problem)
        self._linger()

    def _answer(self, problem: Problem) -> None:
        request_id = uuid4().hex
        response = problem.response()
        status = HTTPStatus(response.status_code)
        headers = [
            *self.server_state.default_headers,
            *response.raw_headers,
            (b"x-request-id", request_id.encode("ascii")),
            (b"connection", b"close"),
        ]
        head = f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode("ascii")
        lines = b"".join(b"%b: %b\r\n" % header for header in headers)
        self.transport.write(head + lines + b"\r\n" + bytes(response.body))
        log.info("request_refused", request_id=request_id, status=status.value, problem=problem.slug)

    def _linger(self) -> None:
        self._unset_keepalive_if_required()
        self.connections.discard(self)  # it counts no more, and no stop waits for it
        self.flow.resume_reading()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._timer = self.loop.call_later(_LINGER_SECONDS, self.transport.abort)


def http_protocol(limits: HttpLimits) -> type[HttpProtocol]:
    """The protocol with these limits."""
    return type("LimitedHttpProtocol", (HttpProtocol,), {"limits": limits})


def _head_too_large() -> HeaderTooLarge:
    return HeaderTooLarge(f"Send {MOST_HEAD_BYTES:,} bytes of headers at most. Nothing was recorded.")
