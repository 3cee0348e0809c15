"""Importing lines that name a client by the identifier of another system."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from service.access.caller import KeyRole
from service.api.import_order import NumberedEvent, rounds
from service.log.identifiers import Identifier, Identifiers
from tests.api.clinic import REGISTERED, SESSION, Clinic, Json, recording
from tests.api.test_import import event_id, line, ndjson, sent, standing
from tests.builders import registered, session
from tests.system import draft

EHR = "urn:old-ehr"


@pytest_asyncio.fixture(loop_scope="session")
async def ehr(clinic: Clinic) -> Clinic:
    """The clinic, calling with the key of a system that imports."""
    return await clinic.with_key(KeyRole.SYSTEM, "ehr", {"system/*.cru"})


def by_identifier(value: str, number: int, event: Json, **said: Json) -> Json:
    """A line of history about the client who has that identifier."""
    told = line(value, number, event, **said)
    del told["client_id"]
    return {**told, "identifier": {"system": EHR, "value": value}}


def linked(value: str) -> Json:
    return {"type": "identifier_linked", "system": EHR, "value": value}


async def holder(clinic: Clinic, value: str) -> str | None:
    found = await clinic.system.identifiers.find(clinic.organization_id, EHR, value)
    return str(found.client_id) if found else None


async def recorded_at(clinic: Clinic, value: str) -> list[str]:
    """The types of the events of the client who has that identifier."""
    counselor = await clinic.with_key(KeyRole.COUNSELOR, str(uuid4()))
    timeline = await counselor.get(f"/v1/clients/{await holder(clinic, value)}/events")
    return [each["type"] for each in timeline.json()["events"]]


async def test_the_first_event_creates_the_client_who_has_it_and_all_others_find_them(ehr: Clinic) -> None:
    names = [f"new {each}" for each in range(5)]
    lines = [by_identifier(name, 0, REGISTERED) for name in names]
    lines += [by_identifier(name, 1 + number, SESSION) for number in range(3) for name in names]

    *results, end = await sent(ehr, ndjson(lines))

    assert end == standing("complete", 21, recorded=20), results
    assert await recorded_at(ehr, "new 3") == [
        "client_registered", "identifier_linked", "session_held", "session_held", "session_held"
    ]  # fmt: skip
    assert len({await holder(ehr, name) for name in names}) == 5
    *again, end = await sent(ehr, ndjson(lines))
    assert end == standing("complete", 21, already=20)
    assert [each["version"] for each in again] == [each["version"] for each in results]


async def test_where_nobody_has_it_other_lines_are_refused_alone_and_told_what_to_do(ehr: Clinic) -> None:
    lines = [by_identifier("nobody", 1, SESSION), line("somebody", 0, REGISTERED)]

    refused, recorded, _ = await sent(ehr, ndjson(lines))

    assert recorded["status"] == "recorded"
    (error,) = refused["problem"]["errors"]
    assert (error["field"], error["rule"]) == ("identifier", "identifier_known")
    assert "client_id" in error["message"]
    assert "nobody" not in str(refused)


async def test_a_link_above_in_the_file_is_known_and_one_below_is_not(ehr: Clinic) -> None:
    lines = [
        line("link", 0, REGISTERED),
        by_identifier("link", 1, SESSION),
        line("link", 2, linked("link")),
        by_identifier("link", 3, SESSION),
        line("link", 4, SESSION),
    ]

    *results, _ = await sent(ehr, ndjson(lines))

    assert [each["status"] for each in results] == ["recorded", "refused", "recorded", "recorded", "recorded"]
    assert [each.get("version") for each in results] == [1, None, 2, 3, 4], "in the order of the file"


async def test_what_was_unlinked_above_is_nobodys_and_may_be_anothers(ehr: Clinic) -> None:
    unlinked = {"type": "identifier_unlinked", "link": str(event_id("before", 1))}
    lines = [
        line("before", 0, REGISTERED),
        line("before", 1, linked("moves")),
        by_identifier("moves", 2, SESSION),
        line("before", 3, unlinked),
        by_identifier("moves", 4, SESSION),
        line("after", 0, REGISTERED),
        line("after", 1, linked("moves")),
        by_identifier("moves", 5, SESSION),
    ]

    *results, _ = await sent(ehr, ndjson(lines))

    assert [each["status"] for each in results] == [*["recorded"] * 4, "refused", *["recorded"] * 3]
    assert await recorded_at(ehr, "moves") == ["client_registered", "identifier_linked", "session_held"]


@pytest.mark.parametrize(
    "whose",
    [{}, {"client_id": str(uuid4()), "identifier": {"system": EHR, "value": "both"}}, {"client_id": None}],
    ids=["neither", "both", "null"],
)
async def test_a_line_says_whose_it_is_in_one_way(ehr: Clinic, whose: Json) -> None:
    said = line("neither", 0, REGISTERED)
    del said["client_id"]

    refused, _ = await sent(ehr, ndjson([{**said, **whose}]))

    assert [each["rule"] for each in refused["problem"]["errors"]] == ["client_or_identifier"]


async def test_news_of_a_client_who_was_merged_is_recorded_where_care_goes_on(ehr: Clinic, clinic: Clinic) -> None:
    lines = [by_identifier("duplicate", 0, REGISTERED), by_identifier("duplicate", 1, SESSION)]
    await sent(ehr, ndjson([*lines, by_identifier("survivor", 0, REGISTERED)]))
    duplicate, survivor = await holder(ehr, "duplicate"), await holder(ehr, "survivor")
    merged = {"type": "clients_merged", "duplicate": duplicate}
    answer = await clinic.record(str(survivor), recording(merged))
    assert answer.status_code == 201, answer.text

    *results, end = await sent(ehr, ndjson([*lines, by_identifier("duplicate", 2, SESSION)]))

    assert end == standing("complete", 4, already=2, recorded=1), results
    assert (await recorded_at(ehr, "survivor"))[-1] == "session_held"
    *_, end = await sent(ehr, ndjson([*lines, by_identifier("duplicate", 2, SESSION)]))
    assert end == standing("complete", 4, already=3)


async def test_a_refusal_that_tells_that_somebody_has_an_identifier_is_a_read_of_them(
    ehr: Clinic, clinic: Clinic
) -> None:
    await sent(ehr, ndjson([by_identifier(name, 0, REGISTERED) for name in ("told", "linked", "recorded")]))
    supervisor = await clinic.with_key(KeyRole.SUPERVISOR, str(uuid4()))
    refused = {"type": "entry_retracted", "entry": str(uuid4()), "reason": "did_not_occur"}
    lines = [
        by_identifier("told", 1, refused),
        by_identifier("nobody", 1, refused),
        line("other", 0, REGISTERED),
        line("other", 1, linked("linked")),
        by_identifier("recorded", 1, SESSION),
    ]

    *results, _ = await sent(ehr, ndjson(lines))

    assert [each["status"] for each in results] == ["refused", "refused", "recorded", "refused", "recorded"]
    for name, reads in (("told", 1), ("linked", 1), ("recorded", 0)):
        records = await supervisor.get(f"/v1/clients/{await holder(ehr, name)}/access-records")
        found = [each for each in records.json()["records"] if each["what"] == "client_search"]
        assert [(each["operation"], each["name"]) for each in found] == [("POST /v1/import", "ehr")] * reads, name


async def test_who_has_an_identifier_is_asked_once_when_it_is_linked(
    ehr: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    held = Identifiers.held

    async def counted(*said: Any) -> Any:
        asked.append(1)
        return await held(*said)

    monkeypatch.setattr(Identifiers, "held", counted)
    lines = [line("once", 0, REGISTERED), line("once", 1, linked("once a")), line("once", 2, linked("once b"))]
    *results, _ = await sent(ehr, ndjson([*lines, line("once", 3, linked("once a"))]))

    assert [each["status"] for each in results] == [*["recorded"] * 3, "refused"]
    assert len(asked) == 1


def numbered(number: int, whose: UUID | str, *, event: Any = None) -> NumberedEvent:
    said = draft(event or session(), id_=UUID(int=number))
    client_id, identifier = (whose, None) if isinstance(whose, UUID) else (None, Identifier.of(EHR, whose))
    return NumberedEvent(number, said, client_id, identifier)


def test_lines_are_recorded_together_unless_one_depends_on_another() -> None:
    lines = [numbered(1, "a"), numbered(2, "b"), numbered(3, UUID(int=9)), numbered(4, "a")]
    assert rounds(lines) == [lines]

    new = [
        numbered(1, "a", event=registered()),
        numbered(2, "b", event=registered()),
        numbered(3, "a"),
        numbered(4, "b"),
    ]
    assert rounds(new) == [new[:2], new[2:]]

    twice = [*lines, replace_id(numbered(5, "c"), lines[0])]
    assert rounds(twice) == [lines, twice[-1:]]


def replace_id(line: NumberedEvent, other: NumberedEvent) -> NumberedEvent:
    return line._replace(draft=replace(line.draft, id=other.draft.id))
