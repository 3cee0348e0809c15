"""A system of another organization reads only what a consent in force, or a medical emergency, allows, with the notice,
and that is recorded as a disclosure (42 CFR 2.31, 2.32, 2.51; care.md, privacy rules 1 and 3)."""

from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from domain.vocabulary.consents import RecipientClass
from domain.vocabulary.purposes import PurposeOfUse
from service.access.access_records import Access, Asked
from service.access.caller import KeyRole
from service.access.key_checks import KeyRefused
from service.access.recipients import NOTICE, Recipient
from service.care.disclosures import NotConsented
from tests.api.clinic import (
    CRISIS,
    GOAL,
    READS,
    SESSION,
    WHOLE,
    Clinic,
    Json,
    errors_in,
    events_of,
    problem_in,
    recording,
)
from tests.api.listing import ago

PHARMACY = "Harbor Pharmacy"
OPEN_READS = [*READS, "crisis-card", "events?order=effective"]
"""All that another organization can read of a client who consented to it."""


@pytest_asyncio.fixture(loop_scope="session")
async def pharmacy(clinic: Clinic) -> Clinic:
    """A system of Harbor Pharmacy."""
    return await clinic.outsider(PHARMACY, "pharmacy")


async def consented(clinic: Clinic, *consents: Json) -> str:
    """A client who consented to these."""
    client = await clinic.client()
    for consent in consents:
        await granted(clinic, client, consent)
    return client


async def granted(clinic: Clinic, client: str, consent: Json) -> str:
    """The id of the consent that was recorded."""
    answer = await clinic.record(client, recording(consent))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["events"][0]["id"])


async def read(caller: Clinic, client: str, part: str = "care-plan", purpose: str = "TREAT") -> str:
    """The problem that answers the read; "" where it is told."""
    answer = await caller.get(f"/v1/clients/{client}/{part}", {"Purpose-Of-Use": purpose})
    return "" if answer.status_code == 200 else str(answer.json()["type"].rpartition("/")[2])


async def looks_unknown(caller: Clinic, client: str) -> bool:
    """Whether every read of the client is answered as it is for one who is not there."""
    for part in [*OPEN_READS, f"events/{uuid4()}"]:
        theirs, nobodys = [await caller.get(f"/v1/clients/{each}/{part}") for each in (client, uuid4())]
        if (theirs.status_code, theirs.content) != (404, nobodys.content):
            return False
    return True


async def test_what_the_client_consented_to_is_told_with_the_notice_and_the_consent(
    clinic: Clinic, pharmacy: Clinic
) -> None:
    client = await clinic.client()
    consent = await granted(clinic, client, WHOLE)
    for part in OPEN_READS:
        path = f"/v1/clients/{client}/{part}"
        for answer in (
            await pharmacy.get(path),
            await pharmacy.get(path, {"If-None-Match": "*"}),
            await pharmacy.request("HEAD", path),
        ):
            assert answer.status_code in {200, 304}, answer.text
            assert answer.headers["redisclosure-notice"] == NOTICE
            said = f'"{consent}";basis="consent";purpose="treatment";scope="whole_record"'
            assert answer.headers["disclosure-basis"] == said
    missing = await pharmacy.get(f"/v1/clients/{client}/events/{uuid4()}")
    problem_in(missing, "unknown-event")
    assert missing.headers["redisclosure-notice"] == NOTICE


async def test_whoever_calls_from_the_clinic_itself_gets_no_notice(clinic: Clinic) -> None:
    client = await consented(clinic, WHOLE)

    answer = await clinic.get(events_of(client))

    assert not {"redisclosure-notice", "disclosure-basis"} & answer.headers.keys()


async def test_without_a_consent_in_force_the_client_looks_like_one_who_is_not_there(
    clinic: Clinic, pharmacy: Clinic
) -> None:
    nothing = await consented(clinic)
    other = await consented(clinic, {**WHOLE, "recipients": ["Harbor Pharmacy 2"]})
    in_other_letters = await consented(clinic, {**WHOLE, "recipients": ["harbor pharmacy"]})
    over = await consented(clinic, {**WHOLE, "expires_on": "2026-03-03"})
    of_a_class = await consented(clinic, {**WHOLE, "recipients": [], "recipient_classes": ["treating_providers"]})
    for client in (nothing, other, in_other_letters, over, of_a_class):
        assert await looks_unknown(pharmacy, client)


@pytest.mark.parametrize("how", ["revoked", "its event came", "retracted"])
async def test_a_consent_that_ended_allows_nothing_any_more(clinic: Clinic, pharmacy: Clinic, how: str) -> None:
    client = await clinic.client()
    consent = await granted(clinic, client, {**WHOLE, "expires_when": "the end of the treatment"})
    assert not await read(pharmacy, client)
    end: dict[str, Json] = {
        "revoked": {"type": "consent_revoked", "consent": consent, "in_writing": True},
        "its event came": {"type": "consent_expired", "consent": consent},
        "retracted": {"type": "entry_retracted", "entry": consent, "reason": "wrong_client"},
    }

    ended = await clinic.record(client, recording(end[how], ago(minutes=1).isoformat()))

    assert ended.status_code == 201, ended.text
    assert await looks_unknown(pharmacy, client)


async def test_a_consent_is_for_its_purpose_alone(clinic: Clinic, pharmacy: Clinic) -> None:
    client = await consented(clinic, WHOLE)
    told = {code for code in ("TREAT", "ETREAT", "CAREMGT") if not await read(pharmacy, client, purpose=code)}
    assert told == {"TREAT", "ETREAT", "CAREMGT"}
    for code in ("HPAYMT", "HOPERAT", "HQUALIMP", "HLEGAL", "PUBHLTH", "HRESCH", "PATRQT", "FAMRQT", "HSYSADMIN"):
        assert await read(pharmacy, client, purpose=code) == "not-consented", code

    await granted(clinic, client, {**WHOLE, "purpose": "payment"})
    assert not await read(pharmacy, client, purpose="HPAYMT")
    court = {"type": "court_order_recorded", "court": "County Court", "reference": "24", "issued_on": "2026-03-02"}
    ordered = {**court, "recipients": [PHARMACY], "scope": ["whole_record"], "compels": True}
    await granted(clinic, client, ordered)
    assert await read(pharmacy, client, purpose="HLEGAL") == "not-consented", "an order is no consent"
    await granted(clinic, client, {**WHOLE, "purpose": "legal_proceedings", "expires_when": "the end of the trial"})
    assert not await read(pharmacy, client, purpose="HLEGAL")


@pytest.mark.parametrize(
    ("scope", "told"),
    [
        ("care_plan", {"care-plan"}),
        ("crisis", {"care-plan", "crisis-card", "postvention-reviews"}),
        ("medication", {"care-plan"}),
        ("contact_only", set()),
        ("attendance", set()),
        ("counseling_notes", set()),
    ],
)
async def test_a_consent_allows_what_its_scope_covers(
    clinic: Clinic, pharmacy: Clinic, scope: str, told: set[str]
) -> None:
    client = await consented(clinic, {**WHOLE, "scope": [scope]})
    for part in OPEN_READS:
        answer = await pharmacy.get(f"/v1/clients/{client}/{part}")
        if part in told:
            assert answer.status_code == 200
        else:
            problem_in(answer, "not-consented")
            assert "redisclosure-notice" not in answer.headers


async def test_a_plan_tells_the_strands_that_the_scope_opens_and_names_the_others(
    clinic: Clinic, pharmacy: Clinic
) -> None:
    client = await consented(clinic)
    at = ago(minutes=5).isoformat()
    await clinic.record(client, recording(GOAL, at), recording(CRISIS, at))
    everything = (await clinic.get(f"/v1/clients/{client}/care-plan")).json()
    await granted(clinic, client, {**WHOLE, "scope": ["care_plan"]})

    told = (await pharmacy.get(f"/v1/clients/{client}/care-plan")).json()
    assert not everything["left_out"]
    assert len(told["care_plan"]["stabilization_goals"]) == len(everything["care_plan"]["crises"]) == 1
    assert not told["care_plan"]["crises"]
    assert {"crises", "medications", "toxicology", "screenings"} <= set(told["left_out"])
    past = (await pharmacy.get(f"/v1/clients/{client}/care-plan", known_at=ago(seconds=1).isoformat())).json()
    assert (past["left_out"], past["care_plan"]["crises"]) == (told["left_out"], [])

    wider = await granted(clinic, client, {**WHOLE, "scope": ["care_plan", "crisis"]})
    answer = await pharmacy.get(f"/v1/clients/{client}/care-plan")
    assert wider in answer.headers["disclosure-basis"]
    assert len(answer.json()["care_plan"]["crises"]) == 1


EMERGENCY: Json = {
    "type": "emergency_disclosure_made", "recipient": "Dr. Kim Example", "organization": PHARMACY,
    "disclosed_by": "Ana Example", "emergency": "overdose", "account": "Wednesday at the harbour",
    "without_consent": "unable_to_consent", "scope": ["crisis", "medication"], "means": "phone", "hours": 4,
}  # fmt: skip


async def test_in_an_emergency_that_the_clinic_recorded_the_facility_reads_for_emergency_treatment_alone(
    clinic: Clinic, pharmacy: Clinic
) -> None:
    client = await consented(clinic)
    assert await read(pharmacy, client, purpose="ETREAT") == "unknown-client", "nobody of the clinic has said so"
    told = await clinic.record(client, recording(EMERGENCY, ago(minutes=1).isoformat()))
    disclosure = told.json()["events"][0]["id"]

    answer = await pharmacy.get(f"/v1/clients/{client}/care-plan", {"Purpose-Of-Use": "ETREAT"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["redisclosure-notice"] == NOTICE
    said = f'"{disclosure}";basis="medical_emergency";purpose="treatment";scope="crisis medication"'
    assert answer.headers["disclosure-basis"] == said
    assert "goal_readings" in answer.json()["left_out"]
    assert not await read(pharmacy, client, "crisis-card", "ETREAT")
    assert await read(pharmacy, client, "events", "ETREAT") == "not-consented"
    assert await read(pharmacy, client, "care-plan", "TREAT") == "not-consented"
    assert await looks_unknown(await clinic.outsider("County Hospital", "county"), client)
    supervisor = await clinic.with_key(KeyRole.SUPERVISOR, "lee")
    (_, first) = (await supervisor.get(f"/v1/clients/{client}/access-records")).json()["records"]
    assert (first["recipient"], first["allowed_by"], first["purpose"]) == (PHARMACY, disclosure, "emergency_treatment")


@pytest.mark.parametrize("how", ["over", "not justified", "without hours"])
async def test_an_emergency_opens_nothing_any_more_once_it_is_over(clinic: Clinic, pharmacy: Clinic, how: str) -> None:
    client = await consented(clinic)
    hours = {key: value for key, value in EMERGENCY.items() if how != "without hours" or key != "hours"}
    at = ago(hours=5 if how == "over" else 1)
    told = await clinic.record(client, recording(hours, at.isoformat()))
    if how == "not justified":
        assert not await read(pharmacy, client, purpose="ETREAT")
        found = {"type": "emergency_disclosure_reviewed", "disclosure": told.json()["events"][0]["id"]}
        supervisor = await clinic.with_key(KeyRole.SUPERVISOR, "lee")
        own = await supervisor.record(client, recording(EMERGENCY, ago(minutes=30).isoformat()))
        mine = {**found, "disclosure": own.json()["events"][0]["id"], "justified": False}
        refused = await supervisor.record(client, recording(mine, ago(minutes=1).isoformat()))
        assert errors_in(refused, "refused") == {("event.disclosure", "emergency_reviewed_by_another")}
        other = await clinic.with_key(KeyRole.SUPERVISOR, "kim")
        for each in (mine, {**found, "justified": False}):
            reviewed = await other.record(client, recording(each, ago(minutes=1).isoformat()))
            assert reviewed.status_code == 201, reviewed.text

    assert await read(pharmacy, client, purpose="ETREAT") == "unknown-client"


async def test_a_court_order_opens_to_the_clinic_no_more_than_its_scope(clinic: Clinic) -> None:
    client = await clinic.client()
    await clinic.record(client, recording(CRISIS), recording(GOAL))
    court = {"type": "court_order_recorded", "court": "County Court", "reference": "24", "issued_on": "2026-03-02"}
    order = await granted(
        clinic, client, {**court, "recipients": ["County Probation"], "scope": ["care_plan"], "compels": True}
    )

    answer = await clinic.get(f"/v1/clients/{client}/care-plan", {"Purpose-Of-Use": "HLEGAL"})
    plan = answer.json()
    assert (len(plan["care_plan"]["stabilization_goals"]), plan["care_plan"]["crises"]) == (1, [])
    assert "crises" in plan["left_out"]
    assert "disclosure-basis" not in answer.headers
    problem_in(await clinic.get(events_of(client), {"Purpose-Of-Use": "HLEGAL"}), "no-legal-ground")
    supervisor = await clinic.with_key(KeyRole.SUPERVISOR, "lee")
    (first,) = (await supervisor.get(f"/v1/clients/{client}/access-records")).json()["records"]
    assert (first["recipient"], first["allowed_by"]) == (None, order)


async def test_a_key_of_a_class_reads_by_consents_that_name_the_class(clinic: Clinic) -> None:
    client = await consented(clinic, {**WHOLE, "recipients": [], "recipient_classes": ["treating_providers"]})
    clinic_next_door = await clinic.outsider("Lakeside", "lakeside", RecipientClass.TREATING_PROVIDERS)
    insurer = await clinic.outsider(
        "Insurer", "insurer", RecipientClass.HEALTH_PLANS, RecipientClass.THIRD_PARTY_PAYERS
    )

    assert not await read(clinic_next_door, client)
    assert await looks_unknown(insurer, client)


async def test_the_purpose_is_the_keys_where_the_request_says_none(clinic: Clinic) -> None:
    client = await consented(clinic, WHOLE)
    billing = await clinic.outsider(PHARMACY, "billing", purpose=PurposeOfUse.PAYMENT)

    problem_in(await billing.get(events_of(client)), "not-consented")


async def test_counseling_notes_are_disclosed_to_nobody(clinic: Clinic, pharmacy: Clinic) -> None:
    client = await consented(clinic, WHOLE, {**WHOLE, "scope": ["counseling_notes"]})
    await clinic.record(client, recording({"type": "counseling_note_written", "note": "Wednesday at the harbour"}))

    problem_in(await pharmacy.get(f"/v1/clients/{client}/counseling-notes"), "role-not-allowed")
    assert "harbour" not in (await pharmacy.get(events_of(client))).text


async def test_a_disclosure_is_recorded_as_one_and_what_was_refused_is_none(clinic: Clinic, pharmacy: Clinic) -> None:
    client = await clinic.client()
    consent = await granted(clinic, client, {**WHOLE, "scope": ["care_plan"]})
    supervisor = await clinic.with_key(KeyRole.SUPERVISOR, "lee")

    assert not await read(pharmacy, client)
    assert await read(pharmacy, client, "events") == "not-consented"
    await clinic.get(f"/v1/clients/{client}/care-plan")

    records: list[Any] = (await supervisor.get(f"/v1/clients/{client}/access-records")).json()["records"]
    assert [(each["name"], each["recipient"], each["allowed_by"]) for each in records] == [
        ("ana", None, None),
        ("pharmacy", PHARMACY, consent),
    ]


async def test_a_read_by_another_organization_that_nothing_was_asked_of_is_not_kept(
    clinic: Clinic, pharmacy: Clinic
) -> None:
    client = await consented(clinic, WHOLE)
    caller = await clinic.system.authentication.authenticate(pharmacy.key, "192.0.2.7")
    access = Access(caller, PurposeOfUse.TREATMENT, "a test", "a request")

    with pytest.raises(NotConsented):
        await clinic.system.accesses.keep(access, Asked("timeline"), [UUID(client)], version=1)
    with pytest.raises(NotConsented):
        clinic.system.accesses.begin_with_many(access)


async def test_a_client_whose_record_was_erased_looks_like_one_who_is_not_there(
    clinic: Clinic, pharmacy: Clinic
) -> None:
    client = await consented(clinic, WHOLE)
    await clinic.system.keyring.destroy(clinic.organization_id, UUID(client))

    assert await looks_unknown(pharmacy, client)


@pytest.mark.parametrize(
    ("role", "scopes", "name", "why"),
    [
        (KeyRole.COUNSELOR, None, PHARMACY, "one of a system"),
        (KeyRole.SYSTEM, None, PHARMACY, "Say what the system may do"),
        (KeyRole.SYSTEM, {"system/*.r", "system/CheckIn.c"}, PHARMACY, "system/CheckIn.c gives nothing"),
        (KeyRole.SYSTEM, {"system/CarePlan.s"}, PHARMACY, "gives nothing to another organization"),
        (KeyRole.SYSTEM, {"system/*.r"}, "  ", "1 to 200 characters"),
    ],
)
async def test_keys_that_make_no_sense_for_another_organization_are_refused(
    clinic: Clinic, role: KeyRole, scopes: set[str] | None, name: str, why: str
) -> None:
    with pytest.raises(KeyRefused, match=why):
        await clinic.system.api_keys.create(clinic.organization_id, "outside", role, scopes, recipient=Recipient(name))


async def test_a_rotated_key_is_still_another_organizations(clinic: Clinic) -> None:
    client = await consented(clinic)
    recipient = Recipient(PHARMACY, (RecipientClass.TREATING_PROVIDERS,))
    key, _ = await clinic.system.api_keys.create(
        clinic.organization_id, "turned", KeyRole.SYSTEM, {"system/*.r"}, recipient=recipient
    )
    rotated, token = await clinic.system.api_keys.rotate(clinic.organization_id, key.key_id)

    assert rotated.caller.recipient == recipient
    answer = await clinic.get(events_of(client), {"Authorization": f"Bearer {token}"})
    problem_in(answer, "unknown-client")
    recorded = await clinic.request(
        "POST", events_of(client), json=recording(SESSION), headers={"Authorization": f"Bearer {token}"}
    )
    problem_in(recorded, "role-not-allowed")
