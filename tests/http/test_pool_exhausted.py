"""Every connection to the database is taken: nobody waits past the deadline, and nothing is lost or done by halves."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
import pytest_asyncio

from service.access.caller import SCOPES_OF_ROLE, Caller, KeyRole
from service.bootstrap import System
from service.database.embedded import DatabaseUrls
from service.serving.projecting import projecting
from service.subscriptions.webhook_receivers import Receivers
from tests.api.clinic import REGISTERED, SESSION, Clinic, Json, problem_in, recording
from tests.api.test_import import line, ndjson
from tests.http.at_rest import connections_at_rest
from tests.http.serving import served
from tests.subscriptions.receiving import receiving
from tests.system import followed

DEADLINE_SECONDS = 1.0
MARGIN_SECONDS = 2.0
FOLLOWING = 40
"""Streams, and as many requests that wait: more than there are connections to the database, many times."""


@asynccontextmanager
async def all_taken(system: System) -> AsyncIterator[None]:
    """Meanwhile others have every connection of both pools."""
    async with AsyncExitStack() as stack:
        for pool in (system.pool, system.log_pool):
            for _ in range(pool.get_max_size()):
                await stack.enter_async_context(pool.acquire())
        yield


@pytest_asyncio.fixture(loop_scope="session")
async def clinic(system: System, organization_id: UUID) -> AsyncIterator[Clinic]:
    """A clinic that a system calls; the service gives up soon, and the projector runs beside it."""
    hurried = replace(system, settings=system.settings.model_copy(update={"request_seconds": DEADLINE_SECONDS}))
    _, key = await system.api_keys.create(organization_id, "ehr", KeyRole.SYSTEM, {"system/*.cruds"})
    limits = httpx.Limits(max_connections=None)
    async with (
        projecting(system),
        served(hurried) as address,
        httpx.AsyncClient(base_url=address, timeout=20, limits=limits) as http,
    ):
        yield Clinic(http, system, organization_id, key)


@dataclass(frozen=True)
class Asked:
    """Requests of every kind about one client, of which each records or reads what there is."""

    clinic: Clinic
    client: str
    session: Json

    async def record(self) -> httpx.Response:
        return await self.clinic.record(self.client, self.session)

    async def all(self) -> list[httpx.Response]:
        """The answers, of which each must come in time."""
        get = self.clinic.get
        reads = ("events", "care-plan", "summary", "crisis-card")
        return await asyncio.gather(
            self._in_time(self.record()),
            self._in_time(self.clinic.create(recording(REGISTERED))),
            *(self._in_time(get(f"/v1/clients/{self.client}/{what}")) for what in reads),
            *(self._in_time(get(f"/v1/{what}")) for what in ("worklist", "caseload", "signals", "events", "webhooks")),
            self._in_time(get("/v1/events", after=0, wait=20)),
            self._in_time(get("/v1/events", {"Accept": "text/event-stream"})),
            self._in_time(get("/readyz")),
        )

    async def _in_time(self, asking: Coroutine[Any, Any, httpx.Response]) -> httpx.Response:
        began = time.monotonic()
        answer = await asking
        assert time.monotonic() - began < DEADLINE_SECONDS + MARGIN_SECONDS, answer.url
        return answer


@pytest_asyncio.fixture(loop_scope="session")
async def asked(clinic: Clinic) -> Asked:
    """A client whom everybody who follows knows of."""
    client = await clinic.client()
    await followed(clinic.system, clinic.organization_id)
    return Asked(clinic, client, recording(SESSION, id=str(uuid4())))


async def test_while_all_connections_are_taken_requests_are_told_to_come_again_and_nothing_is_lost(
    asked: Asked,
) -> None:
    clinic, system = asked.clinic, asked.clinic.system
    async with all_taken(system):
        answers = await asked.all()
        assert (await clinic.get("/healthz")).status_code == 200

    for answer in answers:
        assert answer.status_code == 503, answer.text
        assert int(answer.headers["retry-after"]) > 0
        problem_in(answer, answer.json()["type"].rpartition("/")[2])
    async with asyncio.timeout(5):  # what a look began to wait for may still be waited for
        while (await clinic.get("/readyz")).status_code != 200:
            pass
    assert (await asked.record()).status_code in {200, 201}
    assert (await asked.record()).status_code == 200
    assert await clinic.versions(asked.client) == [1, 2]
    await followed(system, clinic.organization_id)
    await connections_at_rest(system)


async def test_while_everything_waits_in_a_lock_requests_are_told_to_come_again_and_nothing_is_done_by_halves(
    asked: Asked, database: DatabaseUrls
) -> None:
    clinic, system = asked.clinic, asked.clinic.system
    superuser = await asyncpg.connect(database.superuser)
    tables = "log.event, log.log_head, log.timeline_head, keyring.client_key, access.api_key, subscription.webhook"
    try:
        async with superuser.transaction():
            await superuser.execute(f"lock table {tables} in access exclusive mode")
            assert {answer.status_code for answer in (await asked.all())[:-1]} == {503}
        logged = await superuser.fetchval(
            "select count(*) from log.event where organization_id = $1", clinic.organization_id
        )
    finally:
        await superuser.close()

    assert logged == 1
    assert (await asked.record()).status_code == 201
    assert await clinic.versions(asked.client) == [1, 2]
    await followed(system, clinic.organization_id)
    await connections_at_rest(system)


async def test_those_who_follow_hold_no_connection_and_are_told_what_was_recorded_after_an_outage(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic, system = asked.clinic, asked.clinic.system
    monkeypatch.setattr(system.feed, "_readers_per_key", 2 * FOLLOWING)
    receivers = Receivers(allow_private=True)
    monkeypatch.setattr(system.webhook_sender, "_receivers", receivers)
    (key,) = await system.api_keys.list(clinic.organization_id)
    path = "/v1/events?after=1"
    following: list[asyncio.Task[str]] = []
    async with asyncio.timeout(20):
        while len(following) < 2 * FOLLOWING:
            following.append(asyncio.create_task(_first_told(clinic, path, "text/event-stream")))
            following.append(asyncio.create_task(_first_told(clinic, f"{path}&wait=20", "*/*")))
            while system.feed.readers(key.key_id) < len(following):  # noqa: ASYNC110 nobody tells
                await asyncio.sleep(0.001)

    async with receiving() as receiver:
        caller = Caller(clinic.organization_id, uuid4(), "ehr", KeyRole.SYSTEM, SCOPES_OF_ROLE[KeyRole.SYSTEM])
        await system.webhooks.create(caller, receiver.url, None, "Scheduling")
        async with asyncio.timeout(2), all_taken(system):
            problem_in(await asked.record(), "deadline-exceeded")
            assert not any(task.done() for task in following)
        assert (await asked.record()).status_code in {200, 201}
        await receiver.came(1)

    async with asyncio.timeout(10):
        assert set(await asyncio.gather(*following)) == {asked.session["id"]}
    assert receiver.ids == [UUID(asked.session["id"])]
    await receivers.close()
    await connections_at_rest(system)


async def test_an_import_says_how_far_it_came_where_no_connection_comes_free(clinic: Clinic) -> None:
    async with AsyncExitStack() as taken:

        async def body() -> AsyncIterator[bytes]:
            yield ndjson([line("exhausted", 0, REGISTERED)])
            async with asyncio.timeout(10):
                while not await clinic.system.store.log_head(clinic.organization_id):  # noqa: ASYNC110 nobody tells
                    await asyncio.sleep(0.01)
            await taken.enter_async_context(all_taken(clinic.system))
            yield ndjson([line("exhausted", 1, SESSION)])

        answer = await clinic.request(
            "POST", "/v1/import", content=body(), headers={"Content-Type": "application/x-ndjson"}
        )

    first, end = map(json.loads, answer.text.splitlines())
    assert (first["status"], end["status"], end["next_line"]) == ("recorded", "stopped", 2)
    assert end["problem"]["type"] == "/v1/problems/database-unavailable"


async def _first_told(clinic: Clinic, path: str, accept: str) -> str:
    """The id of the first event that is told there."""
    async with clinic.http.stream(
        "GET", path, headers={"Authorization": f"Bearer {clinic.key}", "Accept": accept}
    ) as answer:
        assert answer.status_code == 200
        async for said in answer.aiter_lines():
            if said.startswith("data: "):
                return str(json.loads(said[len("data: ") :])["id"])
            if said.startswith("{"):
                return str(json.loads(said)["events"][0]["id"])
    raise AssertionError("It ended before anything was told.")
