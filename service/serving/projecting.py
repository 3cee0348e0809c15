"""Keeping the projections up to date: what the projector's process does, wherever it runs."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from uuid import UUID

import asyncpg
import structlog
from asyncpg.pool import PoolConnectionProxy

from service.bootstrap import System
from service.describing import describe
from service.following.follower import Follower
from service.log.errors import StoreUnavailable
from service.log.sealed import StoredEvent
from service.projector.catch_up import catch_up

_PAUSE = 5.0

log = structlog.get_logger(__name__)


async def project(system: System, stopping: asyncio.Event) -> None:
    """Keep the projections up to date until `stopping` is set; what is under way then ends in order."""
    follower = Follower(system.pool, system.wakeups, lambda: (), _hand_over)
    async with asyncio.TaskGroup() as group:
        group.create_task(follower.run())
        catching_up = group.create_task(_catch_up(system))
        await stopping.wait()
        catching_up.cancel()
        await follower.stop()
    log.info("projector_stopped")


@asynccontextmanager
async def projecting(system: System) -> AsyncIterator[None]:
    """Meanwhile, keep the projections up to date in this process; a defect of that does not end anything else."""
    stopping = asyncio.Event()
    task = asyncio.create_task(_project_again_and_again(system, stopping))
    try:
        yield
    finally:
        stopping.set()
        await task


async def _project_again_and_again(system: System, stopping: asyncio.Event) -> None:
    while not stopping.is_set():
        try:
            await project(system, stopping)
        except Exception as error:  # noqa: BLE001 the API goes on, and this is tried again
            log.error("projector_ended", error=describe(error), again_in_seconds=_PAUSE)
            with suppress(TimeoutError):
                async with asyncio.timeout(_PAUSE):
                    await stopping.wait()


async def _hand_over(_: PoolConnectionProxy, __: UUID, ___: Sequence[str], ____: Sequence[StoredEvent]) -> None:
    """Nothing follows the log yet: the projector still works inside the requests."""


async def _catch_up(system: System) -> None:
    clients = 0
    try:
        for organization_id in await system.organizations.ids():
            async for done in catch_up(system.pool, system.projector, organization_id):
                clients += done
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, StoreUnavailable) as error:
        log.error("catch_up_stopped", error=describe(error), clients=clients)
    else:
        log.info("caught_up", clients=clients)
