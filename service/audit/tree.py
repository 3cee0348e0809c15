"""The tree over an organization's log, read within a transaction that sees that organization.

Whole tiles are stored; those at the tree's right edge are made from leaves and from roots of tiles when they are asked
for. So a proof reads two tiles of a level at most, however long the log is.
"""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from service.audit.errors import TreeBroken
from service.proofs.merkle import HASH_BYTES, GrowingTree, Range, leaf_hash
from service.proofs.tiles import TILE_WIDTH, TileId, root_in_tiles, tiles_of, width_at

TILES_AT_ONCE: Final = 1_000
"""How many tiles one transaction makes: about a second's work."""

_LEAVES_AT_ONCE: Final = 10_000

_WHOLE = "select coalesce(max(number) + 1, 0) from audit.tile where organization_id = $1 and level = 0"
_STORED = """
select t.level, t.number, t.hashes
  from unnest($2::smallint[], $3::bigint[]) as wanted(level, number)
  join audit.tile t on t.organization_id = $1 and t.level = wanted.level and t.number = wanted.number
"""
_LEAVES = """
select leaf from log.event where organization_id = $1 and position > $2 and position <= $3 order by position
"""
_ROOTS = """
select wanted.level, wanted.number, string_agg(t.root, ''::bytea order by t.number) as hashes
  from unnest($2::smallint[], $3::bigint[], $4::integer[]) as wanted(level, number, width)
  join audit.tile t on t.organization_id = $1 and t.level = wanted.level - 1
                   and t.number >= wanted.number * 256 and t.number < wanted.number * 256 + wanted.width
 group by wanted.level, wanted.number
"""


async def grow(connection: PoolConnectionProxy, organization_id: UUID, size: int) -> bool:
    """Store the whole tiles that a tree of that size has; whether there are more to be made, in another transaction.

    Raises TreeBroken.
    """
    try:
        made = await connection.fetchval("select audit.grow_tree($1, $2, $3)", organization_id, size, TILES_AT_ONCE)
    except asyncpg.DataCorruptedError as error:
        raise TreeBroken(f"The tree cannot be made: {error.message}.") from error
    return bool(made == TILES_AT_ONCE)


async def roots(
    connection: PoolConnectionProxy, organization_id: UUID, size: int, ranges: Sequence[Range]
) -> list[bytes]:
    """The roots of subtrees of the tree of that size. Raises TreeBroken."""
    tiles = await read_tiles(connection, organization_id, {each: width_at(each, size) for each in tiles_of(ranges)})
    # Proofs of neighbours have most of them in common.
    made = {each: root_in_tiles(tiles, each) for each in set(ranges)}
    return [made[each] for each in ranges]


async def root_of_log(connection: PoolConnectionProxy, organization_id: UUID, size: int) -> bytes:
    """The root of the tree of that size, of a log that may not be the one of which the stored tiles were made.

    From tiles where there are enough of them, and its end from the log (`root_and_end`); else leaf by leaf. Nothing is
    stored: a tile that was made of a log that is not right would stay. Raises TreeBroken.
    """
    whole = await connection.fetchval(_WHOLE, organization_id)
    if whole >= size // TILE_WIDTH:
        return await root_and_end(connection, organization_id, size)
    tree = GrowingTree()
    while tree.size < size:
        leaves = (tree.size, min(size, tree.size + _LEAVES_AT_ONCE))
        tree.extend(map(leaf_hash, await read_leaves(connection, organization_id, leaves)))
    return tree.root


async def root_and_end(connection: PoolConnectionProxy, organization_id: UUID, size: int) -> bytes:
    """The root of the tree of that size, its last leaves read from the log itself and not from a stored tile.

    So a log that was cut and went on otherwise is seen, also where tiles of its former end are left. Raises TreeBroken.
    """
    everything = (0, size)
    last = TileId(0, (size - 1) // TILE_WIDTH)
    wanted = {each: width_at(each, size) for each in tiles_of([everything])} | {last: width_at(last, size)}
    stored = await read_tiles(connection, organization_id, wanted)
    leaves = await _of_leaves(connection, organization_id, last.number, wanted[last])
    if leaves != stored[last]:
        raise TreeBroken(f"Events up to position {size} are not those of which the tree was made.")
    return root_in_tiles(stored, everything)


async def read_tiles(
    connection: PoolConnectionProxy, organization_id: UUID, widths: Mapping[TileId, int]
) -> dict[TileId, bytes]:
    """Tiles, each cut to its width; stored or made. Raises TreeBroken where one is not there that should be."""
    levels, numbers = [each.level for each in widths], [each.number for each in widths]
    found = await connection.fetch(_STORED, organization_id, levels, numbers)
    tiles = {TileId(row["level"], row["number"]): row["hashes"] for row in found}
    missing = [each for each in widths if each not in tiles]
    tiles |= await _of_roots(connection, organization_id, {each: widths[each] for each in missing if each.level})
    for each in missing:
        if each.level == 0:
            tiles[each] = await _of_leaves(connection, organization_id, each.number, widths[each])
    for each, width in widths.items():
        tiles[each] = tiles.get(each, b"")[: width * HASH_BYTES]
        if len(tiles[each]) != width * HASH_BYTES:
            raise TreeBroken(f"Of the tree's level {each.level} hashes are missing that should be there.")
    return tiles


async def read_leaves(connection: PoolConnectionProxy, organization_id: UUID, leaves: Range) -> list[bytes]:
    """What the log commits to with each of its events, from an index up to another. Raises TreeBroken."""
    start, end = leaves
    found = [row[0] for row in await connection.fetch(_LEAVES, organization_id, start, end)]
    if len(found) != end - start:
        raise TreeBroken(f"Of the events at positions {start + 1} to {end} some are missing.")
    return found


async def _of_leaves(connection: PoolConnectionProxy, organization_id: UUID, number: int, width: int) -> bytes:
    start = number * TILE_WIDTH
    return b"".join(map(leaf_hash, await read_leaves(connection, organization_id, (start, start + width))))


async def _of_roots(
    connection: PoolConnectionProxy, organization_id: UUID, widths: Mapping[TileId, int]
) -> dict[TileId, bytes]:
    if not widths:
        return {}
    columns = [each.level for each in widths], [each.number for each in widths], list(widths.values())
    found = await connection.fetch(_ROOTS, organization_id, *columns)
    return {TileId(row["level"], row["number"]): row["hashes"] for row in found}
