"""Proofs of what is in a log, and its tree as tiles: what auditors and witnesses ask for."""

from collections.abc import Sequence
from itertools import islice
from typing import Final, NamedTuple
from uuid import UUID

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from service.audit import tree
from service.audit.checkpoint_store import CheckpointStore
from service.audit.errors import BeyondTheCheckpoint
from service.audit.log_kinds import LogKind
from service.audit.tree import Tree
from service.database.connection import scoped
from service.log.errors import answering
from service.log.reading import BY_INDEX
from service.proofs.merkle import consistency_ranges, inclusion_ranges
from service.proofs.tiles import TILE_WIDTH, TileId, width_at

_PROOFS_AT_ONCE: Final = 20
"""About 10 ms of hashing."""

_LATEST = "select coalesce(max(size), 0) from audit.checkpoint where organization_id = $1 and origin = $2"
_PLACE: Final = {
    LogKind.EVENTS: "select position from log.event where organization_id = $1 and id = $2",
    LogKind.ACCESSES: "select number from audit.access_entry"
    " where organization_id = $1 and kind = 'access_record' and subject_id = $2",
}


class InclusionProof(NamedTuple):
    """That an entry is in the log of a size."""

    position: int
    size: int
    leaf: bytes
    """What the log commits to: `leaf` of log.event or of audit.access_entry, which is the tree's entry."""
    proof: list[bytes]
    root: bytes


class ConsistencyProof(NamedTuple):
    """That the log of one size is the beginning of the log of another."""

    old_size: int
    old_root: bytes
    new_size: int
    new_root: bytes
    proof: list[bytes]


class LogProofs:
    """Makes proofs from stored tiles, in a few reads. Nothing beyond the last checkpoint is proved or told."""

    def __init__(self, pool: asyncpg.Pool, store: CheckpointStore) -> None:
        """`store` says of which of an organization's logs."""
        self._pool = pool
        self._store = store
        self._kind = store.kind

    async def position_of(self, organization_id: UUID, id_: UUID) -> int | None:
        """Where an event, or an access record, stands; None where there is none of that id."""
        with answering(writing=False):
            async with scoped(self._pool, organization_id) as connection:
                position: int | None = await connection.fetchval(_PLACE[self._kind], organization_id, id_)
        return position

    async def inclusion(self, organization_id: UUID, position: int, size: int | None = None) -> InclusionProof:
        """That the entry at a position is in the log of that size, by default that of the last checkpoint.

        Raises BeyondTheCheckpoint where there is no such size, or it does not reach to the event; TreeBroken,
        DatabaseUnavailable.
        """
        with answering(writing=False):
            async with scoped(self._pool, organization_id, first=BY_INDEX) as connection:
                latest = await self._latest(connection, organization_id)
                size = latest if size is None else size
                if not 1 <= position <= size <= latest:
                    raise BeyondTheCheckpoint(latest, self._kind)
                ranges = [*inclusion_ranges(position - 1, size), (0, size)]
                *proof, root = await tree.roots(connection, self._tree(organization_id), size, ranges)
                (leaf,) = await tree.read_leaves(connection, self._tree(organization_id), (position - 1, position))
        return InclusionProof(position, size, leaf, proof, root)

    async def inclusions(self, organization_id: UUID, positions: Sequence[int], size: int) -> list[list[bytes]]:
        """The proofs that the entries at these positions are in the log of that size, which has a checkpoint.

        A few at a time, so that neither memory nor the event loop is held for long. Raises TreeBroken,
        DatabaseUnavailable.
        """
        proofs: list[list[bytes]] = []
        for start in range(0, len(positions), _PROOFS_AT_ONCE):
            each = [inclusion_ranges(position - 1, size) for position in positions[start : start + _PROOFS_AT_ONCE]]
            with answering(writing=False):
                async with scoped(self._pool, organization_id, first=BY_INDEX) as connection:
                    ranges = [subtree for proof in each for subtree in proof]
                    roots = iter(await tree.roots(connection, self._tree(organization_id), size, ranges))
            proofs += [list(islice(roots, len(proof))) for proof in each]
        return proofs

    async def consistency(self, organization_id: UUID, old_size: int, new_size: int | None = None) -> ConsistencyProof:
        """That the log of the old size is the beginning of that of the new one, by default of the last checkpoint.

        Raises BeyondTheCheckpoint where there is no such size; TreeBroken, DatabaseUnavailable.
        """
        with answering(writing=False):
            async with scoped(self._pool, organization_id, first=BY_INDEX) as connection:
                latest = await self._latest(connection, organization_id)
                new_size = latest if new_size is None else new_size
                if not 0 <= old_size <= new_size <= latest:
                    raise BeyondTheCheckpoint(latest, self._kind)
                ranges = [*consistency_ranges(old_size, new_size), (0, old_size), (0, new_size)]
                *proof, old, new = await tree.roots(connection, self._tree(organization_id), new_size, ranges)
        return ConsistencyProof(old_size, old, new_size, new, proof)

    async def tile(self, organization_id: UUID, tile: TileId, width: int = TILE_WIDTH) -> bytes:
        """So many hashes of a tile. Raises BeyondTheCheckpoint, TreeBroken, DatabaseUnavailable."""
        with answering(writing=False):
            async with scoped(self._pool, organization_id, first=BY_INDEX) as connection:
                _require(await self._latest(connection, organization_id), tile, width, self._kind)
                return (await tree.read_tiles(connection, self._tree(organization_id), {tile: width}))[tile]

    async def entries(self, organization_id: UUID, number: int, width: int = TILE_WIDTH) -> list[bytes]:
        """The entries whose hashes a tile of level 0 has: the leaves, which say nothing of anybody.

        Raises BeyondTheCheckpoint, TreeBroken, DatabaseUnavailable.
        """
        start = number * TILE_WIDTH
        with answering(writing=False):
            async with scoped(self._pool, organization_id, first=BY_INDEX) as connection:
                _require(await self._latest(connection, organization_id), TileId(0, number), width, self._kind)
                return await tree.read_leaves(connection, self._tree(organization_id), (start, start + width))

    def _tree(self, organization_id: UUID) -> Tree:
        return Tree(organization_id, self._kind)

    async def _latest(self, connection: PoolConnectionProxy, organization_id: UUID) -> int:
        size: int = await connection.fetchval(_LATEST, organization_id, self._store.origin(organization_id))
        return size


def _require(latest: int, tile: TileId, width: int, kind: LogKind) -> None:
    if not 1 <= width <= width_at(tile, latest):
        raise BeyondTheCheckpoint(latest, kind)
