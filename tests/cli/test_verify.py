"""Verify: names the exact position of what was altered or left out."""

from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest_asyncio

from service.access.access_records import Asked
from service.access.caller import Caller
from service.audit.signing_keys import new_signing_key
from service.bootstrap import System
from service.database.embedded import DatabaseUrls
from tests.builders import check_in, registered
from tests.cli.command import Command
from tests.databases import new_organization
from tests.system import access_to, draft


@pytest_asyncio.fixture(loop_scope="session")
async def clinic(database: DatabaseUrls, system: System, counselor: Caller) -> UUID:
    """An organization with three events."""
    events = [draft(registered()), draft(check_in(craving=3)), draft(check_in(craving=2))]
    await system.recorder.record(counselor, uuid4(), events, new_client=True)
    return counselor.organization_id


async def _alter(database: DatabaseUrls, statement: str, *arguments: object) -> None:
    """Change the log as nobody may: as superuser, past triggers."""
    superuser = await asyncpg.connect(database.superuser)
    try:
        await superuser.execute("set session_replication_role = replica")
        await superuser.execute(statement, *arguments)
    finally:
        await superuser.close()


async def test_an_intact_log(command: Command, clinic: UUID) -> None:
    said = await command("verify", "--organization", clinic)

    assert (said.code, said.out) == (0, "Clinic: 3 events, all as they were recorded.\n")


async def test_a_flipped_bit_is_named_by_its_position(command: Command, clinic: UUID, database: DatabaseUrls) -> None:
    flip = "update log.event set body = set_bit(body, 99, 1 - get_bit(body, 99))"
    await _alter(database, f"{flip} where organization_id = $1 and position = 2", clinic)

    said = await command("verify", "--organization", clinic)

    assert said.code == 1
    assert said.out.splitlines() == [
        "Clinic, position 2: its body is not the one its digest was made of.",
        "Clinic: 3 events, 1 do not fit.",
    ]


async def test_an_event_left_out_is_named_by_its_position(
    command: Command, clinic: UUID, database: DatabaseUrls
) -> None:
    await _alter(database, "delete from log.event where organization_id = $1 and position = 3", clinic)

    said = await command("verify", "--organization", clinic)

    assert said.code == 1
    assert "Clinic, position 3: the event is missing." in said.out


async def test_without_an_organization_each_is_checked(command: Command, clinic: UUID, database: DatabaseUrls) -> None:
    other = await new_organization(database)
    await _alter(database, "update log.organization set name = 'Other' where organization_id = $1", other)
    await _alter(database, "update log.event set source = 'x' where organization_id = $1 and position = 1", clinic)

    said = await command("verify")

    assert said.code == 1
    assert "Clinic, position 1: its header" in said.out
    assert "Other: 0 events, all as they were recorded." in said.out


async def test_a_checkpoint_that_was_kept_elsewhere_is_compared(
    command: Command, clinic: UUID, system: System, tmp_path: Path, database: DatabaseUrls
) -> None:
    saved, of_accesses = tmp_path / "saved", tmp_path / "of-accesses"
    saved.write_text(await command.done("checkpoint", "--organization", clinic))
    of_accesses.write_text(await command.done("checkpoint", "--organization", clinic, "--accesses"))
    files = ("--checkpoint", saved, "--checkpoint", of_accesses)
    key = (await command.done("checkpoint", "--organization", clinic, "--public-key")).strip()
    assert "The first 3 are those of a checkpoint." in await command.done("verify", "--organization", clinic, *files)

    await _alter(database, "delete from log.event where organization_id = $1 and position = 3", clinic)
    await _alter(database, "update log.log_head set position = 2 where organization_id = $1", clinic)
    elsewhere = {"SIGNING_KEYS": new_signing_key(), "CHECKPOINT_FOLDER": None}
    said = await command("verify", "--organization", clinic, "--checkpoint", saved, "--key", key, **elsewhere)

    assert said.code == 1
    assert f"position 3: the log ends before this, and the checkpoint in {saved} is of 3 events" in said.out


async def test_access_records_are_held_to_a_checkpoint_that_was_kept_elsewhere(
    command: Command, clinic: UUID, system: System, tmp_path: Path, database: DatabaseUrls
) -> None:
    saved = tmp_path / "of-accesses"
    for version in (1, 2):
        await system.accesses.keep(access_to(clinic), Asked("timeline"), [uuid4()], version=version)
    saved.write_text(await command.done("checkpoint", "--organization", clinic, "--accesses"))
    key = (await command.done("checkpoint", "--organization", clinic, "--public-key")).strip()
    held = ("--organization", clinic, "--checkpoint", saved, "--key", key)
    elsewhere = {"SIGNING_KEYS": new_signing_key(), "CHECKPOINT_FOLDER": None}
    assert (await command("verify", *held)).code == 0

    for change in (
        "delete from access.access_record where organization_id = $1 and version = 2",
        "delete from access.access_record_client where organization_id = $1",
        "delete from audit.access_entry where organization_id = $1 and number = 3",
        "delete from audit.checkpoint where organization_id = $1",
    ):
        await _alter(database, change, clinic)
    said = await command("verify", *held, **elsewhere)

    assert said.code == 1
    assert f"entry 3 of accesses: the log of accesses ends before this, and the checkpoint in {saved}" in said.out


async def test_beside_an_old_checkpoint_the_last_one_in_the_folder_is_compared_too(
    command: Command, clinic: UUID, system: System, counselor: Caller, tmp_path: Path, database: DatabaseUrls
) -> None:
    saved = tmp_path / "saved"
    saved.write_text(await command.done("checkpoint", "--organization", clinic))
    await system.recorder.record(counselor, uuid4(), [draft(registered())], new_client=True)
    await command.done("checkpoint", "--organization", clinic)
    for cut in (
        "delete from log.event where organization_id = $1 and position = 4",
        "delete from log.timeline_head where organization_id = $1 and position = 4",
        "delete from audit.checkpoint where organization_id = $1 and size = 4",
        "update log.log_head set position = 3 where organization_id = $1",
    ):
        await _alter(database, cut, clinic)

    said = await command("verify", "--organization", clinic, "--checkpoint", saved)

    assert said.code == 1
    assert "position 4: the log ends before this, and the last checkpoint in" in said.out


async def test_checkpoints_of_a_former_name_are_compared_with_what_they_are_of(
    command: Command, clinic: UUID, system: System, counselor: Caller, tmp_path: Path
) -> None:
    files = []
    for number, asked in enumerate(((), ("--accesses",))):
        saved = tmp_path / f"saved{number}"
        said = await command("checkpoint", "--organization", clinic, *asked, CHECKPOINT_ORIGIN="clinic.example/former")
        saved.write_text(said.out)
        files += ["--checkpoint", saved]
    await system.recorder.record(counselor, uuid4(), [draft(registered())], new_client=True)

    said = await command("verify", "--organization", clinic, *files)

    assert (said.code, said.out) == (
        0, "Clinic: 4 events, all as they were recorded. The first 3 are those of a checkpoint.\n"
    )  # fmt: skip


async def test_a_checkpoint_of_an_organization_that_is_left_out_is_not_passed_over(
    command: Command, clinic: UUID, database: DatabaseUrls, tmp_path: Path
) -> None:
    other, saved = await new_organization(database), tmp_path / "saved"
    saved.write_text(await command.done("checkpoint", "--organization", clinic))

    said = await command("verify", "--organization", other, "--checkpoint", saved)

    assert said.code == 1
    assert "is of Clinic too, and --organization leaves that out: nothing was checked." in said.err


async def test_a_checkpoint_that_nobody_known_has_signed_is_refused(
    command: Command, clinic: UUID, tmp_path: Path
) -> None:
    saved = tmp_path / "saved"
    saved.write_text(await command.done("checkpoint", "--organization", clinic))

    said = await command("verify", "--organization", clinic, "--checkpoint", saved, SIGNING_KEYS=new_signing_key())

    assert said.code == 1
    assert f"{saved} is not to be believed. No key that is known has signed the note" in said.err


async def test_an_organization_that_was_taken_away_whole_is_named(
    command: Command, clinic: UUID, database: DatabaseUrls
) -> None:
    await command.done("checkpoint", "--organization", clinic)
    for table in ("log.organization", "log.event", "log.log_head", "log.timeline_head"):
        await _alter(database, f"delete from {table} where organization_id = $1", clinic)

    said = await command("verify")

    assert said.code == 1
    assert f"There is no organization {clinic} any more" in said.out
