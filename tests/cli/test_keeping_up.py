"""Keeping projections up to date: catch-up after a failure, rebuild, and a simulated clinic to try them on."""

import re
from contextlib import aclosing
from uuid import UUID

import pytest
import pytest_asyncio

from projections.catalogue import PROJECTIONS, catalogue
from service.bootstrap import System
from service.database.connection import scoped
from service.database.embedded import DatabaseUrls
from service.database.owner import connect_owner
from service.following import cursors
from service.projector.build_lifecycle import all_builds, remove
from service.projector.list_views import LIST_VIEWS
from service.projector.parked_clients import Failure, park
from service.projector.rebuild import rebuild
from tests.cli.command import Command, environment_of
from tests.projector.comparing import assert_equal_to_fresh_folds
from tests.projector.test_builds import KEKS

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


async def test_catch_up_follows_the_log_and_tries_again_what_failed(command: Command, system: System) -> None:
    organization_id = await _organization_id(system)
    await system.builds.refresh()
    _, milestones, postvention, *_ = system.builds.names()
    async with scoped(system.pool, organization_id) as connection:
        client_id = await connection.fetchval(f"select min(client_id::text)::uuid from {milestones}.snapshot")
        await park(connection, organization_id, [Failure(milestones, client_id, 1, client_id, "Broken")])
        await connection.execute(f"delete from {milestones}.milestone_stretch where client_id = $1", client_id)
        await cursors.place(connection, organization_id, postvention, 0)

    said = await command.done("catch-up")

    events = await system.store.log_head(organization_id)
    assert said == (
        f"Simulated clinic 3: {events} events were to be followed; 1 projections of a client were mended;"
        " 0 still fail.\n"
    )
    assert await assert_equal_to_fresh_folds(system, organization_id) == 6
    assert "0 events were to be followed" in await command.done("catch-up")


async def test_catch_up_goes_on_with_what_was_given_up(command: Command, system: System) -> None:
    organization_id = await _organization_id(system)
    await system.builds.refresh()
    name = system.builds.names()[0]
    async with scoped(system.pool, organization_id) as connection:
        await connection.execute(
            "update following.cursor set position = 0, failures = 10, parked_at = now(), error = 'Broken'"
            " where organization_id = $1 and name = $2",
            organization_id, name,
        )  # fmt: skip

    await command.done("catch-up")

    (cursor,) = await cursors.cursors(system.pool, organization_id, [name])
    assert (cursor.position, cursor.parked_at) == (await system.store.log_head(organization_id), None)


async def test_projections_shows_how_each_stands(command: Command, system: System) -> None:
    events = await system.store.log_head(await _organization_id(system))
    said = await command.done("projections")

    assert all("live" in _line(said, name) for name in ("care_plan", "milestones", "postvention"))
    assert re.search(rf"projection_care_plan_1\W+{events}\W+0\W+0\W", _line(said, "care_plan"))


async def test_the_data_dictionary_tells_every_column(command: Command) -> None:
    said = (await command.done("projections", "dictionary")).splitlines()

    in_tables = sum(len(table.columns) for projection in catalogue() for table in projection.tables)
    in_lists = sum(1 + len(view.row.model_fields) for view in LIST_VIEWS)
    assert len(said) == 2 + in_tables + in_lists
    assert "| worklist | late | boolean |  | Whether that has passed. |" in said
    assert "| obligation | due_at | timestamp with time zone |  | By when it must be met. |" in said


async def test_rebuild_builds_anew_and_the_old_build_can_be_removed(command: Command, system: System) -> None:
    organization_id = await _organization_id(system)
    async with scoped(system.pool, organization_id) as connection:
        await connection.execute("delete from projection_care_plan_1.care_plan_goal")

    said = await command.done("rebuild", "care_plan", "--processes", 1)

    events = await system.store.log_head(organization_id)
    assert said == f"Rebuilt care_plan from {events} events.\n"
    assert await assert_equal_to_fresh_folds(system, organization_id) == 6
    standing = await command.done("projections")
    assert "retired" in _line(standing, "projection_care_plan_1 ")
    assert "live" in _line(standing, f"projection_care_plan_{len(PROJECTIONS) + 1} ")
    assert await command.done("projections", "remove") == "Removed projection_care_plan_1.\n"
    assert "projection_care_plan_1 " not in await command.done("projections")
    assert await command.done("projections", "remove") == "No build is retired.\n"


async def test_an_interrupted_rebuild_shows_is_resumed_and_says_so(
    command: Command, database: DatabaseUrls, system: System
) -> None:
    async with aclosing(rebuild(database.owner, KEKS, ["milestones"], catalogue, processes=1)) as interrupted:
        await anext(interrupted)
    events = await system.store.log_head(await _organization_id(system))
    assert f"building: 0 of {events} events (0%)" in await command.done("projections")

    said = await command("rebuild", "milestones", "--processes", 1)

    assert said.code == 0
    assert "Going on with a rebuild that was interrupted" in said.err


async def test_migrate_says_what_stands_to_be_built(command: Command, database: DatabaseUrls) -> None:
    """As after an upgrade that brings a new version of a projection."""
    assert "To be built" not in await command.done("migrate")
    owner = await connect_owner(database.owner)
    for build in await all_builds(owner):
        if build.name == "postvention":
            await remove(owner, build)
    await owner.close()

    said = await command("migrate")

    assert "care-timeline rebuild postvention" in said.out
    assert "to be built: care-timeline rebuild" in (await command("projections")).out


def _line(said: str, word: str) -> str:
    """The first line that holds the word."""
    return next(line for line in said.splitlines() if word in line)
