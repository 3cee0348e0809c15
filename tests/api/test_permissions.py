"""Every operation for every role, of the client's own organization and of another, with keys good and bad.

What is expected is made of the table (service/access/permissions.py) and of what each operation needs, which is said
here: a new operation without a row fails.
"""

import asyncio
import json
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from service.access.caller import KeyRole
from service.access.permissions import PERMISSIONS
from service.access.scopes import permitted
from service.api.examples import COSIGNATURES, NOTES_OF_UNUSUAL_ACCESS
from service.bootstrap import System
from service.database.embedded import DatabaseUrls
from service.runtime import clock
from tests.api.clinic import GOAL, REGISTERED, SESSION, WHOLE, Clinic, errors_in, events_of, problem_in, recording
from tests.api.test_every_route import OF_A_LOG
from tests.databases import new_organization
from tests.system import follow

DESCRIPTION = Path(__file__).parents[2] / "docs" / "openapi.json"
"""The API's description, which another test compares with the API."""

OF_A_CLIENT = "/v1/clients/{client_id}"
OF_A_WEBHOOK = "/v1/webhooks/{webhook_id}"
WEBHOOK = {"url": "https://receiver.invalid/hook"}
NEEDS: dict[str, str | None] = {
    "GET /healthz": None,
    "GET /readyz": None,
    "GET /v1/problems": None,
    "GET /v1/problems/{slug}": None,
    "GET /v1/vocabulary": None,
    "GET /v1/event-types": None,
    "GET /v1/event-types/{event_type}": None,
    "POST /v1/clients": "Client.c",
    "POST /v1/clients/search": "CarePlan.s",
    f"POST {OF_A_CLIENT}/events": "*.c",
    f"GET {OF_A_CLIENT}/events": "Timeline.r",
    f"GET {OF_A_CLIENT}/events/{{event_id}}": "Timeline.r",
    f"GET {OF_A_CLIENT}/care-plan": "CarePlan.r",
    f"GET {OF_A_CLIENT}/milestones": "CarePlan.r",
    f"GET {OF_A_CLIENT}/postvention-reviews": "CarePlan.r",
    f"GET {OF_A_CLIENT}/outcomes": "CarePlan.r",
    f"GET {OF_A_CLIENT}/signals": "CarePlan.r",
    f"GET {OF_A_CLIENT}/summary": "CarePlan.r",
    f"GET {OF_A_CLIENT}/crisis-card": "CarePlan.r",
    f"GET {OF_A_CLIENT}/access-records": "AuditEvent.r",
    f"GET {OF_A_CLIENT}/access-report": "AuditEvent.r",
    "GET /v1/access-records": "AuditEvent.r",
    "GET /v1/unusual-access": "UnusualAccess.r",
    "POST /v1/unusual-access/notes": "UnusualAccess.c",
    f"GET {OF_A_CLIENT}/replay": "Replay.r",
    f"GET {OF_A_CLIENT}/hindsight": "Replay.r",
    f"GET {OF_A_CLIENT}/export": "Export.r",
    f"GET {OF_A_CLIENT}/head": "Checkpoint.r",
    f"GET {OF_A_CLIENT}/counseling-notes": "CounselingNote.r",
    f"GET {OF_A_CLIENT}/counseling-notes/{{note_id}}": "CounselingNote.r",
    "GET /v1/analytics/views": "Analytics.s",
    "GET /v1/analytics/views/{view}": "Analytics.s",
    "GET /v1/analytics/report": "Analytics.s",
    "GET /v1/analytics/measures": "Analytics.s",
    "GET /v1/analytics/measures/{measure}": "Analytics.s",
    "GET /v1/worklist": "CarePlan.s",
    "GET /v1/caseload": "CarePlan.s",
    "GET /v1/signals": "CarePlan.s",
    "POST /v1/import": "Import.c",
    "GET /v1/events": "Feed.s",
    "GET /v1/webhooks": "Webhook.r",
    "POST /v1/webhooks": "Webhook.c",
    f"GET {OF_A_WEBHOOK}": "Webhook.r",
    f"GET {OF_A_WEBHOOK}/deliveries": "Webhook.r",
    f"PUT {OF_A_WEBHOOK}": "Webhook.c",
    f"DELETE {OF_A_WEBHOOK}": "Webhook.c",
    f"POST {OF_A_WEBHOOK}/secret": "Webhook.c",
    f"POST {OF_A_WEBHOOK}/test": "Webhook.c",
    f"POST {OF_A_WEBHOOK}/pause": "Webhook.c",
    f"POST {OF_A_WEBHOOK}/resume": "Webhook.c",
    f"POST {OF_A_WEBHOOK}/redelivery": "Webhook.c",
    f"POST {OF_A_WEBHOOK}/deliveries/{{event_id}}/redelivery": "Webhook.c",
    "GET /v1/log/checkpoint": "Checkpoint.r",
    "GET /v1/log/checkpoints/{size}": "Checkpoint.r",
    "POST /v1/log/checkpoints/{size}/cosignatures": "Checkpoint.c",
    "GET /v1/log/inclusion-proof": "Checkpoint.r",
    "GET /v1/log/consistency-proof": "Checkpoint.r",
    "GET /v1/log/tile/entries/{tile}": "Checkpoint.r",
    "GET /v1/log/tile/{level}/{tile}": "Checkpoint.r",
    "GET /v1/access-log/checkpoint": "Checkpoint.r",
    "GET /v1/access-log/checkpoints/{size}": "Checkpoint.r",
    "POST /v1/access-log/checkpoints/{size}/cosignatures": "Checkpoint.c",
    "GET /v1/access-log/inclusion-proof": "Checkpoint.r",
    "GET /v1/access-log/consistency-proof": "Checkpoint.r",
    "GET /v1/access-log/tile/entries/{tile}": "Checkpoint.r",
    "GET /v1/access-log/tile/{level}/{tile}": "Checkpoint.r",
}
"""What each operation needs; None for what is public."""

BODIES: dict[str, Any] = {
    "POST /v1/clients": {"events": [recording(REGISTERED)]},
    "POST /v1/clients/search": {"system": "ehr", "value": "7"},
    f"POST {OF_A_CLIENT}/events": recording(SESSION),
    "POST /v1/webhooks": WEBHOOK,
    f"PUT {OF_A_WEBHOOK}": WEBHOOK,
    f"POST {OF_A_WEBHOOK}/secret": {},
    f"POST {OF_A_WEBHOOK}/redelivery": {"position": 0},
    "POST /v1/unusual-access/notes": next(iter(NOTES_OF_UNUSUAL_ACCESS.values())),
    "POST /v1/log/checkpoints/{size}/cosignatures": next(iter(COSIGNATURES.values())),
    "POST /v1/access-log/checkpoints/{size}/cosignatures": next(iter(COSIGNATURES.values())),
}
FINDS_NOTHING = {
    "POST /v1/unusual-access/notes": "unknown-unusual-access",
    "GET /v1/analytics/views/{view}": "too-few-alike",
}
"""What whoever may do it is answered here, since there is nothing, or are too few, to do it to; see
test_unusual_access.py and test_analytics.py."""

MEDIA_TYPES = {"POST /v1/import": "application/x-ndjson"}
"""Of bodies that are no JSON."""

EVERYTHING = {KeyRole.SYSTEM: {"system/*.cruds"}}


@dataclass(frozen=True)
class Two:
    """Two organizations with a key for each role, and a client of the first."""

    own: dict[KeyRole, Clinic]
    other: dict[KeyRole, Clinic]
    client: str
    event: str
    notes: dict[str, str]
    """For each key of a role that writes counseling notes, its own: others do not find it."""

    sizes: dict[str, int]
    """Of the first one's logs, by their path, when a checkpoint was signed of them."""

    def path(self, operation: str, key: str, client: str | None, webhook: str) -> str:
        """The path of the operation, about the client or another."""
        ids = {"client_id": client or self.client, "event_id": self.event, "note_id": self.notes.get(key, self.event)}
        sizes = [size for log, size in self.sizes.items() if f" {log}/" in operation]
        ids = {**OF_A_LOG, **ids, "size": str(*sizes)}
        return operation.partition(" ")[2].format(
            **ids, slug="refused", event_type="goal_measured", view="clients", measure="attendance", webhook_id=webhook
        )


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def two(http: httpx.AsyncClient, system: System, database: DatabaseUrls) -> Two:
    own, other = [await _keys(http, system, database) for _ in range(2)]
    counselor = own[KeyRole.COUNSELOR]
    client = await counselor.client()
    event = (await counselor.get(events_of(client))).json()["events"][0]["id"]
    for clinics in (own, other):
        await follow(system, clinics[KeyRole.COUNSELOR].organization_id)
    notes = {}
    for role, clinic in own.items():
        if "CounselingNote.c" in PERMISSIONS[role]:
            written = await clinic.record(client, recording({"type": "counseling_note_written", "note": "Kept apart"}))
            notes[clinic.key] = written.json()["events"][0]["id"]
    sizes = {log: await counselor.sign(log) for log in ("/v1/log", "/v1/access-log")}
    return Two(own, other, client, event, notes, sizes)


async def _keys(http: httpx.AsyncClient, system: System, database: DatabaseUrls) -> dict[KeyRole, Clinic]:
    nobody = Clinic(http, system, await new_organization(database), "")
    return {role: await nobody.with_key(role, role.value, EVERYTHING.get(role)) for role in KeyRole}


async def ask(clinic: Clinic, two: Two, operation: str, client: str | None = None) -> httpx.Response:
    method = operation.partition(" ")[0]
    webhook = await _webhook(clinic) if OF_A_WEBHOOK in operation else ""
    path = two.path(operation, clinic.key, client, webhook)
    if operation in MEDIA_TYPES:
        return await clinic.request(method, path, content=b"", headers={"Content-Type": MEDIA_TYPES[operation]})
    return await clinic.request(method, path, json=BODIES.get(operation))


async def _webhook(clinic: Clinic) -> str:
    """A webhook of the caller's, who may make one; else nobody's."""
    made = await clinic.request("POST", "/v1/webhooks", json=WEBHOOK)
    return str(made.json()["webhook_id"] if made.status_code == 201 else uuid4())


def test_every_operation_has_its_row_and_says_what_it_needs() -> None:
    described = {
        f"{method.upper()} {path}": {
            need for each in operation.get("security", ()) for needs in each.values() for need in needs
        }
        for path, operations in json.loads(DESCRIPTION.read_text("utf-8"))["paths"].items()
        for method, operation in operations.items()
    }

    assert described == {operation: {need} if need else set() for operation, need in NEEDS.items()}


@pytest.mark.parametrize("role", list(KeyRole))
async def test_each_role_may_do_what_the_table_says_and_nothing_else(two: Two, role: KeyRole) -> None:
    for operation, need in NEEDS.items():
        answer = await ask(two.own[role], two, operation)

        allowed = need is None or permitted(need, PERMISSIONS[role])
        if allowed and operation in FINDS_NOTHING:
            problem_in(answer, FINDS_NOTHING[operation])
        elif allowed:
            assert answer.status_code in {200, 201, 202, 204}, (operation, answer.text)
        else:
            detail = problem_in(answer, "role-not-allowed").detail
            assert f"The role {role} may not" in detail, operation


async def test_another_organizations_key_gets_nothing_but_what_is_read_of_one_client(two: Two) -> None:
    counselor = two.own[KeyRole.COUNSELOR]
    consent = await counselor.record(two.client, recording(WHOLE))
    assert consent.status_code == 201, consent.text
    outsider = await counselor.outsider("Harbor Pharmacy", "pharmacy", scopes={"system/*.cruds"})
    for operation, need in NEEDS.items():
        answer = await ask(outsider, two, operation)

        if need in {None, "Timeline.r", "CarePlan.r"}:
            assert answer.status_code == 200, (operation, answer.text)
        else:
            detail = problem_in(answer, "role-not-allowed").detail
            assert detail == "Another organization's key may read of one client at a time, and nothing else."


async def test_whose_scopes_only_read_records_nothing_and_the_other_way_round(two: Two) -> None:
    supervisor = two.own[KeyRole.SUPERVISOR]
    reader = await supervisor.with_key(KeyRole.SUPERVISOR, "reader", {"user/*.rs"})
    recorder = await supervisor.with_key(KeyRole.SUPERVISOR, "recorder", {"user/*.cu"})
    for operation, need in NEEDS.items():
        if need is not None:
            caller = reader if need.endswith(".c") else recorder
            problem_in(await ask(caller, two, operation), "scope-missing")


@pytest.mark.parametrize("role", list(KeyRole))
async def test_a_client_of_another_organization_looks_like_one_who_is_not_there(two: Two, role: KeyRole) -> None:
    clinic, nobody = two.other[role], str(uuid4())
    for operation, need in NEEDS.items():
        if OF_A_CLIENT not in operation:
            continue
        theirs, unknown = await ask(clinic, two, operation), await ask(clinic, two, operation, nobody)

        allowed = need is None or permitted(need, PERMISSIONS[role])
        problem_in(theirs, "unknown-client" if allowed else "role-not-allowed")
        assert (theirs.status_code, theirs.content) == (unknown.status_code, unknown.content), operation


@pytest.mark.parametrize("role", [role for role in KeyRole if "CarePlan.s" in PERMISSIONS[role]])
async def test_no_list_tells_of_another_organizations_clients(two: Two, role: KeyRole) -> None:
    for operation, need in NEEDS.items():
        if need == "CarePlan.s":
            assert two.client not in (await ask(two.other[role], two, operation)).text


@pytest.mark.parametrize("key", ["none", "revoked", "expired", "made up"])
async def test_without_a_valid_key_nothing_is_answered_but_what_is_public(two: Two, key: str) -> None:
    clinic = two.own[KeyRole.SUPERVISOR]
    if key == "revoked":
        record, token = await clinic.system.api_keys.create(clinic.organization_id, "gone", KeyRole.SUPERVISOR)
        await clinic.system.api_keys.revoke(clinic.organization_id, record.key_id)
    elif key == "expired":
        soon = clock.now() + timedelta(milliseconds=20)
        _, token = await clinic.system.api_keys.create(
            clinic.organization_id, "over", KeyRole.SUPERVISOR, expires_at=soon
        )
        await asyncio.sleep(0.03)
    else:
        token = {"none": "", "made up": f"{clinic.key[:-4]}AAAA"}[key]
    caller = replace(clinic, key=token)
    for operation, need in NEEDS.items():
        answer = await ask(caller, two, operation)

        if need is None:
            assert answer.status_code == 200
        else:
            problem_in(answer, "key-needed")


STARTED = {
    "type": "medication_started", "drug": "buprenorphine", "purpose": "opioid_use_disorder",
    "prescribed_by": "prescriber", "note": "Wednesday at the harbour",
}  # fmt: skip


async def test_what_a_role_may_not_record_is_refused_whole_by_the_roles_rule_and_never_quoted(two: Two) -> None:
    before = await two.own[KeyRole.AUDITOR].versions(two.client)

    answer = await two.own[KeyRole.PEER].record(two.client, recording(SESSION), recording(STARTED))

    assert problem_in(answer, "role-not-allowed").detail == (
        "The role peer may not record Medication; these may: prescriber, system."
    )
    assert "harbour" not in answer.text
    assert await two.own[KeyRole.AUDITOR].versions(two.client) == before
    assert (await two.own[KeyRole.PRESCRIBER].record(two.client, recording(STARTED))).status_code == 201


async def test_a_key_with_fewer_scopes_learns_which_one_is_missing(two: Two) -> None:
    app = await two.own[KeyRole.SYSTEM].with_key(KeyRole.SYSTEM, "check-in-app", {"system/CheckIn.cu"})
    check_in = {"type": "check_in_received", "channel": "app", "mood": 4}

    assert (await app.record(two.client, recording(check_in))).status_code == 201
    goal = await app.record(two.client, recording(GOAL))
    assert problem_in(goal, "scope-missing").missing_scope == "system/CarePlan.c"
    wrong = {"type": "entry_retracted", "entry": two.event, "reason": "duplicate"}
    assert problem_in(await app.record(two.client, recording(wrong)), "scope-missing").missing_scope == (
        "system/Client.u"
    )


async def test_r55_nobody_sets_right_what_another_role_recorded_but_a_supervisor(two: Two) -> None:
    recorded = await two.own[KeyRole.COUNSELOR].record(two.client, recording(SESSION))
    session = recorded.json()["events"][0]["id"]
    wrong = {"type": "entry_retracted", "entry": session, "reason": "did_not_occur"}

    for role in (KeyRole.PEER, KeyRole.CASE_MANAGER, KeyRole.PRESCRIBER, KeyRole.SYSTEM):
        refused = await two.own[role].record(two.client, recording(wrong))
        assert errors_in(refused, "refused") == {("event.entry", "set_right_by_author_or_role")}
    colleague = await two.own[KeyRole.COUNSELOR].with_key(KeyRole.COUNSELOR, "ben")
    retracted = await colleague.record(two.client, recording(wrong))
    assert retracted.status_code == 201
    back = {"type": "entry_retracted", "entry": retracted.json()["events"][0]["id"], "reason": "other"}
    assert errors_in(await two.own[KeyRole.PEER].record(two.client, recording(back)), "refused") == {
        ("event.entry", "set_right_by_author_or_role")
    }
    assert (await two.own[KeyRole.SUPERVISOR].record(two.client, recording(back))).status_code == 201
