"""Proofs and tiles out of the database: they are those of the whole tree, and another implementation follows them."""

from collections.abc import AsyncIterator
from hashlib import sha256
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from tlog_scales.reader import TilesReader
from tlog_scales.tlog import Checkpoint as TheirCheckpoint

from service.audit.errors import BeyondTheCheckpoint
from service.database.embedded import DatabaseUrls
from service.log.store import EventStore
from service.proofs.merkle import GrowingTree, check_consistency, check_inclusion, leaf_hash, root_of
from service.proofs.tiles import TileId, tile_path, width_at
from tests.audit.logs import Log
from tests.databases import new_organization

SIZE = 66_000
"""So many leaves that there is a whole tile of level 1."""

_LEAVES = """
insert into log.event (organization_id, position, client_id, version, id, type, schema_version, occurred_at, precision,
  recorded_at, actor_id, recorded_by, source, reference_fields, reference_ids, key_id, body, body_digest, leaf)
select $1, place, $1, place, gen_random_uuid(), 'session_held', 1, now(), 'instant', now(), $1, '', '', '{}', '{}', $1,
  '', '', sha256(int8send(place))
from generate_series(1, $2::bigint) as place
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def large(pool: asyncpg.Pool, store: EventStore, database: DatabaseUrls) -> AsyncIterator[Log]:
    """A log whose leaves were made by hand."""
    log = Log(await new_organization(database), pool, store, database)
    async with log.hand() as hand:
        await hand.execute(_LEAVES, log.organization_id, SIZE)
        await hand.execute(
            "update log.log_head set position = $2 where organization_id = $1", log.organization_id, SIZE
        )
    await log.signer().make(log.organization_id)
    yield log


@pytest.fixture(scope="module")
def hashes() -> list[bytes]:
    return [leaf_hash(sha256(place.to_bytes(8)).digest()) for place in range(1, SIZE + 1)]


async def test_the_root_that_the_database_makes_is_that_of_the_tree(large: Log, hashes: list[bytes]) -> None:
    tree = GrowingTree()
    tree.extend(hashes)

    assert (await large.kept().latest(large.organization_id)).checkpoint.root == tree.root


async def test_proofs_of_many_are_those_of_each(large: Log) -> None:
    proofs, places = large.proofs(), [1, 2, 255, 256, 257, *range(30_000, 30_020), 65_536, SIZE]

    found = await proofs.inclusions(large.organization_id, places, SIZE)

    assert found == [(await proofs.inclusion(large.organization_id, place, SIZE)).proof for place in places]


@pytest.mark.parametrize("size", [1, 255, 256, 257, 65_535, 65_536, 65_537, SIZE])
async def test_proofs_of_every_kind_of_size_hold(large: Log, hashes: list[bytes], size: int) -> None:
    proofs, whole = large.proofs(), root_of(hashes[:size])
    for position in {1, size // 2 + 1, size}:
        found = await proofs.inclusion(large.organization_id, position, size)
        assert found.root == whole
        assert leaf_hash(found.leaf) == hashes[position - 1]
        check_inclusion(leaf_hash(found.leaf), position - 1, size, found.proof, whole)
    for old in {0, 1, size // 2, size}:
        then = await proofs.consistency(large.organization_id, old, size)
        assert (then.old_root, then.new_root) == (root_of(hashes[:old]), whole)
        check_consistency(old, then.old_root, size, whole, then.proof)


async def test_another_implementation_follows_the_tiles(large: Log, hashes: list[bytes]) -> None:
    proofs, organization_id = large.proofs(), large.organization_id
    note = (await large.kept().latest(organization_id)).note
    served = {"checkpoint": note.encode()}
    for level in range(3):
        for number in range((SIZE >> (8 * (level + 1))) + 1):
            if level == 0 and 2 < number < 256:
                continue
            width = width_at(TileId(level, number), SIZE)
            if width:
                path = f"tile/{level}/{tile_path(number, width)}"
                served[path] = await proofs.tile(organization_id, TileId(level, number), width)
    entries = await proofs.entries(organization_id, 257, 208)
    served[f"tile/entries/{tile_path(257, 208)}"] = b"".join(len(each).to_bytes(2) + each for each in entries)

    class Served:
        def get(self, *path: str) -> bytes | None:
            return served.get("/".join(path))

    reader = TilesReader(Served())
    theirs: TheirCheckpoint = reader.get_checkpoint()
    assert reader.calculate_root_hash() == theirs.root_hash
    reader.get_inclusion_proof(65_999, SIZE).check(hashes[65_999], theirs.root_hash)
    reader.get_consistency_proof(65_600, SIZE).check(root_of(hashes[:65_600]), theirs.root_hash)
    assert leaf_hash(reader.get_entry(65_999)) == hashes[65_999]


async def test_nothing_beyond_the_last_checkpoint_is_told(log: Log) -> None:
    proofs, organization_id = log.proofs(), log.organization_id
    await log.record(3)
    with pytest.raises(BeyondTheCheckpoint):
        await proofs.inclusion(organization_id, 1)
    await log.signer().make(organization_id)
    await log.record(3)

    for position, size in ((4, None), (1, 4), (3, 2), (0, 3)):
        with pytest.raises(BeyondTheCheckpoint):
            await proofs.inclusion(organization_id, position, size)
    for old, new in ((4, None), (1, 4), (3, 2), (-1, 3)):
        with pytest.raises(BeyondTheCheckpoint):
            await proofs.consistency(organization_id, old, new)
    for tile, width in ((TileId(0, 0), 4), (TileId(0, 1), 1), (TileId(1, 0), 1), (TileId(0, 0), 256)):
        with pytest.raises(BeyondTheCheckpoint):
            await proofs.tile(organization_id, tile, width)
    assert len(await proofs.entries(organization_id, 0, 3)) == 3


async def test_another_organization_proves_nothing_of_it(log: Log, database: DatabaseUrls) -> None:
    await log.record(3)
    await log.signer().make(log.organization_id)
    other: UUID = await new_organization(database)
    events = await log.store.log(log.organization_id, limit=1)

    assert await log.proofs().position_of(log.organization_id, events[0].id) == 1
    assert await log.proofs().position_of(other, events[0].id) is None
    with pytest.raises(BeyondTheCheckpoint):
        await log.proofs().inclusion(other, 1)
