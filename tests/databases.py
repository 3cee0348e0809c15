"""Real PostgreSQL for tests: one embedded server for the whole run, a fresh migrated database for each module.

The fixtures below are loaded by tests/conftest.py; a test asks for them by name:

    async def test_something(store: EventStore, organization_id: UUID) -> None: ...

`database` gives the URLs for other needs (another pool, another role); it is made once a module, so tests of a
module share its tables but each `organization_id` is new. `fresh_database` is made anew for each test.

A test that runs a service over an embedded server of its own begins with `data_folder` (tests/data_folders.py), a copy
of one that is made already, and one that kills a process often begins its processes with tests/crash/nursery.py.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio

from service.bootstrap import prepare
from service.database.connection import open_pool
from service.database.embedded import DatabaseUrls, EmbeddedPostgres
from service.database.protection import see_only
from service.log.store import EventStore

TEMPLATE = "migrated"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedPostgres]:
    """The embedded server of the run, with a migrated database, builds of the projections included, to copy."""
    server = EmbeddedPostgres(tmp_path_factory.mktemp("server"))
    await asyncio.to_thread(server.start)
    await _hurry(server)
    await create_database(server, TEMPLATE, template="template0")
    await prepare(server.urls(TEMPLATE).owner)
    yield server
    await asyncio.to_thread(server.stop)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def database(server: EmbeddedPostgres) -> AsyncIterator[DatabaseUrls]:
    """A fresh, migrated database for this module."""
    async with _while_needed(server) as database:
        yield database


@pytest_asyncio.fixture(loop_scope="session")
async def fresh_database(server: EmbeddedPostgres) -> AsyncIterator[DatabaseUrls]:
    """A fresh, migrated database for this test."""
    async with _while_needed(server) as database:
        yield database


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pool(database: DatabaseUrls) -> AsyncIterator[asyncpg.Pool]:
    """Connections as the service's role."""
    async with await open_pool(database.app) as pool:
        yield pool


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def store(pool: asyncpg.Pool) -> AsyncIterator[EventStore]:
    """The store over `pool`."""
    store = EventStore(pool)
    yield store
    await store.close()


@pytest_asyncio.fixture(loop_scope="session")
async def organization_id(database: DatabaseUrls) -> UUID:
    """A new organization in the module's database."""
    return await new_organization(database)


async def new_organization(database: DatabaseUrls, time_zone: str = "America/Chicago") -> UUID:
    """Makes an organization, as an operator does."""
    organization_id = uuid4()
    owner = await asyncpg.connect(database.owner)
    try:
        async with owner.transaction():
            await owner.execute(see_only(organization_id))
            await owner.execute(
                "insert into log.organization (organization_id, name, time_zone) values ($1, 'Clinic', $2)",
                organization_id,
                time_zone,
            )
            await owner.execute("insert into log.log_head (organization_id) values ($1)", organization_id)
    finally:
        await owner.close()
    return organization_id


async def new_database(server: EmbeddedPostgres, template: str = TEMPLATE) -> DatabaseUrls:
    """Copies the migrated database (or, from template0, makes an empty one) and says where the copy is."""
    name = f"test_{uuid4().hex}"
    await create_database(server, name, template)
    return server.urls(name)


@asynccontextmanager
async def _while_needed(server: EmbeddedPostgres) -> AsyncIterator[DatabaseUrls]:
    """A copy of the migrated database that is removed afterwards: a run makes some hundred of them."""
    database = await new_database(server)
    yield database
    connection = await asyncpg.connect(server.urls("postgres").superuser)
    try:
        await connection.execute(f"drop database {urlsplit(database.app).path[1:]} with (force)")
    finally:
        await connection.close()


async def create_database(server: EmbeddedPostgres, name: str, template: str) -> None:
    """Makes a database owned by the owner's role."""
    connection = await asyncpg.connect(server.urls("postgres").superuser)
    try:
        await connection.execute(f"create database {name} template {template} owner care_timeline_owner")
    finally:
        await connection.close()


async def _hurry(server: EmbeddedPostgres) -> None:
    """Has the operating system write when it likes, and as little as may be, to what may be memory.

    What a test writes need not outlive the machine.
    """
    connection = await asyncpg.connect(server.urls("postgres").superuser)
    try:
        for setting in ("fsync = off", "full_page_writes = off", "max_wal_size = '128MB'"):
            await connection.execute(f"alter system set {setting}")
        await connection.execute("select pg_reload_conf()")
    finally:
        await connection.close()


def server_log(server: EmbeddedPostgres) -> str:
    """What the server has logged so far."""
    return Path(server.log_file).read_text(encoding="utf-8", errors="replace")
