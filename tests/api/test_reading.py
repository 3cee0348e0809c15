"""Reading through the API: pages, both orders, both times, one event and what became of it."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.entry import Entry
from service.log.sealed import StoredEvent
from service.log.timelines import Timelines
from service.runtime.sliced_work import SLICE
from tests.api.clinic import GOAL, READS, SESSION, Clinic, Json, errors_in, events_of, problem_in, recording


async def told(clinic: Clinic) -> tuple[str, list[Json]]:
    """A client whose second visit is recorded late and whose third is an error; and the receipts."""
    client = await clinic.client()
    receipts = []
    for at in ("2026-03-20T15:00:00Z", "2026-03-10T15:00:00Z", "2026-03-30T15:00:00Z"):
        receipts += (await clinic.record(client, recording(SESSION, at=at))).json()["events"]
    error = {"type": "entry_retracted", "entry": receipts[2]["id"], "reason": "did_not_occur"}
    receipts += (await clinic.record(client, recording(error, at="2026-04-01T15:00:00Z"))).json()["events"]
    return client, receipts


async def pages(clinic: Clinic, client: str, **params: Any) -> list[list[int]]:
    """The versions on each page of the timeline."""
    found, after = [], 0
    while True:
        answer = (await clinic.get(events_of(client), after=after, **params)).json()
        found.append([event["version"] for event in answer["events"]])
        if answer["next"] is None:
            return found
        after = answer["next"]


async def test_the_recorded_order_tells_everything_page_by_page(clinic: Clinic) -> None:
    client, _ = await told(clinic)

    assert await pages(clinic, client) == [[1, 2, 3, 4, 5]]
    assert await pages(clinic, client, limit=2) == [[1, 2], [3, 4], [5]]
    assert await pages(clinic, client, limit=5) == [[1, 2, 3, 4, 5]]


async def test_the_effective_order_tells_what_counts_as_it_happened(clinic: Clinic) -> None:
    client, _ = await told(clinic)

    assert await pages(clinic, client, order="effective") == [[1, 3, 2]]
    assert await pages(clinic, client, order="effective", limit=1) == [[1], [3], [2]]


async def back(clinic: Clinic, client: str, **params: Any) -> list[list[int]]:
    """The versions on each page of the timeline, from the last page to the first."""
    found, before = [], 999_999_999
    while True:
        answer = (await clinic.get(events_of(client), before=before, **params)).json()
        found.append([event["version"] for event in answer["events"]])
        if answer["previous"] is None:
            return found
        before = answer["previous"]


async def test_a_timeline_is_read_backward_too(clinic: Clinic) -> None:
    client, receipts = await told(clinic)

    assert await back(clinic, client) == [[1, 2, 3, 4, 5]]
    assert await back(clinic, client, limit=2) == [[4, 5], [2, 3], [1]]
    assert await back(clinic, client, limit=2, known_at=receipts[2]["recorded_at"]) == [[3, 4], [1, 2]]
    assert await back(clinic, client, limit=1, as_of="2026-03-10T09:00:00-06:00") == [[3], [1]]
    assert await back(clinic, client, limit=2, order="effective") == [[3, 2], [1]]


async def test_every_page_tells_what_is_before_and_after_it(clinic: Clinic) -> None:
    client, _ = await told(clinic)

    async def around(**asked: Any) -> tuple[int | None, int | None]:
        answer = (await clinic.get(events_of(client), **asked)).json()
        return answer["previous"], answer["next"]

    assert await around() == (None, None)
    assert await around(limit=2) == (None, 2)
    assert await around(after=2, limit=2) == (3, 4)
    assert await around(after=4, limit=2) == (5, None)
    assert await around(before=3, limit=1) == (2, 2)
    assert await around(before=3, limit=2) == (None, 2)
    assert await around(after=7) == (8, None)
    assert await around(before=1) == (None, 0)
    assert await around(order="effective", after=3, limit=1) == (2, None)
    assert await around(order="effective", before=2, limit=1) == (3, 3)


async def test_a_page_goes_on_or_back_and_not_both(clinic: Clinic) -> None:
    client, _ = await told(clinic)

    answer = await clinic.get(events_of(client), after=1, before=3)

    assert errors_in(answer, "invalid-input") == {("before", "after_or_before")}


@pytest.mark.parametrize("asked", [{"after": 4}, {"before": 4}])
async def test_a_page_can_not_follow_an_event_that_no_longer_counts(clinic: Clinic, asked: Json) -> None:
    client, _ = await told(clinic)

    answer = await clinic.get(events_of(client), order="effective", **asked)

    assert errors_in(answer, "invalid-input") == {(*asked, "known_version")}


async def test_known_at_keeps_pages_together_while_more_is_recorded(clinic: Clinic) -> None:
    client, receipts = await told(clinic)

    before_the_retraction = receipts[2]["recorded_at"]

    assert await pages(clinic, client, order="effective", known_at=before_the_retraction) == [[1, 3, 2, 4]]
    assert await pages(clinic, client, known_at=before_the_retraction, limit=3) == [[1, 2, 3], [4]]


async def test_as_of_tells_what_had_happened_by_then(clinic: Clinic) -> None:
    client, _ = await told(clinic)

    for order in ("recorded", "effective"):
        assert await pages(clinic, client, order=order, as_of="2026-03-10T09:00:00-06:00") == [[1, 3]]


async def test_a_page_and_an_event_read_no_more_than_themselves(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await clinic.client()
    recorded = await clinic.record(client, *(recording(SESSION) for _ in range(50)))
    opened: list[int] = []
    original = Timelines.open

    async def counting(self: Timelines, organization_id: UUID, stored: Sequence[StoredEvent]) -> list[Entry]:
        opened.append(len(stored))
        return await original(self, organization_id, stored)

    monkeypatch.setattr(Timelines, "open", counting)
    await clinic.get(events_of(client), after=30, limit=5)
    await clinic.get(events_of(client), before=30, limit=5)
    await clinic.get(f"{events_of(client)}/{recorded.json()['events'][7]['id']}")
    await clinic.record(client, recording(SESSION))

    assert sum(opened) <= 5 + 5 + 1


async def test_before_anything_was_known_there_is_nothing_to_tell(clinic: Clinic) -> None:
    client, receipts = await told(clinic)
    long_before = (datetime.fromisoformat(receipts[0]["recorded_at"]) - timedelta(days=1)).isoformat()

    timeline = await clinic.get(events_of(client), known_at=long_before)
    plan = await clinic.get(f"/v1/clients/{client}/care-plan", known_at=long_before)

    assert (timeline.json()["events"], timeline.headers["etag"]) == ([], '"0"')
    assert (plan.status_code, plan.json()["care_plan"]["client"]) == (200, None)


async def test_answers_repeat_what_was_asked_in_utc(clinic: Clinic) -> None:
    client, receipts = await told(clinic)
    asked = {"as_of": "2026-03-10T09:00:00-06:00", "known_at": receipts[-1]["recorded_at"]}

    for read in ("events", "milestones"):
        answer = (await clinic.get(f"/v1/clients/{client}/{read}", **asked)).json()
        assert (answer["as_of"], answer["known_at"]) == ("2026-03-10T15:00:00Z", receipts[-1]["recorded_at"])


@pytest.mark.parametrize("read", READS)
async def test_what_will_be_known_cannot_be_asked(clinic: Clinic, read: str) -> None:
    client = await clinic.client()

    answer = await clinic.get(f"/v1/clients/{client}/{read}", known_at="2199-01-01T00:00:00Z")

    assert errors_in(answer, "known-at-in-future") == {("known_at", "not_in_the_future")}


async def test_a_plan_as_it_was_known_stays_as_it_was(clinic: Clinic) -> None:
    client, goal = await clinic.client(), str(uuid4())
    set_at = (await clinic.record(client, recording(GOAL, id=goal))).json()["events"][0]["recorded_at"]
    path = f"/v1/clients/{client}/care-plan"
    before = await clinic.get(path, known_at=set_at)

    await clinic.record(client, recording({"type": "goal_closed", "goal": goal, "outcome": "achieved"}))

    after = await clinic.get(path, known_at=set_at)
    now = await clinic.get(path)
    assert before.content == after.content
    assert before.json()["care_plan"]["stabilization_goals"] != now.json()["care_plan"]["stabilization_goals"]


async def test_milestones_can_be_asked_for_a_day_to_come(clinic: Clinic) -> None:
    use = {"substance": "alcohol", "last_used_on": "2026-03-01"}
    intake = {"type": "intake_completed", "entry_route": "self", "substances": [use]}
    client = await clinic.client()
    await clinic.record(client, recording(intake))

    answer = await clinic.get(f"/v1/clients/{client}/milestones", as_of="2026-05-30T18:00:00Z")

    assert {track["current_days"] for track in answer.json()["milestones"]["tracks"]} == {90}


async def test_an_event_stands_until_something_is_recorded_about_it(clinic: Clinic) -> None:
    client = await clinic.client()
    recorded = await clinic.record(client, recording(GOAL))

    event = (await clinic.get(recorded.headers["location"])).json()

    assert event["status"] == "stands"
    assert event["effective"] == event["original"]
    assert (event["corrections"], event["retraction"]) == ([], None)


async def test_an_event_shows_its_corrections_and_how_it_stands(clinic: Clinic) -> None:
    client = await clinic.client()
    event = (await clinic.record(client, recording(GOAL))).json()["events"][0]["id"]
    right = {**GOAL, "description": "Sleep through most nights"}
    correction = {"type": "entry_corrected", "entry": event, "reason": "wrong_content", "replacement": right}
    wrong = {"type": "entry_corrected", "entry": event, "reason": "wrong_time", "occurred_at": "2026-03-01T00:00:00Z"}
    corrections = (await clinic.record(client, recording(correction), recording(wrong))).json()["events"]
    taken_back = {"type": "entry_retracted", "entry": corrections[1]["id"], "reason": "wrong_time"}
    retraction = (await clinic.record(client, recording(taken_back))).json()["events"][0]["id"]

    answer = (await clinic.get(f"{events_of(client)}/{event}")).json()

    assert answer["status"] == "corrected"
    assert answer["original"]["event"]["description"] == GOAL["description"]
    assert answer["effective"]["event"]["description"] == right["description"]
    assert answer["effective"]["occurred_at"] == answer["original"]["occurred_at"]
    assert answer["effective"]["correction_id"] == corrections[0]["id"]
    assert [(each["correction"]["id"], each["retraction_id"]) for each in answer["corrections"]] == [
        (corrections[0]["id"], None),
        (corrections[1]["id"], retraction),
    ]


async def test_an_event_can_be_sent_as_it_was_read(clinic: Clinic) -> None:
    client = await clinic.client()
    first = (await clinic.record(client, recording(GOAL))).json()["events"][0]["id"]
    correction = {"type": "entry_corrected", "entry": first, "reason": "wrong_content", "replacement": GOAL}
    recorded = await clinic.record(client, recording(correction))
    read = (await clinic.get(recorded.headers["location"])).json()["original"]["event"]

    assert (await clinic.record(client, recording(read))).status_code == 201


async def test_a_retracted_event_shows_what_retracted_it(clinic: Clinic) -> None:
    client, receipts = await told(clinic)

    answer = (await clinic.get(f"{events_of(client)}/{receipts[2]['id']}")).json()

    assert (answer["status"], answer["effective"]) == ("retracted", None)
    assert answer["retraction"]["id"] == receipts[3]["id"]


async def test_p2_an_event_whose_retraction_was_retracted_counts_again(clinic: Clinic) -> None:
    client, receipts = await told(clinic)
    before = (await clinic.get(f"/v1/clients/{client}/care-plan")).json()
    undo = {"type": "entry_retracted", "entry": receipts[3]["id"], "reason": "other"}

    recorded = await clinic.record(client, recording(undo))

    assert recorded.status_code == 201
    answer = (await clinic.get(f"{events_of(client)}/{receipts[2]['id']}")).json()
    assert (answer["status"], answer["retraction"]) == ("stands", None)
    after = (await clinic.get(f"/v1/clients/{client}/care-plan")).json()
    assert before["care_plan"]["last_session"]["at"] == "2026-03-20T15:00:00Z"
    assert after["care_plan"]["last_session"]["at"] == "2026-03-30T15:00:00Z"
    again = {**undo, "entry": recorded.json()["events"][0]["id"]}
    refused = await clinic.record(client, recording(again))
    assert {rule for _, rule in errors_in(refused, "refused")} == {"retraction_stays"}


async def test_p2_a_correction_whose_retraction_was_retracted_applies_again(clinic: Clinic) -> None:
    client = await clinic.client()
    goal = (await clinic.record(client, recording(GOAL))).json()["events"][0]["id"]
    right = {**GOAL, "description": "Sleep through most nights"}
    about = {"type": "entry_corrected", "entry": goal, "reason": "wrong_content", "replacement": right}
    for _ in range(2):
        receipt = (await clinic.record(client, recording(about))).json()["events"][0]
        about = {"type": "entry_retracted", "entry": receipt["id"], "reason": "other"}
    await clinic.record(client, recording(about))

    answer = (await clinic.get(f"{events_of(client)}/{goal}")).json()

    assert answer["status"] == "corrected"
    assert answer["effective"]["event"]["description"] == right["description"]
    assert [each["retraction_id"] for each in answer["corrections"]] == [None]


async def test_b2_an_entry_some_minutes_ahead_shows_once_its_time_has_come(clinic: Clinic) -> None:
    client, _ = await told(clinic)
    now = datetime.now(UTC)
    ahead = (now + timedelta(minutes=3)).isoformat()
    recorded = await clinic.record(client, recording(SESSION, at=ahead))
    assert recorded.status_code == 201

    async def last_session(**asked: Any) -> str:
        answer = (await clinic.get(f"/v1/clients/{client}/care-plan", **asked)).json()
        assert answer["version"] == recorded.json()["version"]
        return str(answer["care_plan"]["last_session"]["at"])

    assert await last_session() == await last_session(as_of=now.isoformat()) == "2026-03-20T15:00:00Z"
    assert await last_session(as_of=ahead) > await last_session()
    known_at = recorded.json()["events"][0]["recorded_at"]
    assert await last_session(known_at=known_at) == await last_session(), "it was not told then"
    assert await last_session(known_at=known_at, as_of=ahead) > await last_session()


async def test_an_event_of_another_client_is_not_found_here(clinic: Clinic) -> None:
    client, _ = await told(clinic)
    other, receipts = await told(clinic)

    problem_in(await clinic.get(f"{events_of(client)}/{receipts[0]['id']}"), "unknown-event")
    problem_in(await clinic.get(f"{events_of(other)}/{uuid4()}"), "unknown-event")


@pytest.mark.parametrize("read", [*READS, "events/7d0e2f4a-93b1-4c86-8a55-1f2e3d4c5b6a"])
async def test_an_unknown_client_is_not_found(clinic: Clinic, read: str) -> None:
    problem_in(await clinic.get(f"/v1/clients/{uuid4()}/{read}"), "unknown-client")


@pytest.mark.parametrize(
    ("read", "asked"),
    [
        ("events", {"limit": 1_000}),
        ("events", {"order": "effective"}),
        ("care-plan", {"as_of": "2027-01-01T00:00:00Z"}),
        ("care-plan", {}),
    ],
)
async def test_one_long_timeline_is_in_memory_at_a_time_and_a_short_one_does_not_wait_for_it(
    clinic: Clinic, read: str, asked: dict[str, Any]
) -> None:
    short, long = [await clinic.client() for _ in range(2)]
    await clinic.record(long, *[recording({"type": "check_in_received", "channel": "text", "mood": 5})] * (SLICE + 1))

    async with clinic.system.sliced.turn(1_000):
        waiting = asyncio.create_task(clinic.get(f"/v1/clients/{long}/{read}", **asked))
        answered = await clinic.get(f"/v1/clients/{short}/{read}", **asked)
        done, _ = await asyncio.wait([waiting], timeout=0.2)

    assert (answered.status_code, done) == (200, set())
    assert (await waiting).json()["version"] == SLICE + 2
