"""Importing history: lines go up in parts, results come down, and what breaks off is sent again from where it stood."""

import json
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

import httpx
import stamina

from care_timeline_client.answers import ProblemError
from care_timeline_client.connection import (
    USUAL_PATIENCE,
    WORTH_SENDING_AGAIN,
    Patience,
    WorthSendingAgain,
    limits,
    wait,
)
from care_timeline_client.rest import AuthenticatedClient
from care_timeline_client.rest.errors import UnexpectedStatus
from care_timeline_client.rest.models import ImportLine, LineResult, ProblemDocument

LINES_AT_ONCE: Final = 2_000
BYTES_AT_ONCE: Final = 1_000_000
"""So much goes with one request, and is held meanwhile: httpx reads no answer before it has sent everything."""

_PATH: Final = "/v1/import"
_NDJSON: Final = "application/x-ndjson"

Line: TypeAlias = ImportLine | Mapping[str, Any] | str | bytes
"""A line of history: as a model, as the JSON that it is made of, or as it stands in a file."""


def import_history(
    connection: AuthenticatedClient, lines: Iterable[Line], *, patience: Patience = USUAL_PATIENCE
) -> Iterator[LineResult]:
    """Import these lines, and give each one's result once it is on disk or refused; `line` counts from 1.

    Lines are taken as they are needed, so there may be any number. What stands already is answered `already`: import
    the same again whenever you do not know how far it came. After lost connections, and while the service asks for
    patience, what has no result yet is sent again, as long as `patience` lasts for each part. Raises ProblemError
    where the service refuses the import as a whole, httpx.TransportError where it cannot be reached, and ValueError
    for text that is more than one line. Blank lines have no result.
    """
    http = connection.get_httpx_client()
    for part in _parts(lines):
        try:
            for attempt in stamina.retry_context(on=_wait, **limits(patience)):
                with attempt:
                    with http.stream("POST", _PATH, content=part.content, headers=_HEADERS) as response:
                        if response.status_code != httpx.codes.OK:
                            response.read()
                        _check(response)
                        for said in response.iter_lines():
                            part.hear(said)
                    part.check_ended()
        except WorthSendingAgain as last:
            raise _refusal(last.response) from None
        yield from part.results


async def import_history_async(
    connection: AuthenticatedClient,
    lines: Iterable[Line] | AsyncIterable[Line],
    *,
    patience: Patience = USUAL_PATIENCE,
) -> AsyncIterator[LineResult]:
    """As `import_history`."""
    http = connection.get_async_httpx_client()
    async for part in _parts_async(lines):
        try:
            async for attempt in stamina.retry_context(on=_wait, **limits(patience)):
                with attempt:
                    async with http.stream("POST", _PATH, content=part.content, headers=_HEADERS) as response:
                        if response.status_code != httpx.codes.OK:
                            await response.aread()
                        _check(response)
                        async for said in response.aiter_lines():
                            part.hear(said)
                    part.check_ended()
        except WorthSendingAgain as last:
            raise _refusal(last.response) from None
        for result in part.results:
            yield result


_HEADERS: Final = {"Content-Type": _NDJSON}


class _Part:
    """Lines that are sent together, and what was answered for them."""

    def __init__(self, first: int) -> None:
        self._first = first
        self._lines: dict[int, bytes] = {}
        self._results: dict[int, LineResult] = {}
        self._sent: list[int] = []
        self._ended = False
        self._count = self._size = 0

    def add(self, line: Line) -> None:
        """One more line."""
        said = _encoded(line)
        if said:
            self._lines[self._first + self._count] = said
        self._count += 1
        self._size += len(said)

    @property
    def next(self) -> int:
        """The number of the line after these."""
        return self._first + self._count

    @property
    def is_full(self) -> bool:
        """Whether it is sent before another line is taken."""
        return self._count >= LINES_AT_ONCE or self._size >= BYTES_AT_ONCE

    @property
    def content(self) -> bytes:
        """The lines that have no result yet."""
        self._ended = False
        self._sent = [number for number in self._lines if number not in self._results]
        return b"".join(self._lines[number] + b"\n" for number in self._sent)

    def hear(self, said: str) -> None:
        """A line of the answer. Raises ProblemError where it tells that the service could not go on."""
        told = json.loads(said)
        if "line" in told:
            result = LineResult.from_dict({**told, "line": self._sent[told["line"] - 1]})
            self._results[result.line] = result
        elif told["status"] == "stopped":
            raise ProblemError(ProblemDocument.from_dict(told["problem"]))
        elif told["status"] == "complete":
            self._ended = True

    def check_ended(self) -> None:
        """Raises httpx.RemoteProtocolError where the answer broke off."""
        if not self._ended:
            raise httpx.RemoteProtocolError("The answer to the import broke off.")

    @property
    def results(self) -> list[LineResult]:
        """What was answered, in the order of the lines."""
        return [self._results[number] for number in sorted(self._results)]


def _parts(lines: Iterable[Line]) -> Iterator[_Part]:
    part = _Part(1)
    for line in lines:
        part.add(line)
        if part.is_full:
            yield part
            part = _Part(part.next)
    yield part


async def _parts_async(lines: Iterable[Line] | AsyncIterable[Line]) -> AsyncIterator[_Part]:
    if isinstance(lines, Iterable):
        for part in _parts(lines):
            yield part
        return
    part = _Part(1)
    async for line in lines:
        part.add(line)
        if part.is_full:
            yield part
            part = _Part(part.next)
    yield part


def _encoded(line: Line) -> bytes:
    if isinstance(line, ImportLine):
        line = line.to_dict()
    if isinstance(line, Mapping):
        return json.dumps(line).encode()
    said = (line.encode() if isinstance(line, str) else line).strip()
    if b"\n" in said:
        raise ValueError("This is more than one line; give each event by itself.")
    return said


def _check(response: httpx.Response) -> None:
    if response.status_code in WORTH_SENDING_AGAIN:
        raise WorthSendingAgain(response)
    if response.status_code != httpx.codes.OK:
        raise _refusal(response)


def _refusal(response: httpx.Response) -> Exception:
    if response.headers.get("Content-Type", "").startswith("application/problem+json"):
        return ProblemError(ProblemDocument.from_dict(response.json()))
    return UnexpectedStatus(response.status_code, response.content)


def _wait(error: Exception) -> bool | float:
    if isinstance(error, ProblemError):
        return error.problem.status in WORTH_SENDING_AGAIN
    return wait(error)
