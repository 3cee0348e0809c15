"""Keeping the embedded server running while it is needed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from service.database.embedded import EmbeddedPostgres, EmbeddedPostgresError
from service.database.server_user import ServerUserError
from service.runtime.waiting import set_within

LOOK_SECONDS = 0.5
"""How often is looked whether the server is there."""
PAUSE_SECONDS = 5.0
"""How long is waited after a start that failed."""

log = structlog.get_logger(__name__)


@asynccontextmanager
async def kept_running(server: EmbeddedPostgres) -> AsyncIterator[None]:
    """Meanwhile, start the server again whenever it is gone: killed, or ended by a hand that was not ours.

    Several processes may do so for one folder: whoever comes first starts it, the others find it running.
    """
    leaving = asyncio.Event()
    keeping = asyncio.create_task(_keep_running(server, leaving))
    try:
        yield
    finally:
        leaving.set()
        await keeping  # and not cancelled: a start that is under way must not outlive the stop that follows


async def _keep_running(server: EmbeddedPostgres, leaving: asyncio.Event) -> None:
    pause = LOOK_SECONDS
    while not await set_within(pause, leaving):
        pause = LOOK_SECONDS
        if await asyncio.to_thread(server.runs):
            continue
        log.error("embedded_postgresql_gone")
        try:
            await asyncio.to_thread(server.start)
        except (EmbeddedPostgresError, ServerUserError, OSError) as error:
            pause = PAUSE_SECONDS
            log.error("embedded_postgresql_not_started", error=str(error), again_in_seconds=pause)
        else:
            log.warning("embedded_postgresql_started_again")
