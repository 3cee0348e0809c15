"""A simulated clinic with its projections up to date, and another beside it, once for a module."""

from collections.abc import AsyncIterator
from datetime import date
from uuid import UUID

import asyncpg
import pytest_asyncio

from samples.simulation.recording import SimulationOptions, write
from service.analytics.analysts import create_analyst
from service.bootstrap import System
from service.care.importing import import_entries
from service.database.embedded import DatabaseUrls
from service.log.organizations import Organization
from tests.analytics.policies import asks_nothing_of_exports
from tests.databases import new_organization
from tests.system import follow

OPTIONS = SimulationOptions(7, 12, 700, date(2025, 1, 6), date(2025, 12, 31))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def clinic(system: System, database: DatabaseUrls) -> Organization:
    """A simulated clinic of twelve clients."""
    return await _simulated(system, await new_organization(database), OPTIONS)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def other_clinic(system: System, database: DatabaseUrls) -> Organization:
    """Another, of which the analyst of the first must see nothing."""
    return await _simulated(system, await new_organization(database), OPTIONS._replace(seed=8, clients=3, events=100))


async def _simulated(system: System, organization_id: UUID, options: SimulationOptions) -> Organization:
    organization = next(one for one in await system.organizations.all() if one.organization_id == organization_id)
    first = [asks_nothing_of_exports(organization)]
    async for _ in import_entries(system.store, system.keyring, organization_id, first):
        pass
    await write(system, organization, options)
    await follow(system, organization_id)
    return organization


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def analyst(database: DatabaseUrls, clinic: Organization) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """An analyst of the clinic, logged in."""
    made = await create_analyst(
        database.owner, f"a{clinic.organization_id.hex[:12]}", [clinic.organization_id], shifts_dates=False
    )
    connection = await asyncpg.connect(database.app.replace("care_timeline_app", made.role_name))
    yield connection
    await connection.close()
