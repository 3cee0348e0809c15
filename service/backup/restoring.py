"""Restoring a backup into an empty database, and checking that what came out is what went in."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import asyncpg

from service.backup.errors import RestoreRefused
from service.backup.manifest import Backup, LoggedOrganization, moment
from service.backup.postgres_tools import ToolFailed, run_tool
from service.bootstrap import Addresses
from service.database.embedded import EmbeddedPostgres
from service.database.owner import OwnerNeeded, as_owner, connect_owner
from service.database.protection import ANALYST_ROLE, ANALYTICS_ROLE, APP_ROLE, OWNER_ROLE
from service.database.supervision import kept_running
from service.deployment_keys import embedded_key_file, key_encryption_keys
from service.settings import Settings

_RELATIONS: Final = """
select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where n.nspname <> 'information_schema' and n.nspname !~ '^pg_' and c.relkind in ('r', 'p', 'v', 'm', 'S')
"""
_ROLES: Final = "select n from unnest($1::text[]) n where not exists (select from pg_roles r where r.rolname = n)"
_FORGET_BUILDS: Final = r"delete from following.cursor where name like 'projection\_%'"


@asynccontextmanager
async def unmigrated(settings: Settings) -> AsyncIterator[Addresses]:
    """Addresses of the database as it is, nothing made in it; meanwhile the embedded server runs.

    Raises OwnerNeeded.
    """
    if settings.database_url:
        if settings.owner_database_url is None:
            raise OwnerNeeded
        yield Addresses(settings.database_url.get_secret_value(), settings.owner_database_url.get_secret_value())
        return
    server = EmbeddedPostgres(settings.data_dir)
    urls = await asyncio.to_thread(server.start)
    try:
        async with kept_running(server):
            yield Addresses(urls.app, urls.owner)
    finally:
        await asyncio.to_thread(server.stop)


def keys_there(settings: Settings) -> tuple[str, ...]:
    """The ids of the key-encryption keys that are there; none is made for a backup that needs another."""
    if settings.embedded and not settings.key_encryption_keys and not embedded_key_file(settings).exists():
        return ()
    return key_encryption_keys(settings).ids


_FREE_IDENTIFIERS: Final = """
delete from log.client_identifier i using keyring.client_key k
 where i.organization_id = $1 and k.organization_id = $1 and k.client_id = i.client_id and k.destroyed_at is not null
"""
"""Nobody is found by an identifier whose key was destroyed since the log was backed up."""


def require_keys(needed: Collection[str], there: Collection[str]) -> None:
    """Raises RestoreRefused unless each key-encryption key is there on which the clients' keys hang."""
    missing = sorted(set(needed) - set(there))
    if missing:
        raise RestoreRefused(
            f"Keys and secrets of this backup are wrapped by {', '.join(missing)}, which the settings do not have:"
            " nothing that was restored could be read. Add it to CARE_TIMELINE_KEY_ENCRYPTION_KEYS, after the one in"
            " use (in the embedded mode, put it back as key-encryption-key in the data folder, or name its file)."
        )


async def require_empty(owner_address: str) -> None:
    """Raises RestoreRefused unless the database at the owner's address has the roles, and nothing else."""
    connection = await asyncpg.connect(owner_address)
    try:
        if await connection.fetchval(_RELATIONS):
            raise RestoreRefused(
                "The database is not empty, and a backup is restored into an empty one only, so that nothing is mixed"
                " or lost: make a new database or, in the embedded mode, name another data folder."
            )
        missing = await connection.fetch(_ROLES, [OWNER_ROLE, APP_ROLE, ANALYTICS_ROLE, ANALYST_ROLE])
        if missing:
            named = ", ".join(name for (name,) in missing)
            raise RestoreRefused(f"The server lacks the roles {named}: make them first, as for a new installation.")
    finally:
        await connection.close()


async def restore(owner_address: str, programs: Path, backup: Backup) -> None:
    """Put log and keys into the empty database, each whole or not at all. Raises RestoreRefused.

    Projections are to be built anew afterwards: what followed the log for them is forgotten.
    """
    for file in (backup.log_file, backup.keys_file):
        try:
            await run_tool(
                programs / "pg_restore", owner_address, "--single-transaction", "--exit-on-error", "--no-owner",
                f"--role={OWNER_ROLE}", str(file),
            )  # fmt: skip
        except ToolFailed as error:
            raise RestoreRefused(
                f"PostgreSQL could not restore {file}: {error}. Begin again with a new database."
            ) from None
    owner = await connect_owner(owner_address)
    try:
        await owner.execute(_FORGET_BUILDS)
    finally:
        await owner.close()
    for each in backup.log.organizations:
        async with as_owner(owner_address, each.organization_id) as connection:
            await connection.execute(_FREE_IDENTIFIERS, each.organization_id)


def differences(said: LoggedOrganization, events: int, leaf: bytes | None) -> list[str]:
    """What of an organization's log is not as the backup says."""
    found = []
    if events != said.events:
        found.append(f"it has {events:,} events, and the backup says {said.events:,}")
    if (leaf.hex() if leaf else None) != said.leaf:
        found.append("its last event is not the one that the backup says")
    return found


def extent(said: LoggedOrganization) -> str:
    """In a sentence how far the record of an organization reaches."""
    if said.last_recorded_at is None:
        return "nothing had been recorded"
    return f"{said.events:,} events, the last recorded on {moment(said.last_recorded_at)}"
