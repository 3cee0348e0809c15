"""How a process learns that it is to stop."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

SIGNALS = (signal.SIGINT, signal.SIGTERM)

GRACE_SECONDS = 20
"""How long requests under way may take to end once the service is asked to stop, while new ones are refused."""


@contextmanager
def asked_to_stop(stopping: asyncio.Event | None = None) -> Iterator[asyncio.Event]:
    """An event, a new one unless given, that is set when a signal asks to stop (Ctrl-C, SIGTERM).

    Once it has, further signals change nothing: what is left to do, such as stopping PostgreSQL, is done in order.
    """
    stopping = stopping or asyncio.Event()
    set_when_signalled(stopping)
    try:
        yield stopping
    finally:
        if not stopping.is_set():
            for number in SIGNALS:
                asyncio.get_running_loop().remove_signal_handler(number)


def set_when_signalled(event: asyncio.Event) -> None:
    """From now on, have the signals that ask to stop set the event, and do nothing else."""
    for number in SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, event.set)


@contextmanager
def set_when_parent_is_gone(event: asyncio.Event) -> Iterator[None]:
    """Sets the event when standard input ends, which the process that started this one holds open as long as it lives.

    So nobody is left behind by a parent that was killed, and went without a word.
    """
    loop = asyncio.get_running_loop()
    descriptor = sys.stdin.fileno()

    def look() -> None:
        if not os.read(descriptor, 1):
            loop.remove_reader(descriptor)
            event.set()

    loop.add_reader(descriptor, look)
    try:
        yield
    finally:
        loop.remove_reader(descriptor)
