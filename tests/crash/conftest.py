"""A service over a data folder that has an organization and a key already: made once, and copied for each test."""

import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.crash.data_folder import DataFolder
from tests.service_process import A_SYSTEMS_KEY, ServiceProcess


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """One organization, as an operator makes it."""
    path = tmp_path_factory.mktemp("data")
    service = ServiceProcess(path)
    service.command("organizations", "create", "Riverbend", "--time-zone", "America/Chicago")
    return DataFolder(path, service.command(*A_SYSTEMS_KEY))


@pytest.fixture
def data_folder(template: DataFolder, tmp_path: Path) -> DataFolder:
    """A copy, as whoever owns the files."""
    subprocess.run(["cp", "-a", f"{template.path}/.", tmp_path], check=True)
    return template._replace(path=tmp_path)


@pytest.fixture
async def service(data_folder: DataFolder) -> AsyncIterator[ServiceProcess]:
    """A service over the copy, to be started."""
    service = ServiceProcess(data_folder.path)
    yield service
    await service.close()


@pytest.fixture
def key(data_folder: DataFolder) -> str:
    """A key for the service."""
    return data_folder.key
