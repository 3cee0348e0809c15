"""The log of who may read and who has read: its entries are made in the database, its checkpoints are signed here."""

from typing import Final
from uuid import UUID

import asyncpg
import structlog
from asyncpg.pool import PoolConnectionProxy

from service.audit import checkpoint_store
from service.audit.anchors import AnchorFolder
from service.audit.checkpoint_store import KeptCheckpoint
from service.audit.errors import CheckpointRefused, NoCheckpoint, NotSigning
from service.audit.signing_keys import SigningKeys
from service.database.connection import scoped
from service.log.errors import answering
from service.proofs.checkpoints import Checkpoint, sign_checkpoint
from service.proofs.merkle import EMPTY_ROOT, node_hash
from service.runtime.tracebacks import describe

ENTRIES_AT_ONCE: Final = 5_000
"""How many entries one transaction makes: about a second's work."""

_ENTER = "select size, entered from audit.enter_accesses($1, $2)"
_SUBTREES = "select number, subtree from audit.access_entry where organization_id = $1 and number = any($2)"

log = structlog.get_logger(__name__)


class AccessTree:
    """Enters what is new about access to an organization's record, and signs checkpoints of it."""

    def __init__(self, pool: asyncpg.Pool, keys: SigningKeys, folder: AnchorFolder | None = None) -> None:
        """`folder` is one of its own: checkpoints of the log are in another."""
        self._pool = pool
        self._keys = keys
        self._folder = folder
        self._written: dict[UUID, int] = {}

    async def look(self) -> None:
        """Enter and sign what is new in every organization. One that is refused is told in the service's log."""
        for row in await self._pool.fetch("select log.organization_ids()"):
            try:
                await self.make(row[0])
            except CheckpointRefused as refused:
                log.error("access_checkpoint_refused", organization_id=str(row[0]), reason=str(refused))
            except Exception as error:  # noqa: BLE001 those of the other organizations are to be signed
                log.warning("access_checkpoint_interrupted", organization_id=str(row[0]), error=describe(error))

    async def make(self, organization_id: UUID) -> KeptCheckpoint:
        """A checkpoint of everything that there is to enter: a new one, or the last where nothing is new.

        Raises NotSigning, CheckpointRefused, DatabaseUnavailable.
        """
        if not self._keys:
            raise NotSigning
        kept = None
        while kept is None:
            with answering(writing=False):
                async with scoped(self._pool, organization_id) as connection:
                    ((size, entered),) = await connection.fetch(_ENTER, organization_id, ENTRIES_AT_ONCE)
                    if entered < ENTRIES_AT_ONCE:
                        kept = await self._sign(connection, organization_id, size)
        if self._folder and self._written.get(organization_id) != kept.checkpoint.size:
            await self._folder.write(organization_id, kept.checkpoint.size, kept.note)
            self._written[organization_id] = kept.checkpoint.size
        return kept

    async def _sign(self, connection: PoolConnectionProxy, organization_id: UUID, size: int) -> KeptCheckpoint:
        origin = self._keys.access_origin(organization_id)
        last = await checkpoint_store.latest(connection, organization_id, origin)
        known = [last.checkpoint] if last else []
        if self._folder and organization_id not in self._written:
            anchored = await self._folder.last(organization_id, self._keys.named(origin), origin)
            known += [anchored] if anchored else []
        for each in known:
            if each.size > size or await root_at(connection, organization_id, each.size) != each.root:
                raise CheckpointRefused(
                    organization_id,
                    origin,
                    f"Of who may read and who has read, the first {each.size} entries are not those that were signed.",
                )
        if last is not None and last.checkpoint.size == size:
            return last
        if not size:
            raise NoCheckpoint
        root = await root_at(connection, organization_id, size)
        if root is None:
            raise CheckpointRefused(organization_id, origin, "Of who may read and who has read, entries are missing.")
        checkpoint = Checkpoint(origin, size, root)
        note = sign_checkpoint(checkpoint, self._keys.signing(origin))
        signed_at = await connection.fetchval(
            "select audit.keep_checkpoint($1, $2, $3, $4, $5)", organization_id, *checkpoint, note
        )
        return KeptCheckpoint(checkpoint, note, signed_at)


async def root_at(connection: PoolConnectionProxy, organization_id: UUID, size: int) -> bytes | None:
    """The root of the first so many entries: each entry keeps that of the largest whole subtree that ends with it.

    None where one of these is missing.
    """
    ends, rest = [], size
    while rest:
        ends.append(rest)
        rest &= rest - 1
    found: dict[int, bytes] = {row[0]: row[1] for row in await connection.fetch(_SUBTREES, organization_id, ends)}
    if len(found) < len(ends):
        return None
    if not ends:
        return EMPTY_ROOT
    root = found[ends[0]]
    for end in ends[1:]:
        root = node_hash(found[end], root)
    return root
