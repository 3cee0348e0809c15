"""One service, a process of its own, for all stories; each story has a clinic of its own."""

from collections.abc import AsyncIterator
from datetime import datetime

import pytest
import pytest_asyncio

from tests.client_package import generated

generated()
pytest.register_assert_rewrite("tests.scenarios.circle")

from service.bootstrap import Addresses, connected  # noqa: E402
from service.database.embedded import EmbeddedPostgres  # noqa: E402
from service.runtime import clock  # noqa: E402
from tests.api.live import running_service  # noqa: E402
from tests.databases import new_database  # noqa: E402
from tests.scenarios.circle import Service  # noqa: E402
from tests.system import settings_for  # noqa: E402


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def service(server: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """The running service."""
    database = await new_database(server)
    folder = tmp_path_factory.mktemp("service")
    addresses = Addresses(database.app, database.owner)
    async with (
        connected(settings_for(database, folder), addresses) as system,
        running_service(database, system, folder) as live,
    ):
        yield Service(live.address, system, database)


@pytest.fixture
def now() -> datetime:
    """The moment from which a story counts its days back."""
    return clock.now()
