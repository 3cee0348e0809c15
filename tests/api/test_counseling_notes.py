"""Counseling notes through the API: their author's role reads them; everybody else sees that there are some (R27)."""

from uuid import UUID, uuid4

import asyncpg
import pytest
import structlog

from service.access.caller import KeyRole
from service.database.embedded import DatabaseUrls
from tests.api.clinic import READS, SESSION, Clinic, Json, errors_in, events_of, problem_in, recording
from tests.erasing import erase

SAID = "Wept when the harbour was mentioned"
CORRECTED = "Wept before the harbour was mentioned"
NOTE: Json = {"type": "counseling_note_written", "note": SAID}
OTHERS = (KeyRole.PEER, KeyRole.CASE_MANAGER, KeyRole.PRESCRIBER, KeyRole.SUPERVISOR)


def notes_of(client: str) -> str:
    return f"/v1/clients/{client}/counseling-notes"


async def recorded(clinic: Clinic, client: str, event: Json) -> str:
    answer = await clinic.record(client, recording(event))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["events"][0]["id"])


async def told(clinic: Clinic, client: str) -> list[str]:
    """What the caller's role reads in the client's notes."""
    return [note["event"]["note"] for note in (await clinic.get(notes_of(client))).json()["notes"]]


def about(note: str, **said: Json) -> Json:
    return {"entry": note, "reason": "wrong_content", "note": CORRECTED, **said}


def correction(note: str, **said: Json) -> Json:
    return about(note, type="entry_corrected", replacement={**NOTE, "note": CORRECTED, **said})


async def test_r27_a_counseling_note_is_read_by_its_authors_role_alone(clinic: Clinic) -> None:
    client, counselor = await clinic.client(), await clinic.with_key(KeyRole.COUNSELOR, "ben")
    session = await recorded(clinic, client, SESSION)
    written = await clinic.record(client, recording({**NOTE, "session": session}))
    note = written.json()["events"][0]["id"]

    assert SAID not in written.text
    answer = (await counselor.get(notes_of(client))).json()
    (read,) = answer["notes"]
    assert (read["id"], read["recorded_by"], read["kept_apart"]) == (note, "counselor/ana", False)
    assert read["event"] == {**NOTE, "session": session}
    assert (answer["version"], answer["next"]) == (3, None)
    one = (await counselor.get(f"{notes_of(client)}/{note}")).json()
    assert one["original"] == one["effective"] == read
    for role in OTHERS:
        other = await clinic.with_key(role, role.value)
        assert (await other.get(notes_of(client))).json()["notes"] == []
        problem_in(await other.get(f"{notes_of(client)}/{note}"), "unknown-event")
    for role in (KeyRole.AUDITOR, KeyRole.SYSTEM):
        other = await clinic.with_key(role, role.value, {"system/*.rs"} if role is KeyRole.SYSTEM else None)
        for path in (notes_of(client), f"{notes_of(client)}/{note}"):
            problem_in(await other.get(path), "role-not-allowed")


@pytest.mark.parametrize("role", [KeyRole.COUNSELOR, KeyRole.PEER])
async def test_r27_everywhere_else_its_header_alone_is_told(clinic: Clinic, role: KeyRole) -> None:
    client = await clinic.client()
    session = await recorded(clinic, client, SESSION)
    note = await recorded(clinic, client, {**NOTE, "session": session})
    correcting = await recorded(clinic, client, correction(note, session=session))
    reader = await clinic.with_key(role, "jo")

    reads = [*READS, "events?order=effective", *(f"events/{each}" for each in (session, note, correcting))]
    for read in reads:
        answer = await reader.get(f"/v1/clients/{client}/{read}")
        assert answer.status_code == 200
        assert SAID not in answer.text
        assert CORRECTED not in answer.text
    events = (await reader.get(events_of(client))).json()["events"]
    header = {each["id"]: each for each in events}[note]
    assert [each["kept_apart"] for each in events] == [False, False, True, True]
    assert (header["type"], header["event"], header["unreadable"]) == ("counseling_note_written", None, None)
    assert (header["recorded_by"], header["occurred_at"]) == ("counselor/ana", "2026-03-02T15:00:00Z")
    one = (await reader.get(f"{events_of(client)}/{note}")).json()
    assert (one["status"], one["effective"]["correction_id"]) == ("corrected", correcting)
    assert [each["correction"]["id"] for each in one["corrections"]] == [correcting]


async def test_r27_corrections_and_retractions_of_a_note_are_kept_apart_with_it(clinic: Clinic) -> None:
    client = await clinic.client()
    note = await recorded(clinic, client, NOTE)
    await recorded(clinic, client, correction(note))
    assert await told(clinic, client) == [CORRECTED]

    retraction = await recorded(clinic, client, about(note, type="entry_retracted"))
    assert await told(clinic, client) == []
    taken_back = await recorded(clinic, client, about(retraction, type="entry_retracted"))
    assert await told(clinic, client) == [CORRECTED]

    one = (await clinic.get(f"{notes_of(client)}/{note}")).json()
    assert (one["original"]["event"]["note"], one["effective"]["event"]["note"]) == (SAID, CORRECTED)
    timeline = await clinic.get(events_of(client))
    assert CORRECTED not in timeline.text
    assert [each["kept_apart"] for each in timeline.json()["events"]] == [False, True, True, True, True]
    assert (await clinic.get(f"{events_of(client)}/{taken_back}")).json()["original"]["event"] is None


async def test_r27_what_is_recorded_along_with_a_note_about_it_is_kept_apart_too(clinic: Clinic) -> None:
    client, note = await clinic.client(), str(uuid4())

    sent = [recording(NOTE, id=note), recording(correction(note)), recording(SESSION)]
    assert (await clinic.record(client, *sent)).status_code == 201

    assert await told(clinic, client) == [CORRECTED]
    events = (await clinic.get(events_of(client))).json()["events"]
    assert [each["kept_apart"] for each in events] == [False, True, True, False]


async def test_r27_another_role_neither_corrects_nor_retracts_a_note(clinic: Clinic) -> None:
    client, peer = await clinic.client(), await clinic.with_key(KeyRole.PEER, "jo")
    note = await recorded(clinic, client, NOTE)

    for said in (correction(note), about(note, type="entry_retracted")):
        refused = await peer.record(client, recording(said))
        assert errors_in(refused, "refused") == {("event.entry", "counseling_note_by_authors_role")}
        assert CORRECTED not in refused.text
    assert await told(clinic, client) == [SAID]


async def test_r27_sending_a_note_again_is_safe_and_tells_other_roles_nothing(clinic: Clinic) -> None:
    client, peer = await clinic.client(), await clinic.with_key(KeyRole.PEER, "jo")
    sent = recording(NOTE, id=str(uuid4()))
    first = await clinic.record(client, sent)

    again = await clinic.record(client, sent)
    other = await clinic.record(client, {**sent, "event": {**NOTE, "note": CORRECTED}})
    guessed = await peer.record(client, sent)

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    for problem in (other, guessed):
        problem_in(problem, "id-used")
        assert SAID not in problem.text


async def test_r27_notes_are_read_page_by_page(clinic: Clinic) -> None:
    client, peer = await clinic.client(), await clinic.with_key(KeyRole.PEER, "jo")
    await recorded(peer, client, {**NOTE, "note": "A peer's own"})
    notes = [await recorded(clinic, client, {**NOTE, "note": str(number)}) for number in range(3)]
    await recorded(clinic, client, about(notes[1], type="entry_retracted"))

    first = (await clinic.get(notes_of(client), limit=2)).json()
    rest = (await clinic.get(notes_of(client), limit=2, after=first["next"])).json()

    assert [note["id"] for note in first["notes"]] == [notes[0]]
    assert ([note["id"] for note in rest["notes"]], rest["next"]) == ([notes[2]], None)
    assert await told(peer, client) == ["A peer's own"]
    tag = {"If-None-Match": f'"{rest["version"]}"'}
    assert (await clinic.get(notes_of(client), tag)).status_code == 304


async def test_r27_only_notes_are_read_there(clinic: Clinic) -> None:
    client = await clinic.client()
    session, note = await recorded(clinic, client, SESSION), await recorded(clinic, client, NOTE)
    correcting = await recorded(clinic, client, correction(note))

    for event in (session, correcting, str(uuid4())):
        problem_in(await clinic.get(f"{notes_of(client)}/{event}"), "unknown-event")


async def test_r27_a_destroyed_key_for_notes_disturbs_nothing_else(clinic: Clinic, database: DatabaseUrls) -> None:
    client = await clinic.client()
    note = await recorded(clinic, client, NOTE)
    superuser = await asyncpg.connect(database.superuser)
    statement = "update keyring.client_key set wrapped_notes_key = null where client_id = $1"
    assert await superuser.execute(statement, UUID(client)) == "UPDATE 1"
    await superuser.close()

    await recorded(clinic, client, SESSION)
    with structlog.testing.capture_logs() as logged:
        for read in [*READS, f"events/{note}"]:
            assert (await clinic.get(f"/v1/clients/{client}/{read}")).status_code == 200
    assert {line["event"] for line in logged} == {"request"}
    (read,) = (await clinic.get(notes_of(client))).json()["notes"]
    assert (read["id"], read["event"], read["unreadable"]["why"]) == (note, None, "seal_broken")


async def test_r27_erasing_a_client_destroys_both_keys(clinic: Clinic, database: DatabaseUrls) -> None:
    client = await clinic.client()
    note = await recorded(clinic, client, NOTE)

    await erase(clinic.system, clinic.organization_id, UUID(client))

    for path in (notes_of(client), f"{notes_of(client)}/{note}"):
        problem_in(await clinic.get(path), "client-erased")
    problem_in(await clinic.record(client, recording(NOTE)), "client-erased")
    superuser = await asyncpg.connect(database.superuser)
    left = "select num_nonnulls(wrapped_key, wrapped_notes_key) from keyring.client_key where client_id = $1"
    assert await superuser.fetchval(left, UUID(client)) == 0
    await superuser.close()
