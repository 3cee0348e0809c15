"""Waiting for an event, but not for ever."""

import asyncio
from contextlib import suppress


async def set_within(seconds: float, event: asyncio.Event) -> bool:
    """Wait until the event is set, or so many seconds; whether it is."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()
