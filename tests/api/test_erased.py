"""Clients who were erased, events that do not open, and the organization's own timeline."""

from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import asyncpg
import pytest
import structlog

from service.database.embedded import DatabaseUrls
from tests.api.clinic import GOAL, READS, REGISTERED, SESSION, Clinic, Json, errors_in, events_of, problem_in, recording
from tests.erasing import erase

CRISIS: Json = {"type": "crisis_contact_recorded", "kinds": ["panic"], "channel": "phone", "noticed_by": "peer"}

Damage = Callable[[str], Awaitable[None]]


# A destroyed key


async def test_nothing_is_read_of_an_erased_client_and_nothing_recorded(clinic: Clinic) -> None:
    client, sent = await clinic.client(), recording(SESSION, id=str(uuid4()))
    event = (await clinic.record(client, sent)).json()["events"][0]["id"]
    for read in READS:
        assert (await clinic.get(f"/v1/clients/{client}/{read}")).status_code == 200

    await erase(clinic.system, clinic.organization_id, UUID(client))

    for read in [*READS, f"events/{event}"]:
        problem_in(await clinic.get(f"/v1/clients/{client}/{read}"), "client-erased")
    problem_in(await clinic.get(events_of(client), order="effective"), "client-erased")
    for refused in (recording(SESSION), recording(CRISIS), sent):
        problem_in(await clinic.record(client, refused), "client-erased")


async def test_an_erased_client_does_not_come_back_under_the_same_id(clinic: Clinic) -> None:
    client = str(uuid4())
    await erase(clinic.system, clinic.organization_id, UUID(client))

    problem_in(await clinic.create(recording(REGISTERED), client_id=client), "client-erased")


async def test_the_others_are_not_concerned(clinic: Clinic) -> None:
    erased, other = await clinic.client(), await clinic.client()
    await erase(clinic.system, clinic.organization_id, UUID(erased))

    assert (await clinic.record(other, recording(SESSION))).status_code == 201
    assert (await clinic.get(f"/v1/clients/{other}/care-plan")).status_code == 200


# An event that does not open


@pytest.fixture
def damage(database: DatabaseUrls, clinic: Clinic) -> Damage:
    """Changes a byte of an event's body, bypassing every protection."""

    async def change(event_id: str) -> None:
        superuser = await asyncpg.connect(database.superuser)
        try:
            await superuser.execute("set session_replication_role = replica")
            statement = "update log.event set body = set_byte(body, 40, 255 - get_byte(body, 40)) where id = $1"
            assert await superuser.execute(statement, UUID(event_id)) == "UPDATE 1"
        finally:
            await superuser.close()

    return change


async def recorded(clinic: Clinic, client: str, event: Json) -> str:
    return str((await clinic.record(client, recording(event))).json()["events"][0]["id"])


async def test_an_event_that_does_not_open_hides_no_other(clinic: Clinic, damage: Damage) -> None:
    client = await clinic.client()
    before, damaged, after = [await recorded(clinic, client, event) for event in (GOAL, SESSION, GOAL)]
    await damage(damaged)

    with structlog.testing.capture_logs() as logs:
        answer = (await clinic.get(events_of(client))).json()
    told = {event["id"]: event for event in answer["events"]}

    assert [told[each]["event"]["type"] for each in (before, after)] == ["goal_set", "goal_set"]
    assert (told[damaged]["type"], told[damaged]["version"], told[damaged]["event"]) == ("session_held", 3, None)
    assert told[damaged]["unreadable"]["why"] == "seal_broken"
    assert "cannot be read" in told[damaged]["unreadable"]["says"]
    assert told[before]["unreadable"] is None
    assert [log["position"] for log in logs if log["event"] == "event_unreadable"] == [told[damaged]["position"]]


async def test_an_event_that_does_not_open_is_told_by_its_id(clinic: Clinic, damage: Damage) -> None:
    client = await clinic.client()
    damaged = await recorded(clinic, client, SESSION)
    await damage(damaged)

    answer = (await clinic.get(f"{events_of(client)}/{damaged}")).json()

    assert (answer["status"], answer["original"]["type"], answer["original"]["event"]) == (
        "stands",
        "session_held",
        None,
    )
    assert answer["effective"] == answer["original"]


async def test_recording_goes_on_beside_an_event_that_does_not_open(clinic: Clinic, damage: Damage) -> None:
    client = await clinic.client()
    goal = await recorded(clinic, client, GOAL)
    await damage(goal)

    for event in (CRISIS, {"type": "goal_measured", "goal": goal, "value": 3}):
        assert (await clinic.record(client, recording(event))).status_code == 201
    right = {"type": "entry_corrected", "entry": goal, "reason": "wrong_content", "replacement": GOAL}
    assert (await clinic.record(client, recording(right))).status_code == 201

    answer = (await clinic.get(f"{events_of(client)}/{goal}")).json()
    assert answer["effective"]["event"]["description"] == GOAL["description"]


async def test_only_answers_that_depend_on_what_cannot_be_read_cannot_be_made(clinic: Clinic, damage: Damage) -> None:
    client = await clinic.client()
    damaged = await recorded(clinic, client, GOAL)
    await damage(damaged)

    problem = problem_in(
        await clinic.get(f"/v1/clients/{client}/care-plan", as_of="2026-04-01T00:00:00Z"), "projection-failed"
    )
    assert (problem.projection, str(problem.event_id)) == ("care_plan", damaged)
    assert (
        await clinic.get(f"/v1/clients/{client}/postvention-reviews", as_of="2026-04-01T00:00:00Z")
    ).status_code == 200


@pytest.mark.parametrize(
    "about",
    [{"type": "entry_corrected", "replacement": GOAL}, {"type": "entry_retracted"}],
    ids=lambda each: each["type"],
)
async def test_how_an_event_stands_is_unclear_when_what_concerns_it_cannot_be_read(
    clinic: Clinic, damage: Damage, about: Json
) -> None:
    client = await clinic.client()
    goal = await recorded(clinic, client, GOAL)
    await damage(await recorded(clinic, client, {**about, "entry": goal, "reason": "wrong_content"}))

    answer = (await clinic.get(f"{events_of(client)}/{goal}")).json()
    counting = (await clinic.get(events_of(client), order="effective")).json()["events"]

    assert (answer["status"], answer["original"]["event"]["type"]) == ("unclear", "goal_set")
    assert answer["effective"]["event"] is None
    assert answer["effective"] == counting[-1]
    told = [each["correction"] for each in answer["corrections"]] + [answer["retraction"]]
    assert [(each["type"], each["event"]) for each in told if each] == [(about["type"], None)]


# The organization's own timeline


async def test_the_organizations_own_id_is_no_clients(clinic: Clinic) -> None:
    own = str(clinic.organization_id)

    for read in [*READS, f"events/{uuid4()}"]:
        problem_in(await clinic.get(f"/v1/clients/{own}/{read}"), "unknown-client")
    problem_in(await clinic.record(own, recording(SESSION)), "unknown-client")
    refused = await clinic.create(recording(REGISTERED), client_id=own)
    assert errors_in(refused, "invalid-input") == {("client_id", "not_the_organization")}
