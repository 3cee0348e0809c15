"""Exports from the command line: written, checked without the service, and opened in an empty one."""

import json
import re
import stat
import sys
from asyncio import create_subprocess_exec
from asyncio.subprocess import PIPE
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio

from domain.events.counseling_notes import CounselingNoteWritten
from domain.events.identifiers import IdentifierLinked
from domain.events.merging import ClientsMerged
from domain.policy import Policy
from service.access.caller import Caller
from service.bootstrap import System
from service.database.embedded import DatabaseUrls
from service.proofs.notes import read_verifier_key
from tests.builders import check_in, registered, session
from tests.cli.command import Command, environment_of
from tests.erasing import erase
from tests.system import draft

NO_DATABASE = "postgresql://nobody@127.0.0.1:1/n"


@dataclass(frozen=True)
class Exported:
    """A client of a clinic, with an export of the record and the log's public key."""

    organization: UUID
    client: UUID
    file: Path
    key: str


@pytest_asyncio.fixture(loop_scope="session")
async def exported(command: Command, system: System, counselor: Caller, tmp_path: Path) -> Exported:
    organization = counselor.organization_id
    client = uuid4()
    await system.recorder.record(counselor, uuid4(), [draft(registered())], new_client=True)
    await system.recorder.record(counselor, client, [draft(registered()), draft(check_in(craving=3))], new_client=True)
    await system.policy_adopter.adopt(counselor, Policy())
    await system.recorder.record(counselor, client, [draft(check_in(craving=9))])
    file = tmp_path / "dana.export"
    await command.done("export", client, "--to", file, "--with-keys", "--organization", organization)
    key = (await command.done("checkpoint", "--public-key", "--organization", organization)).strip()
    return Exported(organization, client, file, key)


async def test_an_export_is_written_for_its_owner_alone_and_checked_without_a_database(
    command: Command, exported: Exported
) -> None:
    assert stat.S_IMODE(exported.file.stat().st_mode) == 0o600

    said = await command("verify-export", exported.file, "--key", exported.key, DATABASE_URL=NO_DATABASE)

    assert (said.code, said.out.partition(",")[0]) == (0, f"Good: 3 events of client {exported.client}")
    assert "rests on the signature of the head alone" in said.err
    again = await command("export", exported.client, "--to", exported.file, "--organization", exported.organization)
    assert (again.code, "is there already" in again.err) == (1, True)


async def test_what_it_says_is_shown_and_the_page_written(command: Command, exported: Exported, tmp_path: Path) -> None:
    page = tmp_path / "timeline.html"

    said = await command.done("verify-export", exported.file, "--key", exported.key, "--show", "--page", page)

    events = [json.loads(line) for line in said.splitlines()[:-1]]
    assert [(each["version"], each["says"].get("craving")) for each in events] == [(1, None), (2, 3), (3, 9)]
    assert "check in received" in page.read_text("utf-8")


async def test_the_first_thing_that_does_not_hold_is_named(command: Command, exported: Exported) -> None:
    good = exported.file.read_bytes()
    at = good.index(b'"recorded_by"')
    exported.file.write_bytes(good[:at] + good[at:].replace(b"ana", b"eve", 1))

    said = await command("verify-export", exported.file, "--key", exported.key)

    assert said.code == 1
    assert re.search(r"is not to be believed\. Line \d+ \(event 1\) is not what was signed", said.err)
    other = exported.key.replace(f"/{exported.organization}", "/other")
    assert "The key that was given is not one." in (await command("verify-export", exported.file, "--key", other)).err
    missing = await command("verify-export", exported.file.with_name("none"), "--key", exported.key)
    assert (missing.code, "cannot be read" in missing.err) == (1, True)


async def test_a_timeline_that_was_cut_since_an_earlier_export_is_seen(
    command: Command, exported: Exported, database: DatabaseUrls, tmp_path: Path
) -> None:
    later = tmp_path / "later.export"
    superuser = await asyncpg.connect(database.superuser)
    await superuser.execute("set session_replication_role = replica")
    for statement in (
        "delete from audit.checkpoint where organization_id = $1",
        "delete from following.cursor where organization_id = $1 and name = 'checkpoints'",
        "update log.log_head set position = 4 where organization_id = $1",
        "delete from log.event where organization_id = $1 and position > 4",
        "update log.timeline_head set version = 2, position = 3 where organization_id = $1 and version = 3",
    ):
        await superuser.execute(statement, exported.organization)
    await superuser.close()
    cut = await command(
        "export", exported.client, "--to", later, "--organization", exported.organization, CHECKPOINT_FOLDER=None
    )
    assert cut.code == 0, cut.err

    alone = await command("verify-export", later, "--key", exported.key)
    beside = await command("verify-export", later, "--key", exported.key, "--since", exported.file)

    assert (alone.code, beside.code) == (0, 1)
    assert "The log had 5 events at the earlier head and has 4 at this one: it was cut" in beside.err


async def test_after_the_key_was_replaced_the_new_one_is_enough(
    command: Command, exported: Exported, tmp_path: Path
) -> None:
    new = (await command.done("keys", "new-signing-key")).strip()
    retired = json.dumps([b64encode(read_verifier_key(exported.key).public_key).decode()])
    asked = ("--organization", exported.organization)
    settings = {"SIGNING_KEYS": new, "RETIRED_SIGNING_KEYS": retired}
    later = tmp_path / "later.export"

    made = await command("export", exported.client, "--to", later, *asked, **settings)
    assert made.code == 0, made.err

    key = (await command("checkpoint", "--public-key", *asked, **settings)).out.splitlines()[0]
    assert (await command("verify-export", later, "--key", key)).code == 0
    assert "No key that is known" in (await command("verify-export", later, "--key", exported.key)).err


async def test_a_checkpoint_that_nobody_signed_is_signed_by_no_export(
    command: Command, exported: Exported, database: DatabaseUrls, tmp_path: Path
) -> None:
    superuser = await asyncpg.connect(database.superuser)
    await superuser.execute("set session_replication_role = replica")
    await superuser.execute(
        "update audit.checkpoint set root = $2, note = replace(note, encode(root, 'base64'), encode($2, 'base64'))"
        " where organization_id = $1",
        exported.organization, bytes(32),
    )  # fmt: skip
    await superuser.close()
    asked = ("export", exported.client, "--to", tmp_path / "none", "--organization", exported.organization)

    forged = await command(*asked)
    keyless = await command(*asked, SIGNING_KEYS=None)

    assert (forged.code, "The checkpoint of size 5 is not what was signed." in forged.err) == (1, True)
    assert (keyless.code, "new-signing-key" in keyless.err) == (1, True)
    assert not (tmp_path / "none").exists()


async def test_it_opens_in_an_empty_service_and_reads_as_at_home(
    command: Command, exported: Exported, fresh_database: DatabaseUrls, tmp_path: Path
) -> None:
    inspection = Command(environment_of(fresh_database, tmp_path / "inspection"))
    opened = await inspection("open-export", exported.file, "--key", exported.key)
    assert opened.code == 0, opened.err

    at = "2027-01-01T12:00:00Z"
    for asked in (("replay", exported.client, "--as-of", at), ("replay", exported.client, "--steps")):
        home = await command.done(*asked, "--organization", exported.organization)
        assert await inspection.done(*asked) == home
    assert (await inspection("verify")).code == 0
    assert "(opened from an export)" in await inspection.done("organizations", "list")
    assert "export_with_keys" in await inspection.done("access-log", "--client", exported.client)

    again = await inspection("open-export", exported.file, "--key", exported.key)
    assert (again.code, "opened in an empty service" in again.err) == (1, True)


async def test_identifiers_notes_and_whoever_was_merged_open_too(
    command: Command, system: System, counselor: Caller, fresh_database: DatabaseUrls, tmp_path: Path
) -> None:
    client, other, file = uuid4(), uuid4(), tmp_path / "both.export"
    linked, held = draft(IdentifierLinked(system="ehr", value="7")), draft(session())
    await system.recorder.record(counselor, client, [draft(registered()), linked, held], new_client=True)
    await system.recorder.record(counselor, other, [draft(registered()), draft(check_in(craving=5))], new_client=True)
    note = draft(CounselingNoteWritten(session=held.id, note="In confidence."))
    await system.recorder.record(counselor, client, [note])
    await system.recorder.record(counselor, client, [draft(ClientsMerged(duplicate=other))])
    organization = counselor.organization_id
    asked = ("--organization", organization)
    await command.done("export", client, "--to", file, "--with-keys", *asked)
    key = (await command.done("checkpoint", "--public-key", *asked)).strip()
    inspection = Command(environment_of(fresh_database, tmp_path / "inspection"))

    opened = await inspection("open-export", file, "--key", key)

    assert opened.code == 0, opened.err
    steps = ("replay", client, "--steps")
    assert await inspection.done(*steps) == await command.done(*steps, *asked)
    pool = await asyncpg.connect(fresh_database.superuser)
    rows = await pool.fetch("select client_id, merged_into from log.timeline_head order by version desc")
    links = await pool.fetch("select client_id, event_id from log.client_identifier")
    await pool.close()
    assert [tuple(row) for row in rows] == [(client, None), (other, client)]
    assert [tuple(row) for row in links] == [(client, linked.id)]
    verified = await inspection("verify")
    assert (verified.code, "Of 1 counseling notes this copy has the headers alone." in verified.out) == (0, True)


async def test_whoever_was_erased_stays_so_in_an_export_and_where_it_is_opened(
    command: Command, system: System, counselor: Caller, fresh_database: DatabaseUrls, tmp_path: Path
) -> None:
    client, other, file = uuid4(), uuid4(), tmp_path / "one.export"
    organization = counselor.organization_id
    linked = draft(IdentifierLinked(system="ehr", value="8"))
    await system.recorder.record(counselor, client, [draft(registered())], new_client=True)
    await system.recorder.record(counselor, other, [draft(registered()), linked], new_client=True)
    await system.recorder.record(counselor, client, [draft(ClientsMerged(duplicate=other))])
    await erase(system, organization, other)
    await command.done("export", client, "--to", file, "--with-keys", "--organization", organization)
    key = (await command.done("checkpoint", "--public-key", "--organization", organization)).strip()
    inspection = Command(environment_of(fresh_database, tmp_path / "inspection"))

    shown = await inspection.done("verify-export", file, "--key", key, "--show")
    events = [json.loads(line) for line in shown.splitlines()[:-1]]
    assert {each["client_id"] for each in events if each["says"] is None} == {str(other)}
    await inspection.done("open-export", file, "--key", key)

    steps = ("replay", client, "--steps")
    assert await inspection.done(*steps) == await command.done(*steps, "--organization", organization)
    verified = await inspection("verify")
    assert (verified.code, "but for 3 of 1 client who was erased" in verified.out) == (0, True), verified.out
    assert "was erased" in (await inspection("replay", other)).err
    assert "was erased" in (await command("export", other, "--to", tmp_path / "none", "-o", organization)).err


async def test_of_whoever_was_merged_into_another_the_own_record_alone_opens_too(
    command: Command, system: System, counselor: Caller, fresh_database: DatabaseUrls, tmp_path: Path
) -> None:
    client, other, file = uuid4(), uuid4(), tmp_path / "one.export"
    for each in (client, other):
        await system.recorder.record(
            counselor, each, [draft(registered()), draft(check_in(craving=4))], new_client=True
        )
    await system.recorder.record(counselor, client, [draft(ClientsMerged(duplicate=other))])
    asked = ("--organization", counselor.organization_id)
    await command.done("export", other, "--to", file, "--with-keys", *asked)
    key = (await command.done("checkpoint", "--public-key", *asked)).strip()
    inspection = Command(environment_of(fresh_database, tmp_path / "inspection"))
    await inspection.done("open-export", file, "--key", key)

    steps = ("replay", other, "--steps")
    assert await inspection.done(*steps) == await command.done(*steps, *asked)
    verified = await inspection("verify")
    assert verified.code == 0, verified.out


async def test_an_export_without_keys_is_not_opened(command: Command, exported: Exported, tmp_path: Path) -> None:
    sealed = tmp_path / "sealed.export"
    await command.done("export", exported.client, "--to", sealed, "--organization", exported.organization)

    said = await command("open-export", sealed, "--key", exported.key)

    assert (said.code, "made without keys" in said.err) == (1, True)


@pytest.mark.parametrize("change", [b"", b"\n"])
async def test_python_and_cryptography_alone_check_it(exported: Exported, change: bytes) -> None:
    exported.file.write_bytes(exported.file.read_bytes() + change)
    alone = "import sys; sys.modules.update(dict.fromkeys(['pydantic', 'domain', 'asyncpg', 'typer', 'service.log']));"
    alone += " import runpy; runpy.run_module('service.proofs', run_name='__main__', alter_sys=True)"
    process = await create_subprocess_exec(
        sys.executable, "-c", alone, str(exported.file), exported.key, stdout=PIPE, stderr=PIPE
    )
    out, err = await process.communicate()

    assert process.returncode == bool(change), err
    assert (b"is more than was signed" in err) if change else out.startswith(b"Good: 3 events")
