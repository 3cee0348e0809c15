"""No read about a client without its access record: every route that tells of one, walked (care.md, privacy rule 2)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio
from fastapi.routing import APIRoute

from domain.vocabulary.purposes import PurposeOfUse
from rendering.access_words import PARTS
from service.access.access_search import AccessFilter, AccessRecord
from service.access.caller import KeyRole
from service.database.embedded import DatabaseUrls
from tests.api.clinic import CRISIS, GOAL, REGISTERED, Clinic, Json, errors_in, events_of, problem_in, recording
from tests.api.listing import ago
from tests.api.routes import ROUTES, method, named, needs_a_key
from tests.erasing import erase
from tests.rendering.reading_pages import said
from tests.system import access_to, follow

FEED = "/v1/events"
"""It tells which events there are; of clients only where their content is asked for."""

SEARCH = "/v1/access-records"
"""It tells of those whose reads it found, and of nobody else."""

UNUSUAL = "/v1/unusual-access"
"""Likewise."""

READS = [
    route
    for route in ROUTES
    if needs_a_key(route)
    and method(route) == "GET"
    and route.path not in {FEED, SEARCH, UNUSUAL}
    and not {"Webhooks", "Proofs", "Analytics"} & {*route.tags}
]
"""Whatever is read with a key tells of clients, but for these; what does not will have to be named here."""

WHAT = {
    "events": "timeline",
    "{event_id}": "event",
    "crisis-card": "crisis_card",
    "access-records": "access_records",
    "{note_id}": "counseling_notes",
    "postvention-reviews": "postvention",
}
"""What records call what a route tells, where it is not the end of its path."""


def what_of(route: APIRoute) -> str:
    last = route.path.rpartition("/")[2]
    return WHAT.get(last) or last.replace("-", "_")


@pytest_asyncio.fixture(loop_scope="session")
async def clinic(clinic: Clinic) -> Clinic:
    """The clinic calls with a supervisor's key, which may read all that a key may."""
    return await clinic.with_key(KeyRole.SUPERVISOR, "lee")


@pytest_asyncio.fixture(loop_scope="session")
async def client(clinic: Clinic) -> UUID:
    """A client with a task and a signal, which every list tells of, and a note of the supervisor's."""
    at = ago(hours=30).isoformat()
    cravings = [
        recording({"type": "check_in_received", "channel": "app", "craving": 9}, ago(hours=hours).isoformat())
        for hours in (20, 10, 2)
    ]
    note = recording({"type": "counseling_note_written", "note": "Silence"}, at)
    created = await clinic.create(recording(REGISTERED, at), recording(CRISIS, at), *cravings, note)
    assert created.status_code == 201, created.text
    await follow(clinic.system, clinic.organization_id)
    return UUID(created.json()["client_id"])


async def path_of(clinic: Clinic, route: APIRoute, client: UUID) -> str:
    events = await clinic.system.store.timeline(clinic.organization_id, client)
    return route.path.format(client_id=client, event_id=events[0].id, note_id=events[-1].id)


async def records(clinic: Clinic, client: UUID) -> list[AccessRecord]:
    """The client's records, the oldest first; this reading leaves one."""
    access = access_to(clinic.organization_id)
    page = await clinic.system.access_log.of_client(access, client, AccessFilter(), limit=1_000)
    return [each for each in reversed(page.records) if each.operation != "a test"]


@pytest.mark.parametrize("route", READS, ids=named)
async def test_every_read_leaves_its_record(clinic: Clinic, client: UUID, route: APIRoute) -> None:
    answer = await clinic.get(await path_of(clinic, route, client))

    assert answer.status_code == 200, answer.text
    (record,) = await records(clinic, client)
    assert record.operation == f"GET {route.path}"
    assert record.what == what_of(route)
    assert (record.role, record.name) == ("supervisor", "lee")
    assert record.credential_id == str(record.actor_id)
    assert record.purpose is PurposeOfUse.TREATMENT
    assert record.request_id == answer.headers["x-request-id"]
    if "{client_id}" in route.path:
        assert (record.version, record.position) == (6, None)
    else:
        assert (record.version, record.position) == (None, answer.json()["position"])


async def test_the_feed_leaves_a_record_where_it_tells_what_events_say(clinic: Clinic, client: UUID) -> None:
    follower = await clinic.with_key(KeyRole.SYSTEM, "ehr", {"system/*.rs"})

    assert (await follower.get(FEED)).status_code == 200
    assert (await follower.get(FEED, content="true")).status_code == 200

    (record,) = await records(clinic, client)
    assert (record.what, record.name, record.parameters) == ("feed", "ehr", {"after": 0})


async def test_whoever_finds_a_client_by_identifier_leaves_a_record(clinic: Clinic, client: UUID) -> None:
    identifier = {"system": "ehr", "value": "7-Rosa"}
    await clinic.record(str(client), recording({"type": "identifier_linked", **identifier}))

    found = await clinic.request("POST", "/v1/clients/search", json=identifier)

    assert [each["client_id"] for each in found.json()["clients"]] == [str(client)]
    (record,) = await records(clinic, client)
    assert (record.what, record.operation, record.version) == ("client_search", "POST /v1/clients/search", 7)
    assert "Rosa" not in str(record)


async def test_so_does_whoever_is_told_of_one_as_they_create_or_link(clinic: Clinic, client: UUID) -> None:
    identifier = {"system": "ehr", "value": "7-Rosa"}
    linked = recording({"type": "identifier_linked", **identifier})
    await clinic.record(str(client), linked)
    other = await clinic.client()
    merged = recording({"type": "clients_merged", "duplicate": str(client)})
    assert (await clinic.record(other, merged)).status_code == 201

    created = await clinic.create(recording(REGISTERED), identifiers=[identifier])
    taken = await clinic.record(other, {**linked, "id": str(uuid4())})

    assert (created.status_code, created.json()["client_id"], created.json()["version"]) == (200, other, 2)
    assert problem_in(taken, "identifier-taken").client_id == client
    assert [(each.what, each.operation, each.version) for each in await records(clinic, client)] == [
        ("client_search", "POST /v1/clients", 8),
        ("client_search", "POST /v1/clients/{client_id}/events", 8),
    ]


@pytest.mark.parametrize("route", [each for each in READS if "{client_id}" in each.path], ids=named)
async def test_what_is_still_the_same_was_read_too(clinic: Clinic, client: UUID, route: APIRoute) -> None:
    path = await path_of(clinic, route, client)
    first = await clinic.get(path)
    if "etag" not in first.headers:
        return

    answer = await clinic.get(path, {"If-None-Match": "*"})

    assert answer.status_code == 304
    assert [each.request_id for each in await records(clinic, client)] == [
        first.headers["x-request-id"],
        answer.headers["x-request-id"],
    ]


@pytest.mark.parametrize("route", READS, ids=named)
async def test_a_read_whose_record_fails_gets_no_answer(
    clinic: Clinic, client: UUID, refusing: None, route: APIRoute
) -> None:
    answer = await clinic.get(await path_of(clinic, route, client))

    problem_in(answer, "access-not-recorded")
    assert answer.headers["retry-after"]
    assert str(client) not in answer.text


async def test_recording_goes_on_while_no_access_is_recorded(clinic: Clinic, client: UUID, refusing: None) -> None:
    assert (await clinic.record(str(client), recording(GOAL))).status_code == 201


@pytest_asyncio.fixture(loop_scope="session")
async def refusing(client: UUID, database: DatabaseUrls) -> AsyncIterator[None]:
    """The database takes no access records."""
    owner = await asyncpg.connect(database.superuser)
    await owner.execute("alter table access.access_record add constraint none_any_more check (false) not valid")
    yield
    await owner.execute("alter table access.access_record drop constraint none_any_more")
    await owner.close()


async def test_how_it_was_asked_stands_in_the_record(clinic: Clinic, client: UUID) -> None:
    at = ago(hours=1)
    await clinic.get(f"/v1/clients/{client}/care-plan", as_of=at.isoformat())
    await clinic.get(events_of(str(client)), order="effective", limit=3)
    await clinic.get("/v1/worklist", late="true", kind="crisis_contact")

    asked: list[dict[str, Any]] = [dict(each.parameters) for each in await records(clinic, client)]

    assert asked[0] == {"as_of": at.isoformat().replace("+00:00", "Z")}
    assert asked[1] == {"order": "effective", "after": 0, "limit": 3}
    assert asked[2] == {"late": True, "kind": "crisis_contact", "limit": 200}


async def test_a_list_that_tells_of_nobody_leaves_none_of_anybody(clinic: Clinic, client: UUID) -> None:
    assert (await clinic.get("/v1/worklist", person_id=str(uuid4()))).json()["tasks"] == []

    assert await records(clinic, client) == []


async def test_the_purpose_is_what_the_request_says_or_the_key_or_the_role(clinic: Clinic, client: UUID) -> None:
    path = events_of(str(client))
    auditor = await clinic.with_key(KeyRole.AUDITOR, "kim")
    _, token = await clinic.system.api_keys.create(
        clinic.organization_id, "billing", KeyRole.SYSTEM, {"system/*.rs"}, purpose=PurposeOfUse.PAYMENT
    )
    for caller, headers in (
        (clinic, {}),
        (clinic, {"Purpose-Of-Use": "ETREAT"}),
        (auditor, {}),
        (clinic, {"Authorization": f"Bearer {token}"}),
    ):
        assert (await caller.get(path, headers)).status_code == 200

    assert [each.purpose.value for each in await records(clinic, client)] == [
        "treatment",
        "emergency_treatment",
        "operations",
        "payment",
    ]


@pytest.mark.parametrize("said", ["", "treatment", "TREAT, HPAYMT", "MARKETING"])
async def test_a_purpose_that_nobody_knows_is_refused(clinic: Clinic, client: UUID, said: str) -> None:
    answer = await clinic.get(events_of(str(client)), {"Purpose-Of-Use": said})

    assert errors_in(answer, "malformed-header") == {("Purpose-Of-Use", "purpose_of_use")}
    assert await records(clinic, client) == []


async def test_records_come_in_pages_the_newest_first(clinic: Clinic, client: UUID) -> None:
    for version in (1, 2, 3, 4):
        await clinic.get(events_of(str(client)), after=version)

    path = f"/v1/clients/{client}/access-records"
    first = (await clinic.get(path, limit=3)).json()
    second = (await clinic.get(path, limit=3, before=first["next"])).json()

    assert [each["parameters"]["after"] for each in first["records"]] == [4, 3, 2]
    assert [each["parameters"].get("after") for each in second["records"]] == [1]
    assert second["next"] is None
    (latest,) = (await clinic.get(path, limit=1)).json()["records"]
    assert (latest["what"], latest["parameters"]["before"]) == ("access_records", first["next"])


async def test_they_are_searched_by_client_person_purpose_and_time(clinic: Clinic, client: UUID) -> None:
    other, ana = await clinic.client(), await clinic.with_key(KeyRole.COUNSELOR, "anna")
    (plan, others), emergency = (
        (f"/v1/clients/{each}/care-plan" for each in (client, other)),
        {"Purpose-Of-Use": "ETREAT"},
    )
    await ana.get(plan)
    await ana.get(others, emergency)
    await clinic.get(plan, emergency)
    await clinic.get("/v1/caseload")
    by_ana, by_lee, _ = await records(clinic, client)

    async def found(**asked: Json) -> list[Json]:
        told = (await clinic.get(SEARCH, **asked)).json()["records"]
        return [each for each in told if each["what"] != "access_records"]

    on_the_list, lees, emergencys, anas = await found()

    assert (on_the_list["client_id"], on_the_list["clients"], on_the_list["what"]) == (None, 1, "caseload")
    assert (lees["client_id"], lees["clients"], anas["client_id"]) == (str(client), 1, str(client))

    assert await found(client_id=str(client)) == [on_the_list, lees, anas]
    assert await found(person_id=str(by_ana.actor_id)) == [emergencys, anas]
    assert await found(person_id=str(by_ana.actor_id), purpose="emergency_treatment") == [emergencys]
    assert await found(since=lees["recorded_at"], until=on_the_list["recorded_at"]) == [lees]
    assert await found(client_id=str(client), until=lees["recorded_at"]) == [anas]
    assert await found(client_id=str(uuid4())) == []
    of_one = (await clinic.get(f"/v1/clients/{client}{SEARCH.removeprefix('/v1')}", purpose="treatment")).json()
    assert [each["id"] for each in of_one["records"] if each["what"] == "care_plan"] == [str(by_ana.record_id)]
    assert by_lee.purpose is PurposeOfUse.EMERGENCY_TREATMENT


async def test_a_search_is_paged_and_leaves_a_record_of_whom_it_told(clinic: Clinic, client: UUID) -> None:
    for version in (1, 2, 3):
        await clinic.get(events_of(str(client)), after=version)

    first = await clinic.get(SEARCH, limit=2)
    second = await clinic.get(SEARCH, limit=2, before=first.json()["next"])

    assert [each["parameters"]["after"] for each in first.json()["records"] + second.json()["records"]] == [3, 2, 1]
    assert second.json()["next"] is None
    assert first.headers["link"].endswith(f'before={first.json()["next"]}>; rel="next"')
    told = await records(clinic, client)
    assert [(each.what, each.operation, each.position) for each in told[-2:]] == [
        ("access_records", f"GET {SEARCH}", first.json()["position"])
    ] * 2


@pytest_asyncio.fixture(loop_scope="session")
async def read(clinic: Clinic, client: UUID) -> None:
    """Somebody has read about the client."""
    await clinic.get(events_of(str(client)))


async def test_a_search_whose_record_fails_gets_no_answer(clinic: Clinic, read: None, refusing: None) -> None:
    problem_in(await clinic.get(SEARCH), "access-not-recorded")


@pytest_asyncio.fixture(loop_scope="session")
async def unusual(clinic: Clinic, client: UUID) -> Json:
    """What takes note of a read about the client by somebody who is not on their team."""
    member = {"type": "team_member_assigned", "role": "peer", "person": "Ben", "person_id": str(uuid4())}
    assert (await clinic.record(str(client), recording(member, ago(hours=1).isoformat()))).status_code == 201
    ana = await clinic.with_key(KeyRole.COUNSELOR, "anna")
    await ana.get(events_of(str(client)))
    await follow(clinic.system, clinic.organization_id)
    (read,) = await records(clinic, client)
    return {"rule": "outside_the_team", "last_record": str(read.record_id), "justified": True}


async def test_unusual_reads_and_a_note_of_them_leave_records_of_whom_they_told(
    clinic: Clinic, client: UUID, unusual: Json
) -> None:
    assert len((await clinic.get(UNUSUAL)).json()["found"]) == 1
    assert (await clinic.request("POST", f"{UNUSUAL}/notes", json=unusual)).status_code == 201

    told = [(each.what, each.operation) for each in await records(clinic, client)]
    assert told[1:] == [("unusual_access", f"GET {UNUSUAL}"), ("unusual_access", f"POST {UNUSUAL}/notes")]


async def test_where_no_record_is_kept_they_are_not_told_nor_noted(
    clinic: Clinic, unusual: Json, refusing: None
) -> None:
    position = await clinic.system.store.log_head(clinic.organization_id)
    problem_in(await clinic.get(UNUSUAL), "access-not-recorded")
    problem_in(await clinic.request("POST", f"{UNUSUAL}/notes", json=unusual), "access-not-recorded")
    assert await clinic.system.store.log_head(clinic.organization_id) == position


async def test_a_client_is_told_who_read_in_plain_words(clinic: Clinic, client: UUID) -> None:
    ana = await clinic.with_key(KeyRole.COUNSELOR, "anna")
    for _ in range(3):
        await ana.get(f"/v1/clients/{client}/care-plan")
    path = f"/v1/clients/{client}/access-report"

    answer = await clinic.get(path)
    words = said(answer.text)

    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "anna, counselor your care plan to care for you 3 times on " in words
    assert "Nothing was shared outside in this time" in words
    assert "lee" not in words
    assert "lee, supervisor this list, or one like it" in said((await clinic.get(path)).text)
    earlier = await clinic.get(f"{path}?first_day=2026-01-01&last_day=2026-01-31")
    assert "Nobody here has opened your record in this time." in said(earlier.text)


async def test_a_client_is_told_what_people_told_outside(clinic: Clinic, client: UUID) -> None:
    disclosure = {
        "type": "disclosure_made", "recipient": "County Probation", "disclosed_by": "Ana Example",
        "purpose": "legal_proceedings", "scope": ["attendance"], "means": "letter", "notice_given": True,
        "note": "By the order that lies in the drawer.",
    }  # fmt: skip
    assert (await clinic.record(str(client), recording(disclosure, ago(hours=1).isoformat()))).status_code == 201
    path = f"/v1/clients/{client}/access-report"

    words = said((await clinic.get(path)).text)

    assert "County Probation, as the law allows when you came to sessions; told by Ana Example by letter" in words
    assert "drawer" not in words
    earlier = await clinic.get(f"{path}?first_day=2026-01-01&last_day=2026-01-31")
    assert "Nothing was shared outside" in said(earlier.text)
    await erase(clinic.system, clinic.organization_id, client)
    assert "County Probation" not in said((await clinic.get(path)).text), "of an erased client it is not known any more"


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"first_day": "2026-02-01", "last_day": "2026-01-31"}, "last_day"), ({"first_day": "1769904000"}, "first_day")],
)
async def test_days_that_are_none_are_refused(clinic: Clinic, client: UUID, asked: Json, field: str) -> None:
    answer = await clinic.get(f"/v1/clients/{client}/access-report", **asked)

    assert answer.status_code == 422
    assert f"{field}: " in said(answer.text)
    assert await records(clinic, client) == []


@pytest.mark.parametrize("route", READS, ids=named)
def test_whatever_is_read_has_words_for_the_client(route: APIRoute) -> None:
    assert what_of(route) in PARTS


async def test_another_organization_sees_no_record(clinic: Clinic, other_clinic: Clinic, client: UUID) -> None:
    await other_clinic.create(recording(REGISTERED), client_id=str(client))
    await clinic.get(events_of(str(client)))

    assert await records(other_clinic, client) == []
    auditor = await other_clinic.with_key(KeyRole.AUDITOR, "kim")
    assert {each["operation"] for each in (await auditor.get(SEARCH)).json()["records"]} == {"a test"}


async def test_only_auditors_and_supervisors_ask_who_read(clinic: Clinic, client: UUID) -> None:
    path = f"/v1/clients/{client}/access-records"
    for role in KeyRole:
        scopes = {"system/*.cruds"} if role is KeyRole.SYSTEM else None
        caller = await clinic.with_key(role, f"kim-{role.replace('_', '-')}", scopes)
        answer = await caller.get(path)
        if role in {KeyRole.AUDITOR, KeyRole.SUPERVISOR}:
            assert answer.status_code == 200
        else:
            problem_in(answer, "role-not-allowed")


ORDER: Json = {
    "type": "court_order_recorded",
    "court": "County Circuit Court",
    "reference": "24-CR-1187",
    "issued_on": "2026-03-02",
    "recipients": ["County Probation Department"],
    "compels": True,
}
CONSENT: Json = {
    "type": "consent_granted",
    "discloser": "Clinic",
    "recipients": ["Public Defender"],
    "purpose": "legal_proceedings",
    "signed_on": "2026-03-01",
    "signed_by": "Dana Example",
    "signed_as": "client",
    "expires_when": "end of the trial",
    "right_to_revoke_told": True,
    "redisclosure_told": True,
}
LEGAL = {"Purpose-Of-Use": "HLEGAL"}


@pytest.mark.parametrize("ground", [ORDER, CONSENT], ids=["court order", "consent"])
async def test_for_legal_proceedings_an_order_or_a_consent_is_needed(clinic: Clinic, ground: Json) -> None:
    client = await clinic.client()
    plan, timeline = f"/v1/clients/{client}/care-plan", events_of(client)
    treatment = {**CONSENT, "purpose": "treatment", "scope": ["whole_record"]}
    await clinic.record(client, recording(treatment))
    problem_in(await clinic.get(plan, LEGAL), "no-legal-ground")

    await clinic.record(client, recording({**ground, "scope": ["care_plan"]}))
    assert (await clinic.get(plan, LEGAL)).status_code == 200
    problem_in(await clinic.get(timeline, LEGAL), "no-legal-ground")

    whole = (await clinic.record(client, recording({**ground, "scope": ["whole_record"]}))).json()["events"][0]["id"]
    assert (await clinic.get(timeline, LEGAL)).status_code == 200

    end = {"type": "court_order_ended", "court_order": whole}
    if ground is CONSENT:
        end = {"type": "consent_revoked", "consent": whole, "in_writing": True}
    ended = await clinic.record(client, recording(end, ago(minutes=1).isoformat()))
    assert ended.status_code == 201, ended.text
    problem_in(await clinic.get(timeline, LEGAL), "no-legal-ground")
    told = [each.purpose for each in await records(clinic, UUID(client))]
    assert told == [PurposeOfUse.LEGAL_PROCEEDINGS] * 2


async def test_lists_are_not_told_for_legal_proceedings(clinic: Clinic, client: UUID) -> None:
    for path in ("worklist", "caseload", "signals"):
        problem_in(await clinic.get(f"/v1/{path}", LEGAL), "no-legal-ground")


async def test_a_search_for_legal_proceedings_does_not_tell_whether_somebody_is_in_care(clinic: Clinic) -> None:
    await clinic.create(recording(REGISTERED), identifiers=[{"system": "ehr", "value": "4711"}])

    for value in ("4711", "4712"):
        asked = {"system": "ehr", "value": value}
        problem_in(await clinic.request("POST", "/v1/clients/search", json=asked, headers=LEGAL), "no-legal-ground")


async def test_records_of_reads_at_the_same_time_are_each_ones_own(clinic: Clinic, client: UUID) -> None:
    answers = await asyncio.gather(*(clinic.get(f"/v1/clients/{client}/milestones") for _ in range(40)))

    found = await records(clinic, client)
    assert {each.headers["x-request-id"] for each in answers} == {each.request_id for each in found}
    assert len(found) == 40
    assert [each.record_id for each in found] == sorted(each.record_id for each in found)
    assert found[-1].recorded_at - found[0].recorded_at < timedelta(minutes=1)
