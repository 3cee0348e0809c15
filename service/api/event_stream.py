"""The feed as server-sent events.

FastAPI's `EventSourceResponse` and sse-starlette each answer a path of their own, and both would end a stream at our
stop by other means than the rest of the service has: sse-starlette takes uvicorn's signal handler for itself. What a
stream needs beyond Starlette's `StreamingResponse` is the few lines below.
"""

import asyncio
import random
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Final

from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from service.access.access_records import Access
from service.api.deadline import prolong
from service.api.dependencies import authenticate_again
from service.api.exception_handlers import problem_of
from service.api.graceful_stop import RequestsUnderWay
from service.api.responses import PRIVATE
from service.bootstrap import System
from service.subscriptions.feed import AT_ONCE, Following, TooManyReaders
from service.subscriptions.feed_event import FeedEvent

MEDIA_TYPE: Final = "text/event-stream"

STREAM_SECONDS: Final = 300.0
"""After so long a stream ends by itself at the latest, and its reader connects again: our choice. Then readers spread
over the processes that are there, and no proxy's limit on the length of an answer is met."""

HEARTBEAT_SECONDS: Final = 15.0
"""So often something is sent at least, as the standard advises, and the key is looked at again."""

SILENT_SECONDS: Final = 30.0
"""When nothing can be sent for so long, since the database does not answer, the stream ends: its reader, who connects
again after 45 silent seconds, is not kept waiting."""

_SPREAD: Final = 0.2
_RETRY: Final = b"retry: 1000\n"
# A line, and no blank one after it: that would have some readers tell an event without data.
_HEARTBEAT: Final = b": still here\n"


def asks_for_stream(request: Request) -> bool:
    """Whether the request's Accept names server-sent events."""
    ranges = request.headers.get("accept", "").split(",")
    return any(each.partition(";")[0].strip().lower() == MEDIA_TYPE for each in ranges)


def frame(event: FeedEvent) -> bytes:
    """The event as it is streamed.

    It has no name (`event:`), so that readers meet kinds of events that they do not know yet where they meet all.
    """
    return b"id: %d\ndata: %b\n\n" % (event.position, event.json_bytes)


class EventStream(StreamingResponse):
    """Tells the events after a position, and then those that are recorded, until somebody ends it.

    The next events are fetched when the connection has taken those before: a reader who stops reading costs what the
    server buffers, until it lets the connection go (`http_protocol.py`).
    """

    media_type = MEDIA_TYPE

    def __init__(
        self,
        request: Request,
        system: System,
        access: Access,
        after: int,
        types: frozenset[str] | None,
        permissions: Sequence[str],
        *,
        content: bool,
    ) -> None:
        """`permissions` are what the caller must have for as long as the stream goes on."""
        self._request = request
        self._system = system
        self._access = access
        self._after = after
        self._types = types
        self._permissions = permissions
        self._content = content
        # nginx would hold the events back.
        super().__init__(iter(()), headers={**PRIVATE, "X-Accel-Buffering": "no"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        requests: RequestsUnderWay = self._request.app.state.requests
        prolong(self._request, None)
        try:
            with (
                self._system.feed.following(self._access.caller, self._after, self._types) as following,
                requests.ended_by(following.end),
            ):
                async with aclosing(self._told(following)) as told:
                    self.body_iterator = told
                    await super().__call__(scope, receive, send)
        except TooManyReaders as error:
            problem = problem_of(error)
            assert problem
            await problem.response()(scope, receive, send)

    async def _told(self, following: Following) -> AsyncGenerator[bytes, None]:
        loop = asyncio.get_running_loop()
        # Those who came together, as after a restart, do not all come back together.
        ends_at = loop.time() + STREAM_SECONDS * random.uniform(1 - _SPREAD, 1)  # noqa: S311 no secret
        look_at = loop.time() + HEARTBEAT_SECONDS
        yield _RETRY
        try:
            while not following.ended and (now := loop.time()) < ends_at:
                async with asyncio.timeout(SILENT_SECONDS):
                    if now >= look_at:
                        caller = await authenticate_again(self._request, self._permissions)
                        if await self._system.accesses.restricted(caller):
                            return
                        look_at = now + HEARTBEAT_SECONDS
                    told = await self._next(following, seconds=min(look_at, ends_at) - now)
                yield told or _HEARTBEAT
        except Exception as error:
            if problem_of(error) is None:
                raise

    async def _next(self, following: Following, *, seconds: float) -> bytes:
        events = (await following.next(limit=AT_ONCE, seconds=seconds)).events
        if self._content:
            events = await self._system.feed_contents.told(self._access, events)
        return b"".join(map(frame, events))
