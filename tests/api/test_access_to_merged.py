"""Of clients who are, or were, one person: who may be told what was known then, and who read about them."""

from uuid import UUID

import pytest

from service.access.caller import KeyRole
from tests.api.clinic import CRISIS, GOAL, REGISTERED, Clinic, Json, recording
from tests.api.listing import ago
from tests.api.test_disclosures import EMERGENCY, PHARMACY, read
from tests.api.test_merging import merge, merging, undoing
from tests.api.test_own_team_only import person, sees
from tests.api.test_restrictions import asked, supervisor
from tests.erasing import erase
from tests.rendering.reading_pages import said
from tests.system import follow

__all__ = ["supervisor"]


@pytest.fixture
async def survivor(clinic: Clinic) -> str:
    return await clinic.client(recording(REGISTERED), recording(GOAL))


@pytest.fixture
async def duplicate(clinic: Clinic) -> str:
    return await clinic.client(recording(CRISIS))


def look_anew(clinic: Clinic) -> None:
    """Who has a restriction is otherwise believed for 5 seconds."""
    clinic.system.accesses._clients._with_restrictions._believed.clear()


async def test_as_known_while_they_were_one_the_other_is_told_to_whoever_may_read_of_them_now(
    clinic: Clinic, supervisor: Clinic, survivor: str, duplicate: str
) -> None:
    merged = (await clinic.record(survivor, merging(duplicate))).json()["events"][0]
    await clinic.record(survivor, undoing(merged["id"]))
    kim, kim_id = await person(clinic, KeyRole.AUDITOR, "kim")
    lee, _ = await person(clinic, KeyRole.AUDITOR, "lee")
    then = merged["recorded_at"]
    reads = ("events", "care-plan", "replay", "hindsight", "events?order=effective")

    async def told(auditor: Clinic, part: str) -> int:
        query = {"at" if part == "hindsight" else "known_at": then, "order": "effective" if "?" in part else "recorded"}
        if not part.startswith("events"):
            del query["order"]
        return (await auditor.get(f"/v1/clients/{survivor}/{part.partition('?')[0]}", **query)).status_code

    for part in reads:
        assert await told(kim, part) == 200, part
        looked = (await supervisor.get(f"/v1/clients/{duplicate}/access-records")).json()["records"]
        assert looked[0]["name"] == "kim", part

    await asked(supervisor, duplicate, person_ids=[str(kim_id)])
    look_anew(clinic)
    for part in reads:
        assert await told(kim, part) == 404, part
        assert await told(lee, part) == 200, part
    assert await sees(kim, UUID(survivor))
    await asked(supervisor, duplicate, purposes=["operations"])
    for part in reads:
        assert await told(lee, part) == 403, part
    await erase(clinic.system, clinic.organization_id, UUID(duplicate))
    for part in reads:
        assert await told(lee, part) == 200, part


async def test_who_read_about_the_duplicate_is_told_of_the_survivor_each_read_once(
    clinic: Clinic, supervisor: Clinic, survivor: str, duplicate: str
) -> None:
    for client in (survivor, duplicate, duplicate):
        assert (await clinic.get(f"/v1/clients/{client}/care-plan")).status_code == 200
    merged = await merge(clinic, survivor, duplicate)
    assert (await clinic.get(f"/v1/clients/{survivor}/summary")).status_code == 200

    async def reads(client: str, **asked: Json) -> list[str]:
        found = (await supervisor.get(f"/v1/clients/{client}/access-records", **asked)).json()["records"]
        return [each["what"] for each in found if each["name"] != "sue"]

    assert await reads(survivor) == ["summary", *["care_plan"] * 3]
    assert await reads(survivor, limit=2) == ["summary"], "the supervisor's own read stands before"
    searched = (await supervisor.get("/v1/access-records", client_id=survivor)).json()["records"]
    assert [each["what"] for each in searched if each["name"] != "sue"] == await reads(survivor)
    assert await reads(duplicate) == ["summary", *["care_plan"] * 2]
    await follow(clinic.system, clinic.organization_id)
    assert (await clinic.get("/v1/caseload")).status_code == 200
    assert await reads(duplicate) == ["caseload", "summary", *["care_plan"] * 2], "the survivor's row tells of both"
    report = said((await supervisor.get(f"/v1/clients/{survivor}/access-report")).text)
    assert "your care plan to care for you 3 times on " in report
    await clinic.record(survivor, undoing(merged))
    assert await reads(survivor) == ["caseload", "summary", "care_plan"]


async def test_the_list_for_the_duplicates_id_tells_of_the_person_what_went_outside_and_why(
    clinic: Clinic, supervisor: Clinic, survivor: str, duplicate: str
) -> None:
    await merge(clinic, survivor, duplicate)
    pharmacy = await clinic.outsider(PHARMACY, "pharmacy")
    told = await clinic.record(survivor, recording(EMERGENCY, ago(seconds=30).isoformat()))
    assert not await read(pharmacy, survivor, purpose="ETREAT")
    path = f"/v1/clients/{duplicate}/access-report"

    words = said((await supervisor.get(path)).text)

    assert f"Dr. Kim Example of {PHARMACY}" in words
    assert f"{PHARMACY}, in a medical emergency your care plan" in words
    records = (await supervisor.get(f"/v1/clients/{survivor}/access-records")).json()["records"]
    assert records[0]["what"] == "access_report", "what is the survivor's was told of them"

    mistaken = {"type": "entry_retracted", "entry": told.json()["events"][0]["id"], "reason": "other"}
    await supervisor.record(survivor, recording(mistaken, ago(seconds=1).isoformat()))
    assert f"{PHARMACY}, in a medical emergency your care plan" in said((await supervisor.get(path)).text)
    await erase(clinic.system, clinic.organization_id, UUID(duplicate))
    assert f"{PHARMACY}, in a medical emergency your care plan" in said((await supervisor.get(path)).text)
