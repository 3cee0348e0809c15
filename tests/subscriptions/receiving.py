"""A receiver of webhooks on this machine: a real HTTP server, which does what a test tells it to."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from standardwebhooks import Webhook as Verifier

Behave = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Received:
    """A request as it came."""

    headers: dict[str, str]
    body: str

    def verified(self, secret: str) -> Any:
        """The message, when the signature is right, as the receivers' own library says. Raises what it raises."""
        return Verifier(secret).verify(self.body, self.headers)


async def accept(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")


async def fail(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 4\r\n\r\noops")


async def gone(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n")


def busy(status: int, retry_after: str) -> Behave:
    """Answers that status, and asks to wait."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 {status} Busy\r\nRetry-After: {retry_after}\r\nContent-Length: 0\r\n\r\n".encode())

    return answer


async def hang(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def close(writer: asyncio.StreamWriter) -> None:
    writer.close()


async def babble(writer: asyncio.StreamWriter) -> None:
    writer.write(b"no HTTP at all\r\n\r\n")


async def answer_without_end(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"10000\r\n" + b"x" * 65_536 + b"\r\n")
        await writer.drain()


async def drip(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.05)


@dataclass
class Receiver:
    """What came, and how the next request is answered."""

    behave: Behave = accept
    received: list[Received] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    """Paths of requests that came to another place than the webhook's."""
    under_way: int = 0
    most_under_way: int = 0
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?of=clinic"

    @property
    def ids(self) -> list[UUID]:
        """The ids of the messages, in the order in which they came."""
        return [UUID(each.headers["webhook-id"]) for each in self.received]

    async def came(self, count: int) -> None:
        """Wait until so many messages have come."""
        while len(self.received) < count:  # noqa: ASYNC110 a test's patience
            await asyncio.sleep(0.01)

    async def redirect(self, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 307 Temporary Redirect\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n")

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while not writer.is_closing():
                head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:-2])}
                body = await reader.readexactly(int(headers["content-length"]))
                if head[0] == "POST /hook?of=clinic HTTP/1.1":
                    self.received.append(Received(headers, body.decode()))
                else:
                    self.elsewhere.append(head[0])
                self.under_way += 1
                self.most_under_way = max(self.under_way, self.most_under_way)
                try:
                    await self.behave(writer)
                    await writer.drain()
                finally:
                    self.under_way -= 1
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """A receiver that listens meanwhile."""
    receiver = Receiver()
    serving: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(receiver.serve(reader, writer))
        serving.add(task)
        task.add_done_callback(serving.discard)

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        for task in list(serving):
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
        await server.wait_closed()


@dataclass
class Clock:
    """A clock that a test sets on."""

    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def pass_(self, **time: float) -> None:
        """Let so much time pass at once."""
        self.ahead += timedelta(**time)
