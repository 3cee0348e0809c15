"""The doctor: says what is wrong, and what to do."""

import re
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio

from service.access.caller import Caller
from service.bootstrap import EMBEDDED_KEY_FILE, System, new_key_encryption_key
from service.database.connection import scoped
from service.database.embedded import DatabaseUrls
from service.doctor.machine import data_folder
from service.projector.parked_clients import Failure, park
from service.settings import Settings
from tests.builders import registered
from tests.cli.command import Command, Said
from tests.system import draft, follow


@pytest_asyncio.fixture(loop_scope="session", autouse=True)
async def client(system: System, counselor: Caller) -> None:
    """A client, whose key there is to open, and whose record was followed."""
    await system.recorder.record(counselor, uuid4(), [draft(registered())], new_client=True)
    await follow(system, counselor.organization_id)


def _failing(said: Said) -> dict[str, str]:
    """What each failing check says, by its name."""
    return dict(re.findall(r"^✗ (\w[\w ]*?) +(.*)$", said.out, re.MULTILINE))


async def test_all_in_order(command: Command) -> None:
    said = await command("doctor")

    assert said.code == 0
    assert _failing(said) == {}
    for name in ("Python", "policy", "database", "schema", "login", "log", "isolation", "heads", "keys", "projections"):
        assert f"✓ {name}" in said.out


@pytest.mark.parametrize(
    ("change", "back", "check", "advice"),
    [
        ("grant update on log.event to care_timeline_app", "revoke update on log.event from care_timeline_app",
         "log", "may update log.event: revoke"),
        ("grant insert (version) on log.timeline_head to care_timeline_app",
         "revoke insert (version) on log.timeline_head from care_timeline_app",
         "log", "may insert log.timeline_head: revoke"),
        ("update log.log_head set position = position + 1", "update log.log_head set position = position - 1",
         "heads", "care-timeline verify"),
        ("alter table keyring.client_key no force row level security",
         "alter table keyring.client_key force row level security", "isolation", "not forced on keyring.client_key"),
        ("alter table projection_care_plan_1.snapshot no force row level security",
         "alter table projection_care_plan_1.snapshot force row level security",
         "isolation", "not forced on projection_care_plan_1.snapshot"),
        ("update migration.alembic_version set version_num = '0000'",
         "update migration.alembic_version set version_num = (select max(version_num) from revision)",
         "schema", "Run care-timeline migrate"),
    ],
)  # fmt: skip
async def test_what_was_changed_is_found(
    command: Command, database: DatabaseUrls, change: str, back: str, check: str, advice: str
) -> None:
    superuser = await asyncpg.connect(database.superuser)
    await superuser.execute("create temp table revision as select version_num from migration.alembic_version")
    try:
        await superuser.execute(change)
        said = await command("doctor")
        await superuser.execute(back)
    finally:
        await superuser.close()

    assert said.code == 1
    assert advice in _failing(said)[check]
    assert (await command("doctor")).code == 0


async def test_a_service_that_connects_as_owner_is_found(command: Command, database: DatabaseUrls) -> None:
    said = await command("doctor", DATABASE_URL=database.owner)

    assert said.code == 1
    assert "care_timeline_app and nothing else" in _failing(said)["login"]


async def test_a_missing_key_encryption_key_is_found(command: Command) -> None:
    said = await command("doctor", KEY_ENCRYPTION_KEYS=new_key_encryption_key())

    assert said.code == 1
    assert "put that key-encryption key back" in _failing(said)["keys"]


async def test_a_projection_that_failed_is_found(command: Command, system: System, counselor: Caller) -> None:
    client_id = uuid4()
    await system.recorder.record(counselor, client_id, [draft(registered())], new_client=True)
    await follow(system, counselor.organization_id)
    async with scoped(system.pool, counselor.organization_id) as connection:
        failure = Failure(system.builds.names()[1], client_id, 1, client_id, "Broken")
        await park(connection, counselor.organization_id, [failure])

    said = await command("doctor")

    assert said.code == 1
    assert "milestones failed for 1 clients: run care-timeline catch-up" in _failing(said)["projections"]
    await command.done("catch-up")
    assert (await command("doctor")).code == 0


async def test_a_database_that_does_not_answer(command: Command) -> None:
    said = await command("doctor", DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")

    assert said.code == 1
    assert "check that it runs" in _failing(said)["database"]


async def test_a_policy_file_that_cannot_be_used(command: Command, tmp_path: Path) -> None:
    said = await command("doctor", POLICY_FILE=str(tmp_path / "none.toml"))

    assert said.code == 1
    assert "CARE_TIMELINE_POLICY_FILE" in _failing(said)["policy"]


def test_a_data_folder_that_others_can_read_or_write_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    settings = Settings(data_dir=folder)
    assert data_folder(settings).good

    folder.mkdir(mode=0o700)
    key = folder / EMBEDDED_KEY_FILE
    key.touch(0o600)
    assert data_folder(settings).good

    key.chmod(0o640)
    assert "chmod go-rwx" in data_folder(settings).said
    folder.chmod(0o777)
    assert "chmod go-w" in data_folder(settings).said
