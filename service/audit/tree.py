"""The tree over an organization's log, read within a transaction that sees that organization.

Whole tiles are stored; those at the tree's right edge are made from leaves and from roots of tiles when they are asked
for. So a proof reads two tiles of a level at most, however long the log is.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from service.audit.errors import TreeBroken
from service.proofs.merkle import HASH_BYTES, Range, leaf_hash
from service.proofs.tiles import TILE_WIDTH, TileId, root_in_tiles, tiles_of, width_at

TILES_AT_ONCE: Final = 1_000
"""How many tiles one transaction makes: about a second's work."""

_STORED = """
select t.level, t.number, t.hashes
  from unnest($2::smallint[], $3::bigint[]) as wanted(level, number)
  join audit.tile t on t.organization_id = $1 and t.level = wanted.level and t.number = wanted.number
"""
_LEAVES = """
select leaf from log.event where organization_id = $1 and position > $2 and position <= $3 order by position
"""
_ROOTS = """
select root from audit.tile where organization_id = $1 and level = $2 and number >= $3 and number < $4 order by number
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
    return [root_in_tiles(tiles, each) for each in ranges]


async def root_and_end(connection: PoolConnectionProxy, organization_id: UUID, size: int) -> bytes:
    """The root of the tree of that size, its last leaves read from the log itself and not from a stored tile.

    So a log that was cut and went on otherwise is seen, also where tiles of its former end are left. Raises TreeBroken.
    """
    everything = (0, size)
    last = TileId(0, (size - 1) // TILE_WIDTH)
    wanted = {each: width_at(each, size) for each in tiles_of([everything])} | {last: width_at(last, size)}
    stored = await read_tiles(connection, organization_id, wanted)
    leaves = await _made(connection, organization_id, last, wanted[last])
    if leaves != stored[last]:
        raise TreeBroken(f"Events up to position {size} are not those of which the tree was made.")
    return root_in_tiles(stored, everything)


async def read_tiles(
    connection: PoolConnectionProxy, organization_id: UUID, widths: Mapping[TileId, int]
) -> dict[TileId, bytes]:
    """Tiles, each cut to its width; stored or made. Raises TreeBroken where one is not there that should be."""
    wanted = list(widths)
    found = await connection.fetch(
        _STORED, organization_id, [each.level for each in wanted], [each.number for each in wanted]
    )
    tiles = {TileId(row["level"], row["number"]): row["hashes"] for row in found}
    for each in wanted:
        if each in tiles:
            tiles[each] = tiles[each][: widths[each] * HASH_BYTES]
        else:
            tiles[each] = await _made(connection, organization_id, each, widths[each])
    return tiles


async def read_leaves(connection: PoolConnectionProxy, organization_id: UUID, leaves: Range) -> list[bytes]:
    """What the log commits to with each of its events, from an index up to another. Raises TreeBroken."""
    start, end = leaves
    found = [row[0] for row in await connection.fetch(_LEAVES, organization_id, start, end)]
    if len(found) != end - start:
        raise TreeBroken(f"Of the events at positions {start + 1} to {end} some are missing.")
    return found


async def _made(connection: PoolConnectionProxy, organization_id: UUID, tile: TileId, width: int) -> bytes:
    start = tile.number * TILE_WIDTH
    hashes: Iterable[bytes]
    if tile.level == 0:
        hashes = map(leaf_hash, await read_leaves(connection, organization_id, (start, start + width)))
    else:
        found = await connection.fetch(_ROOTS, organization_id, tile.level - 1, start, start + width)
        hashes = [row[0] for row in found]
    made = b"".join(hashes)
    if len(made) != width * HASH_BYTES:
        raise TreeBroken(f"Of the tree's level {tile.level} tiles are missing that should be there.")
    return made
