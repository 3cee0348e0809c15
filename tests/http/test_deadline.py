"""A database that does not answer keeps nobody waiting for longer than the deadline."""

import json
import signal
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import psutil
import pytest

from service.database.embedded import DatabaseUrls, EmbeddedPostgres
from tests.api.clinic import SESSION, Json, recording
from tests.http.live import Live, serving
from tests.http.raw import Answer, get, post
from tests.http.test_heads import CREATE

DEADLINE_SECONDS = 2
GIVEN_UP_SECONDS = DEADLINE_SECONDS + 2
"""By then the answer is there: after the deadline a connection that hangs is given a second to come to rest."""


@pytest.fixture(scope="module")
def hurried(
    database: DatabaseUrls, counselor_of: tuple[UUID, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Live]:
    """A service that gives up soon."""
    settings = {"request_seconds": DEADLINE_SECONDS}
    with serving(database, *counselor_of, tmp_path_factory.mktemp("hurried"), settings) as live:
        yield live


@contextmanager
def hung(server: EmbeddedPostgres) -> Iterator[None]:
    """Meanwhile, no process of PostgreSQL does anything; connections to it stay open."""
    folder = Path(server.log_file).parent
    with _stopped(
        process
        for process in psutil.process_iter(["name", "cwd"])
        if process.info["name"] == "postgres" and Path(process.info["cwd"] or "/").is_relative_to(folder)
    ):
        yield


@asynccontextmanager
async def connections_hung(database: DatabaseUrls) -> AsyncIterator[None]:
    """Meanwhile, none of the connections that the service holds now is answered; new ones are."""
    superuser = await asyncpg.connect(database.superuser)
    serving = "select pid from pg_stat_activity where datname = current_database() and application_name = $1"
    held = await superuser.fetch(serving, "care-timeline")
    await superuser.close()
    with _stopped(psutil.Process(each["pid"]) for each in held):
        yield


@contextmanager
def _stopped(processes: Iterable[psutil.Process]) -> Iterator[None]:
    stopped = []
    try:
        for process in processes:
            process.send_signal(signal.SIGSTOP)
            stopped.append(process)
        assert len(stopped) > 2
        yield
    finally:
        for each in stopped:
            each.send_signal(signal.SIGCONT)


def test_while_the_database_hangs_requests_end_at_their_deadline_and_go_on_afterwards(
    hurried: Live, server: EmbeddedPostgres
) -> None:
    client = _client(hurried)
    events, event = f"/v1/clients/{client}/events", recording(SESSION, id=str(uuid4()))
    write = post(events, json.dumps(event).encode(), hurried.authorization)
    reads = _reads(hurried, client)
    for request in reads:
        assert hurried.ask(request) == 200

    with hung(server):
        began = time.monotonic()
        # More than there are connections to the database.
        answers = _ask_together(hurried, [write, *reads, get("/readyz")] * 10)
        assert time.monotonic() - began < GIVEN_UP_SECONDS
        assert hurried.ask(get("/healthz")) == 200
    for answer in answers:
        said = answer.problem(json.loads(answer.body)["type"].rpartition("/")[2])
        assert answer.status == 503, said
        assert int(answer.headers["retry-after"]) > 0
    assert {json.loads(answer.body)["type"] for answer in answers} <= {
        "/v1/problems/deadline-exceeded",
        "/v1/problems/database-unavailable",
    }

    assert hurried.ask(get("/readyz")) == 200
    assert hurried.ask(write) in {200, 201}
    assert [each["id"] for each in _timeline(hurried, client)].count(event["id"]) == 1


def test_a_write_that_was_given_up_says_that_sending_it_again_is_safe(hurried: Live, server: EmbeddedPostgres) -> None:
    client = _client(hurried)
    write = post(f"/v1/clients/{client}/events", json.dumps(recording(SESSION)).encode(), hurried.authorization)
    with hung(server):
        (answer,) = _ask_together(hurried, [write])

    assert "again" in answer.problem("deadline-exceeded")["detail"]


async def test_connections_that_hang_are_given_up_and_requests_go_on_over_others(
    hurried: Live, database: DatabaseUrls
) -> None:
    client = _client(hurried)
    events, event = f"/v1/clients/{client}/events", recording(SESSION, id=str(uuid4()))
    write = post(events, json.dumps(event).encode(), hurried.authorization)
    requests = [write, *_reads(hurried, client), get("/readyz")]
    assert {answer.status for answer in _ask_together(hurried, requests[1:])} == {200}

    async with connections_hung(database):
        began = time.monotonic()
        assert 503 in {answer.status for answer in _ask_together(hurried, requests)}
        assert time.monotonic() - began < GIVEN_UP_SECONDS
        while {answer.status for answer in _ask_together(hurried, requests)} - {200, 201}:
            assert time.monotonic() - began < 3 * GIVEN_UP_SECONDS

    assert hurried.ask(write) == 200
    assert [each["id"] for each in _timeline(hurried, client)].count(event["id"]) == 1


def _reads(live: Live, client: str) -> list[bytes]:
    """Something of everything that is read by a role of care."""
    of_client = ("events", "care-plan", "summary", "crisis-card")
    paths = [*(f"/v1/clients/{client}/{what}" for what in of_client), "/v1/worklist", "/v1/caseload"]
    return [get(path, live.authorization) for path in paths]


def _client(live: Live) -> str:
    with live.connect() as connection:
        connection.send(post("/v1/clients", CREATE, live.authorization))
        client_id: str = json.loads(connection.answer().body)["client_id"]
    return client_id


def _timeline(live: Live, client: str) -> list[Json]:
    with live.connect() as connection:
        connection.send(get(f"/v1/clients/{client}/events", live.authorization))
        events: list[Json] = json.loads(connection.answer().body)["events"]
    return events


def _ask_together(live: Live, requests: list[bytes]) -> list[Answer]:
    def ask(request: bytes) -> Answer:
        with live.connect() as connection:
            connection.send(request)
            return connection.answer()

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(ask, requests))
