"""The running system for tests, over the module's database, and people who call it.

`system` is made once a module; `circle` gives callers of a new organization for each test.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest_asyncio
from pydantic import SecretStr

from domain.entry import Draft
from domain.events.base import Event
from domain.vocabulary.record import Precision
from service.access.access_records import Access, by_operator
from service.access.caller import SCOPES_OF_ROLE, Caller, KeyRole
from service.audit.signing_keys import new_signing_key
from service.bootstrap import Addresses, System, connected
from service.database.embedded import DatabaseUrls
from service.deployment_keys import new_key_encryption_key
from service.following.cursors import wait_for
from service.runtime import clock
from service.settings import Settings
from tests.builders import Moment, moment

KEY_ENCRYPTION_KEY = SecretStr(new_key_encryption_key())
SIGNING_KEY = SecretStr(new_signing_key())


def settings_for(database: DatabaseUrls, data_dir: Path) -> Settings:
    """Settings of a service over a database of the tests."""
    return Settings(
        database_url=SecretStr(database.app),
        owner_database_url=SecretStr(database.owner),
        data_dir=data_dir,
        key_encryption_keys=KEY_ENCRYPTION_KEY,
        signing_keys=SIGNING_KEY,
        checkpoint_origin="clinic.example",
        wrong_keys_per_minute=1_000,  # some tests try every route with a wrong one, from one address
    )


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def system(database: DatabaseUrls) -> AsyncIterator[System]:
    """The system, wired as in production, as the service's own role."""
    settings = settings_for(database, Path("unused"))
    async with connected(settings, Addresses(database.app, database.owner)) as system:
        yield system


@pytest_asyncio.fixture(loop_scope="session")
async def counselor(organization_id: UUID) -> Caller:
    """A counselor of a new organization."""
    return Caller(organization_id, uuid4(), "ana", KeyRole.COUNSELOR, SCOPES_OF_ROLE[KeyRole.COUNSELOR])


def access_to(organization_id: UUID) -> Access:
    """The access of whoever runs the organization's service."""
    return by_operator(organization_id, "a test")


def draft(event: Event, at: Moment | None = None, id_: UUID | None = None) -> Draft:
    """The event as a caller would ask to record it: by default it occurred now."""
    return Draft(id_ or uuid4(), event, moment(at) if at else clock.now(), Precision.INSTANT, "tests")


async def follow(system: System, organization_id: UUID) -> None:
    """Have the projector follow the organization's log up to its present end."""
    await system.builds.refresh()
    await system.follower().follow(organization_id)


async def followed(system: System, organization_id: UUID) -> None:
    """Wait until a projector, wherever it runs, has followed the organization's log up to its present end."""
    await system.builds.refresh()
    head = await system.store.log_head(organization_id)
    for name in system.builds.names():
        assert await wait_for(system.pool, organization_id, name, head, seconds=30), f"nobody follows as {name}"
