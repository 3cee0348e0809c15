"""Stopping in order: new requests are refused, those under way end, and nobody is answered 500 for it."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api.problem import Problem
from service.api.problems import Stopping

RETRY_SECONDS: Final = 5

REQUESTS: Final = "requests"
"""Where the server finds RequestsUnderWay in the state that the application's lifespan gives it."""


class RequestsUnderWay:
    """The requests that are being answered, by their tasks."""

    def __init__(self) -> None:
        self.refusing = False
        """Whether further requests are refused."""
        self.tasks: set[asyncio.Task[Any]] = set()
        self._endings: set[Callable[[], None]] = set()

    @contextmanager
    def ended_by(self, end: Callable[[], None]) -> Iterator[None]:
        """Meanwhile `end` is called when the service begins to stop: for answers that wait, or go on for long."""
        self._endings.add(end)
        try:
            yield
        finally:
            self._endings.discard(end)

    def end_waiting(self) -> None:
        """The service begins to stop: have answers end that would not do so by themselves soon."""
        for end in list(self._endings):
            end()

    async def drain(self, seconds: float) -> None:
        """Refuse further requests, and wait until those under way have ended, but no longer than so many seconds."""
        self.refusing = True
        self.end_waiting()
        if self.tasks:
            await asyncio.wait(set(self.tasks), timeout=seconds)


class GracefulStop:
    """Middleware that refuses requests while the service stops, and tells those that the server cancels why."""

    def __init__(self, app: ASGIApp, requests: RequestsUnderWay) -> None:
        self._app = app
        self._requests = requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif self._requests.refusing:
            await stopping("Nothing was done.").response()(scope, receive, send)
        else:
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        answering = False

        async def send_and_note(message: Message) -> None:
            nonlocal answering
            answering = True
            await send(message)

        task = asyncio.current_task()
        assert task is not None
        self._requests.tasks.add(task)
        try:
            await self._app(scope, receive, send_and_note)
        except asyncio.CancelledError:
            # The server's grace is over. It would answer 500 by itself, unless an answer has begun.
            if not answering:
                await stopping("Your request could not be ended before.").response()(scope, receive, send)
        finally:
            self._requests.tasks.discard(task)


def stopping(what: str) -> Problem:
    """The problem that tells of it, and what was done before."""
    detail = f"The service is stopping. {what} Send the request again as it was."
    return Stopping(detail, headers={"Retry-After": str(RETRY_SECONDS), "Connection": "close"})
