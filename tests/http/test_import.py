"""An import over a socket: it may take long, and whoever falls silent is not waited for."""

import json
import time

import pytest_asyncio

from service.access.caller import KeyRole
from service.bootstrap import System
from tests.api.clinic import REGISTERED, SESSION
from tests.api.test_import import line, ndjson
from tests.http.conftest import LIMITS
from tests.http.live import Live
from tests.http.raw import Connection


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def key(live: Live, system: System) -> str:
    """The key of a system that imports."""
    _, key = await system.api_keys.create(live.organization_id, "ehr", KeyRole.SYSTEM, {"system/*.c"})
    return key


def begin(connection: Connection, key: str) -> None:
    head = (
        "POST /v1/import HTTP/1.1", "Host: care-timeline", f"Authorization: Bearer {key}",
        "Content-Type: application/x-ndjson", "Transfer-Encoding: chunked", "Connection: close", "", "",
    )  # fmt: skip
    assert connection.send("\r\n".join(head).encode())


def chunk(content: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(content), content)


def lines_in(answer: bytes) -> list[dict[str, object]]:
    """The lines of an answer that is sent in chunks, which end with lines."""
    return [json.loads(each) for each in answer.split(b"\r\n") for each in each.splitlines() if each[:1] == b"{"]


def test_an_import_takes_longer_than_another_body_may(live: Live, key: str) -> None:
    began = time.monotonic()
    with live.connect() as connection:
        begin(connection, key)
        for number, event in enumerate([REGISTERED, SESSION, SESSION, SESSION]):
            assert connection.send(chunk(ndjson([line("slow", number, event)])))
            time.sleep(0.4 * LIMITS["request_body_seconds"])
        connection.send(chunk(b""))
        told = lines_in(connection.ended())

    assert time.monotonic() - began > LIMITS["request_body_seconds"]
    assert [each["status"] for each in told] == ["recorded"] * 4 + ["complete"]


def test_who_falls_silent_is_told_how_far_it_came(live: Live, key: str) -> None:
    with live.connect() as connection:
        begin(connection, key)
        connection.send(chunk(ndjson([line("silent", 0, REGISTERED)]) + b'{"client_id'))
        told = lines_in(connection.ended())

    assert [(each["status"], each.get("next_line")) for each in told] == [("recorded", None), ("stopped", 2)]
