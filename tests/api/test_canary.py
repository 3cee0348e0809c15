"""Words about a client, names, identifiers and keys stay out of logs; words, names and identifiers out of the tables.

Each canary is put wherever a caller can put it, in requests that succeed and that fail.
"""

import asyncio
import base64
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio

from service.bootstrap import System
from service.database.embedded import DatabaseUrls, EmbeddedPostgres
from tests.api.clinic import GOAL, READS, Clinic, Json, events_of, recording
from tests.api.live import Live, running_service
from tests.databases import server_log

NAME = "Quetzalcoatl Featherstone"
WORDS = "we talked by the lighthouse about the marmalade"
VALUE = "MRN-5550142-heliotrope"
NOTE = "silhouettes of her grandmother returned without warning"
"""Of a counseling note: the rest of the record, which tells WORDS, must not tell this."""
CLIENT = "deadbeef-cafe-4bad-8ace-0123456789ab"
CRISIS = "0c415150-0000-4000-8000-00000000cafe"

EVENTS: list[Json] = [
    {"type": "client_registered", "name": NAME, "preferred_name": NAME, "time_zone": "America/Chicago", "phone": WORDS},
    {"type": "intake_completed", "entry_route": "self", "own_reasons": WORDS, "note": WORDS, "strengths": WORDS},
    {
        "type": "consent_granted",
        "discloser": NAME,
        "recipients": [NAME],
        "purpose": "treatment",
        "scope": ["care_plan"],
        "expires_on": "2027-01-01",
        "signed_on": "2026-03-01",
        "signed_by": NAME,
        "signed_as": "client",
        "right_to_revoke_told": True,
        "redisclosure_told": True,
    },
    {**GOAL, "description": WORDS, "unit": WORDS},
    {"type": "plan_agreed", "summary": WORDS, "agreed_by": ["client"]},
    {"type": "intervention_planned", "strand": "family", "what": WORDS},
    {"type": "relapse_prevention_plan_written", "environment": "home", "around": [WORDS], "written_by": ["client"]},
    {"type": "lapse_recorded", "substances": ["alcohol"], "environment": WORDS, "learned": WORDS},
    {"type": "milestone_celebrated", "own": WORDS, "how": WORDS},
    {"type": "safety_plan_written", "warning_signs": [WORDS], "people_to_ask": [NAME]},
    {"type": "identifier_linked", "system": f"https://{VALUE}.example.org", "value": VALUE, "note": WORDS},
    {"type": "handoff_requested", "from_role": "peer", "to_role": "counselor", "to_party": NAME, "urgency": "routine"},
    {"type": "postvention_reviewed", "crisis": CRISIS, "reviewed_by": ["peer"], "what_worked": WORDS},
    {"type": "counseling_note_written", "note": NOTE},
]
CONTACT: Json = {
    "type": "crisis_contact_recorded",
    "kinds": ["panic"],
    "channel": "phone",
    "noticed_by": "peer",
    "account": WORDS,
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def sung(database: DatabaseUrls, system: System, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Live]:
    """A service that has heard every canary, in requests of every outcome."""
    async with running_service(database, system, tmp_path_factory.mktemp("service")) as live:
        statuses = set(await succeed(live.clinic)) | set(await fail(live.clinic))
        yield live
    assert statuses == {200, 201, 304, 400, 401, 404, 405, 409, 412, 413, 415, 422}


async def succeed(clinic: Clinic) -> list[int]:
    created = await clinic.create(recording(CONTACT, id=CRISIS), client_id=CLIENT)
    recorded = await clinic.record(CLIENT, *map(recording, EVENTS))
    again = await clinic.create(recording(CONTACT, id=CRISIS), client_id=CLIENT)
    unchanged = await clinic.get(events_of(CLIENT), {"If-None-Match": recorded.headers["etag"]})
    search = {"system": f"https://{VALUE}.example.org", "value": VALUE}
    found = await clinic.request("POST", "/v1/clients/search", json=search)
    there = await clinic.create(recording(CONTACT), identifiers=[search])
    assert found.json()["clients"][0]["client_id"] == there.json()["client_id"] == CLIENT
    note = recorded.json()["events"][-1]["id"]
    said = {"entry": note, "reason": "wrong_content", "note": NOTE}
    replaced = {"type": "entry_corrected", "replacement": {"type": "counseling_note_written", "note": NOTE}, **said}
    for about in (replaced, {"type": "entry_retracted", **said}):
        assert (await clinic.record(CLIENT, recording(about))).status_code == 201
    reads = [await clinic.get(f"/v1/clients/{CLIENT}/{read}") for read in (*READS, f"events/{CRISIS}")]
    assert WORDS in reads[0].text
    assert NAME in reads[0].text
    assert all(NOTE not in read.text for read in reads)
    read = await clinic.get(f"/v1/clients/{CLIENT}/counseling-notes/{note}")
    assert read.text.count(NOTE) == 4
    return [answer.status_code for answer in (created, recorded, again, unchanged, found, there, read, *reads)]


async def fail(clinic: Clinic) -> list[int]:
    contact = recording(CONTACT, id=CRISIS)
    answers = [
        await clinic.record(CLIENT, {**contact, "event": {**CONTACT, "account": f"{WORDS}!"}}),
        await clinic.record(CLIENT, recording({**GOAL, "category": WORDS, "description": NAME})),
        await clinic.record(CLIENT, recording({**GOAL, WORDS: NAME})),
        await clinic.record(CLIENT, recording({**GOAL, "description": f"{WORDS}\0"})),
        await clinic.record(CLIENT, recording({"type": "counseling_note_written", "note": NOTE, "session": CRISIS})),
        await clinic.record(CLIENT, recording({"type": "counseling_note_written", "note": f"{NOTE}\0"})),
        await clinic.record(CLIENT, recording({"type": "counseling_note_written", "note": NOTE}, id=CRISIS)),
        await clinic.record(CLIENT, recording({"type": "goal_measured", "goal": CRISIS, "value": 1, "note": WORDS})),
        await clinic.record(CLIENT, recording({**GOAL, "description": WORDS * 50_000})),
        await clinic.record(CLIENT, recording(GOAL), headers={"If-Match": '"1"', "X-Request-Id": f"{CLIENT} {WORDS}"}),
        await clinic.record(CLIENT, recording(GOAL), headers={"If-Match": WORDS}),
        await clinic.record(str(uuid4()), recording({**GOAL, "description": WORDS})),
        await clinic.create(recording(CONTACT), identifiers=[{"system": "text-line", "value": f"{VALUE}\0"}]),
        await clinic.request("POST", "/v1/clients/search", json={"system": VALUE, "value": VALUE, WORDS: VALUE}),
        await clinic.get("/v1/clients/search", system=VALUE, value=VALUE),
        await clinic.request("POST", events_of(CLIENT), content=WORDS, headers={"Content-Type": "text/plain"}),
        await clinic.request("PATCH", f"{events_of(CLIENT)}?name={NAME}", content=WORDS),
        await clinic.get(f"/v1/clients/{CLIENT}/{WORDS}", name=NAME),
        await clinic.get(events_of(CLIENT), as_of=WORDS),
        await clinic.get(events_of(CLIENT), {"Authorization": f"Bearer {clinic.key}x"}),
    ]
    for answer in answers:
        for canary in (NAME, WORDS, NOTE, VALUE, CLIENT, clinic.key):
            assert canary not in answer.text
    return [answer.status_code for answer in answers]


async def test_the_services_log_holds_none_of_it(sung: Live) -> None:
    log = sung.log_file.read_text()

    assert '"status":201' in log
    assert "/v1/clients/{client_id}/events" in log
    for canary in (*forms(NAME), *forms(WORDS), *forms(NOTE), *forms(VALUE), *forms(CLIENT), *forms(sung.clinic.key)):
        assert canary not in log


async def test_the_databases_log_holds_none_of_it(sung: Live, server: EmbeddedPostgres) -> None:
    log = server_log(server)

    assert "database system is ready" in log
    for canary in (*forms(NAME), *forms(WORDS), *forms(NOTE), *forms(VALUE), *forms(CLIENT), *forms(sung.clinic.key)):
        assert canary not in log


async def test_a_dump_of_the_tables_holds_neither_words_nor_names(
    sung: Live, server: EmbeddedPostgres, database: DatabaseUrls, tmp_path: Path
) -> None:
    dump = await asyncio.to_thread(dumped, server, database, tmp_path / "dump.sql")

    assert CLIENT in dump
    assert "counselor/ana" in dump
    for canary in (
        *forms(NAME),
        *forms(WORDS),
        *forms(NOTE),
        *forms(VALUE),
        sung.clinic.key,
        sung.clinic.key.removeprefix("ct_"),
    ):
        assert canary not in dump


def forms(canary: str) -> list[str]:
    """The canary as it may be written: plainly, by each of its words, in hexadecimal digits, and in base64."""
    plain = canary.encode()
    return [canary, *(word for word in canary.split() if len(word) > 7), plain.hex(), base64.b64encode(plain).decode()]


def dumped(server: EmbeddedPostgres, database: DatabaseUrls, to: Path) -> str:
    subprocess.run([server.programs / "pg_dump", "--file", str(to), database.superuser], check=True)
    return to.read_text()
