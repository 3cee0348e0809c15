"""The doctor: says what is wrong, and what to do."""

import re
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio

from service.access.caller import Caller
from service.bootstrap import System
from service.database.connection import scoped
from service.database.embedded import DatabaseUrls, EmbeddedPostgres
from service.database.migrate import migrate
from service.deployment_keys import EMBEDDED_KEY_FILE, new_key_encryption_key
from service.doctor.catalogue import DECLARED_FILE, items
from service.doctor.machine import data_folder
from service.doctor.new_catalogue import as_file
from service.projector.parked_clients import Failure, park
from service.settings import Settings
from tests.builders import registered
from tests.cli.command import Command, Said
from tests.databases import new_database
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

    assert _failing(said) == {}
    assert said.code == 0
    for name in (
        "Python",
        "database",
        "schema",
        "login",
        "log",
        "isolation",
        "catalogue",
        "heads",
        "keys",
        "projections",
        "erasures",
        "checkpoints",
    ):
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


EVENTS = "log.event"
GOALS = "projection_care_plan_1.care_plan_goal"
UNCHANGED = "select pg_get_functiondef('log.refuse_change()'::regprocedure)"
OPEN = "create policy all_of_it on {} using (true)"
APPEND_ONLY = """create trigger append_only before update or delete or truncate on log.reference
for each statement execute function log.refuse_change()"""
KEEPS_QUIET = """create or replace function log.refuse_change() returns trigger language plpgsql
as $$ begin return null; end $$"""

OF_THE_CATALOGUE = [
    ("alter table log.event disable trigger append_only", "alter table log.event enable trigger append_only",
     "trigger append_only on log.event is now “disabled: CREATE TRIGGER"),
    ("alter table log.event enable replica trigger append_only", "alter table log.event enable trigger append_only",
     "trigger append_only on log.event is now “in state R: CREATE TRIGGER"),
    ("drop trigger append_only on log.reference",
     APPEND_ONLY,
     "trigger append_only on log.reference is missing: make it again"),
    ("create trigger more after insert on log.event execute function log.refuse_change()",
     "drop trigger more on log.event", "trigger more on log.event was added"),
    ("create rule quiet as on insert to access.api_key do also nothing", "drop rule quiet on access.api_key",
     "rule quiet on access.api_key was added"),
    (OPEN.format(EVENTS), "drop policy all_of_it on log.event", "policy all_of_it on log.event was added (permissive"),
    ("alter policy owner_checks on log.event using (true)",
     "alter policy owner_checks on log.event using (current_setting('care_timeline.checks_heads', true) = 'on')",
     "policy owner_checks on log.event is now “permissive SELECT to care_timeline_owner using true”"),
    (OPEN.format(GOALS), f"drop policy all_of_it on {GOALS}", f"policy all_of_it on {GOALS} was added"),
    (f"grant truncate on {GOALS} to care_timeline_app", f"revoke truncate on {GOALS} from care_timeline_app",
     f"grant table {GOALS} to care_timeline_app is now “delete, insert, select, truncate, update”"),
    (KEEPS_QUIET, UNCHANGED, "function log.refuse_change() is now “SHA-256"),
    ("alter function log.settle(uuid) security invoker", "alter function log.settle(uuid) security definer",
     "function log.settle(uuid) is now “SHA-256"),
    ("create function log.more() returns int language sql as 'select 1'", "drop function log.more()",
     "function log.more() was added"),
    ("grant select on keyring.client_key to public", "revoke select on keyring.client_key from public",
     "grant table keyring.client_key to public was added (select): revoke it"),
    ("grant execute on function access.keep_revoked() to public",
     "revoke execute on function access.keep_revoked() from public",
     "grant function access.keep_revoked() to public was added (execute)"),
    ("grant select (wrapped_key) on keyring.client_key to pg_monitor",
     "revoke select (wrapped_key) on keyring.client_key from pg_monitor",
     "grant column keyring.client_key.wrapped_key to pg_monitor was added (select)"),
    ("revoke select on log.reference from care_timeline_app", "grant select on log.reference to care_timeline_app",
     "grant table log.reference to care_timeline_app is missing"),
    ("grant create on schema log to care_timeline_app", "revoke create on schema log from care_timeline_app",
     "grant schema log to care_timeline_app is now “create, usage”"),
    ("alter table log.reference owner to postgres", "alter table log.reference owner to care_timeline_owner",
     "owner table log.reference is now “postgres”"),
    ("alter table log.event drop constraint event_id_key",
     "alter table log.event add constraint event_id_key unique (organization_id, id)",
     "key event_id_key on log.event is missing"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "back", "what"), OF_THE_CATALOGUE, ids=[each[2][:40] for each in OF_THE_CATALOGUE])
async def test_what_guards_the_record_is_compared_with_what_is_declared(
    command: Command, database: DatabaseUrls, change: str, back: str, what: str
) -> None:
    superuser = await asyncpg.connect(database.superuser)
    if back == UNCHANGED:
        back = await superuser.fetchval(UNCHANGED)
    try:
        await superuser.execute(change)
        said = await command("doctor")
        await superuser.execute(back)
    finally:
        await superuser.close()

    assert said.code == 1
    assert what in _failing(said)["catalogue"]
    assert (await command("doctor")).code == 0


async def test_what_is_declared_is_what_the_migrations_make(server: EmbeddedPostgres) -> None:
    empty = await new_database(server, "template0")
    await migrate(empty.owner)
    owner = await asyncpg.connect(empty.owner)
    try:
        found = await items(owner)
    finally:
        await owner.close()

    assert DECLARED_FILE.read_text("utf-8") == as_file(found), "run make catalogue"


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
