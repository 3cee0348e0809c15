"""A rebuild: a build beside the live one, equal to it row for row, and unnoticed by readers and writers."""

import asyncio
from contextlib import aclosing
from uuid import UUID, uuid4

import asyncpg
import pytest

from projections.catalogue import PROJECTIONS, catalogue
from service.access.caller import Caller
from service.bootstrap import System
from service.database.connection import scoped
from service.database.embedded import DatabaseUrls
from service.projector import rebuild as rebuilding
from service.projector.build_lifecycle import SwitchRefused
from service.projector.rebuild import Progress, RebuildUnderWay, rebuild
from tests.builders import check_in, lapse, registered, session
from tests.projector.broken import MISSED, failing
from tests.projector.comparing import assert_equal_to_fresh_folds
from tests.projector.test_builds import KEKS
from tests.system import draft, follow

NAMES = [projection.name for projection in PROJECTIONS]
TABLE = PROJECTIONS[0].tables[0].name


async def run(database: DatabaseUrls, processes: int = 1) -> list[Progress]:
    return [step async for step in rebuild(database.owner, KEKS, NAMES, catalogue, processes=processes)]


@pytest.fixture
async def clients(system: System, counselor: Caller) -> list[UUID]:
    """Some clients with a few entries each, projected."""
    made = [uuid4() for _ in range(30)]
    for client_id in made:
        drafts = [draft(event) for event in (registered(), session(), lapse(), check_in())]
        await system.recorder.record(counselor, client_id, drafts, new_client=True)
    await follow(system, counselor.organization_id)
    return made


async def test_a_rebuild_mends_what_a_defect_left(
    system: System, counselor: Caller, database: DatabaseUrls, clients: list[UUID]
) -> None:
    schema = system.builds.names()[0]
    async with scoped(system.pool, counselor.organization_id) as connection:
        await connection.execute(f"DELETE FROM {schema}.{TABLE}")

    steps = await run(database, processes=2)

    assert steps[-1].done == steps[-1].total >= 4 * len(clients)
    assert (steps[-1].parked, steps[-1].resumed) == (0, False)
    await system.builds.refresh()
    assert schema not in system.builds.names(), "a replaced build of the same version is nobody's any more"
    assert await assert_equal_to_fresh_folds(system, counselor.organization_id) == len(clients)
    async with scoped(system.pool, counselor.organization_id) as connection:
        assert await connection.fetchval(f"SELECT count(*) FROM projection.{TABLE}") == len(clients)
    await system.recorder.record(counselor, clients[0], [draft(check_in())])
    await follow(system, counselor.organization_id)
    assert await assert_equal_to_fresh_folds(system, counselor.organization_id) == len(clients)


async def test_recording_projecting_and_reading_go_on_during_a_rebuild(
    system: System, counselor: Caller, database: DatabaseUrls, clients: list[UUID]
) -> None:
    done = asyncio.Event()

    async def keep_recording() -> int:
        count = 0
        while not done.is_set():
            await system.recorder.record(counselor, clients[count % len(clients)], [draft(check_in())])
            await follow(system, counselor.organization_id)
            count += 1
        return count

    async def keep_reading() -> int:
        count = 0
        while not done.is_set():
            async with scoped(system.pool, counselor.organization_id) as connection:
                found = await connection.fetchval(f"SELECT count(*) FROM projection.{TABLE}")
            assert found == len(clients), "a reader saw a half-built projection"
            count += 1
            await asyncio.sleep(0.01)
        return count

    working = [asyncio.create_task(keep_recording()), asyncio.create_task(keep_reading())]
    await run(database)
    done.set()
    assert all(await asyncio.gather(*working))
    await follow(system, counselor.organization_id)
    assert await assert_equal_to_fresh_folds(system, counselor.organization_id) == len(clients)


async def test_an_interrupted_rebuild_goes_on_where_it_was(
    system: System, counselor: Caller, database: DatabaseUrls, clients: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuilding, "EVENTS_A_CHUNK", 20)
    async with aclosing(rebuild(database.owner, KEKS, NAMES, catalogue, processes=1)) as steps:
        async for step in steps:
            if step.done:
                assert step.done < step.total
                break
    # What is recorded in between is the follower's.
    await system.recorder.record(counselor, clients[0], [draft(check_in())])
    late = uuid4()
    await system.recorder.record(counselor, late, [draft(registered())], new_client=True)

    again = await run(database)

    assert again[0].resumed
    assert again[-1].done < step.total, "clients who were done are not folded again"
    await follow(system, counselor.organization_id)
    assert await assert_equal_to_fresh_folds(system, counselor.organization_id) == len(clients) + 1


async def test_a_projection_that_fails_for_a_client_is_parked_and_the_others_are_built(
    system: System, counselor: Caller, database: DatabaseUrls, clients: list[UUID]
) -> None:
    await system.recorder.record(counselor, clients[0], [draft(MISSED)])
    await follow(system, counselor.organization_id)

    steps = [s async for s in rebuild(database.owner, KEKS, NAMES[:1], failing, processes=1)]

    assert steps[-1].parked == 1
    await system.builds.refresh()
    assert sum([not well async for well in system.catch_up.retry(counselor.organization_id)]) == 0
    assert await assert_equal_to_fresh_folds(system, counselor.organization_id) == len(clients)


async def test_a_second_rebuild_is_told_to_wait(database: DatabaseUrls, clients: list[UUID]) -> None:
    async with aclosing(rebuild(database.owner, KEKS, NAMES, catalogue, processes=1)) as first:
        await anext(first)
        with pytest.raises(RebuildUnderWay, match="go on from there"):
            await run(database)


async def test_a_long_query_delays_the_switch_and_the_next_rebuild_goes_on_from_there(
    system: System, database: DatabaseUrls, clients: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.projector.build_lifecycle.LOCK_TIMEOUT", "100ms")
    analyst = await asyncpg.connect(database.app)
    try:
        async with analyst.transaction():
            await analyst.fetch(f"SELECT FROM projection.{TABLE}")
            with pytest.raises(SwitchRefused, match="run the command again"):
                await run(database)
    finally:
        await analyst.close()
    await system.builds.refresh()
    followed = system.builds.names()
    assert len(followed) == 2 * len(PROJECTIONS), "the new ones are followed beside those that are live"

    steps = await run(database)

    assert (steps[-1].total, steps[-1].resumed) == (0, True)
    await system.builds.refresh()
    assert system.builds.names() == followed[len(PROJECTIONS) :]
