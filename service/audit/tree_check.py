"""Comparing a log, as it is read, with its tree and with what was signed of it."""

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Final, NamedTuple

from asyncpg.pool import PoolConnectionProxy

from service.audit.tree import END, Tree
from service.log.consistency import Finding
from service.proofs.checkpoints import Checkpoint
from service.proofs.merkle import HASH_BYTES, GrowingTree, root_of
from service.proofs.tiles import TILE_WIDTH

_TILE_BYTES: Final = TILE_WIDTH * HASH_BYTES

_OF_LEAVES = """
select number, hashes from audit.tile
 where organization_id = $1 and log = $2 and level = 0 and number >= $3 and number < $4 order by number
"""
_OF_LEVEL = {
    kind: f"""
select number, case when level > 0 then hashes end, root from audit.tile
 where organization_id = $1 and log = $2 and level = $3
   and (number < $4 or (number + 1) << (8 * (level + 1)) > ({end}))
 order by number
"""  # noqa: S608 - ours
    for kind, end in END.items()
}


class Held(NamedTuple):
    """A checkpoint that the log has to fit, and where it is from."""

    checkpoint: Checkpoint
    where: str
    """Such as "the checkpoint in saved.checkpoint"."""


class TreeCheck:
    """The tree over a log whose parts are added in order, beside stored tiles and checkpoints."""

    def __init__(self, of: Tree, held: Sequence[Held]) -> None:
        self._of = of
        self._held = sorted(held, key=lambda each: each.checkpoint.size)
        self._sizes = sorted({each.checkpoint.size for each in held if each.checkpoint.size}, reverse=True)
        self._tree = GrowingTree()  # its leaves are the roots of whole tiles
        self._tile_roots: list[bytes] = []
        self._roots: dict[int, bytes] = {}
        self._end = 0
        self.fitting = 0
        """Up to which position the log is that of a checkpoint; known at the end."""
        self.differing: int | None = None
        """The first position of which the tree has another leaf than the log."""

    async def add(self, connection: PoolConnectionProxy, after: int, hashes: bytes) -> None:
        """Add the next part of the log, the hashes of its leaves; parts but the last are of whole tiles."""
        first = after // TILE_WIDTH
        tiles = [hashes[at : at + _TILE_BYTES] for at in range(0, len(hashes), _TILE_BYTES)]
        for tile in tiles:
            self._grow(tile)
        last = first + len(tiles)
        for number, stored in await connection.fetch(_OF_LEAVES, *self._of, first, last):
            if self.differing is None and stored != tiles[number - first]:
                self.differing = number * TILE_WIDTH + _first_difference(stored, tiles[number - first]) + 1

    def _grow(self, tile: bytes) -> None:
        leaves = [tile[at : at + HASH_BYTES] for at in range(0, len(tile), HASH_BYTES)]
        start, self._end = self._end, self._end + len(leaves)
        while self._sizes and self._sizes[-1] <= self._end:
            size = self._sizes.pop()
            self._roots[size] = self._tree.root_with(root_of(leaves[: size - start]))
        if len(leaves) == TILE_WIDTH:
            self._tile_roots.append(root_of(leaves))
            self._tree.append(self._tile_roots[-1])

    async def finish(self, connection: PoolConnectionProxy) -> list[Finding]:
        """What does not fit, once the whole log was added."""
        found = [] if self.differing else [each async for each in self._tiles(connection)]
        if self.differing:
            what = "its leaf is not the one of which the tree was made: it was changed, put in, or moved since"
            found.append(Finding(self.differing, what))
        return found + list(self._checkpoints())

    async def _tiles(self, connection: PoolConnectionProxy) -> AsyncIterator[Finding]:
        """The first tile of each level that is not made of this log; the leaves were compared as they were added."""
        level, lower, roots = 0, [b""], self._tile_roots
        while lower:
            # Tiles that were made since of what was recorded since are left alone.
            stored = await connection.fetch(_OF_LEVEL[self._of.kind], *self._of, level, len(roots))
            for expected, (number, hashes, root) in enumerate(stored):
                if number != expected:
                    what = "is missing"
                elif number >= len(roots):
                    what = "reaches beyond the log"
                elif root != roots[number] or (level and hashes != b"".join(_children(lower, number))):
                    what = f"is not made of these {self._of.kind.entries}"
                else:
                    continue
                place = expected * TILE_WIDTH ** (level + 1) + 1
                yield Finding(place, f"tile {expected} of the tree's level {level} {what}: its row was changed")
                break
            level, lower = level + 1, roots
            roots = [root_of(_children(lower, at)) for at in range(len(lower) // TILE_WIDTH)]

    def _checkpoints(self) -> Iterator[Finding]:
        sizes = (size for (_, size, root), _ in self._held if self._roots.get(size) == root)
        fitting = self.fitting = max(sizes, default=0)
        for (_, size, root), where in self._held:
            if size <= fitting and self._roots.get(size) != root:
                yield Finding(
                    size,
                    f"{where} is not of this log, and another that is as large or larger is: it was replaced, or two"
                    " histories were signed; ask who holds the signing key",
                )
            elif self._roots.get(size, root) != root:
                yield self._differing_from(where, fitting, size)
                break
        called, entries = self._of.kind.called, self._of.kind.entries
        largest = max(self._held, key=lambda each: each.checkpoint.size, default=None)
        if largest and largest.checkpoint.size > self._end:
            yield Finding(
                self._end + 1,
                f"{called} ends before this, and {largest.where} is of {largest.checkpoint.size} {entries}: what"
                " stood from here on was taken away, or the database was restored to an earlier point; restore the"
                " latest backup there is",
            )

    def _differing_from(self, where: str, fitting: int, size: int) -> Finding:
        what = f"{self._of.kind.called} is not the one of which {where} was signed"
        entry = self._of.kind.entry
        if self.differing and fitting < self.differing <= size:
            return Finding(self.differing, f"{what}: this is the first {entry} that differs")
        return Finding(fitting + 1, f"{what}: an {entry} from here on, up to {size}, was changed, put in or taken away")


def _first_difference(stored: bytes, found: bytes) -> int:
    """Which of a tile's leaves is the first that is not the same."""
    pairs = range(0, max(len(stored), len(found)), HASH_BYTES)
    return next(at for at in pairs if stored[at : at + HASH_BYTES] != found[at : at + HASH_BYTES]) // HASH_BYTES


def _children(lower: Sequence[bytes], number: int) -> Sequence[bytes]:
    return lower[number * TILE_WIDTH : (number + 1) * TILE_WIDTH]
