"""The API on a socket, in this process."""

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from service.api.app import create_app
from service.bootstrap import System
from service.runtime.gc_tuning import tune_gc
from service.serving.http_protocol import HttpLimits, http_protocol
from service.settings import Settings

GRACE_SECONDS = 20
"""How long requests under way may take to end once the service is asked to stop."""


async def serve_api(
    system: System, listening: socket.socket, announce: Callable[[], None], stopping: asyncio.Event | None = None
) -> None:
    """Answer requests until a signal asks to stop (Ctrl-C, SIGTERM) or `stopping` is set.

    `announce` is called once requests are taken.
    """
    tune_gc()
    server = _Server(system, announce)
    ending = asyncio.create_task(_end(server, stopping or asyncio.Event()))
    try:
        await server.serve(sockets=[listening])
    finally:
        ending.cancel()


async def _end(server: uvicorn.Server, stopping: asyncio.Event) -> None:
    await stopping.wait()
    server.should_exit = True


def _limits(settings: Settings) -> HttpLimits:
    return HttpLimits(settings.max_connections, settings.request_head_seconds, settings.request_body_seconds)


class _Server(uvicorn.Server):
    """uvicorn, which ends in order when a signal asks it to, instead of raising the signal again afterwards."""

    def __init__(self, system: System, announce: Callable[[], None]) -> None:
        config = uvicorn.Config(
            create_app(system),
            lifespan="off",
            http=http_protocol(_limits(system.settings)),
            ws="none",
            access_log=False,
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._announce()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        signals = (signal.SIGINT, signal.SIGTERM)
        for number in signals:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in signals:
                loop.remove_signal_handler(number)
