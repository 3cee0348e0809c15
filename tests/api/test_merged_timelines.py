"""Of two clients who are one person, reads of the survivor tell all; the duplicate's history stays its own."""

from uuid import UUID

import pytest

from domain.policy import Policy
from service.access.caller import KeyRole, operator
from service.runtime import clock
from tests.api.clinic import (
    CRISIS,
    GOAL,
    READS,
    REGISTERED,
    SESSION,
    WHOLE,
    Clinic,
    Json,
    errors_in,
    events_of,
    problem_in,
    recording,
)
from tests.api.listing import rows
from tests.api.test_counseling_notes import NOTE, notes_of, recorded, told
from tests.api.test_merging import merge, undoing
from tests.api.test_own_team_only import assigned, person, sees

HANDOFF: Json = {"type": "handoff_requested", "from_role": "counselor", "to_role": "case_manager", "urgency": "routine"}


def accepted(handoff: str) -> Json:
    return {"type": "handoff_accepted", "handoff": handoff, "accepted_by": "case_manager"}


@pytest.fixture
async def survivor(clinic: Clinic) -> str:
    return await clinic.client(recording(REGISTERED), recording(GOAL))


@pytest.fixture
async def duplicate(clinic: Clinic) -> str:
    return await clinic.client(recording(CRISIS), recording(HANDOFF))


async def entries(clinic: Clinic, client: str, **asked: Json) -> list[tuple[str, str]]:
    """Whose events the client's timeline has, and of which kind, page by page."""
    found: list[tuple[str, str]] = []
    after = 0
    while True:
        page = (await clinic.get(events_of(client), after=after, **asked)).json()
        found += [(event["client_id"], event["type"]) for event in page["events"]]
        if page["next"] is None:
            return found
        after = page["next"]


async def listed(clinic: Clinic) -> dict[str, set[str]]:
    """Which clients stand in which list."""
    lists = ("worklist", "caseload", "signals")
    return {path: {row["client_id"] for row in await rows(clinic, path)} for path in lists}


async def test_a_handoff_of_a_client_created_twice_waits_once_and_is_accepted_where_it_was_asked_for(
    clinic: Clinic, survivor: str, duplicate: str
) -> None:
    handoff = (await clinic.get(events_of(duplicate))).json()["events"][1]["id"]
    before = await listed(clinic)
    assert before["worklist"] == {duplicate}

    event = await merge(clinic, survivor, duplicate)
    assert await listed(clinic) == {"worklist": {survivor}, "caseload": {survivor}, "signals": set()}
    tasks = await rows(clinic, "worklist", kind="handoff_acceptance")
    assert [(task["client_id"], task["because"]) for task in tasks] == [(survivor, handoff)]

    refused = await clinic.record(survivor, recording(accepted(handoff)))
    assert errors_in(refused, "refused") == {("event.handoff", "refers_to_own_entry")}
    assert duplicate in problem_in(refused, "refused").errors[0].message
    assert (await clinic.record(duplicate, recording(accepted(handoff)))).status_code == 201
    assert await rows(clinic, "worklist", kind="handoff_acceptance") == []
    plan = (await clinic.get(f"/v1/clients/{survivor}/care-plan")).json()["care_plan"]
    assert [each["accepted"]["event_id"] is not None for each in plan["handoffs"]] == [True]

    await clinic.record(survivor, undoing(event))
    assert (await listed(clinic))["caseload"] == before["caseload"]
    assert (await listed(clinic))["worklist"] == before["worklist"]


async def test_a_survivors_timeline_has_the_events_of_all_in_the_order_in_which_they_were_recorded(
    clinic: Clinic, survivor: str, duplicate: str
) -> None:
    known_at = (await clinic.get(events_of(duplicate))).json()["events"][-1]["recorded_at"]
    await merge(clinic, survivor, duplicate)
    whole = [
        *((survivor, kind) for kind in ("client_registered", "goal_set")),
        *((duplicate, kind) for kind in ("crisis_contact_recorded", "handoff_requested")),
        (survivor, "clients_merged"),
    ]

    for limit in (1, 2, 5):
        assert await entries(clinic, survivor, limit=limit) == whole
    assert sorted(await entries(clinic, survivor, order="effective", limit=2)) == sorted(whole)
    assert await entries(clinic, survivor, known_at=known_at) == whole[:2]
    assert await entries(clinic, duplicate) == [*whole[2:4], (duplicate, "client_merged_into")]
    last = (await clinic.get(events_of(survivor), before=1_000, limit=2)).json()
    back = (await clinic.get(events_of(survivor), before=last["previous"], limit=2)).json()
    assert [each["type"] for page in (back, last) for each in page["events"]] == [kind for _, kind in whole[1:]]


async def test_answers_about_a_survivor_have_another_tag_once_something_is_recorded_of_the_other(
    clinic: Clinic, survivor: str, duplicate: str
) -> None:
    handoff = (await clinic.get(events_of(duplicate))).json()["events"][1]["id"]
    await merge(clinic, survivor, duplicate)
    paths = [f"/v1/clients/{survivor}/{read}" for read in ("events", f"events/{handoff}", "care-plan", "summary")]
    tags = {path: (await clinic.get(path)).headers["etag"] for path in paths}
    for path, tag in tags.items():
        assert (await clinic.get(path, headers={"If-None-Match": tag})).status_code == 304

    retracted = {"type": "entry_retracted", "entry": handoff, "reason": "did_not_occur"}
    assert (await clinic.record(duplicate, recording(retracted))).status_code == 201

    for path, tag in tags.items():
        assert (await clinic.get(path, headers={"If-None-Match": tag})).status_code == 200, path
    stands = (await clinic.get(f"/v1/clients/{survivor}/events/{handoff}")).json()
    assert (stands["status"], stands["original"]["client_id"]) == ("retracted", duplicate)
    again = await clinic.record(survivor, recording(SESSION), headers={"If-Match": tags[paths[0]]})
    assert again.status_code == 201, "the version is the survivor's own"
    problem_in(await clinic.get(f"/v1/clients/{duplicate}/events/{again.json()['events'][0]['id']}"), "unknown-event")


async def test_where_the_other_was_erased_the_survivor_is_told_without_them(
    clinic: Clinic, survivor: str, duplicate: str
) -> None:
    crisis = (await clinic.get(events_of(duplicate))).json()["events"][0]["id"]
    note = await recorded(clinic, duplicate, NOTE)
    await merge(clinic, survivor, duplicate)
    assert await told(clinic, survivor) == [NOTE["note"]]
    await clinic.system.keyring.destroy(clinic.organization_id, UUID(duplicate))

    for read in [*READS, f"events/{crisis}", "care-plan?as_of=2100-01-01T00:00:00Z"]:
        answer = await clinic.get(f"/v1/clients/{survivor}/{read}")
        assert answer.status_code == 200, read
    events = {event["id"]: event for event in (await clinic.get(events_of(survivor))).json()["events"]}
    assert (events[crisis]["event"], events[crisis]["unreadable"]["why"]) == (None, "client_erased")
    plan = (await clinic.get(f"/v1/clients/{survivor}/care-plan")).json()["care_plan"]
    assert (plan["crises"], len(plan["longer_term_goals"] + plan["stabilization_goals"])) == ([], 1)
    assert (await clinic.record(survivor, recording(SESSION))).status_code == 201
    assert duplicate not in (await listed(clinic))["caseload"]
    (read,) = (await clinic.get(notes_of(survivor))).json()["notes"]
    assert (read["id"], read["unreadable"]["why"]) == (note, "client_erased")
    problem_in(await clinic.get(events_of(duplicate)), "client-erased")


async def test_counseling_notes_of_both_are_read_page_by_page_by_their_authors_role(
    clinic: Clinic, survivor: str, duplicate: str
) -> None:
    first = await recorded(clinic, survivor, {**NOTE, "note": "one"})
    second = await recorded(clinic, duplicate, {**NOTE, "note": "two"})
    await merge(clinic, survivor, duplicate)
    third = await recorded(clinic, survivor, {**NOTE, "note": "three"})
    said = {**NOTE, "note": "two again"}
    again = {"type": "entry_corrected", "entry": second, "reason": "wrong_content", "replacement": said}
    assert (await clinic.record(duplicate, recording(again))).status_code == 201

    assert await told(clinic, survivor) == ["one", "two again", "three"]
    found: list[str] = []
    after: int | None = 0
    for _ in range(3):
        page = (await clinic.get(notes_of(survivor), after=after, limit=1)).json()
        found += [note["id"] for note in page["notes"]]
        after = page["next"]
    assert after is None
    assert found == [first, second, third]
    one = (await clinic.get(f"{notes_of(survivor)}/{second}")).json()
    assert (one["status"], one["effective"]["client_id"]) == ("corrected", duplicate)
    peer = await clinic.with_key(KeyRole.PEER, "pat")
    assert await told(peer, survivor) == []
    problem_in(await peer.get(f"{notes_of(survivor)}/{second}"), "unknown-event")


async def test_who_sees_one_of_them_sees_both_and_a_read_of_the_survivor_is_one_of_the_other(
    clinic: Clinic, survivor: str, duplicate: str
) -> None:
    ben, ben_id = await person(clinic)
    eve, eve_id = await person(clinic, name="eve")
    await clinic.record(duplicate, recording(assigned(ben_id), clock.now().isoformat()))
    await clinic.record(survivor, recording(assigned(eve_id), clock.now().isoformat()))
    own_team = Policy.model_validate({"client_access": {"own_team_only": True}})
    await clinic.system.policy_adopter.adopt(operator(clinic.organization_id), own_team)
    supervisor = await clinic.with_key(KeyRole.SUPERVISOR, "sue")
    assert not await sees(ben, UUID(survivor))
    assert not await sees(eve, UUID(duplicate))

    await merge(supervisor, survivor, duplicate)

    assert await sees(ben, UUID(survivor))
    assert await sees(eve, UUID(duplicate)), "what waits there is answered there"
    for read in ("care-plan", "events", "summary", "care-plan?as_of=2026-03-03T00:00:00Z"):
        assert (await eve.get(f"/v1/clients/{survivor}/{read}")).status_code == 200
        looked = (await supervisor.get(f"/v1/clients/{duplicate}/access-records")).json()["records"]
        assert looked[0]["name"] == "eve"


async def test_a_consent_of_either_lets_another_organization_read_the_survivor(
    clinic: Clinic, survivor: str, duplicate: str
) -> None:
    pharmacy = await clinic.outsider("Harbor Pharmacy", "pharmacy")
    await clinic.record(duplicate, recording(WHOLE))
    problem_in(await pharmacy.get(f"/v1/clients/{survivor}/care-plan", {"Purpose-Of-Use": "TREAT"}), "unknown-client")

    await merge(clinic, survivor, duplicate)

    for read in ("care-plan", "events"):
        told = await pharmacy.get(f"/v1/clients/{survivor}/{read}", {"Purpose-Of-Use": "TREAT"})
        assert told.status_code == 200, told.text


async def test_a_survivor_is_replayed_as_one_person_and_hindsight_tells_what_nobody_knew_then(
    clinic: Clinic, survivor: str, duplicate: str
) -> None:
    then = (await clinic.get(events_of(duplicate))).json()["events"][-1]["recorded_at"]
    await merge(clinic, survivor, duplicate)
    whole = await entries(clinic, survivor)
    auditor = await clinic.with_key(KeyRole.AUDITOR, "lee")

    steps: list[tuple[str, str]] = []
    after = 0
    for _ in whole:
        page = (await auditor.get(f"/v1/clients/{survivor}/replay", after=after, limit=1)).json()
        steps += [(step["event"]["client_id"], step["event"]["type"]) for step in page["steps"]]
        after = page["next"] or after
    assert steps == whole
    found = (await auditor.get(f"/v1/clients/{survivor}/hindsight", at=then)).json()
    handoffs = [found[side]["care_plan"]["handoffs"] for side in ("then", "now")]
    assert [len(each) for each in handoffs] == [0, 1]
    assert [(event["client_id"], event["type"]) for event in found["since"]] == whole[2:]

    await clinic.system.keyring.destroy(clinic.organization_id, UUID(duplicate))
    for read in ("replay", "hindsight"):
        assert (await auditor.get(f"/v1/clients/{survivor}/{read}")).status_code == 200
