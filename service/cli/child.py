"""A process that `care-timeline serve` starts: it answers requests, or keeps the projections up to date."""

import asyncio
import os
import socket
import sys
from pathlib import Path

import typer

from service.bootstrap import connected
from service.cli.run_command import run
from service.runtime.gc_tuning import tune_gc
from service.serving.children import READY, Orders
from service.serving.projecting import project
from service.serving.stopping import asked_to_stop, set_when_parent_is_gone
from service.settings import Settings

NICENESS = 15
"""How much the projector's process gives way to the API's, where both want the processor."""


async def carry_out(orders: Orders, settings: Settings) -> None:
    """Do what was ordered until a signal asks to stop, or the parent is gone."""
    stopping = asyncio.Event()
    with set_when_parent_is_gone(stopping):
        if orders.listening is not None:
            from service.serving.api import serve_api  # the projector's process does without

            with socket.socket(fileno=orders.listening) as listening:
                await serve_api(
                    settings, lambda: connected(settings, orders.addresses), listening, _tell_ready, stopping
                )
        else:
            os.nice(NICENESS)
            with asked_to_stop(stopping):
                async with connected(settings, orders.addresses) as system:
                    tune_gc()
                    _tell_ready()
                    await project(system, stopping)


def _tell_ready() -> None:
    """Tell the parent, which listens no further: what else is written goes nowhere."""
    os.write(sys.stdout.fileno(), READY)
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def main() -> int:
    """Carry out the orders of standard input; the exit code."""
    orders = Orders.read(sys.stdin.buffer)
    try:
        run(lambda settings: carry_out(orders, settings), quiet=False)
    except typer.Exit as exit_:
        return exit_.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
