"""The API on a port of this machine, in the tests' own process: what it holds meanwhile can be looked at."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext

import uvicorn

from service.api.app import create_app
from service.bootstrap import System
from service.serving.http_protocol import HttpLimits, http_protocol
from service.serving.stopping import GRACE_SECONDS


class _Server(uvicorn.Server):
    """Signals are the tests' own."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def served(
    system: System,
    limits: HttpLimits = HttpLimits(),  # noqa: B008 immutable
    *,
    drained: bool = True,
) -> AsyncIterator[str]:
    """The API over the system; its address. It ends as `serve` does; not `drained`, as any ASGI server has it end."""
    app = create_app(lambda: nullcontext(system))
    config = uvicorn.Config(
        app, lifespan="on", http=http_protocol(limits), ws="none", access_log=False, log_config=None
    )
    server = _Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            if drained:
                await app.state.requests.drain(GRACE_SECONDS)
            server.should_exit = True
            async with asyncio.timeout(20):
                await serving
