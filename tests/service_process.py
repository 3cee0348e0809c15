"""The service as a process of its own, over an embedded server in its data folder, to be killed."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

import httpx
import psutil

COMMAND = (sys.executable, "-c", "from service.cli.main import app; app()")

A_SYSTEMS_KEY = ("keys", "create", "--role", "system", "--name", "text-line", "--scope", "system/*.cruds")
"""The command that makes a key for all that a system may do."""


class ServiceProcess:
    """One `care-timeline serve` at a time over one data folder."""

    def __init__(self, data_dir: Path) -> None:
        self._environment = {**os.environ, "CARE_TIMELINE_DATA_DIR": str(data_dir)}
        self._cluster = data_dir / "postgres" / "cluster"
        self._process: asyncio.subprocess.Process | None = None
        self._inside = False
        self.address = ""

    def command(self, *arguments: str) -> str:
        """What another command of the command line prints; it must end well."""
        done = subprocess.run(
            [*COMMAND, *arguments], env=self._environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout.strip()

    async def start(self, *options: str, before: str = "", inside: Sequence[str] = (), log: Path | None = None) -> Self:
        """Start it and wait until it has told its address.

        `before` is Python to run first, `inside` a command that runs it, `log` a file for what it logs.
        """
        python, c, program = COMMAND
        self._inside = bool(inside)
        with (log or Path(os.devnull)).open("wb") as logged:
            self._process = await asyncio.create_subprocess_exec(
                *inside, python, c, before + program, "serve", "--port", "0", *options,
                env=self._environment, stdout=asyncio.subprocess.PIPE, stderr=logged,
            )  # fmt: skip
        assert self._process.stdout is not None
        while line := (await self._process.stdout.readline()).decode():
            if "http://" in line:
                self.address = line[line.index("http://") :].strip()
                return self
        raise AssertionError("the service ended before it told its address")

    async def kill(self) -> None:
        """As a power cut does: no last word."""
        assert self._process is not None
        self._process.kill()
        await self._process.wait()

    def first_process(self) -> psutil.Process:
        """The process that was started."""
        assert self._process is not None
        return psutil.Process(self._process.pid)

    def serving_process(self) -> psutil.Process:
        """The process that serves: the one that was started, or what it runs inside of it."""
        return self.first_process().children()[0] if self._inside else self.first_process()

    async def ended(self) -> int:
        """The exit code, once it has ended by itself."""
        assert self._process is not None
        async with asyncio.timeout(60):
            return await self._process.wait()

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal to the process that was started, and to no other."""
        assert self._process is not None
        self._process.send_signal(number)

    async def stop(self) -> int | None:
        """As an operator does; the exit code, or None when it never began."""
        if self._process is None:
            return None
        if self._process.returncode is None:
            self.serving_process().send_signal(signal.SIGTERM)
        return await self.ended()

    async def close(self) -> None:
        """Stop it, and end the PostgreSQL that a service leaves running when it is killed."""
        try:
            await self.stop()
        except TimeoutError:
            await self.kill()
            raise
        finally:
            await asyncio.to_thread(self.kill_postgresql)

    def processes(self, role: str) -> list[psutil.Process]:
        """The processes that it has started to be the API's or the projector's."""
        assert self._process is not None
        started = psutil.Process(self._process.pid).children()
        return [each for each in started if _command(each)[-2:] == ["service.cli.child", role]]

    def postgresql(self) -> list[psutil.Process]:
        """Every process of its PostgreSQL server, the main one first; all of them work in the cluster's folder."""
        working = [
            process
            for process in psutil.process_iter(["name", "cwd", "ppid"])
            if process.info["name"] == "postgres" and process.info["cwd"] == str(self._cluster)
        ]
        ids = {process.pid for process in working}
        return sorted(working, key=lambda process: process.info["ppid"] in ids)

    def kill_postmaster(self) -> None:
        """Kill the main process of its PostgreSQL server; the others find out and end by themselves."""
        self.postgresql()[0].kill()

    def kill_postgresql(self) -> int:
        """Kill every process of its PostgreSQL server at once; how many there were."""
        processes = self.postgresql()
        for process in processes:
            with suppress(psutil.NoSuchProcess):  # one that served a connection may have ended meanwhile
                process.kill()
        psutil.wait_procs(processes, timeout=30)
        return len(processes)

    def crash_postgresql(self) -> None:
        """Kill one that serves a connection: the server ends all the others, recovers, and takes connections again."""
        serving = [process for process in self.postgresql() if "care_timeline_app" in " ".join(_command(process))]
        serving[0].kill()

    async def caught_up(self) -> None:
        """Wait until no projection lags."""
        async with httpx.AsyncClient(base_url=self.address, timeout=30) as http:
            for _ in range(600):
                ready = (await http.get("/readyz")).json()
                if all(each["lag"] == each["parked"] == 0 for each in ready["projections"]):
                    return
                await asyncio.sleep(0.1)
        raise AssertionError("projections still lag after a minute")


def _command(process: psutil.Process) -> list[str]:
    """What the process was started as; nothing when it has just ended."""
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []
