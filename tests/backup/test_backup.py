"""A backup is restored into an empty database, and is the record as it was; the keys are apart."""

import json
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio

from domain.events.identifiers import IdentifierLinked
from service.access.caller import Caller
from service.backup.errors import RestoreRefused
from service.backup.manifest import Backup, KeysManifest, LogManifest
from service.backup.postgres_tools import without_password
from service.backup.restoring import require_keys
from service.bootstrap import Addresses, System, connected
from service.database.connection import scoped
from service.database.embedded import DatabaseUrls, EmbeddedPostgres
from service.log.keyring import ClientErased
from tests.builders import check_in, registered
from tests.cli.command import Command, environment_of
from tests.databases import new_database
from tests.system import draft, settings_for


@pytest_asyncio.fixture(loop_scope="session")
async def command(database: DatabaseUrls, tmp_path: Path) -> Command:
    """Runs commands over the module's database; backups are taken with a login that reads every row and no more."""
    superuser = await asyncpg.connect(database.superuser)
    with suppress(asyncpg.DuplicateObjectError):
        await superuser.execute("create role care_timeline_backup login bypassrls in role pg_read_all_data")
    await superuser.close()
    reader = database.superuser.replace("//postgres@", "//care_timeline_backup@")
    environment = environment_of(database, tmp_path) | {"CARE_TIMELINE_BACKUP_DATABASE_URL": reader}
    return Command(environment)


@pytest_asyncio.fixture(loop_scope="session")
async def client(system: System, counselor: Caller) -> UUID:
    """A client with three events, and a checkpoint of the log that they stand in."""
    id_ = uuid4()
    events = [draft(registered()), draft(check_in(craving=3)), draft(check_in(craving=2))]
    await system.recorder.record(counselor, id_, events, new_client=True)
    return id_


@pytest_asyncio.fixture(loop_scope="session")
async def elsewhere(server: EmbeddedPostgres) -> AsyncIterator[DatabaseUrls]:
    """An empty database."""
    yield await new_database(server, "template0")


def over(command: Command, database: DatabaseUrls) -> Command:
    """The same commands over another database."""
    return Command(
        {
            **command.environment,
            "CARE_TIMELINE_DATABASE_URL": database.app,
            "CARE_TIMELINE_OWNER_DATABASE_URL": database.owner,
        }
    )


async def test_a_record_is_restored_whole_with_its_keys_from_another_folder(
    command: Command, system: System, counselor: Caller, client: UUID, elsewhere: DatabaseUrls,
    server: EmbeddedPostgres, tmp_path: Path,
) -> None:  # fmt: skip
    log, keys = tmp_path / "log", tmp_path / "keys"
    written = await command("backup", log, "--keys", keys)
    assert written.code == 0, written.err
    assert "Clinic: 3 events, the last recorded on" in written.out
    await system.recorder.record(counselor, client, [draft(check_in(craving=1))])

    restored = await over(command, elsewhere)("restore", log, "--keys", keys)

    assert restored.code == 0, restored.out + restored.err
    assert "Clinic: 3 events, all as they were recorded." in restored.out
    assert "a checkpoint is signed of 3 events" in restored.out
    async with connected(settings_for(elsewhere, tmp_path), Addresses(elsewhere.app, elsewhere.owner)) as found:
        entries = await found.timelines.read(counselor.organization_id, client)
        assert entries == (await system.timelines.read(counselor.organization_id, client))[:3]
        again = await found.recorder.record(counselor, client, [draft(check_in(craving=4))])
        assert again.version == 4
    kept = log, keys, *log.iterdir(), *keys.iterdir()
    assert {path.stat().st_mode & 0o077 for path in kept} == {0}
    assert contents(server, log / "log.dump").isdisjoint({"keyring", "projection_care_plan_1"})
    assert contents(server, keys / "keyring.dump") == {"keyring"}


def contents(server: EmbeddedPostgres, dump: Path) -> set[str]:
    """The schemas of which a dump has tables' rows."""
    listed = subprocess.run(
        [server.programs / "pg_restore", "--list", dump], capture_output=True, text=True, check=True
    ).stdout
    return {line.split("TABLE DATA ")[1].split()[0] for line in listed.splitlines() if " TABLE DATA " in line}


async def test_an_older_log_is_restored_with_later_keys_and_what_it_lacks_is_known(
    command: Command, system: System, counselor: Caller, client: UUID, elsewhere: DatabaseUrls, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    linked = IdentifierLinked(system="ehr", value="12345")
    await system.recorder.record(counselor, client, [draft(linked)])
    await command.done("backup", tmp_path / "before")
    other = uuid4()
    await system.recorder.record(counselor, other, [draft(registered())], new_client=True)
    await command.done("checkpoint", "--organization", counselor.organization_id)
    await system.keyring.destroy(counselor.organization_id, client)
    await command.done("backup", tmp_path / "after")
    monkeypatch.setattr("service.cli.restoring.build_projections", nothing_built)

    older_keys = await command("restore", tmp_path / "after", "--keys", tmp_path / "before" / "keys")
    restored = await over(command, elsewhere)("restore", tmp_path / "before", "--keys", tmp_path / "after" / "keys")

    assert "before the log" in older_keys.err
    assert restored.code == 1
    assert "Clinic: 4 events, all as they were recorded." in restored.out
    assert "The log has 4 events, and the folder of checkpoints has a checkpoint of 5" in restored.out
    async with connected(settings_for(elsewhere, tmp_path), Addresses(elsewhere.app, elsewhere.owner)) as found:
        with pytest.raises(ClientErased):
            await found.timelines.read(counselor.organization_id, client)
        async with scoped(found.pool, counselor.organization_id) as connection:
            assert await connection.fetchval("select count(*) from log.client_identifier") == 0


async def nothing_built(*_: object) -> None:
    """In place of building projections, which takes processes of its own and is tried elsewhere."""


async def test_nothing_is_restored_over_a_record_without_its_key_or_from_files_that_changed(
    command: Command, client: UUID, elsewhere: DatabaseUrls, tmp_path: Path
) -> None:
    folder = tmp_path / "backup"
    await command.done("backup", folder)
    kek = json.loads((folder / "keys" / "manifest.json").read_text())["key_encryption_keys"][0]
    other = (await command.done("keys", "new-encryption-key")).strip()
    changed, unfinished = tmp_path / "changed", tmp_path / "unfinished"
    shutil.copytree(folder, changed)
    *kept, last = (folder / "log.dump").read_bytes()
    (changed / "log.dump").write_bytes(bytes((*kept, last ^ 1)))
    shutil.copytree(folder, unfinished)
    (unfinished / "manifest.json").unlink()
    new = over(command, elsewhere)

    refused = {
        "The database is not empty": await command("restore", folder),
        f"wrapped by {kek}, which the settings do not have": await new("restore", folder, KEY_ENCRYPTION_KEYS=other),
        "log.dump is not the file that was written": await new("restore", changed),
        "holds no finished backup": await new("restore", unfinished),
        "is there already: name a new folder": await command("backup", folder),
        "does not see every organization's rows": await command(
            "backup", tmp_path / "no", BACKUP_DATABASE_URL=elsewhere.owner
        ),
        "Set CARE_TIMELINE_BACKUP_DATABASE_URL": await command("backup", tmp_path / "no", BACKUP_DATABASE_URL=None),
        "--until goes with the folder of an archive": await new("restore", folder, "--until", "2026-01-01T00:00Z"),
    }

    for complaint, said in refused.items():
        assert complaint in said.err
        assert said.code in {1, 2}
    assert not (tmp_path / "no").exists()
    connection = await asyncpg.connect(elsewhere.owner)
    assert await connection.fetchval("select to_regclass('log.event')") is None
    await connection.close()


def test_an_older_log_asks_for_the_key_that_sealed_its_secrets_too(tmp_path: Path) -> None:
    now = datetime(2027, 1, 31, tzinfo=UTC)
    part: dict[str, Any] = {"begun_at": now, "sha256": "", "key_encryption_keys": ("old",)}
    log = LogManifest(**part, revision="0001", postgresql="18", organizations=())
    backup = Backup(tmp_path, tmp_path, log, KeysManifest(**part | {"key_encryption_keys": ("new",)}))

    with pytest.raises(RestoreRefused, match="wrapped by old, which the settings do not have"):
        require_keys(backup.key_encryption_keys, ["new"])
    require_keys(backup.key_encryption_keys, ["new", "old", "older"])


def test_no_password_stands_in_the_list_of_processes() -> None:
    said = "postgresql://me:a%2Fsecret@db.example:5433/name?sslmode=verify-full&password=other"

    assert without_password(said) == ("postgresql://me@db.example:5433/name?sslmode=verify-full", "a/secret")
    in_query = without_password("postgresql:///name?host=/tmp/x&user=me&password=other")
    assert in_query == ("postgresql:///name?host=/tmp/x&user=me", "other")
    assert without_password("postgresql://db/name") == ("postgresql://db/name", None)
