"""Batching: requests that wait at the same time are worked on together, in one round to the database."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Batcher(Generic[Item, Result]):
    """Hands everything that waits to `work` as one group; what comes meanwhile is the next group.

    `work` answers with one result, or one exception, for each item in order; when it raises, every item of
    the group fails with that. A caller that is cancelled no longer hears of its item, which is worked on
    all the same.
    """

    def __init__(
        self, work: Callable[[Sequence[Item]], Awaitable[Sequence[Result | BaseException]]], *, most: int
    ) -> None:
        self._work = work
        self._most = most
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._working: asyncio.Task[None] | None = None

    async def submit(self, item: Item) -> Result:
        """The result of the item, once the group that it joins is done."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        self._start()
        return await future

    async def close(self) -> None:
        """Wait until nothing is under way."""
        while self._working:
            await asyncio.wait([self._working])

    def _start(self) -> None:
        if self._waiting and self._working is None:
            self._working = asyncio.get_running_loop().create_task(self._work_on_all())
            self._working.add_done_callback(self._over)

    def _over(self, _: "asyncio.Task[None]") -> None:
        # Whoever came after the last look at what waits found this task still there, and did not start another.
        self._working = None
        self._start()

    async def _work_on_all(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            try:
                results = await self._work([item for item, _ in group])
            except BaseException as error:
                self._tell(group, [error] * len(group))
                if not isinstance(error, Exception):
                    raise
            else:
                self._tell(group, results)

    @staticmethod
    def _tell(
        group: Sequence[tuple[Item, "asyncio.Future[Result]"]], results: Sequence[Result | BaseException]
    ) -> None:
        for (_, future), result in zip(group, results, strict=True):
            if future.done():
                continue
            if isinstance(result, asyncio.CancelledError):
                future.cancel()
            elif isinstance(result, BaseException):
                future.set_exception(result)
            else:
                future.set_result(result)
