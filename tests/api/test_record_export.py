"""Exporting a record through the API: made by whoever may, recorded, and checked with nothing but the public key."""

import json
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from service.access.caller import KeyRole
from service.access.recipients import NOTICE
from service.audit.log_kinds import LogKind
from service.database.embedded import DatabaseUrls
from service.log.keyring import ClientKeys
from service.proofs.checkpoints import open_checkpoint
from service.proofs.export_check import CheckedExport, check_export
from service.runtime import clock
from tests.api.clinic import CRISIS, GOAL, SESSION, WHOLE, Clinic, events_of, problem_in, recording
from tests.erasing import erase
from tests.system import follow


@pytest.fixture
async def supervisor(clinic: Clinic) -> Clinic:
    return await clinic.with_key(KeyRole.SUPERVISOR, "lee")


def export_of(client: str) -> str:
    return f"/v1/clients/{client}/export"


async def exported(clinic: Clinic, client: str, **asked: Any) -> CheckedExport:
    answer = await clinic.get(export_of(client), **asked)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return check_export(answer.content, clinic.system.signing_keys.public(clinic.organization_id))


async def noted(clinic: Clinic, client: str) -> None:
    """A session with a counseling note about it."""
    session = (await clinic.record(client, recording(SESSION))).json()["events"][0]["id"]
    note = {"type": "counseling_note_written", "session": session, "note": "What was said in confidence."}
    written = await clinic.record(client, recording(note))
    assert written.status_code == 201, written.text


async def test_an_export_holds_the_whole_record_sealed(clinic: Clinic, supervisor: Clinic) -> None:
    client = await clinic.client()
    await clinic.record(client, recording(CRISIS), recording(GOAL))
    told = (await clinic.get(events_of(client))).json()["events"]

    found = await exported(supervisor, client)

    assert [(each.said["version"], each.said["id"], each.said["type"]) for each in found.events] == [
        (each["version"], each["id"], each["event"]["type"]) for each in told
    ]
    assert (found.head.timelines[0].client_id, found.head.timelines[0].version) == (UUID(client), len(told))
    assert found.head.origin == supervisor.system.signing_keys.origin(clinic.organization_id)
    assert (found.keys, {each.plaintext for each in found.events}) == ({}, {None})
    assert (found.about["made_by"], found.about["notice"]) == ("supervisor/lee", NOTICE)
    assert found.policy["in_force"]["working_days"]["time_zone"] == "America/Chicago"
    page = found.pages["timeline.html"]
    assert "crisis contact recorded" in page
    assert GOAL["description"] not in page


async def test_with_keys_it_is_read_offline_but_for_counseling_notes(clinic: Clinic, supervisor: Clinic) -> None:
    client = await clinic.client()
    await clinic.record(client, recording(GOAL))
    await noted(clinic, client)

    found = await exported(supervisor, client, with_keys=True)

    goal = next(each for each in found.events if each.said["type"] == "goal_set")
    assert json.loads(goal.plaintext or b"")["description"] == GOAL["description"]
    note = found.events[-1]
    assert (note.said["type"], note.body, note.plaintext) == ("counseling_note_written", None, None)
    assert GOAL["description"] in found.pages["timeline.html"]
    assert "in confidence." not in found.pages["timeline.html"].replace("told in confidence.", "")


async def test_who_made_it_and_who_read_before_stands_in_it(clinic: Clinic, supervisor: Clinic) -> None:
    client = await clinic.client()
    await clinic.get(events_of(client))

    found = await exported(supervisor, client, with_keys=True)

    *_, read, made = found.access_records
    assert (read["what"], read["name"]) == ("timeline", "ana")
    assert (made["what"], made["name"], made["version"]) == ("export_with_keys", "lee", 1)
    assert made["request_id"] == found.about["request_id"]


async def test_every_access_record_is_proved_by_the_checkpoint_of_accesses(clinic: Clinic, supervisor: Clinic) -> None:
    client, _ = await clinic.client(), await clinic.client()
    await clinic.record(client, recording(CRISIS))
    await follow(clinic.system, clinic.organization_id)
    for path in (f"/v1/clients/{client}/care-plan?as_of=2026-03-02T21:40:00Z", "/v1/caseload"):
        assert (await clinic.get(path)).status_code == 200, path
    consent = await clinic.record(client, recording(WHOLE))
    assert consent.status_code == 201, consent.text
    outsider = await clinic.outsider("Harbor Pharmacy", "pharmacy")
    told = await outsider.get(events_of(client))

    found = await exported(supervisor, client)

    by_what = {each["what"]: each for each in found.access_records}
    assert json.loads(by_what["care_plan"]["parameters"])["as_of"].startswith("2026-03-02T21:40")
    page = by_what["caseload"]
    assert (page["client_id"], page["clients"]) == (None, 2)
    assert told.status_code == 200, told.text
    assert by_what["timeline"]["recipient"] == "Harbor Pharmacy"
    keys = supervisor.system.signing_keys.public(clinic.organization_id, LogKind.ACCESSES)
    checkpoint = open_checkpoint(found.access_checkpoint, keys)
    assert [each["entry"] for each in found.access_records][-1] <= checkpoint.size
    kept = await supervisor.system.access_checkpoints.latest(clinic.organization_id)
    assert kept.checkpoint == checkpoint


ALTERED = {
    "changed": "update access.access_record set name = 'eve' where organization_id = $1 and what = 'timeline'",
    "put in": "insert into access.access_record select (jsonb_populate_record(r, jsonb_build_object('record_id',"
    " '00000000-0000-7000-8000-000000000000'))).* from access.access_record r"
    " where organization_id = $1 and what = 'timeline';",
    "exchanged": "update audit.access_entry set leaf = sha256('x') where organization_id = $1 and number = 1",
}


@pytest.mark.parametrize(("how", "problem"), [
    ("changed", "log-not-whole"), ("put in", "log-not-whole"), ("exchanged", "nothing-is-signed")
])  # fmt: skip
async def test_access_records_that_do_not_hold_any_more_are_not_handed_out(
    clinic: Clinic, supervisor: Clinic, database: DatabaseUrls, how: str, problem: str
) -> None:
    client = await clinic.client()
    await clinic.get(events_of(client))
    await exported(supervisor, client)
    superuser = await asyncpg.connect(database.superuser)
    await superuser.execute("set session_replication_role = replica")
    await superuser.execute(ALTERED[how], clinic.organization_id)
    await superuser.execute(
        "insert into access.access_record_client"
        " select organization_id, $2, record_id from access.access_record where organization_id = $1"
        " on conflict do nothing",
        clinic.organization_id,
        UUID(client),
    )
    await superuser.close()

    problem_in(await supervisor.get(export_of(client)), problem)


async def test_the_keys_are_for_whoever_may_have_them(clinic: Clinic) -> None:
    client = await clinic.client()
    auditor = await clinic.with_key(KeyRole.AUDITOR, "ines")
    narrow = await clinic.with_key(KeyRole.SUPERVISOR, "kim", {"user/Export.r"})

    await exported(auditor, client)
    await exported(narrow, client)
    refused = await auditor.get(export_of(client), with_keys=True)
    problem_in(refused, "role-not-allowed")
    missing = await narrow.get(export_of(client), with_keys=True)
    assert "user/ExportKey.r" in problem_in(missing, "scope-missing").detail


async def test_a_later_event_is_in_the_next_export_and_the_checkpoint_that_reaches_so_far_serves_again(
    clinic: Clinic, supervisor: Clinic
) -> None:
    client = await clinic.client()
    first = await exported(supervisor, client)
    again = await exported(supervisor, client)
    await clinic.record(client, recording(GOAL))
    later = await exported(supervisor, client)

    assert first.checkpoint == again.checkpoint
    assert later.head.timelines[0].version == first.head.timelines[0].version + 1


async def test_whoever_was_merged_into_the_client_is_exported_with_them(clinic: Clinic, supervisor: Clinic) -> None:
    client, other = await clinic.client(), await clinic.client()
    await clinic.record(other, recording(GOAL))
    merge = {"type": "clients_merged", "duplicate": other}
    merged = await clinic.record(client, recording(merge, clock.now().isoformat().replace("+00:00", "Z")))
    assert merged.status_code == 201, merged.text

    found = await exported(supervisor, client, with_keys=True)

    assert [each.client_id for each in found.head.timelines] == [UUID(client), UUID(other)]
    assert {each.said["client_id"] for each in found.events} == {client, other}
    assert found.about["merged"] == [other]
    assert set(found.keys) == {UUID(client), UUID(other)}


@pytest.mark.parametrize("merged", [False, True])
async def test_of_whoever_is_erased_while_it_is_made_no_body_is_in_it(
    clinic: Clinic, supervisor: Clinic, monkeypatch: pytest.MonkeyPatch, merged: bool
) -> None:
    erased, client = await clinic.client(), await clinic.client()
    await noted(clinic, erased)
    if merged:
        merge = {"type": "clients_merged", "duplicate": erased}
        await clinic.record(client, recording(merge, clock.now().isoformat().replace("+00:00", "Z")))
    read, asked = clinic.system.keyring.keys, 0

    async def keys(*said: Any, **more: Any) -> ClientKeys:
        nonlocal asked
        asked += 1
        if asked == 2:  # the events were read and opened with those of the first time
            await erase(clinic.system, clinic.organization_id, erased)
        return await read(*said, **more)

    monkeypatch.setattr(clinic.system.keyring, "keys", keys)

    answer = await supervisor.get(export_of(client if merged else erased), with_keys=True)

    assert asked >= 2
    if not merged:
        problem_in(answer, "client-erased")
        return
    found = check_export(answer.content, clinic.system.signing_keys.public(clinic.organization_id))
    assert {each.said["client_id"] for each in found.events if each.body} == {client}


async def test_what_does_not_hold_any_more_is_not_handed_out(
    clinic: Clinic, supervisor: Clinic, database: DatabaseUrls
) -> None:
    client = await clinic.client()
    await exported(supervisor, client)
    superuser = await asyncpg.connect(database.superuser)
    await superuser.execute("set session_replication_role = replica")
    await superuser.execute("update log.event set recorded_by = 'peer/kim' where client_id = $1", UUID(client))
    await superuser.close()

    problem_in(await supervisor.get(export_of(client)), "log-not-whole")
