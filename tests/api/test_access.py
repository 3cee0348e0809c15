"""Who may call, and what they see."""

import httpx
import pytest

from service.access.caller import KeyRole
from tests.api.clinic import READS, REGISTERED, SESSION, Clinic, events_of, problem_in, recording


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Basic YTpi", "ct_0123", "Bearer ct_0123", "Bearer é"]
)
async def test_without_a_valid_key_nobody_gets_in(clinic: Clinic, http: httpx.AsyncClient, header: str | None) -> None:
    client = await clinic.client()
    headers = {} if header is None else {b"Authorization": header.encode("latin-1")}

    for method, path in [("GET", events_of(client)), ("POST", events_of(client)), ("POST", "/v1/clients")]:
        answer = await http.request(method, path, headers=headers)
        problem_in(answer, "key-needed")
        assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_key_is_checked_before_anything_else_is_told(http: httpx.AsyncClient) -> None:
    problem_in(await http.get("/v1/clients/nonsense/events?limit=many"), "key-needed")
    problem_in(await http.post("/v1/clients", content=b"nonsense"), "key-needed")


async def test_a_key_with_one_letter_changed_is_no_key(clinic: Clinic) -> None:
    client = await clinic.client()
    altered = clinic.key[:-2] + ("A" if clinic.key[-2] != "A" else "B") + clinic.key[-1]

    answer = await clinic.get(events_of(client), {"Authorization": f"Bearer {altered}"})

    problem_in(answer, "key-needed")


async def test_a_revoked_key_is_no_key(clinic: Clinic) -> None:
    record, key = await clinic.system.api_keys.create(clinic.organization_id, "jo", KeyRole.PEER)
    await clinic.system.api_keys.revoke(clinic.organization_id, record.key_id)

    answer = await clinic.request("POST", "/v1/clients", headers={"Authorization": f"Bearer {key}"})

    problem_in(answer, "key-needed")


async def test_who_may_record_alone_reads_nothing_and_learns_which_scope_is_missing(clinic: Clinic) -> None:
    client = await clinic.client()
    recorder = await clinic.with_key(KeyRole.SYSTEM, "scheduling", {"system/Contact.c"})

    assert (await recorder.record(client, recording(SESSION))).status_code == 201
    for read in READS:
        missing = problem_in(await recorder.get(f"/v1/clients/{client}/{read}"), "scope-missing").missing_scope
        assert missing == ("system/Timeline.r" if read == "events" else "system/CarePlan.r")


async def test_who_may_read_alone_records_nothing(clinic: Clinic) -> None:
    client = await clinic.client()
    auditor = await clinic.with_key(KeyRole.AUDITOR, "audit")

    assert (await auditor.get(events_of(client))).status_code == 200
    for answer in (await auditor.record(client, recording(SESSION)), await auditor.create(recording(REGISTERED))):
        problem_in(answer, "role-not-allowed")
    assert await clinic.versions(client) == [1]


async def test_an_entry_says_whose_key_recorded_it(clinic: Clinic) -> None:
    peer = await clinic.with_key(KeyRole.PEER, "jo")
    client = await peer.client()

    events = (await clinic.get(events_of(client))).json()["events"]

    assert events[0]["recorded_by"] == "peer/jo"


async def test_another_organizations_clients_look_as_if_they_did_not_exist(
    clinic: Clinic, other_clinic: Clinic
) -> None:
    client = await clinic.client()
    event = (await clinic.get(events_of(client))).json()["events"][0]["id"]

    for read in [*READS, f"events/{event}"]:
        problem_in(await other_clinic.get(f"/v1/clients/{client}/{read}"), "unknown-client")
    problem_in(await other_clinic.record(client, recording(SESSION)), "unknown-client")
    assert await clinic.versions(client) == [1]


async def test_another_organization_may_use_the_same_ids(clinic: Clinic, other_clinic: Clinic) -> None:
    client = await clinic.client()
    event = (await clinic.get(events_of(client))).json()["events"][0]["id"]

    created = await other_clinic.create(recording(REGISTERED, id=event), client_id=client)

    assert created.status_code == 201
    assert await clinic.versions(client) == await other_clinic.versions(client) == [1]
