"""Server-sent events as FastAPI's documentation teaches them: what is posted goes to all readers, from memory.

Run as `python -m benchmarks.bare_stream`; prints the port on which it listens.
"""

import asyncio
import socket
from collections.abc import AsyncIterable
from typing import Any

import uvicorn
from fastapi import FastAPI
from fastapi.sse import EventSourceResponse, ServerSentEvent

app = FastAPI()
events: list[dict[str, Any]] = []
readers: set[asyncio.Event] = set()


@app.get("/events", response_class=EventSourceResponse)
async def stream() -> AsyncIterable[ServerSentEvent]:
    """What is posted from now on."""
    grown = asyncio.Event()
    readers.add(grown)
    place = len(events)
    yield ServerSentEvent(retry=1_000)
    try:
        while True:
            grown.clear()
            while place < len(events):
                place += 1
                yield ServerSentEvent(data=events[place - 1], id=str(place))
            await grown.wait()
    finally:
        readers.discard(grown)


@app.post("/events", status_code=201)
async def add(new: list[dict[str, Any]]) -> int:
    """Keep them, and tell the readers."""
    events.extend(new)
    for grown in readers:
        grown.set()
    return len(events)


if __name__ == "__main__":
    with socket.create_server(("127.0.0.1", 0)) as listening:
        print(listening.getsockname()[1], flush=True)
        config = uvicorn.Config(app, loop="uvloop", http="httptools", access_log=False, log_level="warning")
        uvicorn.Server(config).run(sockets=[listening])
