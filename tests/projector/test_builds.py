"""Builds: versions of a projection side by side, each used by the processes that know it, switched in unseen."""

import asyncio
from dataclasses import replace
from uuid import UUID, uuid4

import asyncpg
import pytest

from projections.catalogue import PROJECTIONS
from service.access.caller import SCOPES_OF_ROLE, Caller, KeyRole
from service.analytics.analysts import create_analyst, remove_analyst
from service.bootstrap import System, prepare
from service.database.connection import scoped
from service.database.embedded import DatabaseUrls
from service.database.owner import connect_owner
from service.deployment_keys import read_key_encryption_keys
from service.projector.build_lifecycle import SwitchRefused, all_builds, remove_retired
from service.projector.rebuild import rebuild
from service.projector.status import status
from tests.builders import check_in, lapse, registered, session
from tests.databases import new_organization
from tests.projector.comparing import assert_equal_to_fresh_folds
from tests.projector.newer import NARROWER, NEWER, OLD, WIDER_TABLE, newer
from tests.projector.systems import system_of
from tests.system import KEY_ENCRYPTION_KEY, access_to, draft, follow

KEKS = read_key_encryption_keys(KEY_ENCRYPTION_KEY.get_secret_value())


async def a_counselor(database: DatabaseUrls) -> Caller:
    """A counselor of a new organization in this database."""
    organization_id = await new_organization(database)
    return Caller(organization_id, uuid4(), "ana", KeyRole.COUNSELOR, SCOPES_OF_ROLE[KeyRole.COUNSELOR])


async def clients_of(system: System, counselor: Caller, many: int = 6) -> list[UUID]:
    """Clients with a few entries each."""
    made = [uuid4() for _ in range(many)]
    for client_id in made:
        drafts = [draft(event) for event in (registered(), session(), lapse(), check_in())]
        await system.recorder.record(counselor, client_id, drafts, new_client=True)
    return made


async def states(database: DatabaseUrls) -> list[tuple[str, int, str]]:
    """Every build: of which projection, in which version, in which state."""
    owner = await connect_owner(database.owner)
    try:
        return [(build.name, build.version, build.state) for build in await all_builds(owner)]
    finally:
        await owner.close()


async def columns_of(system: System, view: str) -> set[str]:
    """The columns that analysts see under this name."""
    records = await system.pool.fetch(
        "SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0", f"projection.{view}"
    )
    return {record["attname"] for record in records}


async def schemas_behind(system: System, view: str) -> set[str]:
    """Where the rows lie that analysts find under this name."""
    records = await system.pool.fetch(
        "SELECT DISTINCT refobjid::regclass::text FROM pg_depend JOIN pg_rewrite ON objid = pg_rewrite.oid"
        " WHERE ev_class = $1::regclass AND refobjid <> ev_class AND refclassid = 'pg_class'::regclass",
        f"projection.{view}",
    )
    return {record[0].split(".")[0] for record in records} - {"keyring"}


async def test_on_an_empty_log_builds_are_live_at_once(fresh_database: DatabaseUrls) -> None:
    assert await states(fresh_database) == [(one.name, one.version, "live") for one in PROJECTIONS]
    assert await prepare(fresh_database.owner) == []
    assert len(await states(fresh_database)) == len(PROJECTIONS)


async def test_a_new_version_is_built_beside_the_old_one_while_both_releases_work(fresh_database: DatabaseUrls) -> None:
    counselor = await a_counselor(fresh_database)
    organization_id = counselor.organization_id
    async with system_of(fresh_database) as old:
        clients = await clients_of(old, counselor)
        await follow(old, organization_id)

        to_build = await prepare(fresh_database.owner, newer())

        assert [(build.name, build.version) for build in to_build] == [(OLD.name, NEWER.version)]
        async with system_of(fresh_database, newer()) as new:
            assert {each.projection: each.build is None for each in await status(new.pool, new.builds)} == {
                one.name: one is NEWER for one in newer()
            }
            for system in (old, new):
                answered = await system.projection_reader.read(access_to(organization_id), clients[0], OLD.name)
                assert answered.version == 4
            done = asyncio.Event()
            working = [asyncio.create_task(_keep_working(system, counselor, clients, done)) for system in (old, new)]
            reading = asyncio.create_task(_keep_reading(old, organization_id, len(clients), done))
            async for _ in rebuild(fresh_database.owner, KEKS, [OLD.name], newer, processes=1):
                pass
            await asyncio.sleep(0.2)
            done.set()
            assert all(await asyncio.gather(*working))
            assert await reading > 0
            assert "of_version" in await columns_of(new, WIDER_TABLE)
            assert f"projection_{OLD.name}_{len(PROJECTIONS) + 1}" in await schemas_behind(new, "caseload")
            for system in (old, new):
                await follow(system, organization_id)
                assert await assert_equal_to_fresh_folds(system, organization_id) == len(clients)
            assert (await states(fresh_database))[0] == (OLD.name, OLD.version, "retired")
            assert (await states(fresh_database))[-1] == (OLD.name, NEWER.version, "live")

            removed = [build.version async for build in remove_retired(fresh_database.owner)]
            assert removed == [OLD.version]
            async with scoped(new.pool, organization_id) as connection:
                assert await connection.fetchval("SELECT count(*) FROM projection.caseload") == len(clients)
            assert await _seen_by_an_analyst(fresh_database, organization_id) == len(clients)
            # The old release goes on answering, by folding the log.
            await old.recorder.record(counselor, clients[0], [draft(check_in())])
            before = await new.projection_reader.read(access_to(organization_id), clients[0], OLD.name)
            assert (
                await old.projection_reader.read(access_to(organization_id), clients[0], OLD.name)
            ).version == before.version


async def _seen_by_an_analyst(database: DatabaseUrls, organization_id: UUID) -> int:
    """Of how many clients the views tell, by the names that stay."""
    name = f"c{organization_id.hex[:12]}"
    made = await create_analyst(database.owner, name, [organization_id], shifts_dates=False)
    connection = await asyncpg.connect(database.app.replace("care_timeline_app", made.role_name))
    seen: int = await connection.fetchval("SELECT count(*) FROM analytics.clients")
    await connection.close()
    await remove_analyst(database.owner, name, [organization_id])
    return seen


async def _keep_working(system: System, counselor: Caller, clients: list[UUID], done: asyncio.Event) -> int:
    """Record and project, as a process of a release does."""
    count = 0
    while not done.is_set():
        await system.recorder.record(counselor, clients[count % len(clients)], [draft(check_in())])
        await follow(system, counselor.organization_id)
        count += 1
    return count


async def _keep_reading(system: System, organization_id: UUID, clients: int, done: asyncio.Event) -> int:
    count = 0
    while not done.is_set():
        async with scoped(system.pool, organization_id) as connection:
            found = await connection.fetchval(f"SELECT count(*) FROM projection.{WIDER_TABLE}")
        assert found == clients, "a reader saw a half-built projection"
        count += 1
        await asyncio.sleep(0.01)
    return count


async def test_the_views_say_what_the_declarations_say_and_show_one_organization(
    system: System, counselor: Caller, database: DatabaseUrls
) -> None:
    await clients_of(system, counselor, 2)
    await follow(system, counselor.organization_id)
    superuser = await asyncpg.connect(database.superuser)
    try:
        for projection in PROJECTIONS:
            for table in projection.tables:
                said = await superuser.fetch(
                    "SELECT attname, col_description(attrelid, attnum) FROM pg_attribute"
                    " WHERE attrelid = $1::regclass AND attnum > 0 ORDER BY attnum",
                    table.fullname,
                )
                assert [tuple(one) for one in said] == [(column.name, column.comment) for column in table.columns]
    finally:
        await superuser.close()
    async with scoped(system.pool, counselor.organization_id) as connection:
        assert await connection.fetchval(f"SELECT count(*) FROM projection.{WIDER_TABLE}") == 2
    async with scoped(system.pool, await new_organization(database)) as connection:
        assert await connection.fetchval(f"SELECT count(*) FROM projection.{WIDER_TABLE}") == 0
    assert await system.pool.fetchval(f"SELECT count(*) FROM projection.{WIDER_TABLE}") == 0


async def test_the_service_cannot_reach_a_build_before_it_is_built(fresh_database: DatabaseUrls) -> None:
    counselor = await a_counselor(fresh_database)
    async with system_of(fresh_database) as system:
        await clients_of(system, counselor, 1)
        (build,) = await prepare(fresh_database.owner, newer())
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await system.pool.fetch(f"SELECT * FROM {build.schema}.snapshot")


async def test_a_list_goes_on_with_the_builds_that_it_knows(fresh_database: DatabaseUrls) -> None:
    async with system_of(fresh_database) as system:
        before = await schemas_behind(system, "caseload")

        await prepare(fresh_database.owner, (NARROWER, *PROJECTIONS[1:]))

        assert "last_contact_at" not in await columns_of(system, NARROWER.fold.tables[0].name)
        assert await schemas_behind(system, "caseload") == before
        with pytest.raises(SwitchRefused, match=f"projection.caseload still comes from projection_{OLD.name}_1"):
            assert not [build async for build in remove_retired(fresh_database.owner)]

        await prepare(fresh_database.owner, (replace(OLD, version=NARROWER.version + 1), *PROJECTIONS[1:]))

        after = f"projection_{OLD.name}_{len(PROJECTIONS) + 2}"
        assert await schemas_behind(system, "caseload") == {*before, after} - {f"projection_{OLD.name}_1"}
        assert await schemas_behind(system, "worklist") == {after}
        assert len([build async for build in remove_retired(fresh_database.owner)]) == 2


async def _assert_answers(system: System, organization_id: UUID, clients: list[UUID]) -> None:
    """Answers by whatever is kept are those of a fold of the whole log."""
    for projection in PROJECTIONS:
        known_at = await system.store.settled(organization_id)
        now = await system.projection_reader.read(access_to(organization_id), clients[0], projection.name)
        folded = await system.projection_reader.read(
            access_to(organization_id), clients[0], projection.name, known_at=known_at
        )
        assert now.answer.model_dump() == folded.answer.model_dump()
