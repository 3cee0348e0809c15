"""Keeping projections up to date: catch-up after a failure, rebuild, and a simulated clinic to try them on."""

import re
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from service.bootstrap import System
from service.database.connection import scoped
from service.database.embedded import DatabaseUrls
from service.projector.shadow import make_shadows
from tests.cli.command import Command, environment_of
from tests.projector.comparing import assert_equal_to_fresh_folds

SMALL = ("--clients", 6, "--events", 300, "--seed", 3)


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def simulated(database: DatabaseUrls, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What simulate says when it fills the module's only organization."""
    command = Command(environment_of(database, tmp_path_factory.mktemp("data")))
    return await command.done("simulate", *SMALL)


async def _organization_id(system: System) -> UUID:
    (organization_id,) = await system.organizations.ids()
    return organization_id


async def test_simulate_fills_a_new_organization_and_its_projections(simulated: str, system: System) -> None:
    said = re.search(r"Simulated clinic 3 \(([\w-]+)\) has (\d+) more events", simulated)

    assert said is not None
    organization_id = UUID(said[1])
    assert await system.store.log_head(organization_id) == int(said[2]) > 250
    assert await assert_equal_to_fresh_folds(system, organization_id) == 6


async def test_a_clinic_with_a_record_is_filled_only_with_what_comes_after(command: Command, system: System) -> None:
    before = await system.store.log_head(await _organization_id(system))

    said = await command("simulate", *SMALL, "--organization", "Simulated clinic 3")

    assert said.code == 1
    assert "must be later than" in said.err
    assert await system.store.log_head(await _organization_id(system)) == before


async def test_what_is_simulated_verifies(command: Command) -> None:
    assert "all as they were recorded" in await command.done("verify")


async def test_catch_up_folds_what_lags_or_failed(command: Command, system: System) -> None:
    organization_id = await _organization_id(system)
    async with scoped(system.pool, organization_id) as connection:
        await connection.execute(
            "update projection.milestones_state set failed_version = version, failed_error = 'Broken' where client_id ="
            " (select min(client_id::text)::uuid from projection.milestones_state)"
        )
        await connection.execute("delete from projection.postvention_review")
        await connection.execute("update projection.postvention_state set version = version - 1")

    said = await command.done("catch-up")

    assert said == "Simulated clinic 3: 6 clients were behind; 0 projections still fail.\n"
    assert await assert_equal_to_fresh_folds(system, organization_id) == 6
    assert "0 clients were behind" in await command.done("catch-up")


async def test_rebuild_folds_anew_and_swaps_in(command: Command, system: System) -> None:
    organization_id = await _organization_id(system)
    async with scoped(system.pool, organization_id) as connection:
        await connection.execute("delete from projection.care_plan_goal")

    said = await command.done("rebuild", "care_plan", "--processes", 1)

    events = await system.store.log_head(organization_id)
    assert said == f"Rebuilt care_plan from {events} events.\n"
    assert await assert_equal_to_fresh_folds(system, organization_id) == 6


async def test_an_interrupted_rebuild_is_resumed_and_says_so(command: Command, database: DatabaseUrls) -> None:
    owner = await asyncpg.connect(database.owner)
    try:
        await make_shadows(owner, ["milestones"])
    finally:
        await owner.close()

    said = await command("rebuild", "milestones", "--processes", 1)

    assert said.code == 0
    assert "Going on with a rebuild that was interrupted" in said.err
