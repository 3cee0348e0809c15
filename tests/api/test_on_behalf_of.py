"""On whose behalf a system records: it stands beside who recorded, everywhere; and people record for themselves."""

from service.access.caller import KeyRole
from tests.api.clinic import GOAL, SESSION, Clinic, errors_in, events_of, recording

ANA = "counselor/ana"


async def an_ehr(clinic: Clinic) -> Clinic:
    """The clinic as its electronic health record calls."""
    return await clinic.with_key(KeyRole.SYSTEM, "ehr", {"system/*.c"})


async def test_a_system_says_for_whom_it_records(clinic: Clinic) -> None:
    client = await clinic.client()
    ehr = await an_ehr(clinic)

    told = await ehr.record(client, recording(SESSION, on_behalf_of=ANA))

    receipt = told.json()["events"][0]
    assert (receipt["recorded_by"], receipt["on_behalf_of"]) == ("system/ehr", ANA)
    *_, read = (await clinic.get(events_of(client))).json()["events"]
    assert (read["id"], read["on_behalf_of"]) == (receipt["id"], ANA)
    feed = (await clinic.get("/v1/events?after=0")).json()["events"]
    assert [each["on_behalf_of"] for each in feed if each["id"] == receipt["id"]] == [ANA]
    auditor = await clinic.with_key(KeyRole.AUDITOR, "ines")
    *_, step = (await auditor.get(f"/v1/clients/{client}/replay")).json()["steps"]
    assert (step["event"]["recorded_by"], step["event"]["on_behalf_of"]) == ("system/ehr", ANA)


async def test_it_is_a_part_of_what_is_said(clinic: Clinic) -> None:
    """A retry says the same; the same id for another person is another entry."""
    client = await clinic.client()
    ehr = await an_ehr(clinic)
    said = recording(GOAL, id="3d0f9a51-5f0e-4c1b-9c39-0c6a7f0f8a11", on_behalf_of=ANA)

    first, again = await ehr.record(client, said), await ehr.record(client, said)
    other = await ehr.record(client, {**said, "on_behalf_of": "peer/ben"})

    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)


async def test_people_record_for_themselves(clinic: Clinic) -> None:
    client = await clinic.client()

    refused = await clinic.record(client, recording(SESSION, on_behalf_of="counselor/ben"))

    assert refused.status_code == 422
    assert errors_in(refused, "refused") == {("on_behalf_of", "on_behalf_of_by_systems")}


async def test_it_names_somebody_of_the_team(clinic: Clinic) -> None:
    client = await clinic.client()
    ehr = await an_ehr(clinic)

    for nobody in ("ana", "client/dana", "counselor/", "counselor/a\nb", ""):
        assert (await ehr.record(client, recording(SESSION, on_behalf_of=nobody))).status_code == 422
