"""Checkpoints and proofs from the command line: made, mailed, checked without the service."""

from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest_asyncio

from service.access.access_records import Asked
from service.access.access_search import AccessFilter, AccessSearch
from service.access.caller import Caller
from service.bootstrap import System
from service.database.embedded import DatabaseUrls
from service.proofs.checkpoints import open_checkpoint
from service.proofs.notes import read_verifier_key
from service.proofs.tlog_proof import check_tlog_proof, read_tlog_proof
from tests.builders import check_in, registered
from tests.cli.command import Command
from tests.databases import new_organization
from tests.system import access_to, draft


@pytest_asyncio.fixture(loop_scope="session")
async def clinic(system: System, counselor: Caller) -> UUID:
    """An organization with three events."""
    events = [draft(registered()), draft(check_in(craving=3)), draft(check_in(craving=2))]
    await system.recorder.record(counselor, uuid4(), events, new_client=True)
    return counselor.organization_id


async def test_a_checkpoint_is_made_shown_and_checked(command: Command, clinic: UUID, tmp_path: Path) -> None:
    note = await command.done("checkpoint", "--organization", clinic)
    key = (await command.done("checkpoint", "--public-key", "--organization", clinic)).strip()
    file = tmp_path / "saved.checkpoint"
    file.write_text(note, "utf-8")

    assert open_checkpoint(note, [read_verifier_key(key)]).size == 3
    assert await command.done("checkpoint", "--show", "--organization", clinic) == note
    (written,) = (tmp_path / "checkpoints" / str(clinic)).iterdir()
    assert written.read_text("utf-8") == note
    good = await command("checkpoint", "--check", file, "--key", key, DATABASE_URL="postgresql://nobody@127.0.0.1:1/n")
    assert good.out == f"Good: 3 events of the log clinic.example/{clinic}.\n"

    file.write_text(note.replace("\n3\n", "\n4\n"), "utf-8")
    forged = await command("checkpoint", "--check", file, "--key", key)
    assert forged.code == 1
    assert "is not to be believed. The signature of clinic.example" in forged.err
    assert (await command("checkpoint", "--check", tmp_path / "none", "--key", key)).code == 1


async def test_a_checkpoint_as_a_mail(command: Command, clinic: UUID) -> None:
    said = await command.done("checkpoint", "--text", "--organization", clinic)

    note = said.partition("-----8<-----\n")[2].partition("----->8-----")[0]
    assert open_checkpoint(note, [read_verifier_key(said.splitlines()[-1])]).size == 3
    assert "it has 3 events" in said


async def test_a_checkpoint_of_accesses_is_made_shown_checked_and_mailed(
    command: Command, clinic: UUID, tmp_path: Path
) -> None:
    of_accesses = ("--accesses", "--organization", clinic)
    note = await command.done("checkpoint", *of_accesses)
    key = (await command.done("checkpoint", "--public-key", *of_accesses)).strip()
    file = tmp_path / "saved-accesses.checkpoint"
    file.write_text(note, "utf-8")

    assert open_checkpoint(note, [read_verifier_key(key)]).origin == f"clinic.example/{clinic}/access"
    assert await command.done("checkpoint", "--show", *of_accesses) == note
    said = await command.done("checkpoint", "--text", *of_accesses)
    assert said.partition("-----8<-----\n")[2].partition("----->8-----")[0] == note
    assert "A checkpoint of the log of accesses of" in said
    good = await command.done("checkpoint", "--check", file, "--key", key)
    assert good == f"Good: 1 entries of the log clinic.example/{clinic}/access.\n"


async def test_an_event_is_proved(command: Command, clinic: UUID, system: System) -> None:
    await command.done("checkpoint", "--organization", clinic)
    key = read_verifier_key((await command.done("checkpoint", "--public-key", "--organization", clinic)).strip())
    for event in await system.store.log(clinic, limit=3):
        text = await command.done("prove", event.id, "--organization", clinic)

        assert check_tlog_proof(text, [key], entry=event.leaf, origin=f"clinic.example/{clinic}").size == 3

    unknown = await command("prove", uuid4(), "--organization", clinic)
    assert (unknown.code, "has no event" in unknown.err) == (1, True)
    without = await command("prove", event.id, "--organization", clinic, "--size", "2")
    assert (without.code, "There is no such checkpoint" in without.err) == (1, True)


async def test_an_access_record_is_proved(command: Command, clinic: UUID, system: System) -> None:
    await system.accesses.keep(access_to(clinic), Asked("timeline"), [uuid4()], version=1)
    (record,) = await AccessSearch(system.pool).page(clinic, AccessFilter(), limit=1)
    of_accesses = ("--accesses", "--organization", clinic)
    early = await command("prove", record.record_id, *of_accesses)
    assert (early.code, "care-timeline checkpoint --accesses enters" in early.err) == (1, True)

    await command.done("checkpoint", *of_accesses)
    text = await command.done("prove", record.record_id, *of_accesses)

    key = read_verifier_key((await command.done("checkpoint", "--public-key", *of_accesses)).strip())
    entry = read_tlog_proof(text).entry or b""
    assert check_tlog_proof(text, [key], entry=entry, origin=f"clinic.example/{clinic}/access").size == 2
    proved = await system.access_log_proofs.inclusion(clinic, 2)
    assert entry == proved.leaf


async def test_what_cannot_be_signed_is_told(command: Command, database: DatabaseUrls, clinic: UUID) -> None:
    empty = await new_organization(database)
    nothing = await command("checkpoint", "--organization", empty)
    assert (nothing.code, "it has no events" in nothing.err) == (1, True)
    keyless = await command("checkpoint", "--organization", clinic, SIGNING_KEYS=None)
    assert (keyless.code, "new-signing-key" in keyless.err) == (1, True)


async def test_the_doctor_asks_for_a_key_and_for_a_place_outside(command: Command) -> None:
    assert "There is no key that signs checkpoints" in (await command("doctor", SIGNING_KEYS=None)).out
    assert "in the database alone" in (await command("doctor", CHECKPOINT_FOLDER=None)).out


async def test_a_fresh_signing_key_is_one_that_settings_take(command: Command) -> None:
    key = (await command.done("keys", "new-signing-key")).strip()

    assert "✓ checkpoints" in (await command("doctor", SIGNING_KEYS=key)).out
    refused = await command("doctor", SIGNING_KEYS="short")
    assert refused.code != 0
    assert "short" not in refused.err


async def test_the_doctor_names_a_log_that_is_signed_no_more(
    command: Command, clinic: UUID, database: DatabaseUrls
) -> None:
    await command.done("checkpoint", "--organization", clinic)
    superuser = await asyncpg.connect(database.superuser)
    await superuser.execute("set session_replication_role = replica")
    await superuser.execute("delete from log.event where organization_id = $1 and position = 3", clinic)
    await superuser.execute("update log.log_head set position = 2 where organization_id = $1", clinic)
    await superuser.close()

    said = await command("checkpoint", "--organization", clinic)
    assert (said.code, "checkpoint of 3: it was cut" in said.err) == (1, True)
    doctor = await command("doctor")
    assert f"No checkpoint is signed any more of the logs of {clinic}" in doctor.out
