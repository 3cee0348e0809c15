"""Clients by the identifiers of other systems: linked to one client at a time, found by what is in the body alone."""

import asyncio
from uuid import UUID, uuid4

import pytest

from service.bootstrap import System
from tests.api.clinic import REGISTERED, Clinic, Json, errors_in, events_of, problem_in, recording
from tests.erasing import erase

MRN: Json = {"system": "https://ehr.example.org/mrn", "value": "0042317"}
TEXT_LINE: Json = {"system": "text-line", "value": "0042317"}


def linked(identifier: Json = MRN, **said: Json) -> Json:
    return recording({"type": "identifier_linked", **identifier}, **said)


def unlinked(link: str) -> Json:
    return recording({"type": "identifier_unlinked", "link": link})


def retracted(entry: str) -> Json:
    return recording({"type": "entry_retracted", "entry": entry, "reason": "duplicate"})


async def found(clinic: Clinic, identifier: Json = MRN) -> list[str]:
    answer = await clinic.request("POST", "/v1/clients/search", json=identifier)
    assert answer.status_code == 200, answer.text
    return [client["client_id"] for client in answer.json()["clients"]]


async def link(clinic: Clinic, client_id: str, identifier: Json = MRN) -> str:
    """The id of the event that links it."""
    answer = await clinic.record(client_id, linked(identifier))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["events"][0]["id"])


async def test_a_client_is_found_by_what_another_system_calls_them(clinic: Clinic, other_clinic: Clinic) -> None:
    client = await clinic.client()
    await link(clinic, client)

    assert await found(clinic) == [client]
    assert await found(clinic, {**MRN, "value": " 0042317 "}) == [client]
    assert await found(clinic, TEXT_LINE) == await found(clinic, {**MRN, "value": "0042318"}) == []
    assert await found(other_clinic) == []
    await link(other_clinic, await other_clinic.client())
    assert await found(clinic) == [client]


async def test_an_identifier_is_one_clients_at_a_time(clinic: Clinic) -> None:
    one, other = await clinic.client(), await clinic.client()
    first = await link(clinic, one)

    taken = await clinic.record(other, linked())
    assert str(problem_in(taken, "identifier-taken").client_id) == one
    assert await clinic.versions(other) == [1]

    assert (await clinic.record(one, unlinked(first))).status_code == 201
    assert await found(clinic) == []
    await link(clinic, other)
    assert await found(clinic) == [other]
    again = await clinic.record(one, unlinked(first))
    assert errors_in(again, "refused") == {("event.link", "identifier_unlinked_once")}


async def test_the_client_who_has_it_is_named_also_to_themselves(clinic: Clinic) -> None:
    client = await clinic.client()
    await link(clinic, client)

    assert str(problem_in(await clinic.record(client, linked()), "identifier-taken").client_id) == client
    twice = await clinic.record(client, linked(TEXT_LINE), linked(TEXT_LINE))
    assert str(problem_in(twice, "identifier-taken").client_id) == client


async def test_a_link_moves_within_one_request(clinic: Clinic) -> None:
    client = await clinic.client()
    first, second = await link(clinic, client), str(uuid4())

    moved = await clinic.record(client, linked(id=second), unlinked(first))
    assert moved.status_code == 201, moved.text
    assert await found(clinic) == [client]
    taken_back = await clinic.record(client, linked(TEXT_LINE, id=(third := str(uuid4()))), retracted(third))
    assert taken_back.status_code == 201, taken_back.text
    assert await found(clinic, TEXT_LINE) == []
    assert (await clinic.record(client, unlinked(second))).status_code == 201
    assert await found(clinic) == []


async def test_a_link_made_in_error_is_retracted_and_frees_the_identifier(clinic: Clinic) -> None:
    one, other = await clinic.client(), await clinic.client()
    wrong = await link(clinic, one)
    retraction = (await clinic.record(one, retracted(wrong))).json()["events"][0]["id"]

    assert await found(clinic) == []
    await link(clinic, other)
    back = await clinic.record(one, retracted(retraction))
    assert errors_in(back, "refused") == {("event.entry", "identifier_linked_not_restored")}


async def test_neither_a_link_nor_its_end_says_something_else_later(clinic: Clinic) -> None:
    client = await clinic.client()
    event = await link(clinic, client)
    correction = {"type": "entry_corrected", "entry": event, "reason": "wrong_content"}

    other = {"type": "identifier_linked", **TEXT_LINE}
    replaced = await clinic.record(client, recording({**correction, "replacement": other}))
    assert errors_in(replaced, "refused") == {("event.replacement", "identifier_linked_not_replaced")}
    moved = recording({**correction, "reason": "wrong_time", "occurred_at": "2026-02-28T15:00:00Z"})
    assert (await clinic.record(client, moved)).status_code == 201
    assert await found(clinic) == [client]
    end = (await clinic.record(client, unlinked(event))).json()["events"][0]["id"]
    assert errors_in(await clinic.record(client, retracted(end)), "refused") == {
        ("event.entry", "identifier_unlinked_stays")
    }


async def test_eight_creates_at_once_make_one_client(clinic: Clinic) -> None:
    answers = await asyncio.gather(
        *(clinic.create(recording(REGISTERED), identifiers=[MRN, TEXT_LINE]) for _ in range(8))
    )

    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.json()["client_id"] for answer in answers}) == 1
    client = answers[0].json()["client_id"]
    assert await clinic.versions(client) == [1, 2, 3]
    assert await found(clinic, TEXT_LINE) == [client]
    (created,) = (answer for answer in answers if answer.status_code == 201)
    assert [event["type"] for event in created.json()["events"]] == ["client_registered"] + 2 * ["identifier_linked"]


async def test_a_create_gives_the_client_who_is_there(clinic: Clinic) -> None:
    client = await clinic.client()
    await link(clinic, client)

    there = await clinic.create(recording(REGISTERED), identifiers=[TEXT_LINE, MRN])
    assert there.status_code == 200
    assert there.json() == {"client_id": client, "version": 2, "events": []}
    assert (there.headers["etag"], there.headers["location"]) == ('"2"', events_of(client))
    assert await found(clinic, TEXT_LINE) == []
    by_event = await clinic.create(recording(REGISTERED), linked())
    assert (by_event.status_code, by_event.json()["client_id"]) == (200, client)
    other = await clinic.create(recording(REGISTERED), client_id=str(uuid4()), identifiers=[MRN])
    assert str(problem_in(other, "identifier-taken").client_id) == client


async def test_identifiers_of_several_clients_are_no_answer(clinic: Clinic) -> None:
    one, other = await clinic.client(), await clinic.client()
    await link(clinic, one)
    await link(clinic, other, TEXT_LINE)

    answer = await clinic.create(recording(REGISTERED), identifiers=[MRN, TEXT_LINE])

    problem = problem_in(answer, "identifier-taken")
    assert (str(problem.client_id), problem.detail[0]) == (one, "2")


async def test_a_create_is_safely_sent_again(clinic: Clinic) -> None:
    sent = {"events": [recording(REGISTERED)], "identifiers": [MRN]}
    headers = {"Idempotency-Key": "registration-7"}

    first, again = [await clinic.request("POST", "/v1/clients", json=sent, headers=headers) for _ in range(2)]

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()


async def test_whoever_is_erased_is_found_no_more(clinic: Clinic, system: System) -> None:
    client = await clinic.client()
    await link(clinic, client)

    await erase(system, clinic.organization_id, UUID(client))

    assert await found(clinic) == []
    await link(clinic, await clinic.client())


@pytest.mark.parametrize("system_", ["", "EHR", "ehr/7", "https:", "urn:x y", "https://ehr.example.org/\u00e9"])
async def test_a_system_is_a_uri_or_a_slug(clinic: Clinic, system_: str) -> None:
    answer = await clinic.request("POST", "/v1/clients/search", json={"system": system_, "value": "7"})

    assert errors_in(answer, "invalid-input") == {("system", "string_pattern_mismatch")}
