"""The event loop that we run on: uvloop where there is one."""

import asyncio
import sys


def new_event_loop() -> asyncio.AbstractEventLoop:
    """A new event loop; on Windows, which uvloop does not know, asyncio's own."""
    if sys.platform == "win32":
        return asyncio.new_event_loop()
    import uvloop

    return uvloop.new_event_loop()
