"""Followers over the module's database."""

from collections.abc import AsyncIterator

import pytest_asyncio

from service.database.embedded import DatabaseUrls
from service.following.wakeups import Wakeups
from tests.following.noted import make_table


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def _table(database: DatabaseUrls) -> None:
    await make_table(database)


@pytest_asyncio.fixture(loop_scope="session")
async def wakeups(database: DatabaseUrls) -> AsyncIterator[Wakeups]:
    """Nobody tells it anything: followers look for themselves, ten times a second."""
    wakeups = Wakeups(database.app, look_seconds=0.1)
    yield wakeups
    await wakeups.close()
