"""The follower: hands what is appended to the log, batch by batch and in order, to those who follow it."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from uuid import UUID

import asyncpg
import structlog

from service.following import cursors
from service.following.cursors import Retries
from service.following.organization_batches import Handle, OrganizationBatches
from service.following.wakeups import Wakeups
from service.following.work_queue import WorkQueue
from service.runtime.tracebacks import describe
from service.runtime.waiting import set_within

_GATHER_SECONDS = 0.05  # what is recorded so soon after a batch is followed together: a batch costs more than an event
_LOOK_SHARE = 50  # a look that takes long is followed by a pause so many times as long
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 5.0

log = structlog.get_logger(__name__)


class Follower:
    """Follows the logs of all organizations under one or several names, each from a stored cursor.

    `handle` is called with the names that stand at one place and the events that come next there, in order, inside
    the transaction that moves their cursors: what it does in that transaction happens exactly once. When it raises,
    nothing of the batch happened, and it is called again later, each name alone, with the same events or more; see
    Retries. A name is followed by one worker at a time in each organization, in whichever process; when that dies,
    the next one to look goes on.
    """

    def __init__(
        self,
        pool: asyncpg.Pool,
        wakeups: Wakeups,
        names: Callable[[], Sequence[str]],
        handle: Handle,
        *,
        batch: int = 500,
        workers: int = 4,
        durable: bool = False,
        retries: Retries = Retries(),  # noqa: B008 immutable
    ) -> None:
        """`pool` must have at least as many connections as `workers`, each of which holds one during a batch.

        `durable=False` is for effects in this database: cursor and effect reach the disk together, if not at once.
        An effect elsewhere needs True, or it is repeated after a crash of the server.
        """
        self._pool = pool
        self._wakeups = wakeups
        self._names = names
        self._workers = workers
        self._batches = OrganizationBatches(pool, names, handle, batch=batch, durable=durable, retries=retries)
        self._queue = WorkQueue()
        self._look = asyncio.Event()
        self._stopping = asyncio.Event()
        self._running: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Follow until `stop` is called. Errors of the database are waited out, those of `handle` counted."""
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        try:
            await asyncio.shield(self._running)
        except asyncio.CancelledError:
            self._running.cancel()
            with suppress(asyncio.CancelledError):
                await self._running
            raise

    async def stop(self) -> None:
        """Begin nothing new; return when the batches under way have ended and `run` has returned."""
        self._stopping.set()
        if self._running is not None:
            await asyncio.wait([self._running])

    async def follow(self, organization_id: UUID) -> int:
        """Follow one organization's log to its present end, now, in this task; how many events were handed on.

        Waits for workers elsewhere that have it in hand. Names that fail are counted and left behind as always.
        Raises DatabaseUnavailable.
        """
        followed = 0
        while True:
            outcome = await self._batches.run(organization_id)
            followed += outcome.followed
            if not outcome.more and not await self._batches.is_behind(organization_id):
                return followed
            if not outcome.followed:
                await asyncio.sleep(_FIRST_PAUSE / 10)

    async def _run(self) -> None:
        with self._wakeups.watch(self._queue.wake, self._look.set):
            async with asyncio.TaskGroup() as group:
                for _ in range(self._workers):
                    group.create_task(self._work())
                looking = group.create_task(self._keep_looking())
                await self._stopping.wait()
                looking.cancel()
                self._queue.dismiss(self._workers)

    async def _work(self) -> None:
        pause = _FIRST_PAUSE
        while (organization_id := await self._queue.next()) is not None and not self._stopping.is_set():
            try:
                outcome = await self._batches.run(organization_id, self._stopping)
            except Exception as error:  # noqa: BLE001 whatever it is, the other organizations are to be followed
                log.warning("following_interrupted", error=describe(error), again_in_seconds=pause)
                await self._pause(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
                self._queue.done(organization_id, more=True)
            else:
                pause = _FIRST_PAUSE
                self._over(organization_id, more=outcome.more)

    def _over(self, organization_id: UUID, *, more: bool) -> None:
        """The organization's turn is over; where it came to the log's end, the next one gathers a little first."""
        if more:
            self._queue.done(organization_id, more=True)
        else:
            loop = asyncio.get_running_loop()
            loop.call_later(_GATHER_SECONDS, lambda: self._queue.done(organization_id, more=False))

    async def _keep_looking(self) -> None:
        while True:
            began = time.monotonic()
            self._look.clear()
            try:
                for organization_id in await cursors.behind(self._pool, self._names()):
                    self._queue.wake(organization_id)
            except Exception as error:  # noqa: BLE001 whatever it is, the next look may go well
                log.warning("looking_interrupted", error=describe(error))
            took = time.monotonic() - began
            await set_within(max(self._wakeups.look_seconds, took * _LOOK_SHARE), self._look)

    async def _pause(self, seconds: float) -> None:
        await set_within(seconds, self._stopping)
