"""What every measure stands on: one embedded server for the whole run, and a fresh database with an organization."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
from pydantic import SecretStr

from domain.entry import Entry
from projections.catalogue import PROJECTIONS, catalogue
from samples.simulation import SimulatedEntry
from service.access.roles import KeyRole
from service.access.scopes import SCOPES_OF_ROLE
from service.audit.signing_keys import new_signing_key
from service.bootstrap import Addresses, System, connected, prepare
from service.care.importing import seal_entries
from service.database.embedded import DatabaseUrls, EmbeddedPostgres
from service.deployment_keys import key_encryption_keys, new_key_encryption_key
from service.log.organizations import create_organization
from service.projector.rebuild import rebuild
from service.settings import Settings

EVENTS_A_CALL = 1_000
_MIGRATED = "bench_migrated"
"""The database that each measure gets a copy of."""


@dataclass(frozen=True, slots=True)
class BenchmarkClinic:
    """The service as it runs in production, over a database of its own, with one organization."""

    urls: DatabaseUrls
    settings: Settings
    system: System
    organization_id: UUID
    superuser: "asyncpg.Connection[asyncpg.Record]"
    """For peers and limits: no row-level security stands in their way."""

    async def tokens(self) -> Mapping[str, str]:
        """A key to the API for each role, by its name: entries are recorded by whoever may."""
        tokens = {}
        for role in KeyRole:
            scopes = SCOPES_OF_ROLE[role]
            _, tokens[role.value] = await self.system.api_keys.create(
                self.organization_id, f"bench-{role}", role, scopes
            )
        return tokens


class Ground:
    """One embedded PostgreSQL, with the settings of the service's embedded mode, for ours and for every peer."""

    def __init__(self, folder: Path) -> None:
        self._server = EmbeddedPostgres(folder)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Ground"]:
        """The server, stopped when the context ends."""
        await asyncio.to_thread(self._server.start)
        try:
            await prepare((await self._create(_MIGRATED)).owner)
            yield self
        finally:
            await asyncio.to_thread(self._server.stop)

    @property
    def programs(self) -> Path:
        """The folder of PostgreSQL's programs."""
        return self._server.programs

    async def setting(self, name: str) -> str:
        """A setting of the server as the service's own role gets it."""
        connection = await asyncpg.connect(self._server.urls("care_timeline").app)
        try:
            return str(await connection.fetchval("select current_setting($1)", name))
        finally:
            await connection.close()

    @asynccontextmanager
    async def database(self) -> AsyncIterator[DatabaseUrls]:
        """A fresh, migrated database, dropped when the context ends."""
        name = f"bench_{uuid4().hex}"
        try:
            yield await self._create(name, _MIGRATED)
        finally:
            await self._administer(f"drop database if exists {name} with (force)")

    async def _create(self, name: str, template: str = "template1") -> DatabaseUrls:
        await self._administer(f"create database {name} template {template} owner care_timeline_owner")
        return self._server.urls(name)

    async def _administer(self, statement: str) -> None:
        administrator = await asyncpg.connect(self._server.urls("postgres").superuser)
        try:
            await administrator.execute(statement)
        finally:
            await administrator.close()

    @asynccontextmanager
    async def clinic(self) -> AsyncIterator[BenchmarkClinic]:
        """The service over a fresh database, wired as `care-timeline serve` wires it."""
        async with self.database() as urls:
            settings = Settings(
                database_url=SecretStr(urls.app),
                owner_database_url=SecretStr(urls.owner),
                key_encryption_keys=SecretStr(new_key_encryption_key()),
                signing_keys=SecretStr(new_signing_key()),
            )
            owner = await asyncpg.connect(urls.owner)
            organization = await create_organization(owner, "Measured BenchmarkClinic", "America/Chicago")
            await owner.close()
            superuser = await asyncpg.connect(urls.superuser)
            try:
                async with connected(settings, Addresses(urls.app, urls.owner)) as system:
                    yield BenchmarkClinic(urls, settings, system, organization.organization_id, superuser)
            finally:
                await superuser.close()


async def build(clinic: BenchmarkClinic, *, processes: int | None = None) -> int:
    """Builds all projections anew and switches them in, as `care-timeline rebuild` does; events folded."""
    names = [projection.name for projection in PROJECTIONS]
    keks = key_encryption_keys(clinic.settings)
    building = rebuild(clinic.urls.owner, keks, names, catalogue, processes=processes)
    last = [told async for told in building][-1]
    assert last.parked == 0, last
    await clinic.system.builds.refresh()
    return last.done


async def record(clinic: BenchmarkClinic, story: Sequence[SimulatedEntry], version: int = 0) -> list[Entry]:
    """Records what follows `version` in one client's story, in bulk; the projections do not know of it yet.

    Gives the entries as the log has them.
    """
    organization_id, system = clinic.organization_id, clinic.system
    client_id = story[0].client_id
    versions = {client_id: version}
    for start in range(0, len(story), EVENTS_A_CALL):
        group = story[start : start + EVENTS_A_CALL]
        sealed = await seal_entries(system.store, system.keyring, organization_id, group, versions)
        await system.store.append_bulk(organization_id, sealed)
    return await system.timelines.read(organization_id, client_id, after=version)
