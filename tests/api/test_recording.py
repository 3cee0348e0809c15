"""Recording through the API: what is answered, what a retry does, and which ids are given."""

import asyncio
import json
from uuid import UUID, uuid4

import httpx
import pytest

from service.access.caller import Caller, KeyRole
from service.api.request_models import EventToRecord, drafts
from service.care.new_clients import client_id_of
from tests.api.clinic import GOAL, REGISTERED, SESSION, Clinic, Json, events_of, problem_in, recording

CRISIS: Json = {"type": "crisis_contact_recorded", "kinds": ["panic"], "channel": "phone", "noticed_by": "peer"}


async def test_a_client_is_created_with_their_first_events(clinic: Clinic) -> None:
    intake = recording({"type": "intake_completed", "entry_route": "self"}, at="2026-03-02T09:30:00-06:00")

    created = await clinic.create(recording(REGISTERED), intake)

    answer = created.json()
    timeline = events_of(answer["client_id"])
    assert (created.status_code, created.headers["etag"], created.headers["location"]) == (201, '"2"', timeline)
    assert [(event["type"], event["version"]) for event in answer["events"]] == [
        ("client_registered", 1),
        ("intake_completed", 2),
    ]
    assert answer["events"][1]["occurred_at"] == "2026-03-02T15:30:00Z"
    assert answer["events"][1]["recorded_by"] == "counselor/ana"
    assert [event["id"] for event in (await clinic.get(timeline)).json()["events"]] == [
        event["id"] for event in answer["events"]
    ]


async def test_a_crisis_may_come_before_registration(clinic: Clinic) -> None:
    client = await clinic.client(recording(CRISIS))

    registered = await clinic.record(client, recording(REGISTERED))

    assert registered.status_code == 201
    assert (await clinic.get(f"/v1/clients/{client}/care-plan")).json()["care_plan"]["crises"]


async def test_a_new_clients_events_may_ask_what_those_recorded_along_with_them_say(clinic: Clinic) -> None:
    crisis, review = str(uuid4()), str(uuid4())
    reviewed = {
        "type": "postvention_reviewed",
        "crisis": crisis,
        "reviewed_by": ["counselor"],
        "what_worked": "The call came early",
        "adjustments": [{"kind": "medication_review"}],
    }
    settled = {"type": "adjustment_settled", "review": review, "number": 1, "how": "carried_out"}

    created = await clinic.create(
        recording(CRISIS, id=crisis), recording(reviewed, id=review), recording(settled), recording(REGISTERED)
    )

    assert created.status_code == 201, created.text


async def test_one_event_is_recorded_and_can_be_read_where_the_answer_says(clinic: Clinic) -> None:
    client = await clinic.client()
    correlation, causation = str(uuid4()), str(uuid4())

    recorded = await clinic.record(
        client,
        recording(SESSION, precision="day", source="scheduler", correlation_id=correlation, causation_id=causation),
    )

    read = await clinic.get(recorded.headers["location"])
    original = read.json()["original"]
    assert (recorded.status_code, recorded.headers["etag"], recorded.json()["version"]) == (201, '"2"', 2)
    assert original["event"]["kind"] == "individual"
    assert (original["precision"], original["source"]) == ("day", "scheduler")
    assert (original["correlation_id"], original["causation_id"]) == (correlation, causation)


@pytest.mark.parametrize("written", ["2026-03-11T00:00Z", "2026-03-11T23:30:00-05:00", "2026-03-11"])
async def test_where_just_the_day_is_known_the_date_as_written_is_kept(clinic: Clinic, written: str) -> None:
    client = await clinic.client()

    recorded = await clinic.record(client, recording(SESSION, at=written, precision="day"))

    original = (await clinic.get(recorded.headers["location"])).json()["original"]
    assert (original["occurred_at"], original["precision"]) == ("2026-03-11T00:00:00Z", "day")


async def test_a_date_alone_says_that_just_the_day_is_known(clinic: Clinic) -> None:
    client = await clinic.client()

    refused = await clinic.record(client, recording(SESSION, at="2026-03-11"))

    assert "say precision: day" in problem_in(refused, "invalid-input").errors[0].message


async def test_a_list_is_recorded_in_its_order_and_may_refer_to_itself(clinic: Clinic) -> None:
    client, goal = await clinic.client(), str(uuid4())
    measured = {"type": "goal_measured", "goal": goal, "value": 5}

    recorded = await clinic.record(client, recording(GOAL, id=goal), recording(measured))

    page = await clinic.get(recorded.headers["location"])
    assert [event["type"] for event in recorded.json()["events"]] == ["goal_set", "goal_measured"]
    assert [event["version"] for event in page.json()["events"]] == [2, 3]


async def test_of_a_list_all_is_recorded_or_nothing(clinic: Clinic) -> None:
    client = await clinic.client()
    measured = {"type": "goal_measured", "goal": str(uuid4()), "value": 5}

    refused = await clinic.record(client, recording(GOAL), recording(measured))

    problem_in(refused, "refused")
    assert await clinic.versions(client) == [1]


async def test_the_source_is_the_name_of_the_key_unless_it_is_said(clinic: Clinic) -> None:
    system = await clinic.with_key(KeyRole.SYSTEM, "text-line", {"system/*.cr"})
    client = await system.client()

    recorded = await system.record(client, recording(SESSION))

    original = (await system.get(recorded.headers["location"])).json()["original"]
    assert (original["source"], original["recorded_by"]) == ("text-line", "system/text-line")


async def test_an_unknown_client_is_not_found(clinic: Clinic) -> None:
    problem_in(await clinic.record(str(uuid4()), recording(SESSION)), "unknown-client")


# Sending again


async def test_a_retry_is_answered_like_the_first_time_but_with_200(clinic: Clinic) -> None:
    client, event = await clinic.client(), recording(SESSION, id=str(uuid4()))
    first = await clinic.record(client, event)
    await clinic.record(client, recording(GOAL))

    again = await clinic.record(client, event)

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.content == first.content
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["location"] == first.headers["location"]
    assert await clinic.versions(client) == [1, 2, 3]


async def test_a_retry_is_no_conflict_though_the_version_has_moved_on(clinic: Clinic) -> None:
    client, event = await clinic.client(), recording(SESSION, id=str(uuid4()))
    first = await clinic.record(client, event, headers={"If-Match": '"1"'})

    again = await clinic.record(client, event, headers={"If-Match": '"1"'})

    assert (first.status_code, again.status_code) == (201, 200)


async def test_the_same_id_sent_20_times_at_once_is_one_event(clinic: Clinic) -> None:
    client, event = await clinic.client(), recording(SESSION, id=str(uuid4()))

    answers = await asyncio.gather(*(clinic.record(client, event) for _ in range(20)))

    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert len({answer.content for answer in answers}) == 1
    assert await clinic.versions(client) == [1, 2]


async def test_the_same_new_client_sent_20_times_at_once_is_one_client(clinic: Clinic) -> None:
    event = recording(REGISTERED, id=str(uuid4()))

    answers = await asyncio.gather(*(clinic.create(event) for _ in range(20)))

    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert len({answer.content for answer in answers}) == 1


@pytest.mark.parametrize("change", [{"source": "elsewhere"}, {"occurred_at": "2026-03-02T15:00:01Z"}, {"event": GOAL}])
async def test_the_same_id_with_other_content_is_refused(clinic: Clinic, change: Json) -> None:
    client, event = await clinic.client(), recording(SESSION, id=str(uuid4()))
    await clinic.record(client, event)

    problem_in(await clinic.record(client, {**event, **change}), "id-used")

    assert await clinic.versions(client) == [1, 2]


async def test_an_id_of_another_client_is_refused(clinic: Clinic) -> None:
    client, other, event = await clinic.client(), await clinic.client(), recording(SESSION, id=str(uuid4()))
    await clinic.record(other, event)

    problem_in(await clinic.record(client, event), "id-used")

    assert await clinic.versions(client) == [1]


async def test_a_client_id_in_use_is_refused(clinic: Clinic) -> None:
    client = await clinic.client()

    problem_in(await clinic.create(recording(REGISTERED), client_id=client), "client-exists")

    assert await clinic.versions(client) == [1]


async def test_a_client_id_can_be_chosen(clinic: Clinic) -> None:
    chosen = str(uuid4())

    assert (await clinic.create(recording(REGISTERED), client_id=chosen)).json()["client_id"] == chosen


# Idempotency-Key


async def test_an_idempotency_key_makes_retries_of_events_without_ids_safe(clinic: Clinic) -> None:
    client = await clinic.client()
    sent = [recording(SESSION), recording(SESSION, at="2026-03-03T15:00:00Z")]

    first, again = [await clinic.record(client, *sent, headers={"Idempotency-Key": "visit-1"}) for _ in range(2)]

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.content == again.content
    assert len({event["id"] for event in first.json()["events"]}) == 2
    assert await clinic.versions(client) == [1, 2, 3]


async def test_a_refused_event_can_be_sent_corrected_with_the_same_idempotency_key(clinic: Clinic) -> None:
    client, key = await clinic.client(), {"Idempotency-Key": "from-the-form-42"}
    refused = await clinic.record(client, recording(SESSION, at="2199-01-01T00:00Z"), headers=key)
    problem_in(refused, "refused")

    corrected = await clinic.record(client, recording(SESSION), headers=key)

    assert corrected.status_code == 201


async def test_an_idempotency_key_makes_the_same_client(clinic: Clinic) -> None:
    async def create() -> httpx.Response:
        body = {"events": [recording(REGISTERED)]}
        return await clinic.request("POST", "/v1/clients", json=body, headers={"Idempotency-Key": "intake-7"})

    first, again = await create(), await create()

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["client_id"] == again.json()["client_id"]


async def test_an_idempotency_key_for_other_content_is_refused(clinic: Clinic) -> None:
    client = await clinic.client()
    await clinic.record(client, recording(SESSION), headers={"Idempotency-Key": "visit-1"})

    other = await clinic.record(client, recording(GOAL), headers={"Idempotency-Key": "visit-1"})

    problem_in(other, "id-used")


async def test_each_api_key_has_idempotency_keys_of_its_own(clinic: Clinic) -> None:
    client, peer = await clinic.client(), await clinic.with_key(KeyRole.PEER, "jo")
    headers = {"Idempotency-Key": "1"}

    ids = {
        (await each.record(client, recording(SESSION), headers=headers)).json()["events"][0]["id"]
        for each in (clinic, peer)
    }

    assert len(ids) == 2


async def test_without_any_id_each_request_is_news(clinic: Clinic) -> None:
    client = await clinic.client()

    first, second = [await clinic.record(client, recording(SESSION)) for _ in range(2)]

    assert first.status_code == second.status_code == 201
    assert UUID(first.json()["events"][0]["id"]).version == 4
    assert await clinic.versions(client) == [1, 2, 3]


async def test_ids_that_are_derived_stay_the_same_in_every_release() -> None:
    """Were they to change, a retry across an upgrade would record its events a second time."""
    caller = Caller(UUID(int=1), UUID(int=2), "ana", KeyRole.COUNSELOR, frozenset())
    sent = [EventToRecord.model_validate_json(json.dumps(recording(each))) for each in (REGISTERED, SESSION)]

    first, second = drafts(sent, caller, "visit-1")

    assert (first.id, second.id) == (
        UUID("62ea2f51-193b-5629-9019-a0c8c47580c5"),
        UUID("4ab66c75-e7a3-5796-80e1-ca36f246e6b2"),
    )
    assert client_id_of(caller, first) == UUID("c94ebbff-0137-535e-b7ca-a55994d9bb18")
