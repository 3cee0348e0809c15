"""Following the log: projections kept up to date, webhooks told, checkpoints signed, in whichever process it is."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from service.bootstrap import System
from service.runtime.tracebacks import describe
from service.runtime.waiting import set_within

_PAUSE = 5.0

log = structlog.get_logger(__name__)


async def project(system: System, stopping: asyncio.Event) -> None:
    """Keep the projections up to date, send to webhooks and sign checkpoints, until `stopping` is set.

    What is under way then ends.
    """
    follower = system.follower()
    async with asyncio.TaskGroup() as group:
        group.create_task(follower.run())
        group.create_task(system.webhook_sender.run(stopping))
        group.create_task(system.checkpoint_signer.run(stopping))
        group.create_task(system.access_checkpoint_signer.run(stopping))
        watching = group.create_task(system.builds.watch())
        await stopping.wait()
        watching.cancel()
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
            await set_within(_PAUSE, stopping)
