"""The application over the module's system, and a clinic with a key for each test."""

from collections.abc import AsyncIterator
from contextlib import nullcontext
from uuid import UUID

import httpx
import pytest_asyncio
from fastapi import FastAPI

from service.access.caller import KeyRole
from service.api.app import create_app
from service.bootstrap import System
from service.database.embedded import DatabaseUrls
from tests.api.clinic import Clinic
from tests.databases import new_organization


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(system: System) -> AsyncIterator[FastAPI]:
    """The application, started."""
    app = create_app(lambda: nullcontext(system))
    async with app.router.lifespan_context(app):
        yield app


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """HTTP to the application, without a key."""
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://care-timeline.test") as http:
        yield http


@pytest_asyncio.fixture(loop_scope="session")
async def clinic(http: httpx.AsyncClient, system: System, organization_id: UUID) -> Clinic:
    """A clinic of its own, calling with a counselor's key."""
    return await _clinic(http, system, organization_id)


@pytest_asyncio.fixture(loop_scope="session")
async def other_clinic(http: httpx.AsyncClient, system: System, database: DatabaseUrls) -> Clinic:
    """Another organization, which must see nothing of the first."""
    return await _clinic(http, system, await new_organization(database))


async def _clinic(http: httpx.AsyncClient, system: System, organization_id: UUID) -> Clinic:
    _, key = await system.api_keys.create(organization_id, "ana", KeyRole.COUNSELOR)
    return Clinic(http, system, organization_id, key)
