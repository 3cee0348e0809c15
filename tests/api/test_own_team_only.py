"""Where the policy lets people see the clients of their own team alone: the team, and emergency access."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from domain.policy import Policy
from projections.projection import Projection
from service.access.caller import KeyRole, operator
from service.database.connection import scoped
from service.projector.fresh_states import FreshStates
from service.runtime import clock
from tests.api.clinic import READS, REGISTERED, SESSION, Clinic, Json, errors_in, events_of, problem_in, recording
from tests.api.listing import ago, client_with, record, rows
from tests.builders import crisis
from tests.system import follow

TEAM_ONLY = Policy.model_validate({"client_access": {"own_team_only": True}})


@pytest_asyncio.fixture(loop_scope="session")
async def closed(clinic: Clinic) -> Clinic:
    """A clinic where the switch is on, calling with a supervisor's key."""
    await clinic.system.policy_adopter.adopt(operator(clinic.organization_id), TEAM_ONLY)
    return await clinic.with_key(KeyRole.SUPERVISOR, "sue")


async def person(clinic: Clinic, role: KeyRole = KeyRole.COUNSELOR, name: str = "ben") -> tuple[Clinic, UUID]:
    """Somebody of the clinic, and the id by which they record."""
    key, token = await clinic.system.api_keys.create(clinic.organization_id, name, role)
    return replace(clinic, key=token), key.key_id


def assigned(person_id: UUID, role: str = "counselor") -> Json:
    return {"type": "team_member_assigned", "role": role, "person": "Ben", "person_id": str(person_id)}


def opened(hours: int = 2) -> Json:
    return {
        "type": "emergency_access_opened", "purpose": "emergency_treatment", "reason": "crisis", "hours": hours,
        "account": "He called the night line.",
    }  # fmt: skip


async def sees(clinic: Clinic, client: UUID) -> bool:
    """Whether every read of the client is answered; else all look as for a client who is not there."""
    event = (await clinic.get(events_of(str(client)))).status_code == 200
    for read in [*READS, f"events/{uuid4()}", "care-plan?known_at=2026-01-01T00:00:00Z", "events?order=effective"]:
        answer = await clinic.get(f"/v1/clients/{client}/{read}")
        nobodys = await clinic.get(f"/v1/clients/{uuid4()}/{read}")
        if event:
            assert answer.content != nobodys.content
        else:
            assert (answer.status_code, answer.content) == (404, nobodys.content), read
    return event


async def listed(clinic: Clinic, client: UUID) -> set[str]:
    """The lists in which the client stands."""
    return {
        path
        for path in ("worklist", "caseload", "signals")
        if str(client) in {each["client_id"] for each in await rows(clinic, path)}
    }


async def test_everyone_sees_every_client_unless_the_switch_is_on(clinic: Clinic) -> None:
    client = await client_with(clinic, (crisis(), ago(hours=1)))
    ben, _ = await person(clinic)

    assert await sees(ben, client)
    assert await listed(ben, client) == {"worklist", "caseload"}


async def test_who_is_on_the_team_sees_the_client_while_they_are(closed: Clinic) -> None:
    client = await client_with(closed, (crisis(), ago(hours=1)))
    ben, ben_id = await person(closed)
    assert not await sees(ben, client)
    assert await listed(ben, client) == set()

    joined = await closed.record(str(client), recording(assigned(ben_id), clock.now().isoformat()))
    assert await sees(ben, client)
    assert await listed(ben, client) == {"worklist", "caseload"}

    left = {"type": "team_member_released", "member": joined.json()["events"][0]["id"], "reason": "caseload"}
    assert (await closed.record(str(client), recording(left, clock.now().isoformat()))).status_code == 201
    assert not await sees(ben, client)
    assert await listed(ben, client) == set()


async def test_who_was_released_does_not_take_the_release_back(closed: Clinic) -> None:
    """Not even while an emergency access lets them see the client."""
    client = await client_with(closed)
    (ben, ben_id), (cleo, cleo_id) = await person(closed), await person(closed, name="cleo")
    joined = await closed.record(str(client), recording(assigned(ben_id), clock.now().isoformat()))
    await closed.record(str(client), recording(assigned(cleo_id), clock.now().isoformat()))
    left = {"type": "team_member_released", "member": joined.json()["events"][0]["id"], "reason": "caseload"}
    released = await cleo.record(str(client), recording(left, clock.now().isoformat()))
    back = recording({"type": "entry_retracted", "entry": released.json()["events"][0]["id"], "reason": "other"})
    await ben.record(str(client), recording(opened(), clock.now().isoformat()))

    refused = await ben.record(str(client), back)
    assert errors_in(refused, "refused") == {("event.entry", "own_access_widened_by_another")}
    assert (await cleo.record(str(client), back)).status_code == 201
    assert await sees(ben, client)


@pytest.mark.parametrize("role", [KeyRole.SUPERVISOR, KeyRole.AUDITOR])
async def test_who_looks_after_the_record_sees_everyone(closed: Clinic, role: KeyRole) -> None:
    client = await client_with(closed)
    lee, _ = await person(closed, role, "lee")

    assert await sees(lee, client)
    assert await listed(lee, client) == {"caseload"}


async def test_recording_is_open_to_all_and_tells_nothing(closed: Clinic) -> None:
    client = await client_with(closed)
    ben, ben_id = await person(closed, KeyRole.PEER)

    assert (await ben.record(str(client), recording(SESSION))).status_code == 201
    refused = await ben.record(str(client), recording(assigned(ben_id, "peer")))
    assert errors_in(refused, "refused") == {("event.person_id", "team_member_assigned_by_another")}
    assert not await sees(ben, client)


async def test_who_has_an_identifier_is_told_to_those_alone_who_see_the_client(closed: Clinic) -> None:
    hidden = await client_with(closed)
    mrn = {"system": "mrn", "value": "0042317"}
    linked = recording({"type": "identifier_linked", **mrn}, clock.now().isoformat())
    assert (await closed.record(str(hidden), linked)).status_code == 201
    ben, ben_id = await person(closed)
    own = await client_with(ben)

    created = await ben.create(recording(REGISTERED), identifiers=[mrn])
    taken = await ben.record(str(own), {**linked, "id": str(uuid4())})

    assert problem_in(created, "identifier-taken").client_id is None
    assert problem_in(taken, "identifier-taken").client_id is None
    assert str(hidden) not in created.text + taken.text + str(created.headers) + str(taken.headers)
    records = (await closed.get(f"/v1/clients/{hidden}/access-records")).json()["records"]
    assert [(each["actor_id"], each["what"]) for each in records] == [(str(ben_id), "client_search")] * 2


async def test_a_person_with_two_keys_is_one_person(closed: Clinic) -> None:
    client = await client_with(closed)
    ben, ben_id = await person(closed)
    create = closed.system.api_keys.create
    _, text = await create(closed.organization_id, "ben-lead", KeyRole.SUPERVISOR, person_id=ben_id)
    _, other = await create(closed.organization_id, "ben-phone", KeyRole.COUNSELOR, person_id=ben_id)
    lead, phone = replace(closed, key=text), replace(closed, key=other)

    await closed.record(str(client), recording(assigned(ben_id), clock.now().isoformat()))
    assert await sees(phone, client)
    access = (await ben.record(str(client), recording(opened(), clock.now().isoformat()))).json()["events"][0]["id"]
    review = {"type": "emergency_access_reviewed", "access": access, "justified": True}
    refused = await lead.record(str(client), recording(review, clock.now().isoformat()))
    assert errors_in(refused, "refused") == {("event.access", "emergency_reviewed_by_another")}
    records = (await closed.get(f"/v1/clients/{client}/access-records")).json()["records"]
    assert {(each["actor_id"], each["name"]) for each in records} == {(str(ben_id), "ben-phone")}


async def test_only_who_sees_both_clients_merges_them(closed: Clinic) -> None:
    (ben, ben_id), hidden = await person(closed), str(await client_with(closed))
    own, other = str(await client_with(ben)), str(await client_with(closed))
    await closed.record(own, recording(assigned(ben_id), clock.now().isoformat()))

    def merging(duplicate: str) -> Json:
        return recording({"type": "clients_merged", "duplicate": duplicate}, clock.now().isoformat())

    unseen, nobody = await ben.record(own, merging(hidden)), await ben.record(own, merging(str(uuid4())))
    assert errors_in(unseen, "refused") == {("event.duplicate", "duplicate_is_known")}
    assert unseen.json()["errors"] == nobody.json()["errors"]
    problem_in(await ben.record(hidden, merging(own)), "unknown-client")

    merge = await closed.record(own, merging(other))
    assert merge.status_code == 201
    undone = {"type": "merge_undone", "merge": merge.json()["events"][0]["id"]}
    cleo, _ = await person(closed, name="cleo")
    problem_in(await cleo.record(own, recording(undone, clock.now().isoformat())), "unknown-client")
    assert (await ben.record(own, recording(undone, clock.now().isoformat()))).status_code == 201
    await closed.record(hidden, recording(assigned(ben_id), clock.now().isoformat()))
    assert (await ben.record(own, merging(hidden))).status_code == 201


async def test_where_care_goes_on_is_told_also_to_those_who_do_not_see_that_client(closed: Clinic) -> None:
    """Their news has to get there, and the id alone opens nothing."""
    (ben, _), duplicate, survivor = await person(closed), str(await client_with(closed)), await client_with(closed)
    merging = {"type": "clients_merged", "duplicate": duplicate}
    assert (await closed.record(str(survivor), recording(merging, clock.now().isoformat()))).status_code == 201

    refused = problem_in(await ben.record(duplicate, recording(SESSION)), "client-merged")
    assert refused.merged_into == survivor
    assert not await sees(ben, survivor)
    assert (await ben.record(str(survivor), recording(SESSION))).status_code == 201


async def test_emergency_access_opens_the_record_for_a_while_and_waits_for_a_supervisor(closed: Clinic) -> None:
    client = await client_with(closed)
    ben, _ = await person(closed)
    other, _ = await person(closed, name="cleo")

    recorded = await ben.record(str(client), recording(opened(), clock.now().isoformat()))
    assert recorded.status_code == 201
    assert await sees(ben, client)
    assert not await sees(other, client)
    (task,) = [each for each in await rows(ben, "worklist") if each["kind"] == "emergency_access_review"]
    access = recorded.json()["events"][0]["id"]
    assert (task["client_id"], task["because"], task["owner_role"]) == (str(client), access, "supervisor")

    review = recording({"type": "emergency_access_reviewed", "access": access, "justified": True})
    review["occurred_at"] = clock.now().isoformat()
    problem_in(await ben.record(str(client), review), "role-not-allowed")
    taken_back = recording({"type": "entry_retracted", "entry": access, "reason": "other"})
    problem_in(await ben.record(str(client), taken_back), "role-not-allowed")
    assert (await closed.record(str(client), review)).status_code == 201
    assert not [each for each in await rows(closed, "worklist") if each["kind"] == "emergency_access_review"]


async def test_emergency_access_ends(closed: Clinic) -> None:
    client = await client_with(closed)
    ben, _ = await person(closed)
    await record(closed, client, (crisis(), ago(hours=5)))

    long_ago = recording(opened(hours=2), ago(hours=2).isoformat())
    assert (await ben.record(str(client), long_ago)).status_code == 201
    assert not await sees(ben, client)
    assert await listed(ben, client) == set()


async def test_a_read_for_proceedings_asks_for_the_plan_once(closed: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    client = await client_with(closed)
    ben, ben_id = await person(closed)
    order: Json = {
        "type": "court_order_recorded", "court": "County Court", "reference": "24", "issued_on": "2026-03-02",
        "recipients": ["County Probation"], "scope": ["whole_record"], "compels": True,
    }  # fmt: skip
    now = clock.now().isoformat()
    await closed.record(str(client), recording(assigned(ben_id), now), recording(order, now))
    read, asked = FreshStates.read, 0

    async def counted(self: FreshStates, organization: UUID, client_id: UUID, projection: Projection[Any]) -> Any:
        nonlocal asked
        asked += 1
        return await read(self, organization, client_id, projection)

    monkeypatch.setattr(FreshStates, "read", counted)
    answer = await ben.get(events_of(str(client)), {"Purpose-Of-Use": "HLEGAL"})

    assert (answer.status_code, asked) == (200, 1)


async def test_nobody_opens_the_record_of_a_client_who_is_not_there(closed: Clinic) -> None:
    ben, _ = await person(closed)

    problem_in(await ben.record(str(uuid4()), recording(opened())), "unknown-client")


async def test_lists_count_nobody_whom_the_caller_does_not_see(closed: Clinic) -> None:
    ben, ben_id = await person(closed)
    own, hidden = await client_with(closed), await client_with(closed)
    joined = await closed.record(str(own), recording(assigned(ben_id), clock.now().isoformat()))
    assert joined.status_code == 201
    lee, lee_id = await person(closed, KeyRole.SUPERVISOR, "lee")
    restriction = {"type": "restriction_requested", "agreed": True, "person_ids": [str(lee_id)]}
    assert (await closed.record(str(hidden), recording(restriction, ago(seconds=1).isoformat()))).status_code == 201
    await follow(closed.system, closed.organization_id)
    build = await closed.system.builds.to_read("care_plan")
    assert build
    async with scoped(closed.system.pool, closed.organization_id) as connection:
        await connection.execute(
            f"insert into {build.schema}.parked (organization_id, client_id, version, event_id, error)"
            " select $1, unnest($2::uuid[]), 1, gen_random_uuid(), 'ValueError'",
            closed.organization_id,
            [own, hidden],
        )

    for path in ("worklist", "caseload", "signals"):
        for seer in (ben, lee):
            assert (await seer.get(f"/v1/{path}")).json()["parked"] == 1, path
    assert (await closed.get("/v1/caseload")).json()["parked"] == 2
