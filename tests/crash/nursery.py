"""Where processes come from that are killed: each is a copy of one that has everything imported already.

So a kill costs no second of a processor.
"""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]

PROGRAM = """
import os, signal, sys
{imports}

signal.signal(signal.SIGCHLD, signal.SIG_IGN)
print("ready", flush=True)
for _ in sys.stdin:
    inherited, held_open = os.pipe()
    started = os.fork()
    if not started:
        os.dup2(inherited, sys.stdin.fileno())
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        {work}
        os._exit(0)
    print(started, flush=True)
"""
"""Starts one for each line, and tells its id."""


class Nursery:
    """Starts processes and kills them."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.living: list[int] = []

    async def start(self) -> None:
        """Start one more."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(b"\n")
        self.living.append(int(await self._process.stdout.readline()))

    def kill(self, place: int) -> None:
        """As a power cut does: no last word."""
        os.kill(self.living.pop(place), signal.SIGKILL)


@asynccontextmanager
async def nursery(
    imports: str, work: str, *arguments: str, environment: Mapping[str, str] | None = None
) -> AsyncIterator[Nursery]:
    """A nursery of processes that do this work, a line of Python, after these imports; none is left behind."""
    program = PROGRAM.format(imports=imports, work=work)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program, *arguments),
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        stdin=PIPE,
        stdout=PIPE,
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    nursery = Nursery(process)
    yield nursery
    while nursery.living:
        nursery.kill(0)
    process.kill()
    await process.wait()
