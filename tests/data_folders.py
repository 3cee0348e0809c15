"""Where a service keeps its record, with an organization and a key already: made once a process, copied for each test.

To make the server, its tables and the organization takes a processor some three seconds, to copy them a tenth of one.
"""

import subprocess
from pathlib import Path
from typing import NamedTuple, Self

import pytest

from tests.service_process import A_SYSTEMS_KEY, ServiceProcess


class DataFolder(NamedTuple):
    """Where a service keeps its record, and a key for all that a system may do there."""

    path: Path
    key: str

    def copied(self, to: Path) -> Self:
        """A copy, as whoever owns the files."""
        subprocess.run(["cp", "-a", f"{self.path}/.", to], check=True)
        return self._replace(path=to)


@pytest.fixture(scope="session")
def made_data_folder(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """One organization, as an operator makes it, to be copied."""
    path = tmp_path_factory.mktemp("data")
    service = ServiceProcess(path)
    service.command("organizations", "create", "Riverbend", "--time-zone", "America/Chicago")
    return DataFolder(path, service.command(*A_SYSTEMS_KEY))


@pytest.fixture
def data_folder(made_data_folder: DataFolder, tmp_path: Path) -> DataFolder:
    """A copy for this test."""
    return made_data_folder.copied(tmp_path)
