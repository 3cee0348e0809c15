"""The database goes away and comes back while everybody is at work: what was acknowledged is there once, and whoever
follows is told everything once, in order, by going on from where they stood."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from httpx_sse import aconnect_sse

from tests.api.test_import import client_id, event_id, history
from tests.crash.load import Load
from tests.service_process import A_SYSTEMS_KEY, ServiceProcess
from tests.subscriptions.receiving import receiving

FEED = "/v1/events"
LINES = 60


class Follower:
    """Follows the feed as docs/following.md says, and notes what it was told; and how often it was interrupted."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self.told: list[int] = []
        self.interrupted = 0

    @property
    def last(self) -> int:
        """The position up to which it was told."""
        return self.told[-1] if self.told else 0

    async def stream(self) -> None:
        """By server-sent events, connecting again with the last id; until cancelled."""
        while True:
            try:
                headers = {"Last-Event-ID": str(self.last)}
                async with aconnect_sse(self._http, "GET", FEED, headers=headers) as source:
                    source.response.raise_for_status()
                    async for event in source.aiter_sse():
                        self.told.append(int(event.id))
            except httpx.HTTPStatusError as error:
                assert error.response.status_code == 503
            self.interrupted += 1
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
                self.interrupted += 1
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


async def test_the_database_goes_and_comes_back_under_everybody_who_records_and_follows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for setting in ("WEBHOOKS_OVER_HTTP", "WEBHOOKS_TO_PRIVATE_ADDRESSES"):
        monkeypatch.setenv(f"CARE_TIMELINE_{setting}", "true")
    service = ServiceProcess(tmp_path)
    service.command("organizations", "create", "Riverbend", "--time-zone", "America/Chicago")
    load = Load(key := service.command(*A_SYSTEMS_KEY))
    try:
        await service.start()
        headers = {"Authorization": f"Bearer {key}"}
        async with (
            receiving() as receiver,
            httpx.AsyncClient(base_url=service.address, headers=headers, timeout=60) as http,
        ):
            (await http.post("/v1/webhooks", json={"url": receiver.url})).raise_for_status()
            await load.begin(service.address)
            streaming, polling = Follower(http), Follower(http)
            began, stop = asyncio.Event(), asyncio.Event()
            async with asyncio.TaskGroup() as group:
                following = [group.create_task(each) for each in (streaming.stream(), polling.poll())]
                writing = group.create_task(load.insist(service.address, stop))
                imported = group.create_task(importing(http, began))
                await began.wait()
                await _until(load, 50)
                await asyncio.to_thread(service.kill_postgresql)
                await _until(load, 50)
                stop.set()
                await writing
                await imported
                end = (await http.get(FEED, params={"limit": 1})).json()["position"]
                async with asyncio.timeout(20):
                    while min(streaming.last, polling.last) < end:  # noqa: ASYNC110 nobody tells
                        await asyncio.sleep(0.05)
                    while len(set(receiver.ids)) < end:  # noqa: ASYNC110 nobody tells
                        await asyncio.sleep(0.05)
                for task in following:
                    task.cancel()
            everything = await _all(http, end)

        assert load.refusals, "nobody was writing when it went"
        assert streaming.told == polling.told == list(range(1, end + 1))
        recorded = await load.assert_each_once(service.address)
        assert end == recorded + len(load.clients) + LINES
        assert [id_ for id_, client in everything if client == str(client_id("gone 0"))] == [
            str(event_id("gone 0", number)) for number in range(LINES)
        ]
        assert set(receiver.ids) == {UUID(id_) for id_, _ in everything}
        await service.caught_up()
    finally:
        await service.close()


async def _until(load: Load, further: int) -> None:
    enough = load.more_than(further)
    async with asyncio.timeout(30):
        while not enough():  # noqa: ASYNC110 nobody tells
            await asyncio.sleep(0.01)


async def _all(http: httpx.AsyncClient, end: int) -> list[tuple[str, str]]:
    """Every event of the log, by its id and its client's, in order."""
    found: list[tuple[str, str]] = []
    while len(found) < end:
        answer = await http.get(FEED, params={"after": len(found), "limit": 1_000})
        found += [(event["id"], event["client_id"]) for event in answer.json()["events"]]
    return found
