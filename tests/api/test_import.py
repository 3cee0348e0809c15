"""Importing history over HTTP: line by line, in any number, and safe to send again."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID, uuid4, uuid5

import pytest
import pytest_asyncio
import structlog
from fastapi import FastAPI
from starlette.types import Message, Receive

from service.access.access_records import Access
from service.access.caller import KeyRole
from service.api import import_lines, import_stream
from service.api.import_lines import MOST_LINE_BYTES, GroupResult, Line, LineSplitter
from service.bootstrap import System
from tests.api.clinic import CRISIS, REGISTERED, SESSION, Clinic, Json, errors_in, problem_in

WORDS = "Wednesday at the harbour"
"""Stands for words about a client: no problem may quote it."""

NDJSON = "application/x-ndjson"
_IDS = UUID("3b2c9f5e-0d41-4a7c-8f26-1f0d6c5b7a90")


@pytest_asyncio.fixture(loop_scope="session")
async def ehr(clinic: Clinic) -> Clinic:
    """The clinic, calling with the key of a system that imports."""
    return await clinic.with_key(KeyRole.SYSTEM, "ehr", {"system/*.cru"})


def line(client: object, number: int, event: Json, at: str = "2019-03-02T15:00:00Z", **said: Json) -> Json:
    """A line of history, whose ids follow from the client's name and the number."""
    ids = {"client_id": str(client_id(client)), "id": str(event_id(client, number))}
    return {**ids, "occurred_at": at, "source": "old-ehr", "event": event, **said}


def client_id(client: object) -> UUID:
    return uuid5(_IDS, f"client {client}")


def event_id(client: object, number: int) -> UUID:
    return uuid5(_IDS, f"event {client} {number}")


def history(clients: int, sessions: int, name: str) -> list[Json]:
    """A registration and sessions of so many clients, all mixed, of each in order."""
    names = [f"{name} {each}" for each in range(clients)]
    registered = [line(each, 0, REGISTERED) for each in names]
    return registered + [line(each, 1 + number, SESSION) for number in range(sessions) for each in names]


def ndjson(lines: Sequence[Json]) -> bytes:
    return b"".join((each if isinstance(each, bytes) else json.dumps(each).encode()) + b"\n" for each in lines)


async def sent(clinic: Clinic, content: bytes | AsyncIterator[bytes], **query: Any) -> list[Json]:
    """What is answered, line by line."""
    answer = await clinic.request(
        "POST", "/v1/import", content=content, headers={"Content-Type": NDJSON}, params=query or None
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == NDJSON
    assert answer.headers["cache-control"] == "no-store"
    return [json.loads(each) for each in answer.text.splitlines()]


def standing(status: str, next_line: int, recorded: int = 0, already: int = 0, refused: int = 0) -> Json:
    return {"status": status, "next_line": next_line, "recorded": recorded, "already": already, "refused": refused}


async def test_bad_lines_are_refused_and_all_others_are_recorded(ehr: Clinic) -> None:
    lines = history(40, 49, "bad lines")
    bad = {
        100: (b'{"client_id": ', "malformed-body"),
        700: ({**lines[699], "occured_at": "2019"}, "invalid-input"),
        701: ({**lines[700], "event": {"type": "session_held", "note": WORDS}}, "invalid-input"),
        1_413: ({**lines[1_412], "occurred_at": "2100-01-01T00:00:00Z"}, "refused"),
        1_500: (line("bad lines 7", 99, {"type": "goal_measured", "goal": str(uuid4()), "value": 1}), "refused"),
        1_999: (line("nobody", 1, SESSION), "refused"),
        2_000: ({**lines[1_999], "client_id": str(ehr.organization_id)}, "invalid-input"),
    }
    for number, (said, _) in bad.items():
        lines[number - 1] = said

    *results, end = await sent(ehr, ndjson(lines))

    assert [result["line"] for result in results] == list(range(1, 2_001))
    refused = {each["line"]: each["problem"]["type"] for each in results if each["status"] == "refused"}
    assert refused == {number: f"/v1/problems/{slug}" for number, (_, slug) in bad.items()}
    assert end == standing("complete", 2_001, recorded=2_000 - len(bad), refused=len(bad))
    assert await ehr.system.store.log_head(ehr.organization_id) == 2_000 - len(bad)
    assert WORDS not in json.dumps(results)
    told = {
        each["line"]: {error["rule"] for error in each["problem"]["errors"]} for each in results if "problem" in each
    }
    assert told[1_413] == {"not_in_the_future"}
    assert told[1_500] == {"refers_to_known_entry"}
    assert told[1_999] == {"opens_with_registration"}
    assert told[2_000] == {"not_the_organization"}

    again, end = (await sent(ehr, ndjson(lines)))[:-1], standing("complete", 2_001, already=1_993, refused=7)

    assert [each["status"] for each in again] == [
        "refused" if number in bad else "already" for number in range(1, 2_001)
    ]
    assert [(each.get("version"), each.get("position")) for each in again] == [
        (each.get("version"), each.get("position")) for each in results
    ]
    assert end == standing("complete", 2_001, already=2_000 - len(bad), refused=len(bad))


async def test_when_it_happened_is_theirs_and_when_it_was_recorded_is_ours(ehr: Clinic) -> None:
    await sent(ehr, ndjson([line("times", 0, REGISTERED, at="2011-05-04", precision="day")]))

    counselor = await ehr.with_key(KeyRole.COUNSELOR, "ben")
    (event,) = (await counselor.get(f"/v1/clients/{client_id('times')}/events")).json()["events"]
    assert event["occurred_at"].startswith("2011-05-04")
    assert event["recorded_at"] > "2026"
    assert (event["recorded_by"], event["source"]) == ("system/ehr", "old-ehr")


async def test_what_refers_to_a_line_below_is_refused_and_to_one_above_is_recorded(ehr: Clinic) -> None:
    goal = {"type": "goal_set", "category": "sleep", "description": WORDS}
    measured = {"type": "goal_measured", "goal": str(event_id("order", 2)), "value": 5}
    lines = [
        line("order", 0, REGISTERED),
        line("order", 1, measured),
        line("order", 2, goal),
        line("order", 3, measured),
    ]

    *results, _ = await sent(ehr, ndjson(lines))

    assert [each["status"] for each in results] == ["recorded", "refused", "recorded", "recorded"]
    assert [each["rule"] for each in results[1]["problem"]["errors"]] == ["refers_to_known_entry"]
    assert [each["field"] for each in results[1]["problem"]["errors"]] == ["event.goal"]
    *results, _ = await sent(ehr, ndjson(lines))  # what was refused can be recorded now: its goal stands
    assert [each["status"] for each in results] == ["already", "recorded", "already", "already"]


async def test_what_refers_to_a_refused_line_is_refused(ehr: Clinic) -> None:
    goal = {"type": "goal_set", "category": "sleep", "description": WORDS}
    measured = {"type": "goal_measured", "goal": str(event_id("chain", 1)), "value": 5}
    lines = [
        line("chain", 0, REGISTERED),
        line("chain", 1, goal, at="2100-01-01T00:00:00Z"),
        line("chain", 2, measured),
        line("chain", 3, REGISTERED),
    ]

    *results, _ = await sent(ehr, ndjson(lines))

    assert [each["status"] for each in results] == ["recorded", "refused", "refused", "refused"]
    assert results[2]["problem"]["errors"][0]["rule"] == "refers_to_known_entry"
    assert results[3]["problem"]["errors"][0]["rule"] == "client_registered_once"


async def test_an_id_twice_in_a_file_is_the_same_event_or_is_refused(ehr: Clinic) -> None:
    session = line("twice", 1, SESSION)
    lines = [
        line("twice", 0, REGISTERED),
        session,
        session,
        {**session, "occurred_at": "2019-04-01T00:00:00Z"},
        line("other", 0, REGISTERED, id=session["id"]),
        line("other", 0, REGISTERED),
    ]

    *results, _ = await sent(ehr, ndjson(lines))

    assert [each["status"] for each in results] == [
        "recorded", "recorded", "already", "refused", "refused", "recorded"
    ]  # fmt: skip
    assert {results[3]["problem"]["type"], results[4]["problem"]["type"]} == {"/v1/problems/id-used"}


async def test_an_id_of_another_client_is_refused_alone(ehr: Clinic) -> None:
    taken = line("first", 0, REGISTERED)
    await sent(ehr, ndjson([taken]))

    *results, _ = await sent(
        ehr,
        ndjson([line("second", 0, REGISTERED), line("second", 1, SESSION, id=taken["id"]), line("second", 2, SESSION)]),
    )

    assert [each["status"] for each in results] == ["recorded", "refused", "recorded"]
    assert results[1]["problem"]["type"] == "/v1/problems/id-used"
    assert [results[0]["version"], results[2]["version"]] == [1, 2]


async def test_r27_a_note_is_not_set_right_by_another_role_and_the_lines_around_it_are_recorded(clinic: Clinic) -> None:
    kim = await clinic.with_key(KeyRole.SUPERVISOR, "kim")
    await sent(kim, ndjson([line("note", 0, REGISTERED)]))
    note: Json = {"id": str(event_id("note", 1)), "occurred_at": "2020-01-01T00:00:00Z", "source": "old-ehr"}
    note |= {"event": {"type": "counseling_note_written", "note": WORDS}}
    assert (await clinic.record(str(client_id("note")), note)).status_code == 201
    retracted = {"type": "entry_retracted", "entry": note["id"], "reason": "other"}
    lines = [{**note, "client_id": str(client_id("note"))}, line("note", 2, retracted), line("note", 3, SESSION)]

    *results, _ = await sent(kim, ndjson(lines))

    assert [each["status"] for each in results] == ["refused", "refused", "recorded"]
    assert results[0]["problem"]["type"] == "/v1/problems/id-used"
    assert results[1]["problem"]["errors"][0]["rule"] == "counseling_note_by_authors_role"


async def test_what_a_person_recorded_is_set_right_as_the_policy_says(ehr: Clinic, clinic: Clinic) -> None:
    await sent(ehr, ndjson([line("authors", 0, REGISTERED), line("authors", 1, SESSION)]))
    session = {"id": str(event_id("authors", 2)), "occurred_at": "2020-01-01T00:00:00Z", "event": SESSION}
    assert (await clinic.record(str(client_id("authors")), session)).status_code == 201

    def retracted(number: int) -> Json:
        return {"type": "entry_retracted", "entry": str(event_id("authors", number)), "reason": "duplicate"}

    lines = [line("authors", 3, retracted(1)), line("authors", 4, retracted(2)), line("authors", 5, SESSION)]
    *results, _ = await sent(ehr, ndjson(lines))

    assert [each["status"] for each in results] == ["recorded", "refused", "recorded"]
    assert results[1]["problem"]["errors"][0]["rule"] == "set_right_by_author_or_role"


async def test_lines_that_are_too_long_are_refused_alone_and_empty_ones_passed_over(ehr: Clinic) -> None:
    lines = [line("long", 0, REGISTERED), b"", b'"' + b"x" * MOST_LINE_BYTES + b'"', b" ", line("long", 1, SESSION)]

    *results, end = await sent(ehr, ndjson(lines).rstrip(b"\n"))

    assert [(each["line"], each["status"]) for each in results] == [(1, "recorded"), (3, "refused"), (5, "recorded")]
    assert results[1]["problem"]["type"] == "/v1/problems/body-too-large"
    assert end == standing("complete", 6, recorded=2, refused=1)


async def test_from_line_passes_over_what_stands_and_results_may_be_the_refused_ones_alone(ehr: Clinic) -> None:
    lines = [*history(2, 4, "from line"), line("nobody", 1, SESSION)]
    await sent(ehr, ndjson(lines[:4]))

    *results, end = await sent(ehr, ndjson(lines), from_line=4)
    assert [each["line"] for each in results] == list(range(4, 12))
    assert end == standing("complete", 12, recorded=6, already=1, refused=1)

    refused, progress, end = await sent(ehr, ndjson(lines), results="refused")
    assert (refused["line"], refused["status"]) == (11, "refused")
    assert progress == {**end, "status": "progress"}
    assert end == standing("complete", 12, already=10, refused=1)


async def test_a_body_of_nothing_is_complete(ehr: Clinic) -> None:
    assert await sent(ehr, b"") == [standing("complete", 1)]


async def test_only_who_may_import_does_and_what_is_sent_is_ndjson(ehr: Clinic, clinic: Clinic) -> None:
    of_a_counselor = await clinic.request("POST", "/v1/import", content=b"", headers={"Content-Type": NDJSON})
    problem_in(of_a_counselor, "role-not-allowed")
    reader = await clinic.with_key(KeyRole.SYSTEM, "reader", {"system/*.r"})
    of_a_reader = await reader.request("POST", "/v1/import", content=b"", headers={"Content-Type": NDJSON})
    assert problem_in(of_a_reader, "scope-missing").missing_scope == "system/Import.c"
    as_json = await ehr.request("POST", "/v1/import", json={})
    assert errors_in(as_json, "unsupported-media-type") == {("Content-Type", "json_in_utf8")}


async def test_each_line_asks_for_its_strand(clinic: Clinic) -> None:
    """By the role: a supervisor records no medication; and by the scopes."""
    kim = await clinic.with_key(KeyRole.SUPERVISOR, "kim", {"user/Import.c", "user/Client.c", "user/Contact.cu"})
    medication = {"type": "medication_started", "drug": "buprenorphine", "purpose": "opioid_use_disorder"}
    medication |= {"prescribed_by": "prescriber"}
    retracted = {"type": "entry_retracted", "entry": str(event_id("strands", 0)), "reason": "wrong_client"}
    told = [REGISTERED, medication, SESSION, CRISIS, retracted]

    *results, _ = await sent(kim, ndjson([line("strands", number, event) for number, event in enumerate(told)]))

    assert [each["status"] for each in results] == ["recorded", "refused", "recorded", "refused", "refused"]
    assert [each["problem"]["type"].rpartition("/")[2] for each in results if "problem" in each] == [
        "role-not-allowed", "scope-missing", "scope-missing"
    ]  # fmt: skip
    assert results[4]["problem"]["missing_scope"] == "user/Client.u"


async def test_what_a_line_sets_right_is_what_stands_whatever_another_line_says_under_its_id(clinic: Clinic) -> None:
    ehr = await clinic.with_key(KeyRole.SYSTEM, "ehr", {"system/*.cru"})
    await sent(ehr, ndjson([line("disguise", 0, REGISTERED), line("disguise", 1, CRISIS)]))
    app = await clinic.with_key(KeyRole.SYSTEM, "app", {"system/Import.c", "system/Contact.cu"})
    retracted = {"type": "entry_retracted", "entry": str(event_id("disguise", 1)), "reason": "duplicate"}

    *results, _ = await sent(app, ndjson([line("disguise", 1, SESSION), line("disguise", 2, retracted)]))

    assert [each["problem"]["type"].rpartition("/")[2] for each in results] == ["id-used", "scope-missing"]


async def test_a_line_that_brings_a_client_in_asks_for_what_creating_one_does(clinic: Clinic) -> None:
    line_988 = await clinic.with_key(KeyRole.SYSTEM, "988", {"system/Import.c", "system/Crisis.c"})

    *results, _ = await sent(line_988, ndjson([line("brought in", 0, CRISIS)]))

    assert [each["problem"].get("missing_scope") for each in results] == ["system/Client.c"]


async def test_an_import_ends_where_it_stands_when_its_key_is_revoked(
    ehr: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_stream, "LOOK_SECONDS", 0)
    lines = history(1, 2, "revoked")

    async def body() -> AsyncIterator[bytes]:
        yield ndjson(lines[:2])
        await asyncio.sleep(0.5)
        assert await ehr.system.api_keys.revoke(ehr.organization_id, key_id)
        ehr.system.authentication._keys.clear()  # otherwise it is believed for 30 seconds
        yield ndjson(lines[2:])

    (key_id,) = [
        each.key_id for each in await ehr.system.api_keys.list(ehr.organization_id) if each.name == "ehr"
    ]  # fmt: skip
    *results, end = await sent(ehr, body())

    assert [each["status"] for each in results] == ["recorded", "recorded"]
    assert (end["status"], end["next_line"]) == ("stopped", 3)
    assert end["problem"]["type"] == "/v1/problems/key-needed"


async def over_the_wire(app: FastAPI, clinic: Clinic, receive: Receive, query: bytes = b"") -> list[Json]:
    """What is answered to a body that comes as `receive` says; the application sees no more of a network."""
    told: list[Json] = []

    async def send(message: Message) -> None:
        told.extend(json.loads(each) for each in message.get("body", b"").splitlines())

    headers = [(b"authorization", f"Bearer {clinic.key}".encode()), (b"content-type", NDJSON.encode())]
    scope = {"type": "http", "method": "POST", "path": "/v1/import", "query_string": query, "headers": headers}
    await app({**scope, "http_version": "1.1", "scheme": "http", "root_path": ""}, receive, send)
    return told


async def test_what_is_broken_off_anywhere_is_completed_by_sending_it_again(
    app: FastAPI, ehr: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_lines, "LINES_AT_ONCE", 30)
    lines = history(5, 29, "broken off")
    whole = ndjson(lines)
    acknowledged: set[int] = set()

    for cut in (1, len(whole) // 3, len(whole) // 2, len(whole) - 1):
        pieces = [whole[start : min(start + 1_000, cut)] for start in range(0, cut, 1_000)]

        async def receive(coming: list[bytes] = pieces) -> Message:
            if not coming:
                return {"type": "http.disconnect"}
            return {"type": "http.request", "body": coming.pop(0), "more_body": True}

        with structlog.testing.capture_logs() as logged:
            told = await over_the_wire(app, ehr, receive)
        assert [(each["event"], each["status"]) for each in logged] == [("request", 499)]
        acknowledged |= {each["line"] for each in told}
    *results, end = await sent(ehr, whole)

    assert end["recorded"] + end["already"] == 150
    assert len(acknowledged) >= 90
    assert acknowledged <= {each["line"] for each in results if each["status"] == "already"}
    assert await ehr.system.store.log_head(ehr.organization_id) == 150
    counselor = await ehr.with_key(KeyRole.COUNSELOR, "ben")
    for each in range(5):
        timeline = (await counselor.get(f"/v1/clients/{client_id(f'broken off {each}')}/events")).json()["events"]
        assert [event["id"] for event in timeline] == [str(event_id(f"broken off {each}", n)) for n in range(30)]


async def test_lines_are_answered_while_others_have_yet_to_be_sent(ehr: Clinic) -> None:
    lines = history(1, 2, "slowly")
    first = event_id("slowly 0", 0)

    async def body() -> AsyncIterator[bytes]:
        yield ndjson(lines[:2])
        for _ in range(500):
            if await ehr.system.store.events(ehr.organization_id, [first]):
                break
            await asyncio.sleep(0.01)
        else:
            pytest.fail("Nothing was recorded before all was sent.")
        yield ndjson(lines[2:])

    told = await sent(ehr, body())

    assert [each["status"] for each in told] == ["recorded"] * 3 + ["complete"]


async def test_the_deadline_of_a_request_is_prolonged_with_every_line(
    ehr: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.api.deadline._seconds", lambda _: 0.3)

    async def body() -> AsyncIterator[bytes]:
        for each in history(1, 3, "deadline"):
            yield ndjson([each])
            await asyncio.sleep(0.15)

    *_, end = await sent(ehr, body())

    assert end == standing("complete", 5, recorded=4)


async def test_an_import_ends_where_it_stands_when_the_service_stops(app: FastAPI, ehr: Clinic) -> None:
    lines = history(1, 5, "stops")

    async def body() -> AsyncIterator[bytes]:
        yield ndjson(lines[:3])
        await asyncio.sleep(3 * import_stream._PAUSE_SECONDS)
        app.state.requests.refusing = True
        yield ndjson(lines[3:])

    try:
        *results, end = await sent(ehr, body())
    finally:
        app.state.requests.refusing = False

    assert len(results) == 3
    assert (end["status"], end["next_line"]) == ("stopped", 4)
    assert end["problem"]["type"] == "/v1/problems/stopping"


async def test_a_database_that_is_gone_stops_it_at_the_first_line_that_is_not_recorded(
    ehr: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_each = ehr.system.recorder.record_each

    async def gone(caller: Any, client: UUID, drafts: Any) -> Any:
        if client == client_id("gone 1"):
            raise ConnectionRefusedError
        return await record_each(caller, client, drafts)

    lines = history(3, 1, "gone")
    with monkeypatch.context() as patch:
        patch.setattr(type(ehr.system.recorder), "record_each", lambda _, *asked: gone(*asked))
        *results, end = await sent(ehr, ndjson(lines))

    assert [each["line"] for each in results] == [1, 3, 4, 6]
    assert end["problem"]["type"] == "/v1/problems/database-unavailable"
    assert (end["status"], end["next_line"]) == ("stopped", 2)
    *results, end = await sent(ehr, ndjson(lines), from_line=2)
    assert [each["status"] for each in results] == ["recorded", "already", "already", "recorded", "already"]


async def test_no_more_is_held_however_much_is_sent(app: FastAPI, ehr: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_lines, "LINES_AT_ONCE", 30)
    counted: Counter[str] = Counter()
    held: list[int] = []

    async def receive() -> Message:
        counted["sent"] += 20
        held.append(counted["sent"] - counted["answered"])
        return {"type": "http.request", "body": b"{}\n" * 20, "more_body": counted["sent"] < 2_000}

    async def slowly(system: System, access: Access, lines: Sequence[Line]) -> GroupResult:
        await asyncio.sleep(0)  # whoever could read ahead does
        done = await import_lines.import_group(system, access, lines)
        counted["answered"] += len(done.results)
        return done

    monkeypatch.setattr("service.api.import_stream.import_group", slowly)
    told = await over_the_wire(app, ehr, receive)

    assert told[-1]["refused"] == 2_000
    assert max(held) <= 30 + 2 * 20, "a group, what has come of the next, and a piece that is being read"


def test_a_line_that_never_ends_is_not_kept() -> None:
    splitter = LineSplitter()
    for _ in range(1_000):
        assert splitter.feed(b"x" * 10_000) == []
        assert len(splitter._begun) <= MOST_LINE_BYTES
    (first, second) = splitter.feed(b"\n{}\n")
    assert (first.number, first.raw, second.number, second.raw) == (1, None, 2, b"{}")
    assert splitter.rest() == []
