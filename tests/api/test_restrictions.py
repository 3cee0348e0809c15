"""What a client asked not to be used or told is kept from people, purposes and organizations (42 CFR 2.26)."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import UUID, uuid4

import pytest_asyncio

from domain.vocabulary.purposes import PurposeOfUse
from service.access.caller import KeyRole
from service.bootstrap import Addresses, connected
from service.database.embedded import DatabaseUrls
from tests.api.clinic import CRISIS, WHOLE, Clinic, Json, errors_in, http_to, problem_in, recording
from tests.api.listing import ago, client_with
from tests.api.test_disclosures import EMERGENCY, OPEN_READS, PHARMACY, looks_unknown, read
from tests.api.test_own_team_only import listed, opened, person, sees
from tests.builders import crisis
from tests.erasing import erase


@pytest_asyncio.fixture(loop_scope="session")
async def supervisor(clinic: Clinic) -> Clinic:
    return await clinic.with_key(KeyRole.SUPERVISOR, "sue")


async def asked(supervisor: Clinic, client: object, **said: Json) -> str:
    """The restriction that was agreed to, a minute ago."""
    event = {"type": "restriction_requested", "agreed": True, **said}
    answer = await supervisor.record(str(client), recording(event, ago(minutes=1).isoformat()))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["events"][0]["id"])


async def ended(supervisor: Clinic, client: object, restriction: str) -> None:
    event = {"type": "restriction_ended", "restriction": restriction, "by": "client_asked"}
    answer = await supervisor.record(str(client), recording(event, ago(seconds=1).isoformat()))
    assert answer.status_code == 201, answer.text


async def test_a_person_who_is_not_to_see_the_client_finds_them_nowhere(clinic: Clinic, supervisor: Clinic) -> None:
    client = await client_with(clinic, (crisis(), ago(hours=1)))
    ben, ben_id = await person(clinic)
    restriction = await asked(supervisor, client, person_ids=[str(ben_id)])

    assert not await sees(ben, client)
    assert await listed(ben, client) == set()
    assert await sees(clinic, client)
    assert await listed(clinic, client) == {"worklist", "caseload"}

    await ended(supervisor, client, restriction)
    assert await sees(ben, client)
    assert await listed(ben, client) == {"worklist", "caseload"}


async def test_in_an_emergency_they_open_the_record_as_others_do_and_a_supervisor_looks_into_it(
    clinic: Clinic, supervisor: Clinic
) -> None:
    client = await client_with(clinic)
    ben, ben_id = await person(clinic)
    await asked(supervisor, client, person_ids=[str(ben_id)])
    assert not await sees(ben, client)

    await ben.record(str(client), recording(opened(), ago(seconds=1).isoformat()))
    assert await sees(ben, client)
    assert await listed(ben, client) == {"worklist", "caseload"}
    owed = (await supervisor.get(f"/v1/clients/{client}/care-plan")).json()["care_plan"]["obligations"]
    assert [each["kind"] for each in owed] == ["emergency_access_review"]


async def test_not_even_a_supervisor_who_is_named_sees_the_client(clinic: Clinic, supervisor: Clinic) -> None:
    client = await client_with(clinic)
    lee, lee_id = await person(clinic, KeyRole.SUPERVISOR, "lee")
    await asked(supervisor, client, person_ids=[str(lee_id)])

    assert not await sees(lee, client)


async def test_nobody_reads_for_a_purpose_that_the_client_refused(clinic: Clinic, supervisor: Clinic) -> None:
    client = await client_with(clinic, (crisis(), ago(hours=1)))
    await asked(supervisor, client, purposes=["payment", "operations"])
    for part in OPEN_READS:
        problem_in(await clinic.get(f"/v1/clients/{client}/{part}", {"Purpose-Of-Use": "HPAYMT"}), "restricted")
        assert (await clinic.get(f"/v1/clients/{client}/{part}", {"Purpose-Of-Use": "TREAT"})).status_code == 200
    auditor = await clinic.with_key(KeyRole.AUDITOR, "kim")
    problem_in(await auditor.get(f"/v1/clients/{client}/events"), "restricted")
    records = await auditor.get(f"/v1/clients/{client}/access-records")
    assert records.status_code == 200, "who read about them is told to whoever looks into it"
    biller = await clinic.system.api_keys.create(
        clinic.organization_id, "biller", KeyRole.COUNSELOR, purpose=PurposeOfUse.PAYMENT
    )
    assert await listed(Clinic(clinic.http, clinic.system, clinic.organization_id, biller[1]), client) == set()
    assert await listed(clinic, client) == {"worklist", "caseload"}


async def test_the_feed_does_not_say_what_is_in_events_of_who_refused_what_it_is_read_for(
    clinic: Clinic, supervisor: Clinic
) -> None:
    client, other = await client_with(clinic), await client_with(clinic)
    await asked(supervisor, client, purposes=["payment"])
    _, key = await clinic.system.api_keys.create(
        clinic.organization_id, "biller", KeyRole.SYSTEM, {"system/Feed.rs"}, purpose=PurposeOfUse.PAYMENT
    )
    biller = replace(clinic, key=key)

    async def untold(purpose: str = "HPAYMT") -> dict[str, set[str | None]]:
        answer = await biller.get("/v1/events", {"Purpose-Of-Use": purpose}, content="true")
        told = [(each["client_id"], each["content"]["untold"]) for each in answer.json()["events"]]
        return {client_id: {why for whose, why in told if whose == client_id} for client_id in both}

    both = (str(client), str(other))
    assert await untold() == {both[0]: {"restricted"}, both[1]: {None}}
    records = (await supervisor.get(f"/v1/clients/{client}/access-records")).json()["records"]
    assert "feed" not in {each["what"] for each in records}, "they were told nothing"

    assert await untold("TREAT") == {both[0]: {None}, both[1]: {None}}
    await erase(clinic.system, clinic.organization_id, client)
    assert await untold() == {both[0]: {"client_erased"}, both[1]: {None}}


async def test_who_is_kept_away_finds_no_record_of_reads_of_the_client_either(
    clinic: Clinic, supervisor: Clinic
) -> None:
    client, other = str(await client_with(clinic)), str(await client_with(clinic))
    lee, lee_id = await person(clinic, KeyRole.SUPERVISOR, "lee")
    await asked(supervisor, client, person_ids=[str(lee_id)])
    for each in (client, client, other):
        assert (await clinic.get(f"/v1/clients/{each}/care-plan")).status_code == 200

    async def found(**narrowed: Json) -> set[str]:
        answer = await lee.get("/v1/access-records", **narrowed)
        return {each["client_id"] for each in answer.json()["records"] if each["what"] == "care_plan"}

    assert await found() == {other}
    assert await found(client_id=client) == set()
    nobodys = await lee.get("/v1/access-records", client_id=str(uuid4()), limit=1)
    assert (await lee.get("/v1/access-records", client_id=client, limit=1)).json() == nobodys.json()
    await erase(clinic.system, clinic.organization_id, UUID(client))
    for part in ("access-records", "access-report"):
        assert (await supervisor.get(f"/v1/clients/{client}/{part}")).status_code == 200, (
            "those of an erased client stay"
        )
    assert await found(client_id=client) == {client}


async def test_what_was_not_agreed_keeps_nobody_away(clinic: Clinic, supervisor: Clinic) -> None:
    client = await client_with(clinic)
    await asked(supervisor, client, agreed=False, purposes=["payment"])

    answer = await clinic.get(f"/v1/clients/{client}/events", {"Purpose-Of-Use": "HPAYMT"})
    assert answer.status_code == 200


async def test_another_organization_that_is_not_to_be_told_reads_nothing_whatever_was_consented_to(
    clinic: Clinic, supervisor: Clinic
) -> None:
    client = str(await client_with(clinic))
    pharmacy = await clinic.outsider(PHARMACY, "pharmacy")
    await clinic.record(client, recording(WHOLE))
    assert not await read(pharmacy, client)
    purpose = await asked(supervisor, client, purposes=["care_management"])
    assert await read(pharmacy, client, purpose="CAREMGT") == "not-consented"
    assert not await read(pharmacy, client, purpose="TREAT")

    await ended(supervisor, client, purpose)
    await asked(supervisor, client, recipients=[PHARMACY])
    assert await looks_unknown(pharmacy, client)
    await clinic.record(client, recording(EMERGENCY, ago(seconds=30).isoformat()), recording(CRISIS))
    assert not await read(pharmacy, client, purpose="ETREAT"), "but in a medical emergency"


async def test_an_erased_client_with_a_restriction_looks_unknown_to_other_organizations(
    clinic: Clinic, supervisor: Clinic
) -> None:
    client = str(await client_with(clinic))
    pharmacy = await clinic.outsider(PHARMACY, "pharmacy")
    await asked(supervisor, client, recipients=[PHARMACY])
    await erase(clinic.system, clinic.organization_id, UUID(client))

    assert await looks_unknown(pharmacy, client)


async def test_only_a_supervisor_records_and_ends_one(clinic: Clinic) -> None:
    client = await client_with(clinic)
    event = {"type": "restriction_requested", "agreed": True, "purposes": ["payment"]}

    problem_in(await clinic.record(str(client), recording(event)), "role-not-allowed")


async def test_a_supervisor_who_is_named_does_not_end_it(clinic: Clinic, supervisor: Clinic) -> None:
    client = await client_with(clinic)
    lee, lee_id = await person(clinic, KeyRole.SUPERVISOR, "lee")
    restriction = await asked(supervisor, client, person_ids=[str(lee_id)])
    end = {"type": "restriction_ended", "restriction": restriction, "by": "client_asked"}
    back = {"type": "entry_retracted", "entry": restriction, "reason": "other"}

    refused = [await lee.record(str(client), recording(event, ago(seconds=1).isoformat())) for event in (end, back)]

    by_another = "restriction_ended_by_another"
    assert [errors_in(each, "refused") for each in refused] == [
        {("event.restriction", by_another)},
        {("event.entry", by_another)},
    ]
    assert not await sees(lee, client)
    await ended(supervisor, client, restriction)
    assert await sees(lee, client)


@asynccontextmanager
async def another_process(clinic: Clinic, database: DatabaseUrls) -> AsyncIterator[Callable[[Clinic], Clinic]]:
    """The same caller's calls to another process, which believes nothing yet of who asked for a restriction."""
    settings = clinic.system.settings
    async with connected(settings, Addresses(database.app, database.owner)) as system, http_to(system) as http:
        yield lambda caller: replace(caller, http=http, system=system)


async def test_what_the_survivor_of_a_merge_asked_for_holds_for_the_duplicates_own_id(
    clinic: Clinic, supervisor: Clinic, database: DatabaseUrls
) -> None:
    client, duplicate = await client_with(clinic), str(await client_with(clinic))
    ben, ben_id = await person(clinic)
    pharmacy = await clinic.outsider(PHARMACY, "pharmacy")
    await clinic.record(duplicate, recording(WHOLE))
    merged = await clinic.record(str(client), recording({"type": "clients_merged", "duplicate": duplicate}))
    assert merged.status_code == 201, merged.text
    assert not await read(pharmacy, duplicate)
    await asked(supervisor, client, person_ids=[str(ben_id)], purposes=["payment"], recipients=[PHARMACY])

    async with another_process(clinic, database) as there:
        assert not await sees(there(ben), UUID(duplicate))
        assert await sees(there(clinic), UUID(duplicate))
        for_payment = await there(clinic).get(f"/v1/clients/{duplicate}/events", {"Purpose-Of-Use": "HPAYMT"})
        problem_in(for_payment, "restricted")
        assert await looks_unknown(pharmacy, duplicate)

        await ben.record(str(client), recording(opened(), ago(seconds=1).isoformat()))
        assert await sees(there(ben), UUID(duplicate))

        await erase(clinic.system, clinic.organization_id, client)
        assert await sees(there(clinic), UUID(duplicate)), "of an erased survivor nothing is known that could forbid it"


async def test_the_feed_tells_nobody_what_kind_of_event_is_recorded_of_a_client_who_is_kept_from_them(
    clinic: Clinic, supervisor: Clinic
) -> None:
    (ben, ben_id), other = await person(clinic), await client_with(clinic)
    client = await client_with(clinic, (crisis(), ago(hours=1)))
    await asked(supervisor, client, person_ids=[str(ben_id)])

    async def told(caller: Clinic, **asked: Json) -> list[tuple[str, str]]:
        events = (await caller.get("/v1/events", **asked)).json()["events"]
        return [(each["client_id"], each["type"]) for each in events]

    hers, others = str(client), (str(other), "client_registered")
    assert await told(ben) == [others, (hers, "not_told"), (hers, "not_told"), (hers, "not_told")]
    assert await told(ben, type="client_registered") == [others]
    assert (hers, "restriction_requested") in await told(clinic)
