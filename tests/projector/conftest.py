"""What tests of the projector share."""

from collections.abc import AsyncIterator

import pytest

from projections.catalogue import PROJECTIONS
from service.bootstrap import System
from service.database.embedded import DatabaseUrls
from tests.projector.broken import Broken
from tests.projector.systems import system_of


@pytest.fixture
def broken() -> Broken:
    """A projection that fails at missed sessions until it is mended."""
    return Broken(PROJECTIONS[0])


@pytest.fixture
async def system_with_broken(database: DatabaseUrls, broken: Broken) -> AsyncIterator[System]:
    """A system with one projection that has a defect."""
    async with system_of(database, (broken.projection, *PROJECTIONS[1:])) as system:
        yield system
