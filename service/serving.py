"""Serving: the API on a socket, in one process, with a catch-up in the background."""

import asyncio
import errno
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress

import asyncpg
import structlog
import uvicorn

from service.api.app import create_app
from service.bootstrap import System
from service.describing import describe
from service.garbage import look_seldom
from service.log.errors import StoreUnavailable
from service.projector.catch_up import catch_up

GRACE_SECONDS = 20
"""How long requests under way may take to end once the service is asked to stop."""

log = structlog.get_logger(__name__)


class CannotListen(Exception):
    """The address cannot be listened on; the message says what to do."""


class PortTaken(CannotListen):
    """Another program listens there."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(
            f"Another program listens on {host}, port {port}: stop it, or choose another port with --port;"
            " --port 0 takes one that is free."
        )


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises CannotListen."""
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with ExitStack() as stack:
            listening = stack.enter_context(socket.socket(family, kind, protocol))
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(where)
            stack.pop_all()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(host, port) from None
        raise CannotListen(
            f"Nobody can listen on {host}, port {port} ({error.strerror}): choose another with --host or --port."
        ) from None
    return listening


def address(listening: socket.socket) -> str:
    """The address under which a browser on this machine reaches the socket."""
    host, port = listening.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{shown}:{port}"


async def serve(system: System, listening: socket.socket, announce: Callable[[], None]) -> None:
    """Serve until a signal asks to stop (Ctrl-C, SIGTERM); `announce` is called once requests are taken."""
    look_seldom()
    async with _catching_up(system):
        await _Server(system, announce).serve(sockets=[listening])


@asynccontextmanager
async def _catching_up(system: System) -> AsyncIterator[None]:
    """Meanwhile, bring to the present what lags behind; the service answers all the same."""
    task = asyncio.create_task(_catch_up(system))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _catch_up(system: System) -> None:
    clients = 0
    try:
        for organization_id in await system.organizations.ids():
            async for done in catch_up(system.pool, system.projector, organization_id):
                clients += done
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, StoreUnavailable) as error:
        log.error("catch_up_stopped", error=describe(error), clients=clients)
    else:
        log.info("caught_up", clients=clients)


class _Server(uvicorn.Server):
    """uvicorn, which ends in order when a signal asks it to, instead of raising the signal again afterwards."""

    def __init__(self, system: System, announce: Callable[[], None]) -> None:
        config = uvicorn.Config(
            create_app(system),
            lifespan="off",
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
