"""Processes that serve beside the one that was started, kept running until it stops."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO, Literal, NamedTuple

import structlog

from service.bootstrap import Addresses
from service.runtime.tracebacks import describe
from service.serving.stopping import GRACE_SECONDS

Role = Literal["api", "projector"]

COMMAND = (sys.executable, "-m", "service.cli.child")
READY = b"ready\n"
"""What a process writes to its standard output, once, when it does its work."""

_STOP_SECONDS = GRACE_SECONDS + 10
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 5.0
_LONG_ENOUGH = 30.0  # who has run so many seconds is started again at once

log = structlog.get_logger(__name__)


class CannotServe(Exception):
    """A process that was to serve ended before it did."""

    def __init__(self, role: Role, code: int) -> None:
        super().__init__(
            f"The process of the {role} ended as it began, with exit code {code}: what it said before tells why."
        )


class Orders(NamedTuple):
    """What a process is to do. They come by its standard input: an address may hold a password, which the list of
    processes would show."""

    role: Role
    addresses: Addresses
    listening: int | None = None
    """The descriptor of the socket that requests come in by."""

    def line(self) -> bytes:
        """The orders as one line."""
        return json.dumps(self).encode() + b"\n"

    @classmethod
    def read(cls, source: BinaryIO) -> "Orders":
        """The orders of a line. Raises ValueError when there is none."""
        role, addresses, listening = json.loads(source.readline())
        return cls(role, Addresses(*addresses), listening)


class Child:
    """One process, started again whenever it ends by itself."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._process: asyncio.subprocess.Process | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._lifeline: int | None = None
        """The end of the process's standard input that this one holds open, and lets go of by dying."""

    async def start(self) -> None:
        """Start the process; it may take a moment until it does its work. Raises OSError."""
        self._let_go()
        orders, self._lifeline = os.pipe()
        try:
            os.write(self._lifeline, self._orders.line())
            listening = self._orders.listening
            # A session of its own: Ctrl-C reaches the parent alone, which stops its processes in order.
            self._process = await asyncio.create_subprocess_exec(
                *COMMAND,
                self._orders.role,
                stdin=orders,
                stdout=subprocess.PIPE,
                pass_fds=() if listening is None else (listening,),
                start_new_session=True,
            )
        finally:
            os.close(orders)

    async def ready(self) -> None:
        """Wait until the process that was started does its work. Raises CannotServe when it ends before."""
        process = self._process
        assert process is not None
        assert process.stdout is not None
        if await process.stdout.readline() != READY:
            raise CannotServe(self._orders.role, await process.wait())

    def keep(self) -> None:
        """From now on start the process again whenever it ends."""
        self._keeping = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        """Ask the process to stop, and wait until it has; one that does not answer is killed."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.wait([self._keeping])
        if self._process is not None and self._process.returncode is None:
            await self._end(self._process)
        self._let_go()

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(_STOP_SECONDS):
                await process.wait()
        except TimeoutError:
            log.error("process_killed", role=self._orders.role, pid=process.pid)
            process.kill()
            await process.wait()

    async def _keep(self) -> None:
        pauses = _pauses()
        while self._process is not None:
            began = time.monotonic()
            code = await self._process.wait()
            if time.monotonic() - began > _LONG_ENOUGH:
                pauses = _pauses()
            pause = next(pauses)
            log.error("process_ended", role=self._orders.role, pid=self._process.pid, code=code, again_in_seconds=pause)
            await asyncio.sleep(pause)
            try:
                await self.start()
            except OSError as error:
                log.error("process_not_started", role=self._orders.role, error=describe(error))

    def _let_go(self) -> None:
        if self._lifeline is not None:
            os.close(self._lifeline)
            self._lifeline = None


def _pauses() -> Iterator[float]:
    pause = _FIRST_PAUSE
    while True:
        yield pause
        pause = min(pause * 2, _LONGEST_PAUSE)
