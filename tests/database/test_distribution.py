"""What is said to a Citus cluster, tried with a stand-in: which tables are distributed, how settings reach workers."""

from uuid import UUID, uuid4

import asyncpg
import pytest

from domain.facts import Needs
from projections.catalogue import PROJECTIONS
from service.database.connection import open_pool, scoped
from service.database.distribution import DELEGATION, DistributionRefused, distribute, distribution
from service.database.embedded import DatabaseUrls, EmbeddedPostgres
from service.database.owner import connect_owner
from service.declared import DECLARED
from service.log.errors import VersionConflict
from service.log.facts import FactReader
from service.log.store import EventStore
from service.projector.build_lifecycle import make_build
from tests.database.citus import stand_in_for_citus
from tests.databases import new_organization, server_log
from tests.log.events import sealed_event

OF_ORGANIZATIONS = (
    "select c.oid::regclass::text from pg_class c join pg_attribute a on a.attrelid = c.oid"
    " where c.relkind = 'r' and a.attname = 'organization_id'"
)


@pytest.fixture
async def cluster(fresh_database: DatabaseUrls) -> DatabaseUrls:
    """A migrated database with builds, which looks like a cluster's coordinator; nothing is distributed."""
    await stand_in_for_citus(fresh_database)
    return fresh_database


async def asked(database: DatabaseUrls, query: str) -> list[asyncpg.Record]:
    superuser = await asyncpg.connect(database.superuser)
    try:
        return await superuser.fetch(query)
    finally:
        await superuser.close()


def test_every_declared_table_of_organizations_is_distributed_by_organization_beside_the_others() -> None:
    tables = [table for metadata in DECLARED for table in metadata.tables.values()]
    ours = [table.fullname for table in tables if "organization_id" in table.columns]

    first, *others = distribution(ours)

    assert first == "select create_distributed_table('log.organization', 'organization_id', colocate_with => 'none')"
    assert len(others) == len(ours) - 1
    for name in set(ours) - {"log.organization"}:
        said = f"select create_distributed_table('{name}', 'organization_id', colocate_with => 'log.organization')"
        assert said in others


def test_appending_is_delegated_by_its_first_argument() -> None:
    assert "'log.append(uuid, log.new_event[])', 'the_organization'" in DELEGATION
    assert "force_delegation => true" in DELEGATION, "Citus delegates nothing else inside a transaction block"


async def test_distributing_takes_every_table_there_is_also_those_of_builds(cluster: DatabaseUrls) -> None:
    there = {row[0] for row in await asked(cluster, OF_ORGANIZATIONS)}

    tables = await distribute(cluster.owner)

    assert set(tables) == there
    assert any(name.startswith("projection_care_plan") for name in tables)
    said = await asked(cluster, "select logicalrelid::text, of, with_ from pg_dist_partition")
    assert {row["of"] for row in said} == {"organization_id"}
    assert {row["logicalrelid"] for row in said if row["with_"] != "log.organization"} == {"log.organization"}
    (delegated,) = await asked(cluster, "select function::text, argument, forced from delegated")
    assert tuple(delegated) == ("log.append(uuid,log.new_event[])", "the_organization", True)


async def test_distributing_again_takes_what_is_new_and_a_later_build_is_distributed_as_it_is_made(
    cluster: DatabaseUrls,
) -> None:
    await distribute(cluster.owner)
    await new_organization(cluster)
    owner = await connect_owner(cluster.owner)
    await owner.execute("create table log.room (organization_id uuid, name text)")
    async with owner.transaction():
        build = await make_build(owner, PROJECTIONS[0])
    await owner.close()

    assert await distribute(cluster.owner) == ["log.room"]

    distributed = {row[0] for row in await asked(cluster, "select logicalrelid::text from pg_dist_partition")}
    assert {f"{build.schema}.parked", f"{build.schema}.snapshot"} <= distributed


async def test_a_database_without_citus_is_left_as_it_is(fresh_database: DatabaseUrls) -> None:
    with pytest.raises(DistributionRefused, match="CREATE EXTENSION citus"):
        await distribute(fresh_database.owner)


async def test_what_holds_organizations_already_is_not_distributed(cluster: DatabaseUrls) -> None:
    await new_organization(cluster)

    with pytest.raises(DistributionRefused, match=r"scaling\.md"):
        await distribute(cluster.owner)

    assert await asked(cluster, "select from pg_dist_partition") == []


async def test_on_a_cluster_settings_are_made_by_set_local_alone_and_begin_stands_alone(
    server: EmbeddedPostgres, cluster: DatabaseUrls
) -> None:
    organization_id, client_id = await new_organization(cluster), uuid4()
    name = cluster.app.partition("@/")[2].partition("?")[0]
    await asked(cluster, f"alter database {name} set log_statement = 'all'")
    before = len(server_log(server))
    async with await open_pool(cluster.app) as pool:
        await record_and_read(pool, organization_id, client_id)
        await EventStore(pool).differing_heads()

    statements = [line for line in server_log(server)[before:].splitlines() if "log_statement" not in line]
    settings = [line for line in statements if "care_timeline.organization" in line]
    assert settings
    assert not [line for line in statements if "set_config('care_timeline" in line]
    assert not [line for line in settings if "begin" in line.lower()]


async def test_what_is_recorded_on_a_cluster_is_kept_apart_too(cluster: DatabaseUrls) -> None:
    ours, theirs = await new_organization(cluster), await new_organization(cluster)
    client_id = uuid4()
    async with await open_pool(cluster.app) as pool:
        await record_and_read(pool, ours, client_id)
        await record_and_read(pool, theirs, client_id)
        async with scoped(pool, ours) as connection:
            assert {row[0] for row in await connection.fetch("select organization_id from log.event")} == {ours}
        assert await pool.fetch("select from log.event") == []


async def record_and_read(pool: asyncpg.Pool, organization_id: UUID, client_id: UUID) -> None:
    """Appends and asks for facts, as the service does."""
    store = EventStore(pool)
    await store.append(organization_id, [sealed_event(client_id, 1)])
    with pytest.raises(VersionConflict):
        await store.append(organization_id, [sealed_event(client_id, 1)])
    known = await FactReader(pool).read(organization_id, client_id, Needs())
    assert known.facts.version == 1
