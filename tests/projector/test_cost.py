"""What projecting costs: only projections that an event concerns, and no statement for each client."""

from datetime import timedelta
from uuid import UUID, uuid4

from projections.catalogue import PROJECTIONS
from service import clock
from service.bootstrap import System
from service.care.caller import Caller
from service.database.connection import open_pool
from service.database.embedded import DatabaseUrls
from service.following.follower import Follower
from service.projector.projector import Projector
from tests.builders import check_in, registered
from tests.projector.counting import folds_counted
from tests.system import draft, follow


def cold(system: System) -> Follower:
    """A follower that remembers nothing."""
    projector = Projector(system.keyring, system.organizations, system.builds)
    return Follower(system.pool, system.wakeups, system.builds.names, projector.handle)


async def statements_of(system: System, database: DatabaseUrls, organization_id: UUID) -> int:
    """How many statements a follower that remembers nothing needs to follow what is there."""
    asked: list[object] = []
    async with await open_pool(database.app, min_size=1, max_size=1) as pool:
        async with pool.acquire() as connection:
            connection.add_query_logger(asked.append)
        projector = Projector(system.keyring, system.organizations, system.builds)
        await Follower(pool, system.wakeups, system.builds.names, projector.handle).follow(organization_id)
    return len(asked)


async def test_a_late_entry_is_folded_again_by_the_projections_that_it_concerns_alone(
    system: System, counselor: Caller
) -> None:
    organization_id, client_id = counselor.organization_id, uuid4()
    await system.recorder.record(counselor, client_id, [draft(registered(), at="2026-03-01T15:00Z")], new_client=True)
    for day in range(2, 25):
        await system.recorder.record(counselor, client_id, [draft(check_in(), at=f"2026-03-{day:02}T15:00Z")])
    await follow(system, organization_id)
    concerned = {one.name for one in PROJECTIONS if check_in().type in one.relevant}
    assert concerned < {one.name for one in PROJECTIONS}

    await system.recorder.record(counselor, client_id, [draft(check_in(), at="2026-03-03T16:00Z")])
    with folds_counted() as counted:
        await cold(system).follow(organization_id)

    assert {name for name, count in counted.items() if count} == concerned


async def test_many_clients_take_no_more_statements_than_one(
    system: System, counselor: Caller, database: DatabaseUrls
) -> None:
    organization_id = counselor.organization_id
    clients = [uuid4() for _ in range(40)]
    for client_id in clients:
        await system.recorder.record(counselor, client_id, [draft(registered())], new_client=True)
    await follow(system, organization_id)

    async def recorded(some: list[UUID]) -> int:
        for client_id in some:
            await system.recorder.record(counselor, client_id, [draft(check_in(), at=clock.now() - timedelta(hours=1))])
        return await statements_of(system, database, organization_id)

    one, many = await recorded(clients[:1]), await recorded(clients)
    assert 0 < many <= one
