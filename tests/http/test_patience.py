"""Connections that say nothing, or say it slowly: none is held for ever, and none holds up a stop."""

import time
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID

import pytest

from service.database.embedded import DatabaseUrls
from tests.http.conftest import LIMITS
from tests.http.live import Live, serving
from tests.http.raw import Connection, get, post
from tests.http.test_heads import CREATE


def test_a_silent_connection_is_ended(live: Live) -> None:
    with live.connect() as connection:
        assert connection.ended() == b""


@pytest.mark.parametrize("sent", [b"GET /heal", get("/healthz")[:-2]])
def test_half_a_head_is_ended(live: Live, sent: bytes) -> None:
    with live.connect() as connection:
        connection.send(sent)
        connection.answer().problem("request-timeout")
        connection.ended()


def test_half_a_head_after_a_request_is_ended(live: Live) -> None:
    with live.connect() as connection:
        connection.send(get("/healthz"))
        assert connection.answer().status == 200
        connection.send(b"GET /heal")
        connection.answer().problem("request-timeout")
        connection.ended()


def test_half_a_body_is_ended(live: Live) -> None:
    with live.connect() as connection:
        connection.send(post("/v1/clients", CREATE, live.authorization)[:-10])
        connection.answer().problem("request-timeout")
        assert connection.ended() == b""


def test_half_a_body_that_nobody_reads_is_ended(live: Live) -> None:
    with live.connect() as connection:
        connection.send(post("/v1/clients", CREATE)[:-10])
        connection.answer().problem("key-needed")
        assert _drip(connection) < 20


def test_a_body_that_comes_a_byte_at_a_time_is_ended(live: Live) -> None:
    with live.connect() as connection:
        connection.send(post("/v1/clients", b" " * 1_000, live.authorization)[:-1_000])
        assert _drip(connection) < 20
        connection.answer().problem("request-timeout")


def test_an_idle_connection_is_ended(live: Live) -> None:
    with live.connect() as connection:
        connection.send(get("/healthz"))
        assert connection.answer().status == 200
        assert connection.ended() == b""


def test_who_takes_no_answers_off_is_ended(live: Live) -> None:
    asked = 200
    with live.connect() as connection:
        connection.send(get("/openapi.json") * asked)
        time.sleep(2 * LIMITS["request_body_seconds"])
        assert connection.ended().count(b"HTTP/1.1 200") < asked


def test_a_stop_waits_for_none_of_them(database: DatabaseUrls, counselor_of: tuple[UUID, str], tmp_path: Path) -> None:
    with serving(database, *counselor_of, tmp_path) as live, ExitStack() as stack:
        silent, head, body, unread = (stack.enter_context(live.connect()) for _ in range(4))
        head.send(b"GET /heal")
        body.send(post("/v1/clients", CREATE, live.authorization)[:-10])
        unread.send(post("/v1/clients", CREATE)[:-10])
        unread.answer().problem("key-needed")
        assert live.ask(get("/healthz")) == 200

        assert live.stop() < 10
        body.answer().problem("request-timeout")
        assert (silent.ended(), head.ended()) == (b"", b"")


def _drip(connection: Connection) -> int:
    """Send spaces ten times a second until the connection is closed or half a minute is over; how many seconds."""
    began = time.monotonic()
    while time.monotonic() - began < 30 and connection.send(b" "):
        time.sleep(0.1)
    return round(time.monotonic() - began)
