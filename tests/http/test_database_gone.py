"""The database goes away and comes back while everybody is at work: what was acknowledged is there once, and whoever
follows is told everything once, in order, by going on from where they stood."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import psutil
import pytest
import pytest_asyncio
from httpx_sse import aconnect_sse

from service.access.caller import SCOPES_OF_ROLE, Caller, KeyRole
from service.bootstrap import System
from service.database.embedded import EmbeddedPostgres
from service.serving.projecting import projecting
from service.subscriptions.webhook_receivers import Receivers
from tests.api.test_import import client_id, event_id, history
from tests.crash.load import Load
from tests.http.at_rest import connections_at_rest
from tests.http.serving import served
from tests.subscriptions.receiving import receiving
from tests.system import followed

FEED = "/v1/events"
LINES = 40


class Follower:
    """Follows the feed as docs/following.md says, and notes what it was told."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self.told: list[int] = []

    @property
    def last(self) -> int:
        """The position up to which it was told."""
        return self.told[-1] if self.told else 0

    async def stream(self) -> None:
        """By server-sent events, connecting again with the last id; until cancelled."""
        while True:
            headers = {"Last-Event-ID": str(self.last)}
            async with aconnect_sse(self._http, "GET", FEED, headers=headers) as source:
                assert source.response.status_code in {200, 503}
                if source.response.status_code == 200:
                    async for event in source.aiter_sse():
                        self.told.append(int(event.id))
            await asyncio.sleep(0.05)

    async def poll(self) -> None:
        """By requests that wait; until cancelled."""
        after = 0
        while True:
            answer = await self._http.get(FEED, params={"after": after, "wait": 20})
            if answer.status_code == 200:
                self.told += [event["position"] for event in answer.json()["events"]]
                after = answer.json()["next"]
            else:
                assert answer.status_code == 503, answer.text
                assert int(answer.headers["retry-after"]) > 0
                await asyncio.sleep(0.05)


async def importing(http: httpx.AsyncClient, began: asyncio.Event) -> int:
    """Import a history slowly, again from the beginning until all of it is there; how often that was."""
    lines = history(1, LINES - 1, "gone")

    async def body() -> AsyncIterator[bytes]:
        for each in lines:
            yield json.dumps(each).encode() + b"\n"
            began.set()
            await asyncio.sleep(0.02)

    for attempt in range(1, 20):
        answer = await http.post("/v1/import", content=body(), headers={"Content-Type": "application/x-ndjson"})
        if answer.status_code == 200:
            *_, end = map(json.loads, answer.text.splitlines())
            if end["status"] == "complete":
                assert end["recorded"] + end["already"] == LINES
                return attempt
            assert end["problem"]["status"] == 503, end
        else:
            assert answer.status_code == 503, answer.text
        await asyncio.sleep(0.1)
    raise AssertionError("It was never complete.")


@pytest_asyncio.fixture(loop_scope="session")
async def http(
    system: System, organization_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx.AsyncClient]:
    """Calls as a system; projector and webhooks run beside the API."""
    _, key = await system.api_keys.create(organization_id, "text-line", KeyRole.SYSTEM, {"system/*.cruds"})
    receivers = Receivers(allow_private=True)
    monkeypatch.setattr(system.webhook_sender, "_receivers", receivers)
    headers = {"Authorization": f"Bearer {key}"}
    async with (
        projecting(system),
        served(system) as address,
        httpx.AsyncClient(base_url=address, headers=headers, timeout=60) as http,
    ):
        yield http
    await receivers.close()


async def test_the_database_goes_and_comes_back_under_everybody_who_records_and_follows(
    http: httpx.AsyncClient, system: System, organization_id: UUID, server: EmbeddedPostgres
) -> None:
    address = str(http.base_url)
    load = Load(http.headers["Authorization"].removeprefix("Bearer "))
    await load.begin(address)
    async with receiving() as receiver:
        caller = Caller(organization_id, uuid4(), "text-line", KeyRole.SYSTEM, SCOPES_OF_ROLE[KeyRole.SYSTEM])
        await system.webhooks.create(caller, receiver.url, None, "Scheduling")
        begun_at = await system.store.log_head(organization_id)
        streaming, polling = Follower(http), Follower(http)
        began, stop = asyncio.Event(), asyncio.Event()
        async with asyncio.TaskGroup() as group:
            following = [group.create_task(each) for each in (streaming.stream(), polling.poll())]
            writing = group.create_task(load.insist(address, stop))
            imported = group.create_task(importing(http, began))
            await began.wait()
            await _until(load, 25)
            await asyncio.to_thread(_killed_and_started_again, server)
            await _until(load, 25)
            stop.set()
            await writing
            await imported
            end = await system.store.log_head(organization_id)
            async with asyncio.timeout(20):
                while min(streaming.last, polling.last) < end or len(set(receiver.ids)) < end - begun_at:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
            for task in following:
                task.cancel()
        log = await system.store.log(organization_id, limit=end)
        assert set(receiver.ids) == {event.id for event in log[begun_at:]}

    assert load.refusals, "nobody was writing when it went"
    assert streaming.told == polling.told == list(range(1, end + 1))
    assert await load.assert_each_once(address) + len(load.clients) + LINES == end
    imported_of = [event.id for event in log if event.client_id == client_id("gone 0")]
    assert imported_of == [event_id("gone 0", number) for number in range(LINES)]
    await followed(system, organization_id)
    await connections_at_rest(system)


def _killed_and_started_again(server: EmbeddedPostgres) -> None:
    folder = Path(server.log_file).parent
    for process in psutil.process_iter(["name", "cwd"]):
        if process.info["name"] == "postgres" and Path(process.info["cwd"] or "/").is_relative_to(folder):
            with suppress(psutil.NoSuchProcess):
                process.kill()
    server.start()


async def _until(load: Load, further: int) -> None:
    enough = load.more_than(further)
    async with asyncio.timeout(30):
        while not enough():  # noqa: ASYNC110 nobody tells
            await asyncio.sleep(0.01)
