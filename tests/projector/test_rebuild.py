"""A rebuild: beside the live tables, equal to them row for row, and unnoticed by readers and writers."""

import asyncio
from contextlib import aclosing
from uuid import UUID, uuid4

import asyncpg
import pytest

from domain.policy import Policy
from projections.catalogue import PROJECTIONS
from service.bootstrap import System
from service.care.caller import Caller
from service.database.connection import scoped
from service.database.embedded import DatabaseUrls
from service.log.keyring import KeyEncryptionKeys
from service.projector import rebuild as rebuilding
from service.projector.rebuild import Progress, rebuild
from service.settings import parse_key_encryption_keys
from tests.builders import check_in, lapse, registered, session
from tests.projector.comparing import assert_equal_to_fresh_folds
from tests.system import KEY_ENCRYPTION_KEY, draft

NAMES = [projection.name for projection in PROJECTIONS]
KEKS = KeyEncryptionKeys(parse_key_encryption_keys(KEY_ENCRYPTION_KEY.get_secret_value()))


async def run(database: DatabaseUrls, processes: int = 2) -> list[Progress]:
    return [step async for step in rebuild(database.owner, KEKS, Policy(), NAMES, processes=processes)]


@pytest.fixture
async def clients(system: System, counselor: Caller) -> list[UUID]:
    """Some clients with a few entries each."""
    made = [uuid4() for _ in range(30)]
    for client_id in made:
        drafts = [draft(event) for event in (registered(), session(), lapse(), check_in())]
        await system.recorder.record(counselor, client_id, drafts, new_client=True)
    return made


async def test_a_rebuild_mends_what_a_defect_left_and_equals_the_live_tables(
    system: System, counselor: Caller, database: DatabaseUrls, clients: list[UUID]
) -> None:
    async with scoped(system.pool, counselor.organization_id) as connection:
        await connection.execute("DELETE FROM projection.milestone_stretch")
        await connection.execute("UPDATE projection.care_plan SET last_session_at = NULL")

    steps = await run(database)

    assert steps[-1].done == steps[-1].total >= 4 * len(clients)
    assert steps[-1].failed_clients == 0
    assert await assert_equal_to_fresh_folds(system, counselor.organization_id) == len(clients)
    await system.recorder.record(counselor, clients[0], [draft(check_in())])
    assert await assert_equal_to_fresh_folds(system, counselor.organization_id) == len(clients)


async def test_recording_and_reading_go_on_during_a_rebuild(
    system: System, counselor: Caller, database: DatabaseUrls, clients: list[UUID]
) -> None:
    done = asyncio.Event()

    async def keep_recording() -> int:
        count = 0
        while not done.is_set():
            client_id = clients[count % len(clients)]
            await system.recorder.record(counselor, client_id, [draft(check_in())])
            count += 1
        return count

    async def keep_reading() -> int:
        count = 0
        while not done.is_set():
            async with scoped(system.pool, counselor.organization_id) as connection:
                plans = await connection.fetchval("SELECT count(*) FROM projection.care_plan")
            assert plans == len(clients), "a reader saw a half-built projection"
            count += 1
            await asyncio.sleep(0.01)
        return count

    work = [asyncio.create_task(keep_recording()), asyncio.create_task(keep_reading())]
    await run(database)
    done.set()
    recorded, read = await asyncio.gather(*work)

    assert recorded > 0
    assert read > 0
    assert await assert_equal_to_fresh_folds(system, counselor.organization_id) == len(clients)


async def test_an_interrupted_rebuild_goes_on_where_it_was(
    system: System,
    counselor: Caller,
    database: DatabaseUrls,
    clients: list[UUID],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rebuilding, "EVENTS_A_CHUNK", 20)
    async with aclosing(rebuild(database.owner, KEKS, Policy(), NAMES, processes=1)) as steps:
        async for step in steps:
            if step.done:
                assert step.done < step.total
                break
    owner = await asyncpg.connect(database.owner)
    finished = await owner.fetchval("SELECT count(*) FROM projection_rebuild.care_plan_state")
    await owner.close()
    assert finished > 0

    everything = sum([await system.store.log_head(each) for each in await system.organizations.ids()])
    steps_again = await run(database, processes=1)

    assert steps_again[0].resumed
    assert steps_again[-1].done < everything, "clients who were done are not folded again"
    assert await assert_equal_to_fresh_folds(system, counselor.organization_id) == len(clients)
