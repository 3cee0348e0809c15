"""Whether the service is alive and ready, and what it answers while its database is out of reach."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import httpx

from service.api.app import create_app
from service.bootstrap import Addresses, System, connected
from service.care.caller import KeyRole
from service.database.embedded import DatabaseUrls
from service.database.migrate import migrate_down
from tests.api.clinic import SESSION, Clinic, events_of, problem_in, recording
from tests.database import new_organization
from tests.system import settings_for


@asynccontextmanager
async def clinic_of(database: DatabaseUrls) -> AsyncIterator[Clinic]:
    """A clinic whose service runs over this database."""
    organization_id = await new_organization(database)
    addresses = Addresses(database.app, database.owner)
    async with connected(settings_for(database, Path("unused")), addresses) as system:
        transport = httpx.ASGITransport(app=create_app(system))
        async with httpx.AsyncClient(transport=transport, base_url="http://care-timeline.test") as http:
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
    assert {each["projection"] for each in ready["projections"]} == {p.name for p in system.projector.projections}


async def test_a_failed_projection_shows_and_the_service_stays_ready(fresh_database: DatabaseUrls) -> None:
    async with clinic_of(fresh_database) as clinic:
        client, _ = await clinic.client(), await clinic.client()
        superuser = await asyncpg.connect(fresh_database.superuser)
        await superuser.execute(
            "update projection.milestones_state set failed_version = 1 where client_id = $1", client
        )
        await superuser.execute("update projection.care_plan_state set version = 0")
        await superuser.close()

        answer = await clinic.http.get("/readyz")

    stand = {each["projection"]: (each["behind"], each["failed"]) for each in answer.json()["projections"]}
    assert answer.status_code == 200
    assert (stand["milestones"], stand["care_plan"], stand["postvention"]) == ((0, 1), (2, 0), (0, 0))


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
            problem_in(answer, "database-unreachable")
            assert int(answer.headers["retry-after"]) > 0
        assert (await clinic.http.get("/healthz")).status_code == 200

        await let_in(fresh_database, many=-1)
        assert (await clinic.http.get("/readyz")).status_code == 200
        assert (await clinic.record(client, event)).status_code == 201
        assert await clinic.versions(client) == [1, 2]
