"""The service as the first process of a container that has no init."""

import asyncio
import os
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import psutil
import pytest

from tests.service_process import ServiceProcess

CONTAINER = ("unshare", "--pid", "--fork", "--mount-proc", "--kill-child")


def _allowed() -> bool:
    return bool(shutil.which(CONTAINER[0])) and not subprocess.run([*CONTAINER, "true"], check=False).returncode


pytestmark = pytest.mark.skipif(not _allowed(), reason="this machine makes no namespaces of processes")


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[ServiceProcess]:
    """A service over an embedded server of its own."""
    service = ServiceProcess(tmp_path)
    yield service
    await service.close()


async def test_it_waits_for_the_dead_serves_on_and_ends_in_order(service: ServiceProcess) -> None:
    await service.start(inside=CONTAINER)
    first = service.serving_process()
    assert _pid_inside(first) == 1
    killed = {each.pid for each in service.postgresql()}
    assert await asyncio.to_thread(service.kill_postgresql) > 1

    await _until(lambda: bool(service.postgresql()))
    async with httpx.AsyncClient(base_url=service.address) as http:
        async with asyncio.timeout(15):
            while (await http.get("/readyz")).status_code != 200:  # noqa: ASYNC110 nobody tells
                await asyncio.sleep(0.1)
    await _until(lambda: not [pid for pid in killed if psutil.pid_exists(pid)])
    dead = [each for each in first.children(recursive=True) if each.status() == psutil.STATUS_ZOMBIE]
    os.kill(first.pid, signal.SIGTERM)

    assert dead == []
    assert await service.ended() == 0
    assert service.postgresql() == []


def _pid_inside(process: psutil.Process) -> int:
    """Its number as the namespace has it."""
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("NSpid")).split()[-1])


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(15):
        while not condition():  # noqa: ASYNC110 nobody tells
            await asyncio.sleep(0.1)
