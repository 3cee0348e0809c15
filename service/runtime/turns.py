"""Long computations that leave the event loop time for everything else."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

T = TypeVar("T")
R = TypeVar("R")

SLICE: Final = 50
"""How many items are worked on before others have their turn: of events to open, about a millisecond."""


class Turns:
    """Works on long lists slice by slice, and on one list at a time.

    In one process no list would be done sooner if several were worked on at once; whoever only looks whether the
    service is alive would wait for a slice of each.
    """

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    async def work_on(self, items: Sequence[T], work: Callable[[T], R]) -> list[R]:
        """What `work` makes of each item, in order. A short list is worked on at once."""
        if len(items) <= SLICE:
            return list(map(work, items))
        done: list[R] = []
        async with self._turn:
            for start in range(0, len(items), SLICE):
                done += map(work, items[start : start + SLICE])
                await asyncio.sleep(0)
        return done

    async def whole(self, items: Sequence[T], work: Callable[[Sequence[T]], R]) -> R:
        """What `work` makes of the list as a whole; it takes its turn as one slice does. A short list goes at once."""
        if len(items) <= SLICE:
            return work(items)
        async with self._turn:
            done = work(items)
            await asyncio.sleep(0)
        return done
