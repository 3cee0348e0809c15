"""Long computations that leave the event loop time for everything else."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Final, TypeVar

T = TypeVar("T")
R = TypeVar("R")

SLICE: Final = 50
"""How many items are worked on before others have their turn: of events to open, about a millisecond."""


class SlicedWork:
    """Works on long lists slice by slice, and lets one long list at a time be in memory.

    In one process no list would be done sooner if several were worked on at once. And the garbage collector, which
    looks through all that has come since it last did, would hold everybody up: with 20 timelines of 3,000 events in
    memory for 150 milliseconds, with one for 10.
    """

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    def turn(self, size: int) -> AbstractAsyncContextManager[None]:
        """The only long list's time in memory, where this one is long; a short one waits for nobody.

        Whoever waits for it must hold no connection that the one who has it may need.
        """
        return self._turn if size > SLICE else nullcontext()

    async def slices(self, items: Sequence[T]) -> AsyncIterator[Sequence[T]]:
        """The items slice by slice; others have their turn after each but the last."""
        for start in range(0, len(items), SLICE):
            if start:
                await asyncio.sleep(0)
            yield items[start : start + SLICE]

    async def each(self, items: Sequence[T], work: Callable[[T], R]) -> list[R]:
        """What `work` makes of each item, in order."""
        done: list[R] = []
        async for few in self.slices(items):
            done += map(work, few)
        return done
