"""Promise 1: an acknowledged event is durable, exactly once, whatever is killed."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

import httpx
import psutil
import pytest

from service.bootstrap import running
from service.cli.verify import guards, last_in_folders, verify
from service.settings import Settings
from tests.crash.load import WRITERS, Load
from tests.projector.comparing import assert_equal_to_fresh_folds
from tests.service_process import ServiceProcess


@pytest.mark.parametrize("victim", ["service", "PostgreSQL"])
async def test_what_was_acknowledged_survives_a_kill(
    service: ServiceProcess, key: str, victim: str, tmp_path: Path
) -> None:
    load = Load(key)
    await service.start()
    await load.begin(service.address)
    writing = asyncio.create_task(load.run(service.address, asyncio.Event()))
    await _until(load.more_than(20 * WRITERS))

    if victim == "PostgreSQL":
        assert await asyncio.to_thread(service.kill_postgresql) > 1
        await _until(lambda: bool(load.unknown))
    await service.kill()
    await writing
    assert load.unknown, "nobody was writing when it was killed"

    await service.start()
    before = sum(map(len, load.acknowledged.values()))
    await load.repeat_unknown(service.address)
    assert sum(map(len, load.acknowledged.values())) == before + WRITERS
    await _assert_each_once_and_projected(service, load, tmp_path)


async def test_a_process_that_is_killed_is_started_again_and_nothing_is_lost(
    service: ServiceProcess, key: str, tmp_path: Path
) -> None:
    load = Load(key)
    await service.start("--workers", "2")
    await load.begin(service.address)
    stop = asyncio.Event()
    writing = asyncio.create_task(load.run(service.address, stop))
    for role in ("api", "projector") * 2:
        await _until(load.more_than(10 * WRITERS))
        before = {each.pid for each in service.processes(role)}
        service.processes(role)[0].kill()
        await _until(partial(_another_runs, service, role, before))
        if writing.done():  # all of them were connected to the process that was killed
            await load.repeat_unknown(service.address)
            writing = asyncio.create_task(load.run(service.address, stop))
    stop.set()
    await writing

    await load.repeat_unknown(service.address)
    await _assert_each_once_and_projected(service, load, tmp_path)


async def test_postgresql_crashes_and_is_killed_under_load_and_everybody_goes_on_without_a_restart(
    service: ServiceProcess, key: str, tmp_path: Path
) -> None:
    load = Load(key)
    await service.start("--workers", "2")
    await load.begin(service.address)
    processes = {each.pid for role in ("api", "projector") for each in service.processes(role)}
    stop = asyncio.Event()
    writing = asyncio.create_task(load.insist(service.address, stop))
    for _ in range(3):
        await _until(load.more_than(10 * WRITERS))
        service.crash_postgresql()
    await _until(load.more_than(10 * WRITERS))
    refused_when_it_crashed = load.refusals
    for kill in (service.kill_postmaster, service.kill_postgresql):
        await _until(load.more_than(10 * WRITERS))
        await asyncio.to_thread(kill)
        async with asyncio.timeout(15):
            await _until(load.more_than(WRITERS))
    stop.set()
    await writing

    assert 0 < refused_when_it_crashed < load.refusals, "nobody was writing when it crashed, or when it was killed"
    await _assert_each_once_and_projected(service, load, tmp_path)
    assert {each.pid for role in ("api", "projector") for each in service.processes(role)} == processes
    assert await service.stop() == 0
    assert service.postgresql() == []


async def test_postgresql_that_is_killed_comes_back_under_the_living_service(
    service: ServiceProcess, key: str, tmp_path: Path
) -> None:
    load = Load(key)
    await service.start()
    await load.begin(service.address)
    stop = asyncio.Event()
    writing = asyncio.create_task(load.insist(service.address, stop))
    for kill in (service.kill_postmaster, service.kill_postgresql):
        await _until(load.more_than(10 * WRITERS))
        await asyncio.to_thread(kill)
        async with asyncio.timeout(15):
            await _until(load.more_than(WRITERS))
    stop.set()
    await writing

    assert load.refusals, "nobody was writing when it was killed"
    await _assert_each_once_and_projected(service, load, tmp_path)
    assert await service.stop() == 0
    assert service.postgresql() == []


async def test_after_both_were_killed_one_start_is_enough(service: ServiceProcess) -> None:
    await service.start()
    for kill in (service.kill_postmaster, service.kill_postgresql):
        await service.kill()
        kill()

        await service.start()

        async with httpx.AsyncClient(base_url=service.address) as http:
            assert (await http.get("/readyz")).status_code == 200


async def test_when_the_parent_is_killed_its_processes_end_by_themselves(service: ServiceProcess) -> None:
    await service.start("--workers", "2")
    started = [*service.processes("api"), *service.processes("projector")]
    assert len(started) == 3

    await service.kill()

    gone, alive = await asyncio.to_thread(psutil.wait_procs, started, timeout=30)
    assert (len(gone), alive) == (3, [])


async def _assert_each_once_and_projected(service: ServiceProcess, load: Load, data_dir: Path) -> None:
    """What was acknowledged stands once, the log is whole, and the projections say what a fresh fold says."""
    assert await load.assert_each_once(service.address) == sum(map(len, load.acknowledged.values()))
    await service.caught_up()
    async with running(Settings(data_dir=data_dir)) as system:
        (organization,) = await system.organizations.all()
        anchored = await last_in_folders(system, organization.organization_id)
        assert await verify(system, organization, anchored)
        assert await guards(system)
        assert await assert_equal_to_fresh_folds(system, organization.organization_id) == WRITERS


def _another_runs(service: ServiceProcess, role: str, before: set[int]) -> bool:
    return len({each.pid for each in service.processes(role)} - before) == 1


async def _until(condition: Callable[[], bool]) -> None:
    for _ in range(600):
        if condition():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not come so far in half a minute")
