"""Duplicates are merged by an event, and it is undone by one: both histories stay, and care goes on with one client."""

import asyncio
from uuid import UUID, uuid4

import pytest

from service.bootstrap import System
from service.log.verify import verify
from tests.api.clinic import CRISIS, GOAL, REGISTERED, Clinic, Json, errors_in, events_of, problem_in, recording
from tests.api.test_identifiers import MRN, found, link, unlinked


def merging(duplicate: str, **said: Json) -> Json:
    return recording({"type": "clients_merged", "duplicate": duplicate, "note": "The same person."}, **said)


def undoing(merge: str) -> Json:
    return recording({"type": "merge_undone", "merge": merge})


async def merge(clinic: Clinic, survivor: str, duplicate: str) -> str:
    """The id of the event that merges them."""
    answer = await clinic.record(survivor, merging(duplicate))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["events"][0]["id"])


async def summary(clinic: Clinic, client_id: str, **asked: Json) -> Json:
    return (await clinic.get(f"/v1/clients/{client_id}/summary", **asked)).json()["summary"]


async def types(clinic: Clinic, client_id: str) -> list[str]:
    """The kinds of the client's own events."""
    events = (await clinic.get(events_of(client_id))).json()["events"]
    return [event["type"] for event in events if event["client_id"] == client_id]


@pytest.fixture
async def survivor(clinic: Clinic) -> str:
    return await clinic.client()


@pytest.fixture
async def duplicate(clinic: Clinic) -> str:
    return await clinic.client(recording(CRISIS))


async def test_both_timelines_tell_of_it_and_each_names_the_other(
    clinic: Clinic, system: System, survivor: str, duplicate: str
) -> None:
    answer = await clinic.record(survivor, merging(duplicate), headers={"If-Match": '"1"'})
    event = answer.json()["events"][0]

    assert (answer.status_code, answer.json()["version"]) == (201, 2)
    assert await types(clinic, survivor) == ["client_registered", "clients_merged"]
    assert await types(clinic, duplicate) == ["crisis_contact_recorded", "client_merged_into"]
    shown, of_duplicate = await summary(clinic, survivor), await summary(clinic, duplicate)
    assert (shown["merged_clients"], shown["merged_into"]) == (
        [{"event_id": event["id"], "client_id": duplicate}],
        None,
    )
    assert (of_duplicate["merged_clients"], of_duplicate["merged_into"]["client_id"]) == ([], survivor)
    before = (await clinic.get(events_of(duplicate))).json()["events"][0]["recorded_at"]
    assert (await summary(clinic, duplicate, known_at=before))["merged_into"] is None
    assert (await verify(system.store, clinic.organization_id)).findings == []


async def test_news_of_the_duplicate_is_recorded_with_the_survivor(
    clinic: Clinic, survivor: str, duplicate: str
) -> None:
    crisis = (await clinic.get(events_of(duplicate))).json()["events"][0]["id"]
    await merge(clinic, survivor, duplicate)

    refused = await clinic.record(duplicate, recording(GOAL))
    assert str(problem_in(refused, "client-merged").merged_into) == survivor
    outreach = {"type": "outreach_made", "channel": "phone", "made_by": "peer", "reached": True}
    problem_in(await clinic.record(duplicate, recording(outreach)), "client-merged")
    answer = await clinic.record(duplicate, recording({**outreach, "crisis": crisis}))
    assert answer.status_code == 201, "what waits there can still be done"
    assert (await clinic.record(survivor, recording(GOAL))).status_code == 201


async def test_a_merge_is_undone_and_both_go_on(clinic: Clinic, survivor: str, duplicate: str) -> None:
    event = await merge(clinic, survivor, duplicate)

    assert (await clinic.record(survivor, undoing(event))).status_code == 201

    assert (await types(clinic, duplicate))[-1] == "client_separated"
    assert (await clinic.record(duplicate, recording(GOAL))).status_code == 201
    assert (await summary(clinic, duplicate))["merged_into"] is None
    assert (await summary(clinic, survivor))["merged_clients"] == []
    assert errors_in(await clinic.record(survivor, undoing(event)), "refused") == {("event.merge", "merge_undone_once")}
    await merge(clinic, duplicate, survivor)
    problem_in(await clinic.record(survivor, recording(GOAL)), "client-merged")


async def test_a_merge_is_sent_again_without_harm(clinic: Clinic, survivor: str, duplicate: str) -> None:
    sent = merging(duplicate, id=str(uuid4()))

    first, again = [await clinic.record(survivor, sent) for _ in range(2)]

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert len(await types(clinic, duplicate)) == 2


async def test_what_cannot_be_merged_is_refused_and_neither_timeline_grows(
    clinic: Clinic, other_clinic: Clinic, system: System, survivor: str, duplicate: str
) -> None:
    erased = await clinic.client()
    await system.keyring.destroy(clinic.organization_id, UUID(erased))
    unknown = [str(uuid4()), str(clinic.organization_id), await other_clinic.client(), erased]
    for each in unknown:
        refused = await clinic.record(survivor, merging(each))
        assert errors_in(refused, "refused") == {("event.duplicate", "duplicate_is_known")}
    themselves = await clinic.record(survivor, merging(survivor))
    assert errors_in(themselves, "refused") == {("event.duplicate", "merges_two_clients")}
    together = await clinic.record(survivor, recording(GOAL), merging(duplicate))
    assert errors_in(together, "refused") == {("[1]", "recorded_alone")}

    await merge(clinic, survivor, duplicate)
    third = await clinic.client()
    twice = await clinic.record(third, merging(duplicate))
    assert errors_in(twice, "refused") == {("event.duplicate", "merged_once")}
    assert await clinic.versions(third) == [1]
    assert await types(clinic, survivor) == ["client_registered", "clients_merged"]


async def test_of_two_clients_merged_into_each_other_at_once_one_survives(clinic: Clinic, system: System) -> None:
    one, other = await clinic.client(), await clinic.client()

    answers = await asyncio.gather(clinic.record(one, merging(other)), clinic.record(other, merging(one)))

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert (await verify(system.store, clinic.organization_id)).findings == []


async def test_an_identifier_leads_to_the_client_with_whom_care_goes_on(
    clinic: Clinic, survivor: str, duplicate: str
) -> None:
    event = await link(clinic, duplicate)
    await merge(clinic, survivor, duplicate)
    last = await clinic.client()
    await merge(clinic, last, survivor)

    answer = await clinic.request("POST", "/v1/clients/search", json=MRN)
    assert answer.json() == {"clients": [{"client_id": duplicate, "merged_into": last}]}
    there = await clinic.create(recording(REGISTERED), identifiers=[MRN])
    assert (there.status_code, there.json()["client_id"], there.headers["etag"]) == (200, last, '"2"')
    assert (await clinic.record(duplicate, unlinked(event))).status_code == 201
    assert await found(clinic) == []
