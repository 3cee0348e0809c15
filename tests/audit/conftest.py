"""A log of its own for each test."""

from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from service.audit.log_kinds import LogKind
from service.database.embedded import DatabaseUrls
from service.log.store import EventStore
from tests.audit.logs import Log


@pytest_asyncio.fixture(loop_scope="session")
async def log(pool: asyncpg.Pool, store: EventStore, database: DatabaseUrls, organization_id: UUID) -> Log:
    """The log of a new organization."""
    return Log(organization_id, pool, store, database)


@pytest.fixture
def accesses(log: Log) -> Log:
    """The log of accesses of a new organization."""
    return log.of_kind(LogKind.ACCESSES)
