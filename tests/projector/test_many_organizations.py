"""The projector among 2,000 organizations: the ten that record are projected, the others cause no work."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from unittest.mock import patch
from uuid import UUID, uuid4

import asyncpg
import pytest

from service import bootstrap
from service.access.caller import SCOPES_OF_ROLE, Caller, KeyRole
from service.bootstrap import System
from service.database.embedded import DatabaseUrls, EmbeddedPostgres
from service.following.cursors import wait_for
from service.projector.builds import KNOWN_SECONDS
from service.serving.projecting import project
from tests.builders import check_in, registered
from tests.following.crowd import AWAKE, counting_pool, crowded_database, ten_more
from tests.projector.comparing import assert_equal_to_fresh_folds
from tests.projector.systems import system_of
from tests.system import draft

APPENDS = 6
SCOPED = re.compile(r"begin; set local [\w.]+ = '([\w-]+)'")


@pytest.fixture
async def crowded(server: EmbeddedPostgres, system: System) -> DatabaseUrls:
    """2,000 organizations that sleep, whose logs the projector has followed to their ends."""
    return await crowded_database(server, system.followers())


@pytest.fixture
async def recording(crowded: DatabaseUrls) -> AsyncIterator[System]:
    """The process that records, which is not the one that projects."""
    async with system_of(crowded) as system:
        yield system


async def test_ten_that_record_are_projected_and_2000_that_sleep_cause_no_statement(
    crowded: DatabaseUrls, recording: System
) -> None:
    awake, statements = await ten_more(crowded), list[str]()
    callers = [Caller(each, uuid4(), "ana", KeyRole.COUNSELOR, SCOPES_OF_ROLE[KeyRole.COUNSELOR]) for each in awake]

    async def counted(url: str) -> asyncpg.Pool:
        return await counting_pool(url, statements)

    with patch.object(bootstrap, "open_pool", counted):
        async with system_of(crowded, signs=False) as projecting:
            stopping, began = asyncio.Event(), time.monotonic()
            running = asyncio.create_task(project(projecting, stopping))
            await asyncio.sleep(0.3)
            statements.clear()

            clients = [uuid4() for _ in awake]
            for number in range(APPENDS):
                drafts = [draft(check_in() if number else registered())]
                await asyncio.gather(
                    *(
                        recording.recorder.record(caller, client, drafts, new_client=not number)
                        for caller, client in zip(callers, clients, strict=True)
                    )
                )
                await _followed(recording, awake, number + 1)
            took = time.monotonic() - began
            found = list(statements)
            stopping.set()
            await running
            looks = took / projecting.wakeups.look_seconds + 3

    scopes = [match.group(1) for match in map(SCOPED.match, found) if match]
    assert set(map(UUID, scopes)) == set(awake), "no statement is about an organization that sleeps"
    assert len(scopes) <= AWAKE * (APPENDS * 2 + 2), (
        "a turn for each time it recorded, and a look whether there is more"
    )
    assert sum("following.behind" in statement for statement in found) <= looks
    assert sum("FROM projection.build" in statement for statement in found) <= took / KNOWN_SECONDS + 1
    for organization_id in awake:
        assert await assert_equal_to_fresh_folds(recording, organization_id) == 1


async def _followed(system: System, organizations: list[UUID], position: int) -> None:
    for organization_id in organizations:
        for name in system.builds.names():
            assert await wait_for(system.pool, organization_id, name, position, seconds=10)
