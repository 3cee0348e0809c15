"""The crisis card over the API: a page for whoever may read the client, and problems as pages."""

from uuid import UUID, uuid4

from service.access.caller import KeyRole
from service.api.pages import HTML
from tests.api.clinic import REGISTERED, Clinic, Json, errors_in, events_of, problem_in, recording
from tests.erasing import erase
from tests.rendering.reading_pages import elements, said

SAFETY_PLAN: Json = {"type": "safety_plan_written", "own_coping": ["A walk by the lake <now>"]}


def card_of(client: str) -> str:
    return f"/v1/clients/{client}/crisis-card"


async def test_r41_the_card_is_a_page_from_the_current_plan(clinic: Clinic) -> None:
    client = await clinic.client(recording(REGISTERED), recording(SAFETY_PLAN))

    answer = await clinic.get(card_of(client))

    assert (answer.status_code, answer.headers["content-type"]) == (200, HTML)
    assert "A walk by the lake <now>" in said(answer.text)
    assert "988" in said(answer.text)


async def test_r41_before_there_is_a_safety_plan_the_card_holds_the_lines(clinic: Clinic) -> None:
    answer = await clinic.get(card_of(await clinic.client()))

    assert answer.status_code == 200
    assert "There is no plan of yours here yet" in said(answer.text)


async def test_r41_a_card_that_is_read_is_not_yet_handed_over(clinic: Clinic) -> None:
    lapse = {"type": "lapse_recorded", "substances": ["opioids"], "overdose_danger": True}
    client = await clinic.client(recording(REGISTERED), recording(SAFETY_PLAN), recording(lapse))
    issued = {"type": "crisis_card_issued", "safety_plan": await last_of(clinic, client, -2), "issued_by": "peer"}

    assert (await clinic.get(card_of(client))).status_code == 200
    assert await asked_for(clinic, client) == ["late"]
    assert (await clinic.record(client, recording(issued, "2026-03-02T16:00:00Z"))).status_code == 201
    assert await asked_for(clinic, client) == ["met"]


async def asked_for(clinic: Clinic, client: str) -> list[str]:
    """How what asks for a crisis card stands."""
    plan = (await clinic.get(f"/v1/clients/{client}/care-plan")).json()["care_plan"]
    return [each["status"] for each in plan["obligations"] if each["kind"] == "crisis_card"]


async def last_of(clinic: Clinic, client: str, place: int) -> str:
    """The id of the entry in that place of the timeline."""
    events: list[Json] = (await clinic.get(events_of(client))).json()["events"]
    return str(events[place]["id"])


async def test_a_page_is_kept_nowhere_and_runs_nothing(clinic: Clinic) -> None:
    for answer in (await clinic.get(card_of(await clinic.client())), await clinic.get(card_of(str(uuid4())))):
        guarded = answer.headers["content-security-policy"]
        assert guarded.startswith("default-src 'none'; style-src 'sha256-")
        assert "frame-ancestors 'none'" in guarded
        assert "unsafe" not in guarded
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "script" not in elements(answer.text)


async def test_the_same_card_is_not_sent_again(clinic: Clinic) -> None:
    client = await clinic.client(recording(REGISTERED), recording(SAFETY_PLAN))
    tag = (await clinic.get(card_of(client))).headers["etag"]

    same = await clinic.get(card_of(client), {"If-None-Match": tag})
    await clinic.record(client, recording({**SAFETY_PLAN, "own_coping": ["Cold water"]}))
    other = await clinic.get(card_of(client), {"If-None-Match": tag})

    assert tag.startswith('"2.')
    assert (same.status_code, same.content) == (304, b"")
    assert "Cold water" in said(other.text)


async def test_problems_are_pages(clinic: Clinic) -> None:
    refused = await clinic.get(card_of("<script>"))

    assert errors_in(refused, "invalid-input") == {("client_id", "uuid")}
    for answer in (refused, await clinic.get(card_of(str(uuid4())))):
        assert answer.headers["content-type"] == HTML
        assert "script" not in answer.text


async def test_an_erased_client_has_no_card(clinic: Clinic) -> None:
    client = await clinic.client(recording(REGISTERED), recording(SAFETY_PLAN))
    await erase(clinic.system, clinic.organization_id, UUID(client))

    answer = await clinic.get(card_of(client))

    assert answer.headers["content-type"] == HTML
    problem_in(answer, "client-erased")
    assert "lake" not in answer.text


async def test_others_are_told_of_no_client(clinic: Clinic, other_clinic: Clinic) -> None:
    client = await clinic.client(recording(REGISTERED), recording(SAFETY_PLAN))
    recorder = await clinic.with_key(KeyRole.COUNSELOR, "ben", {"user/Contact.c"})

    problem_in(await other_clinic.get(card_of(client)), "unknown-client")
    problem_in(await recorder.get(card_of(client)), "scope-missing")
    problem_in(await clinic.http.get(card_of(client)), "key-needed")
