"""The feed through real HTTP: nobody who follows it misses an event, or is told one twice."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
import pytest_asyncio
from httpx_sse import aconnect_sse

from domain.policy import Policy
from domain.policy.organization import ClientAccessPolicy
from service.access.caller import KeyRole, operator
from service.api import event_stream
from service.bootstrap import System
from service.database.embedded import DatabaseUrls
from service.log import headers
from service.serving.http_protocol import HttpLimits
from service.subscriptions import tail
from tests.api.clinic import SESSION, Clinic, problem_in, recording
from tests.databases import new_organization
from tests.erasing import erase
from tests.http.serving import served

FEED = "/v1/events"
SOON = 0.5
"""Seconds within which what happens at once has happened, also on a busy machine; a look takes two."""


@dataclass(frozen=True)
class Reader:
    """A clinic with a key of a system that follows the feed."""

    clinic: Clinic
    key_id: UUID

    async def part(self, **asked: Any) -> Any:
        answer = await self.clinic.get(FEED, **asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def streamed(self, count: int, after: int | None = None, **asked: Any) -> list[dict[str, Any]]:
        """So many events of a stream, which begins after the one with that id."""
        headers = {"Authorization": f"Bearer {self.clinic.key}"} | (
            {} if after is None else {"Last-Event-ID": str(after)}
        )
        told: list[dict[str, Any]] = []
        async with (
            asyncio.timeout(10),
            aconnect_sse(self.clinic.http, "GET", FEED, headers=headers, params=asked) as source,
        ):
            assert source.response.status_code == 200, await source.response.aread()
            async for event in source.aiter_sse():
                told.append(event.json())
                assert event.id == str(told[-1]["position"])
                if len(told) == count:
                    break
        return told

    async def readers(self, count: int, seconds: float = 5) -> None:
        """Wait until the key follows so many times at once."""
        async with asyncio.timeout(seconds):
            while self.clinic.system.feed.readers(self.key_id) != count:  # noqa: ASYNC110 nobody tells
                await asyncio.sleep(0.005)


@asynccontextmanager
async def reading(
    system: System, organization_id: UUID, address: str, scopes: str = "system/*.crus", *, name: str = "ehr"
) -> AsyncIterator[Reader]:
    record, key = await system.api_keys.create(organization_id, name, KeyRole.SYSTEM, set(scopes.split()))
    async with httpx.AsyncClient(base_url=address, timeout=10) as http:
        yield Reader(Clinic(http, system, organization_id, key), record.key_id)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def address(system: System) -> AsyncIterator[str]:
    """Where the API answers, which lets go soon who takes nothing off."""
    async with served(system, HttpLimits(body_seconds=0.5)) as address:
        yield address


@pytest_asyncio.fixture(loop_scope="session")
async def reader(system: System, organization_id: UUID, address: str) -> AsyncIterator[Reader]:
    async with reading(system, organization_id, address) as reader:
        yield reader


async def record(clinic: Clinic, client: str, count: int = 1) -> None:
    for _ in range(count):
        assert (await clinic.record(client, recording(SESSION))).status_code == 201


async def test_it_tells_the_header_of_each_event_and_goes_on_where_a_part_ended(reader: Reader) -> None:
    client = await reader.clinic.client()
    recorded = (await reader.clinic.record(client, recording(SESSION), recording(SESSION))).json()

    first = await reader.clinic.get(FEED, limit=1)
    rest = await reader.part(after=first.json()["next"])

    (registered,) = first.json()["events"]
    assert (first.json()["next"], first.json()["more"], first.json()["position"]) == (1, True, 3)
    assert first.links["next"]["url"] == f"{FEED}?after=1&limit=1"
    assert (registered["type"], registered["client_id"], registered["content"]) == ("client_registered", client, None)
    assert (registered["actor_id"], registered["recorded_by"]) == (str(reader.key_id), "system/ehr")
    assert [each["id"] for each in rest["events"]] == [each["id"] for each in recorded["events"]]
    assert (rest["next"], rest["more"]) == (3, False)
    assert await reader.part(after=3) == {"events": [], "next": 3, "more": False, "position": 3}


async def test_a_part_of_some_kinds_goes_on_after_all_others_that_it_has_passed(reader: Reader) -> None:
    client = await reader.clinic.client()
    await record(reader.clinic, client, 3)

    part = await reader.part(type="client_registered,client_moved")
    unknown = await reader.clinic.get(FEED, type="client_registered,client_levitated")

    assert [each["type"] for each in part["events"]] == ["client_registered"]
    assert (part["next"], part["more"]) == (4, False)
    assert problem_in(unknown, "invalid-input").errors[0].rule == "known_type"


async def test_positions_beyond_the_end_are_told_apart_from_quiet(reader: Reader) -> None:
    asked = await reader.clinic.get(FEED, after=7)
    streamed = await reader.clinic.get(FEED, {"Accept": "text/event-stream", "Last-Event-ID": "7"})

    assert problem_in(asked, "invalid-input").errors[0].field == "after"
    assert problem_in(streamed, "invalid-input").errors[0].field == "Last-Event-ID"


async def test_who_resumes_with_the_last_id_over_a_restart_misses_nothing_and_is_told_nothing_twice(
    system: System, organization_id: UUID
) -> None:
    told: list[int] = []
    for drained in (True, False):
        async with AsyncExitStack() as service:
            address = await service.enter_async_context(served(system, drained=drained))
            async with reading(system, organization_id, address, name=f"ehr-{drained}".lower()) as reader:
                client = await reader.clinic.client()
                writing = asyncio.create_task(record(reader.clinic, client, 6))
                streamed = await reader.streamed(5, told[-1] if told else 0)
                told += [each["position"] for each in streamed]
                following = asyncio.create_task(_ids(reader, told[-1]))
                await writing
                await reader.readers(1)
                began = time.monotonic()
                await service.aclose()
                told += await following
                assert time.monotonic() - began < 2, "a stop waits for no stream"

    async with served(system) as address, reading(system, organization_id, address) as reader:
        rest = (await reader.part(after=told[-1]))["events"]

    assert len(told) > 10
    assert told + [each["position"] for each in rest] == list(range(1, 15))


async def _ids(reader: Reader, after: int) -> list[int]:
    """The ids that a stream tells until it is ended from the other side."""
    headers = {"Authorization": f"Bearer {reader.clinic.key}", "Last-Event-ID": str(after)}
    async with aconnect_sse(reader.clinic.http, "GET", FEED, headers=headers) as source:
        return [int(event.id) async for event in source.aiter_sse()]


async def test_a_request_that_waits_is_answered_at_once_when_something_is_recorded(reader: Reader) -> None:
    client = await reader.clinic.client()
    waiting = asyncio.create_task(reader.part(after=1, wait=20))
    await reader.readers(1)

    await record(reader.clinic, client)
    began = time.monotonic()
    part = await waiting

    assert [each["position"] for each in part["events"]] == [2]
    assert time.monotonic() - began < SOON
    await reader.readers(0)


async def test_what_nobody_tells_of_is_found_by_looking(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    system = reader.clinic.system
    client = await reader.clinic.client()
    monkeypatch.setattr(system.wakeups, "_look_seconds", 0.1)
    monkeypatch.setattr(system.store, "_appended", lambda _: None)
    streaming = asyncio.create_task(reader.streamed(1, 1))
    await reader.readers(1)

    await record(reader.clinic, client)

    assert [each["position"] for each in await streaming] == [2]


async def test_whatever_goes_wrong_with_a_read_those_who_follow_are_told_after_the_next(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    tails = reader.clinic.system.feed._tails
    reads, wrong = tails._headers, [asyncpg.InternalClientError("The server ended it."), RuntimeError("Unforeseen.")]

    class Headers:
        async def after(self, *asked: Any, **how: Any) -> Any:
            if wrong:
                raise wrong.pop()
            return await reads.after(*asked, **how)

    monkeypatch.setattr(tails, "_headers", Headers())
    monkeypatch.setattr(tail, "_PAUSE_SECONDS", 0.01)
    client = await reader.clinic.client()
    streaming = asyncio.create_task(reader.streamed(1, 1))
    await reader.readers(1)

    await record(reader.clinic, client)

    assert [each["position"] for each in await streaming] == [2]
    assert not wrong


async def test_where_kinds_are_rare_a_part_may_be_empty_and_a_wait_goes_on(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(headers, "MOST_LOOKED_AT", 2)
    client = await reader.clinic.client()
    await record(reader.clinic, client, 4)
    await reader.clinic.client()

    first = await reader.part(after=1, type="client_registered", wait=20)
    streamed = await reader.streamed(2, type="client_registered")

    assert first == {"events": [], "next": 3, "more": True, "position": 6}
    assert [each["position"] for each in streamed] == [1, 6]


async def test_a_request_that_waits_ends_by_itself_and_passes_what_it_was_not_asked_for(reader: Reader) -> None:
    client = await reader.clinic.client()
    waiting = asyncio.create_task(reader.part(after=1, wait=1, type="client_moved"))
    await reader.readers(1)
    await record(reader.clinic, client)

    assert await waiting == {"events": [], "next": 2, "more": False, "position": 2}


async def test_who_leaves_frees_the_place(reader: Reader) -> None:
    waiting = asyncio.create_task(reader.part(wait=20))
    streaming = asyncio.create_task(reader.streamed(1))
    await reader.readers(2)

    waiting.cancel()
    streaming.cancel()

    await reader.readers(0)


async def test_a_key_follows_so_many_times_at_once_and_no_more(reader: Reader) -> None:
    most = reader.clinic.system.settings.feed_readers_per_key
    streams = [asyncio.create_task(reader.streamed(1)) for _ in range(most)]
    await reader.readers(most)

    for accept in ("application/json", "text/event-stream"):
        refused = await reader.clinic.get(FEED, {"Accept": accept}, wait=20)
        assert int(refused.headers["retry-after"]) > 0
        problem_in(refused, "too-many-readers")
    assert (await reader.part())["events"] == []

    for stream in streams:
        stream.cancel()
    await reader.readers(0)


async def test_another_organizations_events_never_show(
    reader: Reader, database: DatabaseUrls, system: System, address: str
) -> None:
    async with reading(system, await new_organization(database), address) as other:
        client = await other.clinic.client()
        streaming = asyncio.create_task(reader.streamed(1))
        waiting = asyncio.create_task(reader.part(wait=20))
        await reader.readers(2)
        await record(other.clinic, client, 5)
        mine = await reader.clinic.client()

    assert [each["client_id"] for each in await streaming] == [mine]
    assert [each["client_id"] for each in (await waiting)["events"]] == [mine]


async def test_the_order_is_that_of_positions_under_8_writers(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail, "_KEPT", 5)  # so that readers fall behind and catch up from the log itself
    streams = [asyncio.create_task(reader.streamed(88)) for _ in range(3)]
    clients = [await reader.clinic.client() for _ in range(8)]
    await asyncio.gather(*(record(reader.clinic, client, 10) for client in clients))

    for told in await asyncio.gather(*streams):
        assert [each["position"] for each in told] == list(range(1, 89))
        for client in clients:
            assert [each["version"] for each in told if each["client_id"] == client] == list(range(1, 12))


async def test_content_needs_its_own_scope_and_stays_away_without_being_asked_for(
    system: System, organization_id: UUID, address: str
) -> None:
    async with (
        reading(system, organization_id, address) as full,
        reading(system, organization_id, address, "system/Feed.s", name="scheduling") as bare,
    ):
        client = await full.clinic.client()
        refused = await bare.clinic.get(FEED, content="true")
        (told,) = (await full.part(content="true"))["events"]
        (streamed,) = await full.streamed(1, content="true")
        (without,) = (await bare.part())["events"]

        assert problem_in(refused, "scope-missing").missing_scope == "system/Feed.r"
        assert told["content"]["event"]["name"] == "Dana Example"
        assert streamed == told
        assert without == {**told, "content": None, "type": "not_told", "source": "not_told"}
        await erase(system, organization_id, UUID(client))
        erased, end = (await full.part(content="true"))["events"]
        assert (end["type"], end["client_id"]) == ("client_erased", client)
        assert erased["content"] == {"event": None, "untold": "client_erased"}


async def test_the_kind_of_an_event_is_told_to_those_who_may_read_or_record_it(
    system: System, organization_id: UUID, address: str
) -> None:
    """That a lapse was recorded tells of somebody's health, as what it says does."""
    async with (
        reading(system, organization_id, address) as full,
        reading(system, organization_id, address, "system/Feed.s system/CheckIn.c", name="check-in-app") as app,
    ):
        client = await full.clinic.client()
        check_in = {"type": "check_in_received", "channel": "app", "craving": 9}
        (recorded,) = (await full.clinic.record(client, recording(check_in))).json()["events"]
        retracted = {"type": "entry_retracted", "entry": recorded["id"], "reason": "duplicate"}
        assert (await full.clinic.record(client, recording(retracted))).status_code == 201
        kinds = ["not_told", "check_in_received", "not_told"]

        part, streamed = (await app.part())["events"], await app.streamed(3)
        assert [each["type"] for each in part] == [each["type"] for each in streamed] == kinds
        assert part[2] == streamed[2]
        assert (part[2]["references"], part[2]["client_id"]) == ([], client)
        assert (await full.part())["events"][0]["type"] == "client_registered"
        (alone,) = (await app.part(type="check_in_received"))["events"]
        assert alone == part[1]
        refused = await app.clinic.get(FEED, type="check_in_received,client_registered")
        assert problem_in(refused, "scope-missing").missing_scope == "system/Timeline.r"


async def test_counseling_notes_are_told_to_nobody(reader: Reader) -> None:
    counselor = await reader.clinic.with_key(KeyRole.COUNSELOR, "ana")
    client = await counselor.client()
    note = {"type": "counseling_note_written", "note": "Spoke of the harbour."}
    (written,) = (await counselor.record(client, recording(note))).json()["events"]
    correction = {
        "type": "entry_corrected",
        "entry": written["id"],
        "reason": "wrong_content",
        "replacement": {**note, "note": "Spoke of the harbour again."},
    }
    assert (await counselor.record(client, recording(correction))).status_code == 201

    part = await reader.clinic.get(FEED, content="true", after=1)

    assert [each["content"] for each in part.json()["events"]] == [{"event": None, "untold": "kept_apart"}] * 2
    assert "harbour" not in part.text


async def test_whoever_sees_their_own_team_alone_does_not_follow_all(reader: Reader) -> None:
    peer = await reader.clinic.with_key(KeyRole.PEER, "jo")
    assert (await peer.get(FEED)).status_code == 200
    own_team_only = Policy(client_access=ClientAccessPolicy(own_team_only=True))
    await reader.clinic.system.policy_adopter.adopt(operator(reader.clinic.organization_id), own_team_only)
    reader.clinic.system.accesses._clients._own_team_only.clear()  # otherwise it is believed for 5 seconds

    problem_in(await peer.get(FEED), "role-not-allowed")
    problem_in(await peer.get(FEED, {"Accept": "text/event-stream"}), "role-not-allowed")
    assert len((await reader.part())["events"]) == 1


async def test_what_is_about_the_organization_itself_names_no_client(reader: Reader) -> None:
    await reader.clinic.system.policy_adopter.adopt(operator(reader.clinic.organization_id), Policy())

    (told,) = (await reader.part(content="true"))["events"]

    assert (told["type"], told["client_id"]) == ("policy_adopted", None)
    assert told["content"] == {"event": None, "untold": "organizations_own"}


async def test_a_stream_says_now_and_then_that_it_is_there_and_ends_by_itself(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_stream, "HEARTBEAT_SECONDS", 0.05)
    monkeypatch.setattr(event_stream, "STREAM_SECONDS", 0.3)

    answer = await reader.clinic.get(FEED, {"Accept": "text/event-stream"})

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.text.startswith("retry: 1000\n: still here\n: still here\n")
    await reader.readers(0)


async def test_a_stream_ends_when_its_key_is_revoked(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "HEARTBEAT_SECONDS", 0.05)
    keys = reader.clinic.system.api_keys
    streaming = asyncio.create_task(_ids(reader, 0))
    await reader.readers(1)

    await keys.revoke(reader.clinic.organization_id, reader.key_id)
    reader.clinic.system.authentication._keys.clear()  # otherwise it is believed for 30 seconds

    assert await streaming == []


async def test_who_stops_reading_is_let_go(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "_HEARTBEAT", b":" + b" " * 100_000 + b"\n")
    monkeypatch.setattr(event_stream, "HEARTBEAT_SECONDS", 0.001)
    port = httpx.URL(str(reader.clinic.http.base_url)).port
    assert port
    with socket.create_connection(("127.0.0.1", port)) as connection:
        lines = (
            f"GET {FEED} HTTP/1.1",
            "Host: x",
            "Accept: text/event-stream",
            f"Authorization: Bearer {reader.clinic.key}",
        )
        connection.sendall("\r\n".join((*lines, "", "")).encode())
        await reader.readers(1)
        await reader.readers(0, seconds=10)


async def test_a_stream_outlasts_the_deadline_of_requests_and_a_wait_prolongs_it(
    system: System, organization_id: UUID
) -> None:
    hurried = replace(system, settings=system.settings.model_copy(update={"request_seconds": 0.3}))
    async with served(hurried) as address, reading(system, organization_id, address) as reader:
        streaming = asyncio.create_task(reader.streamed(1))
        waiting = asyncio.create_task(reader.part(wait=20))
        await asyncio.sleep(0.6)
        await reader.clinic.client()

        assert len(await streaming) == len((await waiting)["events"]) == 1
