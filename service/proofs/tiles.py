"""The tree as tiles of 256 hashes (C2SP tlog-tiles): where a hash stands, and roots made of tiles alone."""

import re
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from service.proofs.merkle import EMPTY_ROOT, HASH_BYTES, Range, node_hash, root_of, whole_subtrees

TILE_HEIGHT: Final = 8
TILE_WIDTH: Final = 1 << TILE_HEIGHT

LEVELS: Final = 64 // TILE_HEIGHT
"""As many levels as a log with positions of 63 bits can have."""

_PATH: Final = re.compile(r"((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII)


class TileId(NamedTuple):
    """Which tile: at level 0 of leaves, above of roots of whole tiles of the level below."""

    level: int
    number: int


def width_at(tile: TileId, size: int) -> int:
    """How many hashes the tile has in a tree of that size: 0 where it has none, TILE_WIDTH where it is whole."""
    return max(0, min(TILE_WIDTH, (size >> (TILE_HEIGHT * tile.level)) - tile.number * TILE_WIDTH))


def tiles_of(ranges: Iterable[Range]) -> set[TileId]:
    """The tiles of which the roots of these subtrees are made."""
    return {_place(*subtree)[0] for each in ranges for subtree in whole_subtrees(each)}


def root_in_tiles(tiles: Mapping[TileId, bytes], leaves: Range) -> bytes:
    """The root of a subtree, from the hashes of tiles, whole or not. Raises LookupError where one is missing."""
    roots = [_root_of_whole(tiles, *subtree) for subtree in whole_subtrees(leaves)]
    if not roots:
        return EMPTY_ROOT
    root = roots.pop()
    while roots:
        root = node_hash(roots.pop(), root)
    return root


def tile_path(number: int, width: int = TILE_WIDTH) -> str:
    """A tile's number as the end of its address, such as `x001/x234/067` or `000.p/112`."""
    groups = [f"{number % 1000:03}"]
    while number >= 1000:
        number //= 1000
        groups.insert(0, f"x{number % 1000:03}")
    return "/".join(groups) + ("" if width == TILE_WIDTH else f".p/{width}")


def read_tile_path(path: str) -> tuple[int, int]:
    """The tile's number and width that the end of an address says. Raises ValueError where it is none."""
    found = _PATH.fullmatch(path)
    if found is None:
        raise ValueError("no address of a tile")
    number = int(found[1].replace("x", "").replace("/", ""))
    width = int(found[2] or TILE_WIDTH)
    if tile_path(number, width) != path:
        raise ValueError("an address of a tile written in another way")
    return number, width


def _place(height: int, index: int) -> tuple[TileId, int, int]:
    """The tile in which a whole subtree stands, and from which hash to which."""
    level, rest = divmod(height, TILE_HEIGHT)
    number, at = divmod(index << rest, TILE_WIDTH)
    return TileId(level, number), at, at + (1 << rest)


def _root_of_whole(tiles: Mapping[TileId, bytes], height: int, index: int) -> bytes:
    tile, start, end = _place(height, index)
    hashes = tiles[tile]
    if len(hashes) < end * HASH_BYTES:
        raise LookupError(f"The tile {tile} has no hash {end - 1}.")
    return root_of([hashes[at * HASH_BYTES : (at + 1) * HASH_BYTES] for at in range(start, end)])
