"""Projecting: what a process does that keeps projections up to the log, beside the API or alone."""

import asyncio
from contextlib import suppress

from service.bootstrap import System


async def run_projector(system: System) -> None:
    """Keep the projections of this release in step with the log, until `system.follower.stop()` is called."""
    watching = asyncio.create_task(system.builds.watch())
    try:
        await system.follower.run()
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
