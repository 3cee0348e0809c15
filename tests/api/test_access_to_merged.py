"""Who were one person are told, as was known then, to whoever may read of them now."""

from uuid import UUID

import pytest

from service.access.caller import KeyRole
from tests.api.clinic import CRISIS, GOAL, REGISTERED, Clinic, recording
from tests.api.test_merging import merging, undoing
from tests.api.test_own_team_only import person, sees
from tests.api.test_restrictions import asked, supervisor

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
    await clinic.system.keyring.destroy(clinic.organization_id, UUID(duplicate))
    for part in reads:
        assert await told(lee, part) == 200, part
