"""What a client asked for holds of all who are one person with them, and of nobody who is not any more."""

from uuid import UUID

import pytest

from service.access.caller import KeyRole
from tests.api.clinic import CRISIS, GOAL, REGISTERED, WHOLE, Clinic, Json, recording
from tests.api.listing import ago
from tests.api.test_disclosures import PHARMACY, looks_unknown, read
from tests.api.test_merging import merge, merging, undoing
from tests.api.test_own_team_only import opened, person, sees
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


@pytest.mark.parametrize("before", [True, False])
async def test_what_the_survivor_asked_for_holds_of_the_duplicate_too(
    clinic: Clinic, supervisor: Clinic, survivor: str, duplicate: str, before: bool
) -> None:
    ben, ben_id = await person(clinic)
    said: Json = {"person_ids": [str(ben_id)], "purposes": ["payment"]}
    if before:
        await asked(supervisor, survivor, **said)
    merged = await merge(clinic, survivor, duplicate)
    if not before:
        await asked(supervisor, survivor, **said)
    look_anew(clinic)

    assert not await sees(ben, survivor)
    assert not await sees(ben, duplicate)
    assert await read(clinic, duplicate, purpose="HPAYMT") == "restricted"
    assert await sees(clinic, duplicate)

    await ben.record(survivor, recording(opened(), ago(seconds=1).isoformat()))
    assert await sees(ben, duplicate), "in an emergency that is one person as well"

    await clinic.record(survivor, undoing(merged))
    assert await sees(ben, duplicate), "another person, who asked for nothing"
    assert not await read(clinic, duplicate, purpose="HPAYMT")


async def test_an_organization_that_is_not_to_be_told_reads_neither_of_them(
    clinic: Clinic, supervisor: Clinic, survivor: str, duplicate: str
) -> None:
    pharmacy = await clinic.outsider(PHARMACY, "pharmacy")
    await clinic.record(duplicate, recording(WHOLE))
    await merge(clinic, survivor, duplicate)
    assert not await read(pharmacy, duplicate)

    await asked(supervisor, survivor, recipients=[PHARMACY])

    assert await looks_unknown(pharmacy, survivor)
    assert await looks_unknown(pharmacy, duplicate)


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
    assert await sees(kim, survivor)
    await asked(supervisor, duplicate, purposes=["operations"])
    for part in reads:
        assert await told(lee, part) == 403, part
    await clinic.system.keyring.destroy(clinic.organization_id, UUID(duplicate))
    for part in reads:
        assert await told(lee, part) == 200, part
