"""The API on a socket, in this process."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import TYPE_CHECKING

import uvicorn
from fastapi import FastAPI

from service.api.app import create_app
from service.bootstrap import System
from service.runtime.gc_tuning import tune_gc
from service.serving.http_protocol import HttpLimits, HttpProtocol, http_protocol
from service.serving.stopping import GRACE_SECONDS, asked_to_stop, set_when_signalled
from service.serving.tracing import Traces
from service.settings import Settings

if TYPE_CHECKING:
    from service.serving.metrics import Metrics

_CANCEL_SECONDS = 1  # how long uvicorn then waits for connections to close before it cancels what has not ended


async def serve_api(
    settings: Settings,
    open_system: Callable[[], AbstractAsyncContextManager[System]],
    listening: socket.socket,
    announce: Callable[[], None],
    stopping: asyncio.Event | None = None,
) -> None:
    """Answer requests until a signal asks to stop (Ctrl-C, SIGTERM) or `stopping` is set.

    `announce` is called once the system is open and requests are taken. Raises TracingMissing, and what opening
    the system raises.
    """
    failures: list[Exception] = []
    metrics, traces = _metrics(settings), Traces.of(settings)

    with asked_to_stop(stopping) as asked:

        @asynccontextmanager
        async def opened() -> AsyncIterator[System]:
            try:
                async with (
                    open_system() as system,
                    metrics.looking(system) if metrics else nullcontext(),
                    traces.sending() if traces else nullcontext(),
                ):
                    # Again, since uvicorn has taken the signals for itself before it runs the lifespan.
                    set_when_signalled(asked)
                    tune_gc()
                    announce()
                    yield system
            except Exception as error:
                failures.append(error)
                raise

        # Callers wait from now on, and are not refused, until uvicorn takes their requests.
        listening.listen()
        app = create_app(
            opened,
            allowed_origins=settings.allowed_origins,
            count=metrics.request if metrics else None,
            tracer=traces.tracer if traces else None,
        )
        server = uvicorn.Server(_config(app, settings))
        ending = asyncio.create_task(_end(server, app, asked))
        try:
            await server.serve(sockets=[listening])
        except SystemExit:
            # So uvicorn leaves when the lifespan fails, whose error it has turned into a line of the log.
            if not failures:
                raise
        finally:
            ending.cancel()
    for failure in failures:
        raise failure


def _metrics(settings: Settings) -> "Metrics | None":
    if settings.metrics_port is None:
        return None
    from service.serving.metrics import Metrics

    return Metrics()


def _config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    limits = HttpLimits(settings.max_connections, settings.request_head_seconds, settings.request_body_seconds)
    return uvicorn.Config(
        app,
        lifespan="on",
        http=http_protocol(limits),
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=[str(proxy) for proxy in settings.trusted_proxies],
        timeout_graceful_shutdown=_CANCEL_SECONDS,
    )


async def _end(server: uvicorn.Server, app: FastAPI, stopping: asyncio.Event) -> None:
    await stopping.wait()
    for connection in server.server_state.connections:
        if isinstance(connection, HttpProtocol):
            connection.hasten()
    await app.state.requests.drain(GRACE_SECONDS)
    server.should_exit = True
