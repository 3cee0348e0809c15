"""A service for the module, whose limits are short."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
import pytest_asyncio

from service.access.caller import KeyRole
from service.bootstrap import System
from service.database.embedded import DatabaseUrls
from tests.databases import new_organization
from tests.http.live import Live, serving

LIMITS = {"max_connections": 40, "request_head_seconds": 1, "request_body_seconds": 1, "request_seconds": 5}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def counselor_of(database: DatabaseUrls, system: System) -> tuple[UUID, str]:
    """An organization, and a counselor's key of it."""
    organization_id = await new_organization(database)
    _, key = await system.api_keys.create(organization_id, "ana", KeyRole.COUNSELOR)
    return organization_id, key


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def live(
    database: DatabaseUrls, counselor_of: tuple[UUID, str], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Live]:
    """The service."""
    with serving(database, *counselor_of, tmp_path_factory.mktemp("http"), LIMITS) as live:
        yield live
