"""Opening the system for the API that runs over it, the projector beside it where no other process runs one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from service.bootstrap import Addresses, System, connected, database
from service.database.migrate import require_migrated
from service.serving.projecting import projecting
from service.settings import Settings


@asynccontextmanager
async def connected_and_projecting(settings: Settings, addresses: Addresses) -> AsyncIterator[System]:
    """The system over a database that is there; meanwhile the projections are kept up to date in this process."""
    async with connected(settings, addresses) as system, projecting(system):
        yield system


@asynccontextmanager
async def everything(settings: Settings) -> AsyncIterator[System]:
    """All that serving takes, in this process: the database that the settings name, the system, the projector.

    Raises MigrationError.
    """
    async with database(settings) as addresses, connected_and_projecting(settings, addresses) as system:
        await look_before_serving(system)
        yield system


async def look_before_serving(system: System) -> None:
    """Raises MigrationError. Logs that are to be mended are told, and the other organizations served."""
    await require_migrated(system.pool)
    await system.heads.differing()
