"""What comes before a body: how much of it is read, and what is a header at all."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.api.clinic import REGISTERED, SESSION, recording
from tests.http.live import Live
from tests.http.raw import chunked, get, post

HEADER = "X-Padding: "
CREATE = json.dumps({"events": [recording(REGISTERED)]}).encode()
RECORD = json.dumps(recording(SESSION)).encode()


def test_headers_of_an_everyday_size_are_read(live: Live) -> None:
    assert live.ask(get("/healthz", HEADER + "x" * 8_000, *(f"X-{place}: x" for place in range(100)))) == 200


@pytest.mark.parametrize(
    "head",
    [
        get("/healthz", HEADER + "x" * 70_000),
        get("/healthz", HEADER + "x" * 5_000_000),
        get("/healthz", *["X: x"] * 200_000),
        get("/healthz?" + "x" * 70_000),
        get("/healthz?" + "x" * 5_000_000),
        get("/healthz", "X" * 5_000_000 + ": x"),
    ],
    ids=["large", "huge", "many", "long-query", "huge-query", "long-name"],
)
def test_more_than_64_kb_of_head_is_a_problem_and_ends_the_connection(live: Live, head: bytes) -> None:
    with live.connect() as connection:
        connection.send(head)
        connection.answer().problem("header-too-large")
        connection.ended()


def test_heads_that_never_end_take_no_memory(live: Live) -> None:
    before = live.memory()

    def flood(_: int) -> float:
        with live.connect() as connection:
            connection.send(get("/healthz")[:-2] + b"X: ")
            while connection.send(b"x" * 1_000_000):
                pass
        return live.memory()

    with ThreadPoolExecutor(8) as pool:
        assert max(pool.map(flood, range(8))) - before < 40


def test_what_comes_after_the_body_gives_no_key(live: Live) -> None:
    with live.connect() as connection:
        connection.send(chunked("/v1/clients", CREATE, trailers=(live.authorization,)))
        connection.answer().problem("key-needed")


def test_what_comes_after_the_body_is_obeyed_by_nobody(live: Live) -> None:
    with live.connect() as connection:
        connection.send(post("/v1/clients", CREATE, live.authorization))
        client = json.loads(connection.answer().body)["client_id"]
        path = f"/v1/clients/{client}/events"
        connection.send(chunked(path, RECORD, live.authorization, trailers=('If-Match: "7"', "X-Request-Id: after")))
        answer = connection.answer()

    assert answer.status == 201
    assert answer.headers["x-request-id"] != "after"


def test_trailers_that_never_end_take_no_memory(live: Live) -> None:
    before = live.memory()
    with live.connect() as connection:
        connection.send(chunked("/v1/clients", CREATE, live.authorization)[:-2] + b"X: ")
        while connection.send(b"x" * 1_000_000):
            assert live.memory() - before < 40


@pytest.mark.parametrize(
    "sent",
    [
        b"hello\r\n\r\n",
        b"GET /healthz HTTP/9.9\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n",
        b"GET http://[::1 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /v1/clients HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
        b"POST /v1/clients HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
)
def test_what_is_no_http_is_a_problem_and_ends_the_connection(live: Live, sent: bytes) -> None:
    with live.connect() as connection:
        connection.send(sent)
        connection.answer().problem("malformed-request")
        assert connection.ended() == b""


def test_a_body_that_breaks_off_in_its_form_is_answered_once(live: Live) -> None:
    with live.connect() as connection:
        connection.send(chunked("/v1/clients", CREATE, live.authorization)[:-5] + b"no chunk\r\n")
        connection.answer().problem("malformed-request")
        assert connection.ended() == b""


def test_a_problem_of_the_second_request_is_told_after_the_answer_to_the_first(live: Live) -> None:
    with live.connect() as connection:
        connection.send(get("/healthz") + b"hello\r\n\r\n")
        assert connection.answer().status == 200
        assert b"200 OK" not in connection.ended()
