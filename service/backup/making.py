"""Making a backup: the log and its keys as they stood at one moment, while everything goes on."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

import asyncpg

from service.backup.errors import BackupRefused
from service.backup.manifest import (
    KEYS_FILE,
    LOG_FILE,
    MANIFEST,
    KeysManifest,
    LoggedOrganization,
    LogManifest,
    digest_of,
)
from service.backup.postgres_tools import ToolFailed, run_tool
from service.bootstrap import database
from service.database.analyst_tables import SCHEMA as ANALYTICS
from service.database.distribution import is_distributed
from service.database.embedded import EMBEDDED_DATABASE, EmbeddedPostgres
from service.projector.tables import SCHEMA as PROJECTION
from service.settings import Settings

KEYRING: Final = "keyring"
_ORGANIZATIONS: Final = """
select o.organization_id, o.name, coalesce(h.position, 0) as events, e.recorded_at as last_recorded_at,
       encode(e.leaf, 'hex') as leaf
  from log.organization o
  left join log.log_head h on h.organization_id = o.organization_id
  left join log.event e on e.organization_id = h.organization_id and e.position = h.position
 order by o.created_at, o.organization_id
"""
_WRAPPING_KEYS: Final = "select distinct kek_id from keyring.client_key where destroyed_at is null order by 1"
_WRAPPING_SECRETS: Final = """
select kek_id from subscription.webhook
union select former_kek_id from subscription.webhook where former_kek_id is not null order by 1
"""
_READS_ALL: Final = "select rolsuper or rolbypassrls from pg_roles where rolname = current_user"
_VIEWS: Final = """
select format('%I.%I', schemaname, viewname) from pg_views where schemaname = any($1) order by schemaname, viewname
"""


Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


class _Moment(NamedTuple):
    """One moment of the database, which several programs read."""

    connection: Connection
    snapshot: str
    begun_at: datetime


@asynccontextmanager
async def reading_all(settings: Settings) -> AsyncIterator[str]:
    """The address at which every row can be read: the one set for it, or the embedded server's, running meanwhile.

    Raises BackupRefused where there is none, or no record yet.
    """
    if not settings.embedded:
        if settings.backup_database_url is None:
            raise BackupRefused(
                "Set CARE_TIMELINE_BACKUP_DATABASE_URL: the same database with a login that reads every organization's"
                " rows (BYPASSRLS and pg_read_all_data), which the service's own and the owner's do not."
            )
        yield settings.backup_database_url.get_secret_value()
        return
    server = EmbeddedPostgres(settings.data_dir)
    if not server.exists:
        raise BackupRefused(f"There is no record in {settings.data_dir} yet.")
    async with database(settings):
        yield server.urls(EMBEDDED_DATABASE).superuser


async def back_up(
    address: str, programs: Path, log_folder: Path, keys_folder: Path
) -> tuple[LogManifest, KeysManifest]:
    """Write the log to one folder and the clients' keys to another, both as they stood at one moment.

    `address` is that of a login that reads every row (a superuser, or one with BYPASSRLS and pg_read_all_data);
    `programs` the folder of PostgreSQL's. Both folders must be new. What projections hold is left out, since it is
    made of the log. Raises BackupRefused, OSError.
    """
    made: list[Path] = []
    try:
        for folder in (log_folder, keys_folder):
            _make_new(folder)
            made.append(folder)
        return await _written(address, programs, log_folder, keys_folder)
    except BaseException:
        for folder in made:
            shutil.rmtree(folder, ignore_errors=True)
        raise


async def _written(
    address: str, programs: Path, log_folder: Path, keys_folder: Path
) -> tuple[LogManifest, KeysManifest]:
    async with _moment(address) as moment:
        views = [name for (name,) in await moment.connection.fetch(_VIEWS, [PROJECTION, ANALYTICS])]
        derived = [f"--exclude-schema={PROJECTION}_*", f"--exclude-table-data={PROJECTION}.build"]
        derived += [f"--exclude-table={name}" for name in views]
        dumped = (
            (log_folder / LOG_FILE, [f"--exclude-schema={KEYRING}", *derived]),
            (keys_folder / KEYS_FILE, [f"--schema={KEYRING}"]),
        )
        for file, which in dumped:
            how = ("--format=custom", "--compress=1", f"--snapshot={moment.snapshot}", f"--file={file}")
            try:
                await run_tool(programs / "pg_dump", address, *how, *which)
            except ToolFailed as error:
                raise BackupRefused(f"PostgreSQL could not write the backup: {error}.") from None
        log = LogManifest(
            begun_at=moment.begun_at,
            sha256=digest_of(log_folder / LOG_FILE),
            revision=await moment.connection.fetchval("select version_num from migration.alembic_version"),
            postgresql=await moment.connection.fetchval("show server_version"),
            key_encryption_keys=await _ids(moment.connection, _WRAPPING_SECRETS),
            organizations=await logged_organizations(moment.connection),
        )
        keys = KeysManifest(
            begun_at=moment.begun_at,
            sha256=digest_of(keys_folder / KEYS_FILE),
            key_encryption_keys=await _ids(moment.connection, _WRAPPING_KEYS),
        )
    _write(keys_folder / MANIFEST, keys.model_dump_json(indent=1))
    _write(log_folder / MANIFEST, log.model_dump_json(indent=1))
    return log, keys


async def logged_organizations(connection: Connection) -> tuple[LoggedOrganization, ...]:
    """Where the log of each organization ends, read as who sees every row."""
    return tuple(LoggedOrganization.model_validate(dict(row)) for row in await connection.fetch(_ORGANIZATIONS))


async def wrapping_keys(connection: Connection) -> tuple[str, ...]:
    """The ids of the key-encryption keys on which something hangs, read as who sees every row."""
    return (*await _ids(connection, _WRAPPING_KEYS), *await _ids(connection, _WRAPPING_SECRETS))


async def _ids(connection: Connection, query: str) -> tuple[str, ...]:
    return tuple(row[0] for row in await connection.fetch(query))


@asynccontextmanager
async def _moment(address: str) -> AsyncIterator[_Moment]:
    connection = await asyncpg.connect(address, server_settings={"timezone": "UTC"})
    try:
        if await is_distributed(connection):
            raise BackupRefused(
                "The tables are distributed over the machines of a Citus cluster, of which pg_dump reads one. Back up"
                " each machine with its own tools: docs/backup.md."
            )
        if not await connection.fetchval(_READS_ALL):
            raise BackupRefused(
                "This login does not see every organization's rows. Give CARE_TIMELINE_BACKUP_DATABASE_URL a login with"
                " BYPASSRLS and pg_read_all_data."
            )
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            snapshot = await connection.fetchval("select pg_export_snapshot()")
            yield _Moment(connection, snapshot, await connection.fetchval("select now()"))
    finally:
        await connection.close()


def _make_new(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, mode=0o700)
    except FileExistsError:
        raise BackupRefused(f"{folder} is there already: name a new folder for each backup.") from None


def _write(file: Path, text: str) -> None:
    """A file that only its owner reads. It is written last: a backup without it is not finished."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        opened.write(text + "\n")
        opened.flush()
        os.fsync(opened.fileno())
