"""Batching: what waits at the same time is worked on together, in one round to the database."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Final, Generic, TypeAlias, TypeVar
from uuid import UUID

Item = TypeVar("Item")
Result = TypeVar("Result")


class Abandoned(Exception):
    """The event loop is ending, and the item was not worked on or, when `begun`, perhaps not to the end."""

    def __init__(self, *, begun: bool) -> None:
        super().__init__("The work was cancelled.")
        self.begun = begun


@dataclass(slots=True, eq=False)
class Waiting(Generic[Item, Result]):
    """One caller's item, and where the caller waits for the outcome."""

    item: Item
    outcome: "asyncio.Future[Result]"

    def succeed(self, result: Result) -> None:
        """Tells the caller, unless it no longer waits."""
        if not self.outcome.done():
            self.outcome.set_result(result)

    def fail(self, error: Exception) -> None:
        """Tells the caller, unless it no longer waits."""
        if not self.outcome.done():
            self.outcome.set_exception(error)


MOST_GROUPS: Final = 20
"""Groups after which a worker ends, also where more waits: `work` may hold a connection that others wait for."""

Groups: TypeAlias = AsyncIterator[list[Waiting[Item, Result]]]
"""Groups of one organization, one after the other."""


@dataclass(slots=True)
class _Queue(Generic[Item, Result]):
    waiting: deque[Waiting[Item, Result]] = field(default_factory=deque)
    group: list[Waiting[Item, Result]] = field(default_factory=list)
    """Those who are being worked for."""
    worker: "asyncio.Task[None] | None" = None
    given_up: bool = False
    """Whether the worker was cancelled since nobody waits for the group any more."""

    def give_up(self) -> None:
        """Cancel the work on the group where all who waited for it were cancelled."""
        unwanted = all(waiting.outcome.cancelled() for waiting in self.group)
        if self.worker and self.group and unwanted and not self.given_up:
            self.given_up = True
            self.worker.cancel()


class Batcher(Generic[Item, Result]):
    """Queues of items, one an organization, each emptied group by group.

    `work` takes an organization's groups one after the other, does what each asks for and tells its callers the
    outcome, before it takes the next; after MOST_GROUPS it is begun anew. Those it has not told when it raises fail
    with what it raised, and it is begun anew for those who wait. One group of an organization is under way at a time,
    and what comes meanwhile is the next: with two that overlap, groups are half as large and the database is busy for
    longer (9,800 against 12,200 events a second).
    A caller that is cancelled while it waits is left out. Once its group has set out its item is worked on, for as long
    as somebody waits for one of the group: when the last of them was cancelled, so is the work, and those who wait for
    the next group do not wait for what hangs.
    """

    def __init__(
        self,
        work: Callable[[UUID, Groups[Item, Result]], Awaitable[None]],
        *,
        most: int,
        weight: Callable[[Item], int] = lambda _: 1,
    ) -> None:
        """A group weighs at most `most`, or is a single item that weighs more."""
        self._work = work
        self._most = most
        self._weight = weight
        self._queues: dict[UUID, _Queue[Item, Result]] = {}
        self._closed = False

    async def submit(self, organization_id: UUID, item: Item) -> Result:
        """The outcome that `work` tells. Raises what it tells or raises, and Abandoned."""
        if self._closed:
            raise RuntimeError("This was closed, and takes nothing more.")
        queue = self._queues.setdefault(organization_id, _Queue())
        waiting: Waiting[Item, Result] = Waiting(item, asyncio.get_running_loop().create_future())
        queue.waiting.append(waiting)
        self._start(organization_id, queue)
        try:
            return await waiting.outcome
        finally:
            if waiting.outcome.cancelled():
                queue.give_up()

    async def close(self) -> None:
        """Refuses new items and waits for those under way."""
        self._closed = True
        while workers := [queue.worker for queue in self._queues.values() if queue.worker]:
            await asyncio.wait(workers)

    def _start(self, organization_id: UUID, queue: _Queue[Item, Result]) -> None:
        if queue.worker is None:
            queue.worker = asyncio.create_task(self._empty(organization_id, queue))
            queue.worker.add_done_callback(lambda done: self._ended(organization_id, queue, done))

    async def _empty(self, organization_id: UUID, queue: _Queue[Item, Result]) -> None:
        queue.group = self._take(queue)
        if not queue.group:
            return
        try:
            async with aclosing(self._groups(queue)) as groups:
                await self._work(organization_id, groups)
            _require_outcomes(queue.group)
        except BaseException as error:
            for waiting in queue.group:
                waiting.fail(error if isinstance(error, Exception) else Abandoned(begun=True))
            if not isinstance(error, Exception):
                raise
        finally:
            queue.group = []

    async def _groups(self, queue: _Queue[Item, Result]) -> AsyncGenerator[list[Waiting[Item, Result]], None]:
        left = MOST_GROUPS
        while queue.group:
            yield queue.group
            _require_outcomes(queue.group)
            left -= 1
            # The callers just told may have more: they go first, and join the next group.
            await asyncio.sleep(0)
            queue.group = self._take(queue) if left else []

    def _take(self, queue: _Queue[Item, Result]) -> list[Waiting[Item, Result]]:
        group: list[Waiting[Item, Result]] = []
        queue.given_up = False
        room = self._most
        while queue.waiting:
            weight = self._weight(queue.waiting[0].item)
            if weight > room and group:
                break
            waiting = queue.waiting.popleft()
            if not waiting.outcome.done():
                group.append(waiting)
                room -= weight
        return group

    def _ended(self, organization_id: UUID, queue: _Queue[Item, Result], worker: "asyncio.Task[None]") -> None:
        queue.worker = None
        if worker.cancelled() and not queue.given_up:
            # Nobody would take up what waits.
            while queue.waiting:
                queue.waiting.popleft().fail(Abandoned(begun=False))
        # Whoever came after the last look at what waits found the worker still there, and did not start another.
        if queue.waiting:
            self._start(organization_id, queue)
        else:
            self._queues.pop(organization_id, None)


def _require_outcomes(group: Sequence[Waiting[Item, Result]]) -> None:
    if not all(waiting.outcome.done() for waiting in group):
        raise RuntimeError("A group was worked on without an outcome for each of its callers.")
