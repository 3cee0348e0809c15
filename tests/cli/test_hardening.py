"""The service's processes leave no core files, cannot be looked into, and under root keep few powers."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import psutil
import pytest
import pytest_asyncio

from projections.catalogue import PROJECTIONS
from projections.projection import Projection
from service.database.embedded import DatabaseUrls
from service.deployment_keys import key_encryption_keys
from service.projector.rebuild_worker import begin
from service.runtime.hardening import Capability, dumpable
from tests.cli.command import environment_of
from tests.data_folders import DataFolder
from tests.service_process import ServiceProcess
from tests.system import settings_for

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="told by Linux's /proc")

NEEDS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root has powers to drop")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def service(
    made_data_folder: DataFolder, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[ServiceProcess]:
    """A service over an embedded server of its own, with a process of each kind."""
    service = ServiceProcess(made_data_folder.copied(tmp_path_factory.mktemp("data")).path)
    yield await service.start("--workers", "2")
    await service.stop()


async def test_no_process_of_the_service_leaves_a_core_file_or_gains_powers(service: ServiceProcess) -> None:
    processes = [
        service.first_process(),
        *service.processes("api"),
        *service.processes("projector"),
        *service.postgresql(),
    ]

    assert len(processes) > 4
    for process in processes:
        assert "Max core file size        0                    0 " in told(process, "limits")
        assert "NoNewPrivs:\t1" in told(process, "status")


@NEEDS_ROOT
async def test_under_root_it_keeps_what_running_the_server_as_another_user_takes(service: ServiceProcess) -> None:
    for process in (service.first_process(), *service.processes("api"), *service.processes("projector")):
        assert powers(process, "CapPrm") <= set(Capability)
        assert powers(process, "CapBnd") <= set(Capability)
    assert service.postgresql()
    for process in service.postgresql():
        assert powers(process, "CapPrm") == set()


@NEEDS_ROOT
def test_under_root_a_database_elsewhere_takes_fewer_powers(database: DatabaseUrls, tmp_path: Path) -> None:
    command = "from pathlib import Path; from service.cli.run_command import run\n"
    command += "async def work(_): return Path('/proc/self/status').read_text()\nprint(run(work))"
    environment = {**os.environ, **{name: said or "" for name, said in environment_of(database, tmp_path).items()}}
    done = subprocess.run([sys.executable, "-c", command], env=environment, capture_output=True, text=True, check=True)

    kept = {Capability.DAC_OVERRIDE, Capability.DAC_READ_SEARCH, Capability.NET_BIND_SERVICE}
    for which in ("CapPrm", "CapEff", "CapBnd"):
        assert numbers(done.stdout, which) <= kept


def test_a_process_of_a_command_cannot_be_looked_into() -> None:
    command = "from service.cli.run_command import run; from service.runtime.hardening import dumpable\n"
    command += "async def work(_): return dumpable()\n"
    done = subprocess.run(
        [sys.executable, "-c", f"{command}print(dumpable(), run(work))"], capture_output=True, text=True, check=True
    )

    assert done.stdout == "True False\n"


def test_a_worker_of_a_rebuild_cannot_be_looked_into(database: DatabaseUrls, tmp_path: Path) -> None:
    keks = key_encryption_keys(settings_for(database, tmp_path))
    with ProcessPoolExecutor(
        1, get_context("spawn"), initializer=begin, initargs=(database.owner, keks, catalogue)
    ) as pool:
        assert not pool.submit(dumpable).result()


def catalogue() -> Sequence[Projection[Any]]:
    return PROJECTIONS


def told(process: psutil.Process, file: str) -> str:
    return Path(f"/proc/{process.pid}/{file}").read_text("ascii", errors="replace")


def powers(process: psutil.Process, which: str) -> set[int]:
    """The numbers of the capabilities in one of the process's sets."""
    return numbers(told(process, "status"), which)


def numbers(status: str, which: str) -> set[int]:
    line = next(line for line in status.splitlines() if line.startswith(which))
    return {number for number in range(64) if int(line.split()[1], 16) >> number & 1}
