"""Restoring a backup and checking what came out, with progress."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import asyncpg

from projections.catalogue import PROJECTIONS, catalogue
from service.audit.errors import CheckpointRefused, NoCheckpoint
from service.backup.archiving import Archive
from service.backup.errors import RestoreRefused
from service.backup.making import logged_organizations, wrapping_keys
from service.backup.manifest import Backup, LoggedOrganization
from service.backup.moment import restore_to
from service.backup.restoring import (
    differences,
    extent,
    keys_there,
    require_empty,
    require_keys,
    restore,
    unmigrated,
)
from service.bootstrap import Addresses, System, connected, prepare
from service.cli import verify as verifying
from service.cli.console import out
from service.cli.erasures import erase_again, listed_in_log
from service.cli.progress import progress_of
from service.database.embedded import EMBEDDED_DATABASE, EmbeddedPostgres, postgres_programs
from service.database.owner import OwnerNeeded
from service.deployment_keys import EMBEDDED_KEY_FILE, key_encryption_keys
from service.log.organizations import Organization
from service.projector.rebuild import rebuild
from service.settings import Settings

Erasures: TypeAlias = Mapping[UUID, Sequence[UUID]]
"""Who was erased since what is restored was written, by organization."""


async def restore_and_check(settings: Settings, backup: Backup, erasures: Erasures) -> bool:
    """Restore into the settings' empty database, build the projections, and tell what was found; whether all fits.

    Raises RestoreRefused, OwnerNeeded, MigrationError.
    """
    require_keys(backup.key_encryption_keys, keys_there(settings))
    async with unmigrated(settings) as addresses:
        if addresses.owner is None:
            raise OwnerNeeded
        await require_empty(addresses.owner)
        await restore(addresses.owner, postgres_programs(), backup)
        out.print("Log and keys are restored.")
        if await prepare(addresses.owner):
            await build_projections(settings, addresses.owner)
        return await check(settings, addresses, backup.log.organizations, erasures)


async def restore_to_moment(settings: Settings, archive: Archive, until: datetime | None, erasures: Erasures) -> bool:
    """Restore the embedded server from an archive, as it was at the moment, and tell what was found; whether all fits.

    Raises RestoreRefused, MigrationError.
    """
    if not settings.embedded:
        raise RestoreRefused(
            "An archive is restored into the embedded PostgreSQL alone: unset CARE_TIMELINE_DATABASE_URL. A server of"
            " your own is restored with its own tools."
        )
    there = keys_there(settings)
    require_keys([EMBEDDED_KEY_FILE] if not there else [], there)
    server = EmbeddedPostgres(settings.data_dir)
    try:
        await restore_to(server, archive, until)
        urls = server.urls(EMBEDDED_DATABASE)
        superuser = await asyncpg.connect(urls.superuser, server_settings={"timezone": "UTC"})
        try:
            require_keys(await wrapping_keys(superuser), there)
            found = await logged_organizations(superuser)
        finally:
            await superuser.close()
        await prepare(urls.owner)
        return await check(settings, Addresses(urls.app, urls.owner), found, erasures)
    finally:
        await asyncio.to_thread(server.stop)


async def check(
    settings: Settings, addresses: Addresses, organizations: Iterable[LoggedOrganization], erasures: Erasures
) -> bool:
    """Tell of each organization up to when its record reaches, and what does not fit; whether all does.

    Then those are erased again who had been, by the list and by the log itself, whose keys may be older.
    """
    async with connected(settings, addresses) as system:
        known = {each.organization_id: each for each in await system.organizations.all()}
        good = not verifying.gone(system, list(known.values()), {})
        for said in organizations:
            found = known.get(said.organization_id)
            if found is None:
                _tell(said, "it is missing")
                good = False
            else:
                good = await _check(system, found, said) and good
        good = await verifying.guards(system) and good
        listed = await listed_in_log(system)
        for organization_id, clients in erasures.items():
            listed.setdefault(organization_id, []).extend(clients)
        if any(listed.values()):
            await erase_again(system, listed)
        return good


async def _check(system: System, organization: Organization, said: LoggedOrganization) -> bool:
    organization_id = organization.organization_id
    out.print(f"{said.name}: {extent(said)}. What was recorded later is not here.", soft_wrap=True)
    good = await verifying.verify(system, organization, await verifying.last_in_folders(system, organization_id))
    events = await system.store.log_head(organization_id)
    last = await system.store.log(organization_id, after=events - 1, limit=1) if events else []
    for difference in differences(said, events, last[0].leaf if last else None):
        _tell(said, difference)
        good = False
    if system.signing_keys:
        try:
            kept = await system.checkpoint_signer.make(organization_id)
            out.print(f"{said.name}: a checkpoint is signed of {kept.checkpoint.size:,} events.", soft_wrap=True)
        except CheckpointRefused as refused:
            _tell(said, str(refused).rstrip("."))
            good = False
        except NoCheckpoint:
            pass  # of an empty log
    return good


async def build_projections(settings: Settings, owner: str) -> None:
    """Build every projection from the log, as the owner, with a progress bar."""
    names = [projection.name for projection in PROJECTIONS]
    with progress_of("events") as progress:
        task = progress.add_task("Building projections", total=0)
        async for step in rebuild(owner, key_encryption_keys(settings), names, catalogue):
            progress.update(task, completed=step.done, total=step.total)


def _tell(said: LoggedOrganization, what: str) -> None:
    out.print(f"{said.name}: {what}.", style="red", soft_wrap=True)
