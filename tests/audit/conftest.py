"""A log of its own for each test."""

from uuid import UUID

import asyncpg
import pytest_asyncio

from service.database.embedded import DatabaseUrls
from service.log.store import EventStore
from tests.audit.logs import Log


@pytest_asyncio.fixture(loop_scope="session")
async def log(pool: asyncpg.Pool, store: EventStore, database: DatabaseUrls, organization_id: UUID) -> Log:
    """The log of a new organization."""
    return Log(organization_id, pool, store, database)
