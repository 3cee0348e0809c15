"""Whether the service is alive and ready, and what it answers while its database is out of reach."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
import structlog

from projections.catalogue import PROJECTIONS
from projections.projection import Projection
from service.access.caller import KeyRole
from service.api.routers import health
from service.bootstrap import Addresses, System, connected
from service.database.connection import scoped
from service.database.embedded import DatabaseUrls
from service.database.migrate import migrate_down
from service.projector.parked_clients import Failure, park
from tests.api.clinic import SESSION, Clinic, Json, events_of, http_to, problem_in, recording
from tests.databases import new_organization
from tests.projector.newer import NEWER, newer
from tests.system import follow, settings_for


@asynccontextmanager
async def clinic_of(
    database: DatabaseUrls, projections: Sequence[Projection[Any]] = PROJECTIONS
) -> AsyncIterator[Clinic]:
    """A clinic whose service runs over this database."""
    organization_id = await new_organization(database)
    addresses = Addresses(database.app, database.owner)
    async with (
        connected(settings_for(database, Path("unused")), addresses, projections) as system,
        http_to(system) as http,
    ):
        _, key = await system.api_keys.create(organization_id, "ana", KeyRole.COUNSELOR)
        yield Clinic(http, system, organization_id, key)


async def let_in(database: DatabaseUrls, *, many: int) -> None:
    """Throw everybody out of the database, and let so many in again (-1: all)."""
    name = database.app.partition("@/")[2].partition("?")[0]
    superuser = await asyncpg.connect(database.superuser.replace(name, "postgres"))
    try:
        await superuser.execute(f"alter database {name} with connection limit {many}")
        await superuser.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", name)
    finally:
        await superuser.close()


async def test_a_process_that_answers_is_alive(http: httpx.AsyncClient) -> None:
    assert (await http.get("/healthz")).json() == {"alive": True}


async def test_a_ready_service_tells_how_each_projection_stands(http: httpx.AsyncClient, system: System) -> None:
    ready = (await http.get("/readyz")).json()

    assert ready["ready"] is True
    told = {each["projection"]: (each["version"], each["state"]) for each in ready["projections"]}
    assert told == {projection.name: (projection.version, "live") for projection in system.builds.projections}
    assert ready["logs_to_mend"] == 0


async def test_lag_and_failures_show_and_the_service_stays_ready(fresh_database: DatabaseUrls) -> None:
    async with clinic_of(fresh_database) as clinic:
        client, _ = await clinic.client(), await clinic.client()
        lagging = await _told(clinic)
        await follow(clinic.system, clinic.organization_id)
        async with scoped(clinic.system.pool, clinic.organization_id) as connection:
            failure = Failure(clinic.system.builds.names()[1], UUID(client), 1, UUID(client), "ZeroDivisionError")
            await park(connection, clinic.organization_id, [failure])

        assert {(each["lag"], each["parked"]) for each in lagging["projections"]} == {(2, 0)}
        stand = [(each["lag"], each["parked"]) for each in (await _told(clinic))["projections"]]
        assert stand == [(0, int(place == 1)) for place in range(len(stand))]


async def test_a_projection_that_stands_to_be_built_says_so(fresh_database: DatabaseUrls) -> None:
    async with clinic_of(fresh_database, newer()) as clinic:
        states = {each["projection"]: each["state"] for each in (await _told(clinic))["projections"]}

    assert states == {one.name: "building" if one is NEWER else "live" for one in newer()}


async def test_a_log_that_does_not_end_where_its_head_says_is_told_until_it_is_mended(
    fresh_database: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "HEADS_REMEMBERED_SECONDS", 0.0)
    await new_organization(fresh_database)
    async with clinic_of(fresh_database) as clinic:
        client, organization_id = await clinic.client(), str(clinic.organization_id)
        with structlog.testing.capture_logs() as logs:
            await _move_head(fresh_database, clinic.organization_id, -1)
            told = [await _told(clinic) for _ in range(2)]
            refused = await clinic.record(client, recording(SESSION))
            await _move_head(fresh_database, clinic.organization_id, 1)
            recorded = await clinic.record(client, recording(SESSION))
            mended = await _told(clinic)

    assert [(each["ready"], each["logs_to_mend"]) for each in told] == [(True, 1)] * 2
    assert organization_id not in str(told), "anybody may read this"
    assert "mend" in str(problem_in(refused, "heads-differ").detail)
    assert (recorded.status_code, mended["logs_to_mend"]) == (201, 0)
    lines = [(log["event"], log["organization_id"]) for log in logs if log["event"].startswith("heads_")]
    # Once by readiness, once by the request that was refused.
    assert lines == [("heads_differ", organization_id)] * 2 + [("heads_mended", organization_id)]
    assert "care-timeline verify" in next(log["to_do"] for log in logs if "to_do" in log)


async def test_the_heads_are_looked_over_once_for_all_who_ask_in_ten_seconds(fresh_database: DatabaseUrls) -> None:
    async with clinic_of(fresh_database) as clinic:
        await _told(clinic)
        await clinic.client()
        await _move_head(fresh_database, clinic.organization_id, -1)

        assert (await _told(clinic))["logs_to_mend"] == 0
        assert await clinic.system.heads.differing(older_than=health.HEADS_REMEMBERED_SECONDS) == set()
        assert await clinic.system.heads.differing() == {clinic.organization_id}


async def _move_head(database: DatabaseUrls, organization_id: UUID, by: int) -> None:
    superuser = await asyncpg.connect(database.superuser)
    await superuser.execute(
        "update log.log_head set position = position + $2 where organization_id = $1", organization_id, by
    )
    await superuser.close()


async def _told(clinic: Clinic) -> Json:
    """What readiness tells, once it looks again."""
    async with http_to(clinic.system) as http:
        answer = await http.get("/readyz")
    assert answer.status_code == 200
    told: Json = answer.json()
    return told


async def test_a_service_over_another_schema_is_not_ready(fresh_database: DatabaseUrls) -> None:
    async with clinic_of(fresh_database) as clinic:
        await migrate_down(fresh_database.owner, "base")

        answer = await clinic.http.get("/readyz")

    problem_in(answer, "not-migrated")


async def test_while_the_database_is_out_of_reach_everything_says_so_and_then_goes_on(
    fresh_database: DatabaseUrls,
) -> None:
    async with clinic_of(fresh_database) as clinic:
        client = await clinic.client()
        event = recording(SESSION, id="0b8f4c1e-7d52-4a63-9e0a-5c3d2f1b6a90")
        await let_in(fresh_database, many=0)

        for answer in (
            await clinic.http.get("/readyz"),
            await clinic.record(client, event),
            await clinic.get(events_of(client)),
            await clinic.get(f"/v1/clients/{client}/care-plan"),
        ):
            problem_in(answer, "database-unavailable")
            assert int(answer.headers["retry-after"]) > 0
        assert (await clinic.http.get("/healthz")).status_code == 200

        await let_in(fresh_database, many=-1)
        assert (await clinic.http.get("/readyz")).status_code == 200
        assert (await clinic.record(client, event)).status_code == 201
        assert await clinic.versions(client) == [1, 2]
