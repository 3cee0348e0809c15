"""Servers in processes of their own, as operators start them."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import IO, NamedTuple

from benchmarks.ground import BenchmarkClinic

_CLI = "from service.cli.main import app; app()"

SERVE = ("-c", _CLI, "serve", "--port", "0")
"""The service: the API, and the projector in a process of its own beside it."""

SERVE_API = (*SERVE, "--no-projector")
"""The API alone."""

_FIRST_ONLY = "import projections.catalogue as c; c.PROJECTIONS = c.PROJECTIONS[:1]; "

PROJECT_ALL = ("-c", _CLI, "project")
PROJECT_ONE = ("-c", _FIRST_ONLY + _CLI, "project")
"""The projector alone: with all projections, and with the first of the catalogue only."""

BARE_ENDPOINT = ("-m", "benchmarks.bare_endpoint")
"""The bare endpoint; the URL of its database follows."""


class Server(NamedTuple):
    """A server that answers."""

    port: int
    pid: int


@asynccontextmanager
async def serving(clinic: BenchmarkClinic, *arguments: str) -> AsyncIterator[int]:
    """A server; the port on which it listens."""
    async with server(clinic, *arguments) as started:
        yield started.port


@asynccontextmanager
async def server(
    clinic: BenchmarkClinic,
    *arguments: str,
    settings: Mapping[str, str] | None = None,
    log: IO[bytes] | int = subprocess.DEVNULL,
) -> AsyncIterator[Server]:
    """A server with settings of its own, in the environment's words; `log` is where its standard error goes."""
    async with _process(clinic, *arguments, stdout=subprocess.PIPE, stderr=log, settings=settings) as process:
        assert process.stdout
        said = (await process.stdout.readline()).decode()
        found = re.search(r"(\d+)\s*$", said)
        assert found, f"{arguments} did not start: {said}"
        yield Server(int(found[1]), process.pid)


@asynccontextmanager
async def projecting(clinic: BenchmarkClinic, *arguments: str) -> AsyncIterator[None]:
    """A projector, at work while the context lasts."""
    async with _process(clinic, *arguments, stdout=subprocess.DEVNULL):
        yield


@asynccontextmanager
async def _process(
    clinic: BenchmarkClinic,
    *arguments: str,
    stdout: int,
    stderr: IO[bytes] | int = subprocess.DEVNULL,
    settings: Mapping[str, str] | None = None,
) -> AsyncIterator[asyncio.subprocess.Process]:
    assert clinic.settings.key_encryption_keys
    environment = {
        **os.environ,
        "CARE_TIMELINE_DATABASE_URL": clinic.urls.app,
        "CARE_TIMELINE_KEY_ENCRYPTION_KEYS": clinic.settings.key_encryption_keys.get_secret_value(),
        # One key sends all that can be answered; counting it costs what it costs.
        "CARE_TIMELINE_REQUESTS_PER_MINUTE": "100000000",
        "CARE_TIMELINE_REQUESTS_AT_ONCE": "100000000",
        **(settings or {}),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, env=environment, stdout=stdout, stderr=stderr
    )
    try:
        yield process
    finally:
        process.terminate()
        await process.wait()
