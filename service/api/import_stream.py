"""An import as it runs over HTTP: lines are recorded as they come, and answered while others still come."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Final, Literal

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from service.access.access_records import Access
from service.api import problems
from service.api.deadline import prolong
from service.api.dependencies import authenticate_again
from service.api.exception_handlers import problem_of
from service.api.graceful_stop import RequestsUnderWay, stopping
from service.api.import_lines import Line, LineSplitter, groups, import_group, is_full
from service.api.import_models import ImportStanding, LineResult, LineStatus
from service.api.parameters import ImportQuery, ImportResults
from service.api.problem import Problem
from service.api.responses import PRIVATE
from service.bootstrap import System

NDJSON: Final = "application/x-ndjson"

PERMISSIONS: Final = ("Import.c",)
"""What whoever imports must have, for as long as it goes on."""

LOOK_SECONDS: Final = 15.0
"""So often the key is looked at again."""

_TELLING_SECONDS: Final = 5.0

_PAUSE_SECONDS: Final = 0.2
"""When nothing more has come for so long, what has come is dealt with."""


class ImportAnswer(Response):
    """An answer that begins before the body has come, and is written while it comes.

    Starlette's own StreamingResponse looks for the caller's leaving by receiving, and would swallow the body.
    """

    media_type = NDJSON

    def __init__(self, parts: AsyncIterator[bytes]) -> None:
        super().__init__(None, 200, dict(PRIVATE))
        self._parts = parts
        del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Write each part as soon as it is there."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async for part in self._parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


class ImportRun:
    """One import: reads the request's body, and makes the parts of the answer."""

    def __init__(self, system: System, access: Access, request: Request, asked: ImportQuery) -> None:
        self._system = system
        self._access = access
        self._request = request
        self._asked = asked
        self._counted: Counter[LineStatus] = Counter()
        self._next_line = asked.from_line
        self._look_at = time.monotonic() + LOOK_SECONDS

    async def answer(self) -> AsyncIterator[bytes]:
        """The parts of the answer: results of lines, and how the import stands at the end.

        Raises ClientDisconnect when the caller has left.
        """
        try:
            async with aclosing(self._groups()) as coming:
                async for group in coming:
                    # An answer that has begun is not taken back: it tells itself that the deadline was not kept.
                    prolong(self._request, _TELLING_SECONDS)
                    async with asyncio.timeout(self._system.settings.request_seconds):
                        await self._look_at_key()
                        done = await import_group(self._system, self._access, group)
                    prolong(self._request)
                    self._counted.update(result.status for result in done.results)
                    self._next_line = done.at or group[-1].number + 1
                    yield self._told(done.results)
                    if done.problem:
                        raise done.problem
        except Exception as error:
            problem = problem_of(error)
            if problem is None:
                raise
            yield self._standing("stopped", problem)
        else:
            yield self._standing("complete")

    async def _look_at_key(self) -> None:
        """An import may go on for hours: not with a key that was revoked or a token that has expired meanwhile."""
        now = time.monotonic()
        if now >= self._look_at:
            caller = await authenticate_again(self._request, PERMISSIONS)
            self._access = replace(self._access, caller=caller)
            self._look_at = now + LOOK_SECONDS

    def _told(self, results: Sequence[LineResult]) -> bytes:
        if self._asked.results is ImportResults.ALL:
            return b"".join(map(_line, results))
        refused = (result for result in results if result.status is LineStatus.REFUSED)
        return b"".join(map(_line, refused)) + self._standing("progress")

    def _standing(self, status: Literal["progress", "complete", "stopped"], problem: Problem | None = None) -> bytes:
        return _line(
            ImportStanding(
                status=status,
                next_line=self._next_line,
                recorded=self._counted[LineStatus.RECORDED],
                already=self._counted[LineStatus.ALREADY],
                refused=self._counted[LineStatus.REFUSED],
                problem=problem.document if problem else None,
            )
        )

    async def _groups(self) -> AsyncGenerator[list[Line], None]:
        """The lines in groups: as many as are dealt with at once, or what has come when nothing more does."""
        splitter = LineSplitter(self._asked.from_line)
        waiting: list[Line] = []
        async with aclosing(self._pieces()) as pieces:
            async for piece in pieces:
                lines, waiting = [*waiting, *splitter.feed(piece)], []
                for group in groups(lines):
                    if not piece or is_full(group):
                        yield group
                    else:
                        waiting = group
        for group in groups([*waiting, *splitter.rest()]):
            yield group

    async def _pieces(self) -> AsyncGenerator[bytes, None]:
        """The body as it comes, and an empty piece whenever nothing does. The next is awaited while one is dealt with.

        Raises RequestTimeout when no line ends for too long, and Stopping when the service is to stop.
        """
        stream = self._request.stream()
        patience = self._system.settings.request_body_seconds
        requests: RequestsUnderWay = self._request.app.state.requests
        waited = 0.0
        reading = _reading(stream)
        try:
            while True:
                began = time.monotonic()
                await asyncio.wait([reading], timeout=_PAUSE_SECONDS)
                waited += time.monotonic() - began
                if requests.refusing:
                    raise stopping("The lines before `next_line` were dealt with.")
                if not reading.done():
                    if waited > patience:
                        raise problems.RequestTimeout(f"No line ended within {patience:g} seconds.")
                    yield b""
                    continue
                piece = reading.result()
                if piece is None:
                    return
                reading = _reading(stream)
                if b"\n" in piece:
                    waited = 0.0
                    prolong(self._request)
                yield piece
        finally:
            reading.cancel()


def _reading(stream: AsyncIterator[bytes]) -> "asyncio.Task[bytes | None]":
    """Reads the next piece; None at the end."""

    async def read() -> bytes | None:
        return await anext(stream, None)

    task = asyncio.create_task(read())
    task.add_done_callback(lambda done: done.cancelled() or done.exception())  # whoever has left is asked no more
    return task


def _line(content: LineResult | ImportStanding) -> bytes:
    return content.model_dump_json(exclude_none=True).encode() + b"\n"
