"""Tiles: every root and proof comes out of the few that hold it."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tlog_scales import tiles as theirs

from service.proofs.merkle import consistency_ranges, inclusion_ranges, root_of
from service.proofs.tiles import (
    LEVELS,
    TILE_WIDTH,
    TileId,
    read_tile_path,
    root_in_tiles,
    tile_path,
    tiles_of,
    width_at,
)
from tests.proofs.making import hashes, roots

LEAVES = hashes(70_000)


def tiles_at(size: int) -> dict[TileId, bytes]:
    """All tiles of the tree of that size, made from the leaves, row by row."""
    found: dict[TileId, bytes] = {}
    row, level = LEAVES[:size], 0
    while row:
        rows = [row[start : start + TILE_WIDTH] for start in range(0, len(row), TILE_WIDTH)]
        found |= {TileId(level, number): b"".join(each) for number, each in enumerate(rows)}
        row, level = [root_of(each) for each in rows if len(each) == TILE_WIDTH], level + 1
    return found


ALL = tiles_at(len(LEAVES))


@pytest.mark.parametrize("size", [1, 255, 256, 257, 65_535, 65_536, 65_537, 70_000])
def test_a_tree_has_the_tiles_that_the_format_gives_it(size: int) -> None:
    there = {tile: len(told) // 32 for tile, told in tiles_at(size).items()}

    assert {tile: width_at(tile, size) for tile in there} == there
    assert width_at(TileId(0, -(-size // TILE_WIDTH)), size) == 0
    for level in range(LEVELS):
        whole, partial = theirs.level_tiles(size, level)
        assert width_at(TileId(level, whole), size) == partial


@settings(max_examples=25)
@given(st.integers(1, 70_000), st.data())
@example(65_537, None)
def test_proofs_are_made_of_few_tiles(size: int, data: st.DataObject | None) -> None:
    index = data.draw(st.integers(0, size - 1)) if data else 65_536
    old = data.draw(st.integers(1, size)) if data else 65_536
    ranges = [(0, size), *inclusion_ranges(index, size), *consistency_ranges(old, size)]
    needed = tiles_of(ranges)

    assert len(needed) <= 12
    some = {tile: ALL[tile][: 32 * width_at(tile, size)] for tile in needed}
    assert [root_in_tiles(some, each) for each in ranges] == roots(LEAVES, ranges)


def test_a_tile_that_is_missing_or_cut_short_gives_no_root() -> None:
    some = {tile: ALL[tile] for tile in tiles_of([(0, 300)])}

    assert root_in_tiles(some, (0, 300)) == root_of(LEAVES[:300])
    with pytest.raises(LookupError):
        root_in_tiles({**some, TileId(0, 1): some[TileId(0, 1)][: 43 * 32]}, (0, 300))
    del some[TileId(0, 1)]
    with pytest.raises(LookupError):
        root_in_tiles(some, (0, 300))


@pytest.mark.parametrize(
    ("number", "width", "path"),
    [(1_234_067, 256, "x001/x234/067"), (0, 256, "000"), (999, 112, "999.p/112"), (1_000, 1, "x001/000.p/1")],
)
def test_addresses_of_tiles(number: int, width: int, path: str) -> None:
    assert tile_path(number, width) == path
    assert read_tile_path(path) == (number, width)
    assert "/".join(theirs.tile_path(0, number, width % 256)) == f"tile/0/{path}"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "0",
        "0000",
        "001/234",
        "x000/001",
        "000.p/0",
        "000.p/256",
        "000.p/01",
        "x001/x234/067/",
        "000.p",
        "٠٠٠",
        "-01",
    ],
)
def test_what_is_no_address_of_a_tile(path: str) -> None:
    with pytest.raises(ValueError, match="address"):
        read_tile_path(path)
