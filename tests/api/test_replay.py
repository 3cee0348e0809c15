"""Replaying a record through the API: what each event changed, and what was known then beside what is known now."""

from typing import Any

import pytest

from domain.policy import Policy
from service.access.caller import KeyRole, operator
from service.runtime import clock
from tests.api.clinic import CRISIS, GOAL, REGISTERED, Clinic, Json, problem_in, recording

AT = "2026-03-02T21:40:00Z"


@pytest.fixture
async def auditor(clinic: Clinic) -> Clinic:
    return await clinic.with_key(KeyRole.AUDITOR, "ines")


def replay_of(client: str) -> str:
    return f"/v1/clients/{client}/replay"


def now() -> str:
    return clock.now().isoformat().replace("+00:00", "Z")


async def recorded(clinic: Clinic, client: str, event: Json) -> str:
    """The id of the event, which is recorded as it happens."""
    return str((await clinic.record(client, recording(event, now()))).json()["events"][0]["id"])


def parts(differences: list[Json], kind: str) -> set[tuple[str, str]]:
    """The projections and the kinds of element that differ in that way."""
    return {(each["projection"], each["part"]) for each in differences if each["kind"] == kind}


async def test_each_step_tells_who_recorded_what_and_what_that_changed(clinic: Clinic, auditor: Clinic) -> None:
    client = await clinic.client()
    crisis = (await clinic.record(client, recording(CRISIS, AT))).json()["events"][0]["id"]

    answer = (await auditor.get(replay_of(client))).json()

    *_, step = answer["steps"]
    assert (step["event"]["id"], step["event"]["recorded_by"]) == (crisis, "counselor/ana")
    assert step["event"]["event"]["kinds"] == ["panic"]
    assert {("care_plan", "crisis"), ("care_plan", "obligation"), ("postvention_reviews", "crisis_review")} <= parts(
        step["differences"], "added"
    )
    assert {each["event_id"] for each in step["differences"] if each["part"] == "crisis"} == {crisis}
    asked_for = [each["key"] for each in step["differences"] if each["part"] == "obligation"]
    assert {"kind": "crisis_contact", "step": 1} in asked_for
    assert (answer["version"], answer["next"]) == (len(answer["steps"]), None)


async def test_a_retraction_tells_what_is_not_there_any_more(clinic: Clinic, auditor: Clinic) -> None:
    client = await clinic.client()
    goal = (await clinic.record(client, recording(GOAL))).json()["events"][0]["id"]
    await clinic.record(client, recording({"type": "entry_retracted", "entry": goal, "reason": "wrong_client"}))

    *_, step = (await auditor.get(replay_of(client))).json()["steps"]

    (removed,) = [each for each in step["differences"] if each["part"] == "goal"]
    assert (removed["kind"], removed["event_id"]) == ("removed", goal)
    assert removed["before"]["description"] == GOAL["description"]
    assert removed["after"] == {}


async def test_pages_fit_together(clinic: Clinic, auditor: Clinic) -> None:
    client = await clinic.client()
    for day in range(1, 5):
        await clinic.record(client, recording(GOAL, f"2026-03-0{day}T12:00:00Z"))
    whole = (await auditor.get(replay_of(client))).json()["steps"]

    told: list[Any] = []
    following: int | None = 0
    while following is not None:
        page = (await auditor.get(f"{replay_of(client)}?after={following}&limit=2")).json()
        told += page["steps"]
        following = page["next"]

    assert told == whole


async def test_what_was_known_stands_beside_what_is_known_now(clinic: Clinic, auditor: Clinic) -> None:
    client = await clinic.client()
    await clinic.record(client, recording(GOAL))
    then = now()
    late = (await clinic.record(client, recording(CRISIS, AT))).json()["events"][0]["id"]

    answer = (await auditor.get(f"/v1/clients/{client}/hindsight?at={then}")).json()

    assert answer["then"]["care_plan"]["crises"] == []
    assert [each["event_id"] for each in answer["now"]["care_plan"]["crises"]] == [late]
    assert [each["id"] for each in answer["since"]] == [late]
    assert ("care_plan", "crisis") in parts(answer["differences"], "added")
    assert (answer["version_then"], answer["version"]) == (2, 3)
    plan = (await clinic.get(f"/v1/clients/{client}/care-plan?as_of={then}&known_at={then}")).json()["care_plan"]
    assert answer["then"]["care_plan"] == plan


async def test_what_was_answered_in_the_course_of_a_story_is_told_of_each_of_its_moments(
    clinic: Clinic, auditor: Clinic
) -> None:
    client, other = await clinic.client(), await clinic.client(recording(REGISTERED), recording(GOAL))
    answered: list[tuple[str, Json, Json]] = []

    async def look() -> None:
        plan = (await clinic.get(f"/v1/clients/{client}/care-plan")).json()["care_plan"]
        answered.append((now(), plan, (await clinic.get(f"/v1/clients/{client}/summary")).json()["summary"]))

    async def happens(event: Json, at: str = AT) -> str:
        done = await clinic.record(client, recording(event, at))
        assert done.status_code == 201, done.text
        await look()
        return str(done.json()["events"][0]["id"])

    crisis = await happens(CRISIS)
    goal = await happens(GOAL)
    await happens({"type": "counseling_note_written", "note": "Spoke of the harbour"})
    earlier = "2026-02-27T21:40:00Z"
    await happens({"type": "entry_corrected", "entry": crisis, "reason": "wrong_time", "occurred_at": earlier})
    retracted = await happens({"type": "entry_retracted", "entry": goal, "reason": "wrong_client"})
    merged = await happens({"type": "clients_merged", "duplicate": other}, now())
    sooner = Policy.model_validate({"crisis": {"contact_within_hours": [12, 36, 168, 720]}})
    await clinic.system.policy_adopter.adopt(operator(clinic.organization_id), sooner)
    await happens({**CRISIS, "kinds": ["cravings"]}, now())
    await happens({"type": "entry_retracted", "entry": retracted, "reason": "wrong_client"})
    await happens({"type": "merge_undone", "merge": merged}, now())

    for at, plan, glance in answered:
        known = await clinic.get(f"/v1/clients/{client}/summary", known_at=at)
        assert known.json()["summary"] == glance
        assert (await auditor.get(f"/v1/clients/{client}/hindsight?at={at}")).json()["then"]["care_plan"] == plan


async def test_what_brought_or_took_anothers_history_is_told_among_what_came_since(
    clinic: Clinic, auditor: Clinic
) -> None:
    survivor, duplicate = await clinic.client(), await clinic.client(recording(REGISTERED), recording(GOAL))

    async def since(at: str) -> tuple[set[tuple[str, str]], list[Json]]:
        found = (await auditor.get(f"/v1/clients/{survivor}/hindsight?at={at}")).json()
        return parts(found["differences"], "added") | parts(found["differences"], "removed"), found["since"]

    apart = now()
    merged = await recorded(clinic, survivor, {"type": "clients_merged", "duplicate": duplicate})
    changed, told = await since(apart)
    assert ("care_plan", "goal") in changed
    assert [each["id"] for each in told if each["client_id"] == survivor] == [merged]

    together = now()
    undone = await recorded(clinic, survivor, {"type": "merge_undone", "merge": merged})
    changed, told = await since(together)
    assert ("care_plan", "goal") in changed
    assert [each["id"] for each in told] == [undone]


async def test_nobody_can_say_what_will_be_known(clinic: Clinic, auditor: Clinic) -> None:
    client = await clinic.client()

    problem_in(await auditor.get(f"/v1/clients/{client}/hindsight?at=2099-01-01T00:00:00Z"), "known-at-in-future")


async def test_it_is_for_auditors_and_supervisors(clinic: Clinic) -> None:
    client = await clinic.client()

    problem_in(await clinic.get(replay_of(client)), "role-not-allowed")
