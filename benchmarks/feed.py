"""The feed to many readers of server-sent events at once, while events are recorded in bulk."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from itertools import islice
from typing import Final, cast
from uuid import UUID

import httpx

from benchmarks.ground import BenchmarkClinic, Ground
from benchmarks.harness import Limit, Result, Rounds
from benchmarks.serving import SERVE_API, serving
from samples.simulation import SimulatedEntry, one_client
from service.access.caller import KeyRole
from service.api.responses import JSON
from service.care.importing import seal_entries
from service.log.headers import Headers
from service.subscriptions.feed_event import feed_events

BARE: Final = "FastAPI's EventSourceResponse, the same events from memory"

PATIENCE_SECONDS: Final = 60.0

Add = Callable[[], Awaitable[int]]
"""Adds the next events; the id of the last."""


async def measure(
    ground: Ground,
    rounds: Rounds,
    *,
    events: int = 2_000,
    at_once: int = 100,
    readers: int = 100,
    readers_a_key: int = 10,
) -> list[Result]:
    """One row: events a second, counted for each reader who gets them; so many are added at once."""
    async with ground.clinic() as clinic:
        keys = [await _key(clinic, number) for number in range(-(-readers // readers_a_key))]
        source = _Source(clinic, list(one_client(0, at_once + events * (rounds.count + 1))), at_once)
        sample = await source.sample()
        asking = [_get("/v1/events", f"Authorization: Bearer {keys[each // readers_a_key]}") for each in range(readers)]
        async with (
            serving(clinic, *SERVE_API) as port,
            serving(clinic, "-m", "benchmarks.bare_stream") as bare_port,
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{bare_port}") as http,
        ):

            async def add_bare() -> int:
                return int((await http.post("/events", content=sample, headers={"Content-Type": JSON})).text)

            async def ours() -> float:
                resuming = [request % source.position for request in asking]
                return await _rate(port, resuming, source.add, events // at_once, events)

            async def bare() -> float:
                return await _rate(bare_port, [_get("/events")] * readers, add_bare, events // at_once, events)

            reached, bare_reached = await rounds.interleaved([("feed", ours), ("feed, bare", bare)])
    measured = f"feed to {readers} readers of server-sent events, {at_once} recorded at once"
    return [Result(measured, BARE, "events/s", reached, bare_reached, Limit(10))]


class _Source:
    """One client's story, recorded part by part."""

    def __init__(self, clinic: BenchmarkClinic, story: Sequence[SimulatedEntry], at_once: int) -> None:
        self._clinic = clinic
        self._story = iter(story)
        self._at_once = at_once
        self._versions: dict[UUID, int] = {}
        self.position = 0

    async def add(self) -> int:
        """Records the next part, as an import does."""
        system, organization_id = self._clinic.system, self._clinic.organization_id
        part = list(islice(self._story, self._at_once))
        sealed = await seal_entries(system.store, system.keyring, organization_id, part, self._versions)
        self.position = (await system.store.append_bulk(organization_id, sealed))[-1]
        return self.position

    async def sample(self) -> bytes:
        """A first part, as the feed tells it: a JSON array."""
        await self.add()
        organization_id = self._clinic.organization_id
        part = await Headers(self._clinic.system.pool).after(organization_id, 0, limit=self._at_once)
        told = (event.json_bytes for event in feed_events(organization_id, part.headers))
        return b"[%b]" % b",".join(told)


async def _rate(port: int, requests: Sequence[bytes], add: Add, times: int, events: int) -> float:
    """Events a second that reach the readers, from the first that is added until everybody has the last."""
    loop = asyncio.get_running_loop()
    readers = [_Reader(request) for request in requests]
    for reader in readers:
        await loop.create_connection(partial(_same, reader), "127.0.0.1", port)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await asyncio.gather(*(reader.begun for reader in readers))
        began = time.perf_counter()
        last = 0
        for _ in range(times):
            last = await add()
        await asyncio.gather(*(reader.came_to(last) for reader in readers))
    seconds = time.perf_counter() - began
    for reader in readers:
        reader.close()
    return events * len(readers) / seconds


def _get(path: str, *headers: str) -> bytes:
    """A request for a stream; `%` puts the last id into that of ours."""
    resuming = ("Last-Event-ID: %d",) if headers else ()
    lines = (f"GET {path} HTTP/1.1", "Host: localhost", "Accept: text/event-stream", *headers, *resuming, "", "")
    return "\r\n".join(lines).encode()


def _same(reader: "_Reader") -> "_Reader":
    return reader


class _Reader(asyncio.Protocol):
    """Looks for ids alone: the generator shares the machine's cores with what it measures."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self._end = b""
        self._last = 0
        self._awaited: tuple[int, asyncio.Future[None]] | None = None
        self.begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        text = self._end + data
        if not self.begun.done() and b"retry:" in text:
            assert text.startswith(b"HTTP/1.1 200"), text
            self.begun.set_result(None)
        self._end = text[-2_000:]
        start = text.rfind(b"\nid: ")
        end = text.find(b"\n", start + 1)
        if start >= 0 and end > start:
            self._last = int(text[start + len(b"\nid: ") : end])
            if self._awaited is not None and self._last >= self._awaited[0] and not self._awaited[1].done():
                self._awaited[1].set_result(None)

    async def came_to(self, last: int) -> None:
        """Return once the event with this id has come."""
        if self._last < last:
            self._awaited = last, asyncio.get_running_loop().create_future()
            await self._awaited[1]

    def close(self) -> None:
        self._transport.close()


async def _key(clinic: BenchmarkClinic, number: int) -> str:
    _, token = await clinic.system.api_keys.create(
        clinic.organization_id, f"reader-{number}", KeyRole.SYSTEM, {"system/Feed.s"}
    )
    return token
