"""How many processes serve, and which: the API in this one or in several, the projector beside it."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

import psutil

from service.bootstrap import Addresses, connected
from service.serving.children import Child, Orders
from service.serving.opening import connected_and_projecting, look_before_serving
from service.serving.scrapers import answering_scrapers
from service.serving.stopping import asked_to_stop
from service.settings import Settings


class Processes(NamedTuple):
    """What is to run."""

    workers: int = 1
    """How many processes answer requests."""
    projector: bool = True
    """Whether the projections are kept up to date here, and not by another command."""


async def serve(
    settings: Settings,
    addresses: Addresses,
    listening: socket.socket,
    announce: Callable[[], None],
    processes: Processes = Processes(),  # noqa: B008 immutable
) -> None:
    """Serve until a signal asks to stop (Ctrl-C, SIGTERM): then the API ends first, and the projector after it.

    `announce` is called once requests are taken. A process that dies is started again; when this one dies, its
    processes stop by themselves. Raises MigrationError, CannotServe, CannotListen, TracingMissing.
    """
    async with connected(settings, addresses) as system:
        await look_before_serving(system)
    apart = processes.projector and (processes.workers > 1 or cores() > 1)
    open_system = connected_and_projecting if processes.projector and not apart else connected
    with answering_scrapers(settings.metrics_host, settings.metrics_port):
        async with _running([Orders("projector", addresses)] if apart else []):
            if processes.workers > 1:
                await _serve_in_several(addresses, listening, announce, processes.workers)
            else:
                from service.serving.api import serve_api  # which the process that only starts others does not need

                await serve_api(settings, lambda: open_system(settings, addresses), listening, announce)


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else psutil.cpu_count() or 1


async def _serve_in_several(
    addresses: Addresses, listening: socket.socket, announce: Callable[[], None], workers: int
) -> None:
    with asked_to_stop() as stopping:
        # Listening here as well, so that callers wait, and are not refused, while a process is started again.
        listening.listen()
        async with _running([Orders("api", addresses, listening.fileno())] * workers):
            announce()
            await stopping.wait()


@asynccontextmanager
async def _running(orders: Sequence[Orders]) -> AsyncIterator[None]:
    """Processes that carry out the orders meanwhile; those of the API do so from the beginning. Raises CannotServe."""
    children = [Child(each) for each in orders]
    try:
        for child in children:
            await child.start()
        for child, each in zip(children, orders, strict=True):
            if each.role == "api":
                await child.ready()
            child.keep()
        yield
    finally:
        await asyncio.gather(*(child.stop() for child in children))
