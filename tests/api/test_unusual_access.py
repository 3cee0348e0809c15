"""Unusual access: which reads supervisors are asked to look into, and that they take note of them."""

from collections.abc import Sequence
from uuid import UUID

import pytest
import pytest_asyncio

from domain.policy import Policy
from service.access.caller import KeyRole, operator
from tests.api.clinic import Clinic, Json, errors_in, problem_in, recording
from tests.api.listing import ago, client_with
from tests.api.test_own_team_only import assigned, opened, person
from tests.system import follow

UNUSUAL = "/v1/unusual-access"


@pytest_asyncio.fixture(loop_scope="session")
async def sue(clinic: Clinic) -> Clinic:
    """A supervisor of the clinic."""
    return await clinic.with_key(KeyRole.SUPERVISOR, "sue")


async def with_team(sue: Clinic, *people: UUID) -> str:
    """A new client with these on the team since yesterday."""
    client = str(await client_with(sue))
    for each in people:
        answer = await sue.record(client, recording(assigned(each), ago(days=1).isoformat()))
        assert answer.status_code == 201, answer.text
    return client


async def read(who: Clinic, *clients: str) -> None:
    for client in clients:
        assert (await who.get(f"/v1/clients/{client}/care-plan")).status_code == 200


async def found(sue: Clinic, **asked: Json) -> list[Json]:
    """What is found once the projector has come to the end of the log."""
    await follow(sue.system, sue.organization_id)
    answer = await sue.get(UNUSUAL, **asked)
    assert answer.status_code == 200, answer.text
    told: list[Json] = answer.json()["found"]
    return told


async def adopted(clinic: Clinic, **numbers: Json) -> None:
    policy = Policy.model_validate({"unusual_access": numbers})
    await clinic.system.policy_adopter.adopt(operator(clinic.organization_id), policy)


async def discharged(sue: Clinic, days: int) -> str:
    """A client who came into care a month ago and left so many days ago."""
    client = str(await client_with(sue))
    came = await sue.record(
        client, recording({"type": "intake_completed", "entry_route": "self"}, ago(days=29).isoformat())
    )
    assert came.status_code == 201, came.text
    closed = {"type": "episode_closed", "intake": came.json()["events"][0]["id"], "reason": "completed"}
    assert (await sue.record(client, recording(closed, ago(days=days).isoformat()))).status_code == 201
    return client


def told(found: Sequence[Json]) -> list[tuple[str, str, int]]:
    return [(each["rule"], each["name"], each["reads"]) for each in found]


async def test_a_read_by_somebody_outside_the_team_is_found_and_by_the_team_not(clinic: Clinic, sue: Clinic) -> None:
    (ana, ana_id), (ben, ben_id) = await person(clinic, name="anna"), await person(clinic)
    client = await with_team(sue, ana_id)
    nobodys = str(await client_with(sue))
    for who in (ana, ben, ben):
        await read(who, client)
    await read(ben, nobodys)
    await ben.get("/v1/caseload")

    (one,) = await found(sue)

    assert (one["rule"], one["actor_id"], one["role"], one["reads"]) == (
        "outside_the_team",
        str(ben_id),
        "counselor",
        2,
    )
    assert (one["client_ids"], one["clients"], one["noted"]) == ([client], 1, None)
    records = (await sue.get("/v1/access-records", person_id=str(ben_id))).json()["records"]
    assert one["record_ids"] == [each["id"] for each in records if each["client_id"] == client]
    assert one["day"] == one["first_at"][:10]
    auditor = await clinic.with_key(KeyRole.AUDITOR, "kim")
    assert await found(auditor) == [one]


async def test_a_client_who_asked_to_be_kept_from_a_supervisor_is_counted_and_not_named(
    clinic: Clinic, sue: Clinic
) -> None:
    (_, ana_id), (ben, _) = await person(clinic, name="anna"), await person(clinic)
    client = await with_team(sue, ana_id)
    lee, lee_id = await person(clinic, KeyRole.SUPERVISOR, "lee")
    restriction = {"type": "restriction_requested", "agreed": True, "person_ids": [str(lee_id)]}
    assert (await sue.record(client, recording(restriction, ago(seconds=1).isoformat()))).status_code == 201
    await read(ben, client)

    (one,) = await found(lee)

    assert (one["clients"], one["client_ids"]) == (1, [])
    assert [each["client_ids"] for each in await found(sue)] == [[client]]
    note = {"rule": one["rule"], "last_record": one["record_ids"][0], "justified": False}
    noted = await lee.request("POST", f"{UNUSUAL}/notes", json=note)
    assert (noted.status_code, noted.json()["client_ids"]) == (201, []), "nor to whoever takes note"


async def test_who_is_entered_late_on_the_team_was_on_it(clinic: Clinic, sue: Clinic) -> None:
    (_, ana_id), (ben, ben_id) = await person(clinic, name="anna"), await person(clinic)
    client = await with_team(sue, ana_id)
    await read(ben, client)
    assert told(await found(sue)) == [("outside_the_team", "ben", 1)]

    await sue.record(client, recording(assigned(ben_id), ago(hours=1).isoformat()))

    assert await found(sue) == []


async def test_a_supervisors_own_reads_are_among_them_and_those_of_auditors_and_systems_are_not(
    clinic: Clinic, sue: Clinic
) -> None:
    _, ana_id = await person(clinic, name="anna")
    client = await with_team(sue, ana_id)
    await read(sue, client)
    await read(await clinic.with_key(KeyRole.AUDITOR, "kim"), client)
    await read(await clinic.with_key(KeyRole.SYSTEM, "ehr", {"system/*.r"}), client)
    await sue.get(f"/v1/clients/{client}/access-records")

    assert told(await found(sue)) == [("outside_the_team", "sue", 1)]


async def test_what_an_emergency_opened_is_reviewed_by_itself(clinic: Clinic, sue: Clinic) -> None:
    (_, ana_id), (ben, _) = await person(clinic, name="anna"), await person(clinic)
    client = await with_team(sue, ana_id)
    await ben.record(client, recording(opened(), ago(seconds=1).isoformat()))
    await read(ben, client)

    assert await found(sue) == []


async def test_who_enters_themselves_on_the_team_was_not_on_it_before(clinic: Clinic, sue: Clinic) -> None:
    (_, ana_id), (ben, ben_id) = await person(clinic, name="anna"), await person(clinic)
    client = await with_team(sue, ana_id)
    await read(ben, client)
    joined = await ben.record(client, recording(assigned(ben_id), ago(hours=1).isoformat()))
    assert joined.status_code == 201, joined.text
    await read(ben, client)
    unchanged = {
        "type": "entry_corrected",
        "entry": joined.json()["events"][0]["id"],
        "replacement": assigned(ben_id),
        "reason": "other",
    }
    for who, finds in ((ben, [("outside_the_team", "ben", 1)]), (sue, [])):
        corrected = await who.record(client, recording(unchanged, ago(seconds=1).isoformat()))
        assert corrected.status_code == 201, corrected.text
        assert told(await found(sue)) == finds, "until somebody else says so, too"


async def test_who_opens_the_record_in_an_emergency_had_not_opened_it_before(clinic: Clinic, sue: Clinic) -> None:
    (_, ana_id), (ben, _) = await person(clinic, name="anna"), await person(clinic)
    client = await with_team(sue, ana_id)
    await read(ben, client)
    assert (await ben.record(client, recording(opened(), ago(hours=1).isoformat()))).status_code == 201
    await read(ben, client)

    assert told(await found(sue)) == [("outside_the_team", "ben", 1)]


async def test_the_team_is_that_of_the_client_with_whom_care_goes_on_in_the_end(clinic: Clinic, sue: Clinic) -> None:
    (_, ana_id), (ben, ben_id) = await person(clinic, name="anna"), await person(clinic)
    first, second, last = str(await client_with(sue)), await with_team(sue, ana_id), await with_team(sue, ben_id)
    for survivor, duplicate in ((second, first), (last, second)):
        merged = await sue.record(survivor, recording({"type": "clients_merged", "duplicate": duplicate}))
        assert merged.status_code == 201, merged.text
    await read(ben, first, second, last)

    assert await found(sue) == []


async def test_two_clients_who_are_one_person_count_once_within_an_hour(clinic: Clinic, sue: Clinic) -> None:
    await adopted(clinic, clients_in_an_hour=1)
    (ben, _), clients = await person(clinic), [str(await client_with(sue)) for _ in range(2)]
    merged = await sue.record(clients[0], recording({"type": "clients_merged", "duplicate": clients[1]}))
    assert merged.status_code == 201, merged.text
    await read(ben, *clients)

    assert await found(sue) == []


async def test_many_clients_in_an_hour_are_found_whoever_reads(clinic: Clinic, sue: Clinic) -> None:
    await adopted(clinic, clients_in_an_hour=3)
    ben, ben_id = await person(clinic)
    kim = await clinic.with_key(KeyRole.AUDITOR, "kim")
    clients = [str(await client_with(sue)) for _ in range(5)]
    await read(ben, *clients[:3], *clients[:3])
    await read(kim, *clients[:3])
    assert await found(sue) == []

    await read(ben, *clients[3:])
    (one,) = await found(sue)

    assert (one["rule"], one["actor_id"], one["most_in_an_hour"]) == ("many_clients_in_an_hour", str(ben_id), 5)
    assert (one["reads"], one["clients"], sorted(one["client_ids"])) == (8, 5, sorted(clients))
    assert len(one["record_ids"]) == 8


async def test_a_client_discharged_long_ago_is_asked_about(clinic: Clinic, sue: Clinic) -> None:
    left, lately = [await discharged(sue, days) for days in (8, 6)]
    await adopted(clinic, days_after_discharge=7)
    ben, _ = await person(clinic)
    await read(ben, left, lately)

    (one,) = await found(sue)

    assert (one["rule"], one["client_ids"]) == ("after_discharge", [left])


async def test_a_supervisor_takes_note_and_more_of_it_waits_anew(clinic: Clinic, sue: Clinic) -> None:
    (_, ana_id), (ben, _) = await person(clinic, name="anna"), await person(clinic)
    client = await with_team(sue, ana_id)
    await read(ben, client)
    (one,) = await found(sue)
    sent = {"rule": one["rule"], "last_record": one["record_ids"][0], "justified": True, "note": "He covered for Ana."}
    before = await sue.system.store.head(sue.organization_id, UUID(client))

    noted = await sue.request("POST", f"{UNUSUAL}/notes", json=sent)

    assert noted.status_code == 201, noted.text
    said = noted.json()["noted"]
    assert (said["justified"], said["note"], said["noted_by"]) == (True, "He covered for Ana.", "supervisor/sue")
    assert await found(sue) == []
    assert [each["noted"] for each in await found(sue, noted="true")] == [said]
    assert (await sue.request("POST", f"{UNUSUAL}/notes", json=sent)).json() == noted.json()
    other = await clinic.with_key(KeyRole.SUPERVISOR, "lee")
    refused = await other.request("POST", f"{UNUSUAL}/notes", json={**sent, "justified": False})
    assert errors_in(refused, "refused") == {("last_record", "noted_once")}
    assert await sue.system.store.head(sue.organization_id, UUID(client)) == before
    assert (await sue.get("/v1/events", limit=1_000)).json()["events"][-1]["type"] == "unusual_access_noted"

    await read(ben, client)
    assert [(each["reads"], each["noted"]) for each in await found(sue)] == [(2, None)]
    problem_in(await sue.request("POST", f"{UNUSUAL}/notes", json=sent), "unknown-unusual-access")


async def test_nobody_takes_note_of_their_own_reads(clinic: Clinic, sue: Clinic) -> None:
    _, ana_id = await person(clinic, name="anna")
    await read(sue, await with_team(sue, ana_id))
    (one,) = await found(sue)
    sent = {"rule": one["rule"], "last_record": one["record_ids"][0], "justified": True}

    refused = await sue.request("POST", f"{UNUSUAL}/notes", json=sent)

    assert errors_in(refused, "refused") == {("last_record", "noted_by_another")}
    lee = await clinic.with_key(KeyRole.SUPERVISOR, "lee")
    assert (await lee.request("POST", f"{UNUSUAL}/notes", json=sent)).status_code == 201


async def test_they_are_paged_filtered_and_leave_a_record_of_whom_they_told(clinic: Clinic, sue: Clinic) -> None:
    (_, ana_id), (ben, ben_id) = await person(clinic, name="anna"), await person(clinic)
    clients = [await with_team(sue, ana_id) for _ in range(3)]
    await read(ben, *clients)
    whole = await found(sue)

    first = (await sue.get(UNUSUAL, limit=2)).json()
    second = (await sue.get(UNUSUAL, limit=2, before=first["next"])).json()

    assert first["found"] + second["found"] == whole
    assert [each["client_ids"] for each in whole] == [[each] for each in reversed(clients)]
    assert second["next"] is None
    assert await found(sue, person_id=str(ana_id)) == await found(sue, rule="after_discharge") == []
    assert await found(sue, person_id=str(ben_id), rule="outside_the_team") == whole
    assert await found(sue, last_day="2026-01-31") == []
    told = (await sue.get("/v1/access-records", client_id=clients[0])).json()["records"]
    assert {each["what"] for each in told} == {"care_plan", "unusual_access"}


async def test_another_organization_finds_none_of_it(clinic: Clinic, other_clinic: Clinic, sue: Clinic) -> None:
    (_, ana_id), (ben, _) = await person(clinic, name="anna"), await person(clinic)
    await read(ben, await with_team(sue, ana_id))
    (one,) = await found(sue)
    theirs = await other_clinic.with_key(KeyRole.SUPERVISOR, "lee")
    sent = {"rule": one["rule"], "last_record": one["record_ids"][0], "justified": True}

    assert await found(theirs, noted="true") == []
    problem_in(await theirs.request("POST", f"{UNUSUAL}/notes", json=sent), "unknown-unusual-access")


@pytest.mark.parametrize("asked", [("2026-02-01", "2026-01-01"), ("2026-01-01", "2026-06-01")])
async def test_days_that_are_none_or_too_many_are_refused(sue: Clinic, asked: tuple[str, str]) -> None:
    refused = await sue.get(UNUSUAL, first_day=asked[0], last_day=asked[1])

    assert errors_in(refused, "invalid-input") == {("last_day", "days_in_order_and_not_too_many")}


async def test_what_waits_is_counted(clinic: Clinic, sue: Clinic) -> None:
    (_, ana_id), (ben, _) = await person(clinic, name="anna"), await person(clinic)
    await read(ben, await with_team(sue, ana_id), await with_team(sue, ana_id))
    await follow(sue.system, sue.organization_id)

    assert await sue.system.unusual_access.waiting(sue.organization_id) == 2
