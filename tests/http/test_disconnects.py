"""Callers who leave at any byte: what they asked for is there whole or not at all, and nothing of them stays behind."""

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest
import pytest_asyncio

from service.access.caller import KeyRole
from service.bootstrap import System
from tests.api.clinic import SESSION, Clinic, recording
from tests.api.test_import import history, ndjson
from tests.http.at_rest import nothing_left_behind
from tests.http.raw import get, post
from tests.http.serving import served

AT_ONCE = 16


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def address(system: System) -> AsyncIterator[str]:
    """Where the API answers."""
    async with served(system) as address:
        yield address


@pytest_asyncio.fixture(loop_scope="session")
async def clinic(system: System, organization_id: UUID, address: str) -> AsyncIterator[Clinic]:
    """A clinic that a system calls."""
    _, key = await system.api_keys.create(organization_id, "ehr", KeyRole.SYSTEM, {"system/*.cruds"})
    async with httpx.AsyncClient(base_url=address, timeout=20) as http:
        yield Clinic(http, system, organization_id, key)


class Leaving:
    """Connections of the clinic that end early."""

    def __init__(self, clinic: Clinic) -> None:
        self._port = clinic.http.base_url.port or 0
        self._turns = asyncio.Semaphore(AT_ONCE)
        self.headers = (f"Authorization: Bearer {clinic.key}", "Connection: close")

    async def send(self, request: bytes, *, take: int = 0, reset: bool = False) -> bytes:
        """Send it, take so many bytes of what comes and leave: in order, or as a machine that is switched off."""
        async with self._turns:
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
            writer.write(request)
            await writer.drain()
            taken = b""
            while len(taken) < take and (more := await reader.read(take - len(taken))):
                taken += more
            if reset:
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.close()
            return taken


def spread(length: int, many: int) -> list[int]:
    """So many places in that length, its ends among them."""
    return sorted({0, 1, length - 1, length, *(length * part // many for part in range(1, many))})


async def test_a_request_that_breaks_off_at_any_byte_records_all_of_it_or_nothing(clinic: Clinic) -> None:
    leaving, client = Leaving(clinic), await clinic.client()
    names = [f"visit-{number}" for number in range(2)]
    sent = [recording(SESSION, at="2026-03-03T15:00:00Z"), recording(SESSION)]
    requests = {
        name: post(
            f"/v1/clients/{client}/events", json.dumps(sent).encode(), *leaving.headers, f"Idempotency-Key: {name}"
        )
        for name in names
    }

    async with nothing_left_behind(clinic.system):
        for reset, request in zip((False, True), requests.values(), strict=True):
            await asyncio.gather(*(leaving.send(request[:end], reset=reset) for end in spread(len(request) - 1, 60)))
    assert await clinic.versions(client) == [1], "none was complete"

    async with nothing_left_behind(clinic.system):
        for reset, request in zip((False, True), requests.values(), strict=True):
            await asyncio.gather(*(leaving.send(request, take=take, reset=reset) for take in (0, 1, 100)))
    first = len(await clinic.versions(client)) - 1
    assert first % len(sent) == 0, "all of a request or nothing"

    for name in names:
        answers = [await clinic.record(client, *sent, headers={"Idempotency-Key": name}) for _ in range(2)]
        assert answers[-1].status_code == 200
        assert answers[0].json() == answers[1].json()
    assert await clinic.versions(client) == list(range(1, 2 + len(names) * len(sent)))


async def test_an_answer_that_nobody_takes_to_its_end_leaves_nothing_behind(clinic: Clinic) -> None:
    leaving, client = Leaving(clinic), await clinic.client()
    for _ in range(3):
        assert (await clinic.record(client, *[recording(SESSION)] * 100)).status_code == 201
    stream = "Accept: text/event-stream"
    long = [
        get(f"/v1/clients/{client}/events?limit=1000", *leaving.headers),
        get(f"/v1/clients/{client}/care-plan", *leaving.headers),
        get("/v1/events?limit=1000&content=true", *leaving.headers),
        get("/v1/events?after=0", *leaving.headers, stream),
    ]
    waiting = {
        get("/v1/events?after=301", *leaving.headers, stream): 150,
        get("/v1/events?after=301&wait=20", *leaving.headers): 0,
    }

    async with nothing_left_behind(clinic.system):
        await asyncio.gather(
            *(
                leaving.send(request, take=take, reset=reset)
                for reset in (False, True)
                for request in long
                for take in (0, 1, 200, 5_000)
            ),
            *(leaving.send(request, take=take, reset=True) for request, take in waiting.items()),
        )


@pytest.mark.parametrize("reset", [False, True])
async def test_an_import_that_breaks_off_anywhere_is_completed_by_sending_it_again(clinic: Clinic, reset: bool) -> None:
    leaving = Leaving(clinic)
    ends_and_takes = [(1_000, 1), (1_000, 300), (4_000, 0), (4_000, 300), (8_000, 1), (8_000, 300)]
    names = [f"left {reset} {number}" for number in range(len(ends_and_takes))]
    whole = {name: ndjson(history(1, 40, name)) for name in names}

    async with nothing_left_behind(clinic.system):
        await asyncio.gather(
            *(
                leaving.send(_import(content, *leaving.headers)[:end], take=take, reset=reset)
                for content, (end, take) in zip(whole.values(), ends_and_takes, strict=True)
            )
        )

    for name, content in whole.items():
        answer = await clinic.request(
            "POST", "/v1/import", content=content, headers={"Content-Type": "application/x-ndjson"}
        )
        *_, end = map(json.loads, answer.text.splitlines())
        assert (end["status"], end["recorded"] + end["already"]) == ("complete", 41), name


def _import(content: bytes, *headers: str) -> bytes:
    head = (
        "POST /v1/import HTTP/1.1", "Host: care-timeline", *headers, "Content-Type: application/x-ndjson",
        f"Content-Length: {len(content)}", "", "",
    )  # fmt: skip
    return "\r\n".join(head).encode() + content
