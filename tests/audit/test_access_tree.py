"""The log of accesses: each fact is entered once, in an order that stays, and what was signed of it is kept to."""

import asyncio
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest

from service.access.access_records import AccessRecords, Asked
from service.audit.access_tree import AccessTree, root_at
from service.audit.anchors import AnchorFolder
from service.audit.errors import CheckpointRefused, NotSigning
from service.audit.signing_keys import SigningKeys
from service.database.connection import scoped
from service.proofs.checkpoints import open_checkpoint
from service.proofs.merkle import leaf_hash, root_of
from tests.audit.logs import KEYS, Log
from tests.system import access_to

ENTRIES = "select number, kind, leaf from audit.access_entry where organization_id = $1 order by number"


async def read(pool: asyncpg.Pool, organization_id: UUID, count: int) -> None:
    records = AccessRecords(pool)
    for version in range(1, count + 1):
        await records.keep(access_to(organization_id), Asked("timeline"), [uuid4()], version=version)
    await records.close()


async def entries(log: Log) -> list[asyncpg.Record]:
    async with scoped(log.pool, log.organization_id) as connection:
        return await connection.fetch(ENTRIES, log.organization_id)


async def test_what_is_new_is_entered_once_and_signed(log: Log) -> None:
    tree = AccessTree(log.pool, KEYS)
    first = await tree.make(log.organization_id)
    assert first.checkpoint.size == 1, "the organization itself"
    assert await tree.make(log.organization_id) == first

    await read(log.pool, log.organization_id, 2)
    second = await tree.make(log.organization_id)

    there = await entries(log)
    assert [(row["number"], row["kind"]) for row in there] == [
        (1, "organization"), (2, "access_record"), (3, "access_record")
    ]  # fmt: skip
    assert second.checkpoint.root == root_of([leaf_hash(row["leaf"]) for row in there])
    origin = KEYS.access_origin(log.organization_id)
    assert open_checkpoint(second.note, KEYS.named(origin), origin=origin) == second.checkpoint


async def test_the_root_of_every_size_is_that_of_the_entries(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.audit.access_tree.ENTRIES_AT_ONCE", 3)  # several transactions
    await read(log.pool, log.organization_id, 20)

    kept = await AccessTree(log.pool, KEYS).make(log.organization_id)

    assert kept.checkpoint.size == 21
    hashes = [leaf_hash(row["leaf"]) for row in await entries(log)]
    async with scoped(log.pool, log.organization_id) as connection:
        roots = [await root_at(connection, log.organization_id, size) for size in range(22)]
    assert roots == [root_of(hashes[:size]) for size in range(22)]


async def test_processes_that_sign_at_once_enter_nothing_twice(log: Log) -> None:
    await read(log.pool, log.organization_id, 5)

    made = await asyncio.gather(*(AccessTree(log.pool, KEYS).make(log.organization_id) for _ in range(3)))

    assert {kept.checkpoint.size for kept in made} == {6}
    assert len({kept.note for kept in made}) == 1


async def test_entries_that_are_not_those_that_were_signed_are_signed_no_more(log: Log, tmp_path: Path) -> None:
    await read(log.pool, log.organization_id, 2)
    await AccessTree(log.pool, KEYS, AnchorFolder(tmp_path)).make(log.organization_id)
    async with log.hand() as hand:
        await hand.execute(
            "delete from audit.access_entry where number = 3 and organization_id = $1", log.organization_id
        )
        await hand.execute("delete from access.access_record where organization_id = $1", log.organization_id)
        await hand.execute("delete from audit.checkpoint where organization_id = $1", log.organization_id)

    with pytest.raises(CheckpointRefused, match="the first 3 entries are not those that were signed"):
        await AccessTree(log.pool, KEYS, AnchorFolder(tmp_path)).make(log.organization_id)


async def test_without_a_key_nothing_is_entered(log: Log) -> None:
    with pytest.raises(NotSigning):
        await AccessTree(log.pool, SigningKeys((), "clinic.example")).make(log.organization_id)
    assert await entries(log) == []
