"""How long the work under way may still take: waits inside it end in time for an answer that says why."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_ends_at: ContextVar[float | None] = ContextVar("ends_at", default=None)


@contextmanager
def ending_in(seconds: float) -> Iterator[None]:
    """Meanwhile, whatever asks is told that the work has to end within so many seconds from now."""
    token = _ends_at.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _ends_at.reset(token)


def seconds_left() -> float | None:
    """Until the work has to end, 0 once it is over time; None where nothing bounds it."""
    ends_at = _ends_at.get()
    return None if ends_at is None else max(0.0, ends_at - time.monotonic())


def at_most(seconds: float) -> float:
    """How long to wait of so many seconds: half of what is left at most, so that there is time to answer."""
    left = seconds_left()
    return seconds if left is None else min(seconds, left / 2)
