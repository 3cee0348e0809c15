"""Migrations make the declared schema, go down and up again, and run in one process at a time."""

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from service.database.connection import open_pool
from service.database.embedded import DatabaseUrls, EmbeddedPostgres
from service.database.migrate import MigrationError, migrate, migrate_down, newest_revision, require_migrated
from service.declared import DECLARED
from tests.databases import new_database

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def empty(server: EmbeddedPostgres) -> DatabaseUrls:
    """A database with nothing in it."""
    return await new_database(server, template="template0")


async def test_an_address_may_say_how_it_wants_tls(empty: DatabaseUrls) -> None:
    await migrate(f"{empty.owner}&sslmode=prefer")


async def test_the_migrated_schema_is_the_declared_one(server: EmbeddedPostgres, empty: DatabaseUrls) -> None:
    declared = await new_database(server, template="template0")
    engine = create_async_engine(make_url(declared.owner).set(drivername="postgresql+asyncpg"))
    async with engine.begin() as connection:
        for metadata in DECLARED:
            await connection.run_sync(metadata.create_all)
    await engine.dispose()

    await migrate(empty.owner)

    assert _schema(server, empty) == _schema(server, declared)


async def test_nothing_is_left_to_migrate_on_a_migrated_database(fresh_database: DatabaseUrls) -> None:
    assert await _alembic(fresh_database, "check") == (0, "No new upgrade operations detected.")


async def test_every_difference_from_the_declared_tables_is_found(fresh_database: DatabaseUrls) -> None:
    owner = await asyncpg.connect(fresh_database.owner)
    await owner.execute("""
        alter table following.cursor add column pace integer;
        alter table following.cursor alter column name type varchar(80);
        alter table following.cursor alter column failures set default 1;
        alter table log.event drop constraint event_id_key;
        comment on column following.cursor.name is 'Another meaning';
        create table log.room (organization_id uuid);
    """)
    await owner.close()

    code, said = await _alembic(fresh_database, "check")

    assert code != 0
    assert set(re.findall(r"\('((?:add|remove|modify)_\w+)'", said)) == {
        "add_constraint",
        "modify_comment",
        "modify_default",
        "modify_type",
        "remove_column",
        "remove_table",
    }


async def test_alembics_own_command_migrates_too(server: EmbeddedPostgres, empty: DatabaseUrls) -> None:
    ours = await new_database(server, template="template0")
    await migrate(ours.owner)

    assert (await _alembic(empty, "upgrade", "head"))[0] == 0

    assert _schema(server, empty) == _schema(server, ours)
    async with await open_pool(empty.app) as pool:
        await require_migrated(pool)


async def test_the_statements_can_be_printed_and_run_by_hand(server: EmbeddedPostgres, empty: DatabaseUrls) -> None:
    ours = await new_database(server, template="template0")
    await migrate(ours.owner)

    code, statements = await _alembic(empty, "upgrade", "head", "--sql")
    assert code == 0
    owner = await asyncpg.connect(empty.owner)
    await owner.execute(statements)
    await owner.close()

    assert _schema(server, empty) == _schema(server, ours)


async def test_down_and_up_again(server: EmbeddedPostgres, empty: DatabaseUrls) -> None:
    nothing = _schema(server, empty)
    await migrate(empty.owner)
    everything = _schema(server, empty)

    await migrate_down(empty.owner, "base")
    assert _schema(server, empty) == nothing
    await migrate(empty.owner)
    assert _schema(server, empty) == everything


async def test_each_step_can_be_taken_back(server: EmbeddedPostgres, empty: DatabaseUrls) -> None:
    schemas = []
    for step in range(1, int(newest_revision()) + 1):
        await migrate(empty.owner, f"{step:04}")
        schemas.append(_schema(server, empty))
    while schemas:
        assert _schema(server, empty) == schemas.pop()
        await migrate_down(empty.owner, "-1")


async def test_two_processes_that_start_at_once_migrate_once(empty: DatabaseUrls) -> None:
    program = "import asyncio, sys; from service.database.migrate import migrate; asyncio.run(migrate(sys.argv[1]))"
    processes = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", program, empty.owner, cwd=ROOT) for _ in range(2)
    ]

    assert [await process.wait() for process in processes] == [0, 0]
    async with await open_pool(empty.app) as pool:
        await require_migrated(pool)


async def test_a_migration_waits_for_the_one_under_way(empty: DatabaseUrls) -> None:
    await asyncio.gather(*(migrate(empty.owner) for _ in range(4)))

    async with await open_pool(empty.app) as pool:
        await require_migrated(pool)


async def test_a_service_does_not_start_on_a_database_that_is_not_migrated(empty: DatabaseUrls) -> None:
    async with await open_pool(empty.app) as pool:
        with pytest.raises(MigrationError, match="care-timeline migrate"):
            await require_migrated(pool)


async def test_a_login_that_may_not_act_as_owner_is_told_so(empty: DatabaseUrls) -> None:
    with pytest.raises(MigrationError, match="care_timeline_owner"):
        await migrate(empty.app)


async def test_every_table_and_column_says_what_it_means(database: DatabaseUrls) -> None:
    superuser = await asyncpg.connect(database.superuser)
    try:
        silent = await superuser.fetch(
            "select c.oid::regclass::text, a.attname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
            " join pg_attribute a on a.attrelid = c.oid and (a.attnum > 0 or a.attname = 'tableoid')"
            " where c.relkind = 'r' and not a.attisdropped"
            " and n.nspname in ('log', 'keyring', 'access', 'following', 'projection', 'audit')"
            " and col_description(c.oid, a.attnum) is null and (a.attnum > 0 or obj_description(c.oid) is null)"
        )
    finally:
        await superuser.close()
    assert silent == []


async def _alembic(database: DatabaseUrls, *arguments: str) -> tuple[int | None, str]:
    """Runs Alembic's own command on a database; how it ended, and what it said."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "alembic", *arguments),
        cwd=ROOT,
        env={**os.environ, "CARE_TIMELINE_OWNER_DATABASE_URL": database.owner},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = (output.decode().strip() for output in await process.communicate())
    return process.returncode, out if process.returncode == 0 else err


def _schema(server: EmbeddedPostgres, database: DatabaseUrls) -> list[str]:
    """What pg_dump says of the database, without its random marks and the migrations' own bookkeeping."""
    dump = subprocess.run(
        [server.programs / "pg_dump", "--schema-only", "--exclude-schema=migration", database.superuser],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [line for line in dump.splitlines() if not line.startswith(("\\restrict", "\\unrestrict"))]
