"""A service over a data folder that has an organization and a key already."""

from collections.abc import AsyncIterator

import pytest

from tests.data_folders import DataFolder
from tests.service_process import ServiceProcess


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
