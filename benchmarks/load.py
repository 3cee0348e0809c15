"""Load: prepared requests over raw keep-alive connections, each sent when the one before is answered.

Next to nothing is done per answer, since the generator shares the machine's cores with what it measures.
"""

import asyncio
import re
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple, cast

CONNECTIONS = 16
"""Over so many connections at once the service is measured."""

_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)
_POSITION = re.compile(rb'"position":\s*(\d+)')
_STATUS = slice(len(b"HTTP/1.1 "), len(b"HTTP/1.1 201"))


def post(path: str, body: bytes, *headers: str) -> bytes:
    """A POST of JSON as bytes on the wire."""
    lines = (f"POST {path} HTTP/1.1", "Host: localhost", "Content-Type: application/json", *headers)
    return "\r\n".join((*lines, f"Content-Length: {len(body)}", "", "")).encode() + body


def get(path: str, *headers: str) -> bytes:
    """A GET as bytes on the wire."""
    return "\r\n".join((f"GET {path} HTTP/1.1", "Host: localhost", *headers, "", "")).encode()


async def drive(port: int, requests: Sequence[Sequence[bytes]]) -> float:
    """Requests a second, over one connection for each list. Raises AssertionError unless each is answered 201."""
    driven = await drive_timed(port, requests, status=b"201")
    return driven.rate


class Driven(NamedTuple):
    """Requests a second, and the seconds that each took."""

    rate: float
    took: Sequence[float]


async def drive_timed(port: int, requests: Sequence[Sequence[bytes]], *, status: bytes) -> Driven:
    """The same with what each took, from sending it until its answer was there; `status` is what is to be answered."""
    loop = asyncio.get_running_loop()
    connections = [_Connection(each, status=status) for each in requests]
    for connection in connections:
        await loop.create_connection(partial(_same, connection), "127.0.0.1", port)
    began = time.perf_counter()
    for connection in connections:
        connection.send_next()
    await asyncio.gather(*(connection.done for connection in connections))
    seconds = time.perf_counter() - began
    return Driven(sum(map(len, requests)) / seconds, [took for each in connections for took in each.took])


class Acknowledged(NamedTuple):
    """An event that the service has acknowledged: its position in the log, and when, by this process's clock."""

    position: int
    at: float


async def drive_at(port: int, requests: Sequence[Sequence[bytes]], rate: float) -> list[Acknowledged]:
    """Sends so many requests a second, each at its moment unless its connection still waits, and tells what came back.

    Raises AssertionError unless each is answered 201.
    """
    loop = asyncio.get_running_loop()
    answered: list[Acknowledged] = []
    connections = [_Connection(each, heard=answered.append) for each in requests]
    for connection in connections:
        await loop.create_connection(partial(_same, connection), "127.0.0.1", port)
    pause = len(connections) / rate
    await asyncio.gather(
        *(
            _send_paced(connection, len(each), pause, pause * place / len(connections))
            for place, (connection, each) in enumerate(zip(connections, requests, strict=True))
        )
    )
    return answered


async def _send_paced(connection: "_Connection", count: int, pause: float, offset: float) -> None:
    loop = asyncio.get_running_loop()
    moment = loop.time() + offset
    for _ in range(count):
        await asyncio.sleep(moment - loop.time())
        await connection.send_and_wait()
        moment += pause
    connection.send_next()
    await connection.done


def _same(connection: "_Connection") -> "_Connection":
    return connection


class _Connection(asyncio.Protocol):
    """Sends the next request when the one before is answered; or, where somebody hears of answers, when told to."""

    def __init__(
        self,
        requests: Sequence[bytes],
        heard: Callable[[Acknowledged], None] | None = None,
        *,
        status: bytes = b"201",
    ) -> None:
        self._requests = iter(requests)
        self._status = status
        self._heard = heard
        self._answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._answer = b""
        self._sent = 0.0
        self.took: list[float] = []
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def send_next(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self.done.set_result(None)
            self._transport.close()
        else:
            self._sent = time.perf_counter()
            self._transport.write(request)

    async def send_and_wait(self) -> None:
        """Send the next request; return when it is answered."""
        self._answered = asyncio.get_running_loop().create_future()
        self.send_next()
        await asyncio.wait([self.done, self._answered], return_when=asyncio.FIRST_COMPLETED)

    def data_received(self, data: bytes) -> None:
        self._answer += data
        end = self._answer.find(b"\r\n\r\n")
        if end < 0:
            return
        length = _LENGTH.search(self._answer, 0, end + 2)
        if length and len(self._answer) < end + 4 + int(length[1]):
            return
        if self._answer[_STATUS] != self._status:
            self.done.set_exception(AssertionError(self._answer.decode(errors="replace")))
            self._transport.close()
            return
        self.took.append(time.perf_counter() - self._sent)
        answer, self._answer = self._answer, b""
        if self._heard is None:
            self.send_next()
            return
        position = _POSITION.search(answer)
        assert position
        self._heard(Acknowledged(int(position[1]), time.perf_counter()))
        self._answered.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(AssertionError("The server closed the connection."))
