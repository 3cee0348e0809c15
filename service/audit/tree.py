"""The tree over a log of an organization, read within a transaction that sees that organization.

Whole tiles are stored; those at the tree's right edge are made from leaves and from roots of tiles when they are asked
for. So a proof reads two tiles of a level at most, however long the log is.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple
from uuid import UUID

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from service.audit.errors import TreeBroken
from service.audit.log_kinds import LogKind
from service.proofs.merkle import HASH_BYTES, GrowingTree, Range, leaf_hash
from service.proofs.tiles import TILE_WIDTH, TileId, root_in_tiles, tiles_of, width_at

TILES_AT_ONCE: Final = 1_000
"""How many tiles one transaction makes: about a second's work."""

_LEAVES_AT_ONCE: Final = 10_000

_WHOLE = "select coalesce(max(number) + 1, 0) from audit.tile where organization_id = $1 and log = $2 and level = 0"
_STORED = """
select t.level, t.number, t.hashes
  from unnest($3::smallint[], $4::bigint[]) as wanted(level, number)
  join audit.tile t on t.organization_id = $1 and t.log = $2 and t.level = wanted.level and t.number = wanted.number
"""
_LEAVES: Final = {
    LogKind.EVENTS: """
select leaf from log.event where organization_id = $1 and position > $2 and position <= $3 order by position
""",
    LogKind.ACCESSES: """
select leaf from audit.access_entry where organization_id = $1 and number > $2 and number <= $3 order by number
""",
}
END: Final = {
    LogKind.EVENTS: "select position from log.log_head where organization_id = $1",
    LogKind.ACCESSES: "select coalesce(max(number), 0) from audit.access_entry where organization_id = $1",
}
"""Asks how many entries a log has."""
_ROOTS = """
select wanted.level, wanted.number, string_agg(t.root, ''::bytea order by t.number) as hashes
  from unnest($3::smallint[], $4::bigint[], $5::integer[]) as wanted(level, number, width)
  join audit.tile t on t.organization_id = $1 and t.log = $2 and t.level = wanted.level - 1
                   and t.number >= wanted.number * 256 and t.number < wanted.number * 256 + wanted.width
 group by wanted.level, wanted.number
"""


class Tree(NamedTuple):
    """Which log's tree."""

    organization_id: UUID
    kind: LogKind = LogKind.EVENTS


async def end(connection: PoolConnectionProxy, tree: Tree) -> int:
    """How many entries the log has."""
    return await connection.fetchval(END[tree.kind], tree.organization_id) or 0


async def grow(connection: PoolConnectionProxy, tree: Tree, size: int) -> bool:
    """Store the whole tiles that a tree of that size has; whether there are more to be made, in another transaction.

    Raises TreeBroken.
    """
    try:
        made = await connection.fetchval("select audit.grow_tree($1, $2, $3, $4)", *tree, size, TILES_AT_ONCE)
    except asyncpg.DataCorruptedError as error:
        raise TreeBroken(f"The tree cannot be made: {error.message}.") from error
    return bool(made == TILES_AT_ONCE)


async def roots(connection: PoolConnectionProxy, tree: Tree, size: int, ranges: Sequence[Range]) -> list[bytes]:
    """The roots of subtrees of the tree of that size. Raises TreeBroken."""
    tiles = await read_tiles(connection, tree, {each: width_at(each, size) for each in tiles_of(ranges)})
    # Proofs of neighbours have most of them in common.
    made = {each: root_in_tiles(tiles, each) for each in set(ranges)}
    return [made[each] for each in ranges]


async def root_of_log(connection: PoolConnectionProxy, tree: Tree, size: int) -> bytes:
    """The root of the tree of that size, of a log that may not be the one of which the stored tiles were made.

    From tiles where there are enough of them, and its end from the log (`root_and_end`); else leaf by leaf. Nothing is
    stored: a tile that was made of a log that is not right would stay. Raises TreeBroken.
    """
    whole = await connection.fetchval(_WHOLE, *tree)
    if whole >= size // TILE_WIDTH:
        return await root_and_end(connection, tree, size)
    growing = GrowingTree()
    while growing.size < size:
        leaves = (growing.size, min(size, growing.size + _LEAVES_AT_ONCE))
        growing.extend(map(leaf_hash, await read_leaves(connection, tree, leaves)))
    return growing.root


async def root_and_end(connection: PoolConnectionProxy, tree: Tree, size: int) -> bytes:
    """The root of the tree of that size, its last leaves read from the log itself and not from a stored tile.

    So a log that was cut and went on otherwise is seen, also where tiles of its former end are left. Raises TreeBroken.
    """
    everything = (0, size)
    last = TileId(0, (size - 1) // TILE_WIDTH)
    wanted = {each: width_at(each, size) for each in tiles_of([everything])} | {last: width_at(last, size)}
    stored = await read_tiles(connection, tree, wanted)
    leaves = await _of_leaves(connection, tree, last.number, wanted[last])
    if leaves != stored[last]:
        raise TreeBroken(f"The {tree.kind} up to position {size} are not those of which the tree was made.")
    return root_in_tiles(stored, everything)


async def read_tiles(connection: PoolConnectionProxy, tree: Tree, widths: Mapping[TileId, int]) -> dict[TileId, bytes]:
    """Tiles, each cut to its width; stored or made. Raises TreeBroken where one is not there that should be."""
    levels, numbers = [each.level for each in widths], [each.number for each in widths]
    found = await connection.fetch(_STORED, *tree, levels, numbers)
    tiles = {TileId(row["level"], row["number"]): row["hashes"] for row in found}
    missing = [each for each in widths if each not in tiles]
    tiles |= await _of_roots(connection, tree, {each: widths[each] for each in missing if each.level})
    for each in missing:
        if each.level == 0:
            tiles[each] = await _of_leaves(connection, tree, each.number, widths[each])
    for each, width in widths.items():
        tiles[each] = tiles.get(each, b"")[: width * HASH_BYTES]
        if len(tiles[each]) != width * HASH_BYTES:
            raise TreeBroken(f"Of the tree's level {each.level} hashes are missing that should be there.")
    return tiles


async def read_leaves(connection: PoolConnectionProxy, tree: Tree, leaves: Range) -> list[bytes]:
    """What the log commits to with each of its entries, from an index up to another. Raises TreeBroken."""
    start, stop = leaves
    found = [row[0] for row in await connection.fetch(_LEAVES[tree.kind], tree.organization_id, start, stop)]
    if len(found) != stop - start:
        raise TreeBroken(f"Of the {tree.kind} at positions {start + 1} to {stop} some are missing.")
    return found


async def _of_leaves(connection: PoolConnectionProxy, tree: Tree, number: int, width: int) -> bytes:
    start = number * TILE_WIDTH
    return b"".join(map(leaf_hash, await read_leaves(connection, tree, (start, start + width))))


async def _of_roots(connection: PoolConnectionProxy, tree: Tree, widths: Mapping[TileId, int]) -> dict[TileId, bytes]:
    if not widths:
        return {}
    columns = [each.level for each in widths], [each.number for each in widths], list(widths.values())
    found = await connection.fetch(_ROOTS, *tree, *columns)
    return {TileId(row["level"], row["number"]): row["hashes"] for row in found}
