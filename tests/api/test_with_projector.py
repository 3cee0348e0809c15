"""The API while the projector runs beside it: erased clients, and snapshots that do not open."""

from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from unittest.mock import patch
from uuid import UUID

import asyncpg
import pytest_asyncio

from projections.catalogue import PROJECTIONS
from service.bootstrap import System
from service.database.connection import scoped
from service.database.embedded import DatabaseUrls
from service.projector import advance
from service.serving.projecting import projecting
from tests.api.clinic import GOAL, READS, SESSION, Clinic, problem_in, recording
from tests.projector.counting import folds_counted
from tests.system import followed


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def projector(system: System) -> AsyncIterator[None]:
    """The projector, beside the API."""
    with patch.object(advance, "SNAPSHOT_EVERY", 3):
        async with projecting(system):
            yield


async def erase(database: DatabaseUrls, client: str) -> None:
    """Destroy the client's key, as another process does: this one is told nothing."""
    superuser = await asyncpg.connect(database.superuser)
    erased = (
        "update keyring.client_key set wrapped_key = null, wrapped_notes_key = null, destroyed_at = now()"
        " where client_id = $1"
    )
    assert await superuser.execute(erased, UUID(client)) == "UPDATE 1"
    await superuser.close()


async def test_an_erased_client_is_gone_at_once_though_the_key_was_in_memory(
    clinic: Clinic, database: DatabaseUrls
) -> None:
    client, other = await clinic.client(), await clinic.client()
    event = (await clinic.record(client, recording(GOAL))).json()["events"][0]["id"]
    await followed(clinic.system, clinic.organization_id)
    for read in READS:
        assert (await clinic.get(f"/v1/clients/{client}/{read}")).status_code == 200

    await erase(database, client)

    for read in [*READS, f"events/{event}"]:
        problem_in(await clinic.get(f"/v1/clients/{client}/{read}"), "client-erased")
    problem_in(await clinic.record(client, recording(SESSION)), "client-erased")
    assert (await clinic.record(other, recording(SESSION))).status_code == 201


async def test_what_was_recorded_before_the_erasure_and_not_projected_parks_the_client(
    clinic: Clinic, database: DatabaseUrls
) -> None:
    erased, other = await clinic.client(), await clinic.client()
    await followed(clinic.system, clinic.organization_id)
    async with _nobody_follows(clinic):
        for client in (erased, other):
            assert (await clinic.record(client, recording(GOAL))).status_code == 201
        await erase(database, erased)
    await followed(clinic.system, clinic.organization_id)

    concerned = {one.name for one in PROJECTIONS if GOAL["type"] in one.relevant}
    assert await _parked(clinic) == {name: [(UUID(erased), "ClientErased")] for name in concerned}
    for read in READS:
        problem_in(await clinic.get(f"/v1/clients/{erased}/{read}"), "client-erased")
    plan = (await clinic.get(f"/v1/clients/{other}/care-plan")).json()
    assert len(plan["care_plan"]["stabilization_goals"]) == 1


async def test_a_snapshot_that_does_not_open_is_folded_anew(clinic: Clinic) -> None:
    client = await clinic.client()
    for _ in range(8):
        await clinic.record(client, recording(GOAL))
    await followed(clinic.system, clinic.organization_id)
    before = await _answers(clinic, client)

    async with scoped(clinic.system.pool, clinic.organization_id) as connection:
        for name in clinic.system.builds.names():
            await connection.execute(f"UPDATE {name}.snapshot SET state = '\\x00' WHERE state IS NOT NULL")
    clinic.system.projection_reader._fresh._kept.clear()  # as in a process that has not met the client
    with folds_counted() as counted:
        after = await _answers(clinic, client)

    assert after == before
    assert counted["care_plan"] == 9, "the whole timeline, for the plan; the summary goes on from there"
    for _ in range(4):
        assert (await clinic.record(client, recording(GOAL))).status_code == 201
    await followed(clinic.system, clinic.organization_id)
    plan = (await clinic.get(f"/v1/clients/{client}/care-plan")).json()
    assert len(plan["care_plan"]["stabilization_goals"]) == 12
    assert await _parked(clinic) == {}


async def _answers(clinic: Clinic, client: str) -> list[Any]:
    """What every projection answers."""
    answers = [await clinic.get(f"/v1/clients/{client}/{read}") for read in READS]
    assert {answer.status_code for answer in answers} == {200}
    return [answer.json() for answer in answers]


async def _parked(clinic: Clinic) -> dict[str, list[tuple[UUID, str]]]:
    """The clients who are parked, and why, by projection."""
    found = defaultdict(list)
    async with scoped(clinic.system.pool, clinic.organization_id) as connection:
        for name in clinic.system.builds.names():
            followed = clinic.system.builds.followed(name)
            assert followed is not None
            for client_id, error in await connection.fetch(f"SELECT client_id, error FROM {name}.parked"):
                found[followed[1].name].append((client_id, error))
    return dict(found)


@asynccontextmanager
async def _nobody_follows(clinic: Clinic) -> AsyncIterator[None]:
    """Meanwhile the organization's cursors are held, as by another projector that takes long."""
    async with scoped(clinic.system.pool, clinic.organization_id) as connection:
        await connection.execute(
            "SELECT FROM following.cursor WHERE organization_id = $1 FOR UPDATE", clinic.organization_id
        )
        yield
