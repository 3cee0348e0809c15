"""The service as a process of its own, on a port of this machine, logging into a file."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from service.access.caller import KeyRole
from service.bootstrap import System
from service.database.embedded import DatabaseUrls
from tests.api.clinic import Clinic
from tests.databases import new_organization
from tests.system import KEY_ENCRYPTION_KEY, SIGNING_KEY

START_SECONDS = 60


@dataclass(frozen=True)
class Live:
    """A running service: where it listens, where it logs, and a clinic that calls it."""

    address: str
    log_file: Path
    clinic: Clinic


@asynccontextmanager
async def running_service(database: DatabaseUrls, system: System, folder: Path) -> AsyncIterator[Live]:
    """The service over this database, as a process of its own. `system` makes a key beside it, as operators do."""
    organization_id = await new_organization(database)
    _, key = await system.api_keys.create(organization_id, "ana", KeyRole.COUNSELOR)
    log_file = folder / "service.log"
    with socket.create_server(("127.0.0.1", 0)) as listening, log_file.open("wb") as log:
        # asyncio does this for sockets that it opens itself; without it answers wait 40 ms for an acknowledgement.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        process = _start(listening, database, folder, log.fileno())
        try:
            await asyncio.to_thread(_wait_until_ready, address, process, log_file)
            async with httpx.AsyncClient(base_url=address) as http:
                yield Live(address, log_file, Clinic(http, system, organization_id, key))
        finally:
            process.terminate()
            await asyncio.to_thread(process.wait, START_SECONDS)


def _start(listening: socket.socket, database: DatabaseUrls, folder: Path, log: int) -> subprocess.Popen[bytes]:
    descriptor = listening.fileno()
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "uvicorn", "--factory", "service.serving.factory:app"),
            *("--http", "service.serving.http_protocol:HttpProtocol", "--fd", str(descriptor)),
        ],
        cwd=Path(__file__).parents[2],
        env={
            **os.environ,
            "CARE_TIMELINE_DATABASE_URL": database.app,
            "CARE_TIMELINE_KEY_ENCRYPTION_KEYS": KEY_ENCRYPTION_KEY.get_secret_value(),
            "CARE_TIMELINE_SIGNING_KEYS": SIGNING_KEY.get_secret_value(),
            "CARE_TIMELINE_CHECKPOINT_ORIGIN": "clinic.example",
            "CARE_TIMELINE_DATA_DIR": str(folder),
            "CARE_TIMELINE_LOG_LEVEL": "debug",
        },
        pass_fds=[descriptor],
        stdout=log,
        stderr=log,
    )


def _wait_until_ready(address: str, process: subprocess.Popen[bytes], log_file: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            assert httpx.get(f"{address}/readyz").status_code == 200
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"The service did not start: {log_file.read_text()}")
