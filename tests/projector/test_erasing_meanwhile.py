"""Erasing somebody while builds are made and removed: nothing of them is in any build afterwards (R57)."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from asyncpg.pool import PoolConnectionProxy

from domain.events.merging import ClientsMerged
from projections.catalogue import catalogue
from service.access.caller import Caller
from service.bootstrap import System
from service.database.connection import open_pool
from service.database.embedded import DatabaseUrls
from service.log.keyring import ClientKeys, Keyring
from service.log.sealed import StoredEvent
from service.projector import rebuild as rebuilding
from service.projector import rebuild_worker
from service.projector.build_lifecycle import remove_retired
from service.projector.rebuild import rebuild
from service.projector.rebuild_worker import Chunk, Done, Rebuilder
from service.projector.united_events import United, unite
from tests.builders import check_in, goal_set, registered
from tests.erasing import erase_as_owner
from tests.projector.test_builds import KEKS
from tests.system import draft, follow

PLAN = "care_plan"
_WAITING = "select count(*) from pg_locks where not granted"


@pytest.fixture
async def person(system: System, counselor: Caller) -> tuple[UUID, UUID]:
    """Two clients, of whom the second was merged into the first."""
    survivor, duplicate = uuid4(), uuid4()
    for each in (survivor, duplicate):
        drafts = [draft(event) for event in (registered(), goal_set(), check_in())]
        await system.recorder.record(counselor, each, drafts, new_client=True)
    await system.recorder.record(counselor, survivor, [draft(ClientsMerged(duplicate=duplicate))])
    await follow(system, counselor.organization_id)
    return survivor, duplicate


@pytest.fixture(autouse=True)
def one_by_one_and_here(database: DatabaseUrls, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rebuilds fold each client in a transaction of their own, and in this process."""

    async def fold_here(_: object, chunks: Sequence[Chunk]) -> AsyncIterator[Done]:
        async with await open_pool(database.owner, min_size=1) as pool:
            for chunk in chunks:
                yield await Rebuilder(pool, Keyring(pool, KEKS), catalogue()).rebuild(chunk)

    monkeypatch.setattr(rebuilding, "EVENTS_A_CHUNK", 1)
    monkeypatch.setattr(rebuilding, "_each", fold_here)


async def waiting(database: DatabaseUrls, count: int) -> None:
    """Wait until so many transactions wait for a lock."""
    superuser = await asyncpg.connect(database.superuser)
    for _ in range(1_000):
        if await superuser.fetchval(_WAITING) >= count:
            break
        await asyncio.sleep(0.01)
    await superuser.close()


async def test_r57_whoever_is_erased_while_their_survivor_is_folded_is_not_in_the_new_build(
    system: System,
    counselor: Caller,
    database: DatabaseUrls,
    person: tuple[UUID, UUID],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    organization_id, (survivor, duplicate) = counselor.organization_id, person
    erasures: list[asyncio.Task[None]] = []

    async def unite_and_erase(
        connection: PoolConnectionProxy,
        keyring: Keyring,
        organization: UUID,
        own: Mapping[UUID, Sequence[StoredEvent]],
        keys: ClientKeys,
        **said: Any,
    ) -> United:
        united = await unite(connection, keyring, organization, own, keys, **said)
        if survivor in own:
            erasures.append(asyncio.create_task(erase_as_owner(database.owner, organization_id, duplicate)))
            await waiting(database, 1)
        return united

    monkeypatch.setattr(rebuild_worker, "unite", unite_and_erase)

    _ = [step async for step in rebuild(database.owner, KEKS, [PLAN], catalogue)]

    await asyncio.gather(*erasures)
    assert len(erasures) == 1
    await follow(system, organization_id)
    compared = await system.comparison.compare(organization_id)
    assert compared.differences == []
    assert await goals(database, person) == [survivor], "folded again without the other"


async def goals(database: DatabaseUrls, clients: Sequence[UUID]) -> list[UUID]:
    """Of which of the clients the live build has a goal."""
    superuser = await asyncpg.connect(database.superuser)
    found = await superuser.fetch("select client_id from projection.care_plan_goal where client_id = any($1)", clients)
    await superuser.close()
    return [row[0] for row in found]


async def test_r57_an_erasure_and_the_removal_of_a_retired_build_wait_for_each_other(
    system: System, counselor: Caller, database: DatabaseUrls, person: tuple[UUID, UUID]
) -> None:
    _ = [step async for step in rebuild(database.owner, KEKS, [PLAN], catalogue)]
    superuser = await asyncpg.connect(database.superuser)
    async with superuser.transaction():
        await superuser.execute("select from keyring.client_key where client_id = $1 for share", person[1])
        erasing = asyncio.create_task(erase_as_owner(database.owner, counselor.organization_id, person[1]))
        await waiting(database, 1)
        removing = asyncio.create_task(removed(database))
        await waiting(database, 2)
    await superuser.close()

    await erasing

    assert await removing >= 1


async def removed(database: DatabaseUrls) -> int:
    return len([build async for build in remove_retired(database.owner)])
