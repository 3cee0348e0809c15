"""Signs checkpoints: follows each log from a cursor of its own, once a minute and on demand.

A log never signs two roots for one size. Before anything is signed, the log has to be the one of which the last
checkpoint was signed: the last in the database, the last in the folder outside of it, and the last of this process.
"""

import asyncio
from collections.abc import Sequence
from typing import Final
from uuid import UUID

import asyncpg
import structlog
from asyncpg.pool import PoolConnectionProxy

from service.audit import checkpoint_store, tree
from service.audit.access_tree import AccessTree
from service.audit.anchors import AnchorEndpoint, AnchorFolder
from service.audit.checkpoint_store import CheckpointStore, KeptCheckpoint
from service.audit.errors import CheckpointRefused, NoCheckpoint, NotSigning, TreeBroken
from service.audit.signing_keys import SigningKeys
from service.audit.witnesses import Witness
from service.database.connection import scoped
from service.following import cursors
from service.following.cursors import Retries
from service.log.errors import answering
from service.proofs.checkpoints import Checkpoint, sign_checkpoint
from service.proofs.merkle import consistency_ranges
from service.proofs.notes import NoteRefused
from service.runtime.tracebacks import describe
from service.runtime.waiting import set_within

FOLLOWER: Final = "checkpoints"
"""The name under which the log is followed for checkpoints; its cursor stands where the last one was signed."""

_AT_ONCE: Final = Retries(attempts=1)
_AGAIN_SECONDS: Final = 0.05

log = structlog.get_logger(__name__)


class CheckpointSigner:
    """Signs checkpoints of every organization's log, keeps them, and puts them down outside of the database."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        keys: SigningKeys,
        store: CheckpointStore,
        *,
        accesses: AccessTree | None = None,
        folder: AnchorFolder | None = None,
        endpoint: AnchorEndpoint | None = None,
        witnesses: Sequence[Witness] = (),
        seconds: float = 60.0,
    ) -> None:
        """`seconds` is how long a log that grows waits for its next checkpoint; `accesses` are entered as often."""
        self._pool = pool
        self._keys = keys
        self._store = store
        self._accesses = accesses
        self._folder = folder
        self._endpoint = endpoint
        self._witnesses = witnesses
        self._seconds = seconds
        self._remembered: dict[UUID, Checkpoint] = {}
        self._not_posted: dict[UUID, KeptCheckpoint] = {}

    async def run(self, stopping: asyncio.Event) -> None:
        """Sign until `stopping` is set; nothing where there is no key."""
        everything = True
        while self._keys and not stopping.is_set():
            try:
                await self.look(everything=everything)
                everything = False
                if self._accesses:
                    await self._accesses.look()
            except Exception as error:  # noqa: BLE001 whatever it is, the next look may go well
                log.warning("checkpoints_interrupted", error=describe(error))
            await set_within(self._seconds, stopping)

    async def look(self, *, everything: bool = False) -> None:
        """Sign what has grown since its last checkpoint; with `everything`, look at all other logs too.

        One that is refused is told in the service's log and left alone from then on.
        """
        waiting = list(self._not_posted.items())
        ask = "select log.organization_ids()" if everything else "select audit.unsigned($1)"
        for row in await self._pool.fetch(ask, *([] if everything else [FOLLOWER])):
            try:
                await self.make(row[0], again=False)
            except (CheckpointRefused, NoCheckpoint):
                pass  # the one was told where it was found, the other is nothing to tell
            except Exception as error:  # noqa: BLE001 the other organizations are to be signed
                log.warning("checkpoint_interrupted", organization_id=str(row[0]), error=describe(error))
        for organization_id, kept in waiting:
            if self._not_posted.get(organization_id) is kept:  # the last, should another process have signed since
                await self._post(organization_id, await self._store.latest(organization_id))

    async def make(self, organization_id: UUID, *, again: bool = True) -> KeptCheckpoint:
        """A checkpoint of the log as it stands now: a new one, or the last where nothing was recorded since.

        `again` looks once more at a log of which nothing is signed any more. Raises CheckpointRefused, NotSigning,
        NoCheckpoint for an empty log, AnchorsUnreadable, DatabaseUnavailable.
        """
        if not self._keys:
            raise NotSigning
        with answering(writing=False):
            if again:
                await cursors.resume(self._pool, organization_id, FOLLOWER)
            kept = await self._step(organization_id)
            while kept is None:
                await asyncio.sleep(_AGAIN_SECONDS)
                kept = await self._step(organization_id)
        await self._anchor(organization_id, kept)
        return kept

    async def refused(self) -> frozenset[UUID]:
        """The organizations of whose log nothing is signed any more."""
        with answering(writing=False):
            return frozenset(row[0] for row in await self._pool.fetch("select audit.refused($1)", FOLLOWER))

    async def close(self) -> None:
        """Close the connections to where checkpoints are posted."""
        for witness in self._witnesses:
            await witness.close()
        if self._endpoint:
            await self._endpoint.close()

    async def _step(self, organization_id: UUID) -> KeptCheckpoint | None:
        """The checkpoint, or None where it takes another step: the tree grows, or another process has it in hand."""
        place = 0
        try:
            async with scoped(self._pool, organization_id) as connection:
                locked = await cursors.lock(connection, organization_id, [FOLLOWER])
                if locked.complete and not locked.places:
                    return await self._of_another(connection, organization_id)
                if locked.complete:
                    place = next(iter(locked.places))
                    return await self._sign(connection, organization_id, locked.head)
        except CheckpointRefused as refused:
            await self._refuse(organization_id, place, refused)
            raise
        await cursors.create(self._pool, organization_id, [FOLLOWER])
        return None

    async def _sign(self, connection: PoolConnectionProxy, organization_id: UUID, size: int) -> KeptCheckpoint | None:
        origin = self._keys.origin(organization_id)
        last = await checkpoint_store.latest(connection, organization_id, origin)
        try:
            for known, where in await self._known(organization_id, last):
                await self._same_log(connection, organization_id, size, known, where)
            if last is not None and last.checkpoint.size == size:
                await cursors.move(connection, organization_id, [FOLLOWER], size)
                return last
            if not size:
                raise NoCheckpoint
            if await tree.grow(connection, organization_id, size):
                return None
            root = await tree.root_and_end(connection, organization_id, size)
        except TreeBroken as error:
            raise CheckpointRefused(organization_id, origin, str(error)) from error
        checkpoint = Checkpoint(origin, size, root)
        note = sign_checkpoint(checkpoint, self._keys.of(organization_id))
        signed_at = await connection.fetchval(
            "select audit.keep_checkpoint($1, $2, $3, $4, $5)", organization_id, *checkpoint, note
        )
        await cursors.move(connection, organization_id, [FOLLOWER], size)
        return KeptCheckpoint(checkpoint, note, signed_at)

    async def _known(self, organization_id: UUID, last: KeptCheckpoint | None) -> list[tuple[Checkpoint, str]]:
        """What was signed before under the log's name, wherever that is known from, and where that is."""
        found = [(last.checkpoint, "the database")] if last else []
        remembered = self._remembered.get(organization_id)
        if remembered is None and self._folder:
            keys, origin = self._keys.public(organization_id), self._keys.origin(organization_id)
            anchored = await self._folder.last(organization_id, keys, origin)
            found += [(anchored, "the folder of checkpoints")] if anchored else []
        elif remembered:
            found.append((remembered, "this process"))
        return list({known: (known, where) for known, where in found}.values())

    async def _same_log(
        self, connection: PoolConnectionProxy, organization_id: UUID, size: int, known: Checkpoint, where: str
    ) -> None:
        """That the log goes on from a checkpoint. Raises CheckpointRefused, TreeBroken."""
        if known.size > size:
            raise CheckpointRefused(
                organization_id,
                known.origin,
                f"The log has {size} events, and {where} has a checkpoint of {known.size}: the log was cut, or restored"
                " to an earlier point.",
            )
        if await tree.root_of_log(connection, organization_id, known.size) != known.root:
            raise CheckpointRefused(
                organization_id,
                known.origin,
                f"The first {known.size} events are not those of the checkpoint that {where} has: they were changed,"
                " or the log was restored to an earlier point and went on otherwise.",
            )

    async def _of_another(self, connection: PoolConnectionProxy, organization_id: UUID) -> KeptCheckpoint | None:
        """Where the cursor is not ours to move: the last checkpoint where it was given up, else to be waited for."""
        (cursor,) = await connection.fetch(
            "select parked_at from following.cursor where organization_id = $1 and name = $2", organization_id, FOLLOWER
        )
        if cursor["parked_at"] is None:
            return None
        origin = self._keys.origin(organization_id)
        raise CheckpointRefused(organization_id, origin, "It was found before that the log is not what was signed.")

    async def _refuse(self, organization_id: UUID, place: int, refused: CheckpointRefused) -> None:
        noted = await cursors.note_failure(
            self._pool, organization_id, FOLLOWER, place, type(refused).__name__, _AT_ONCE
        )
        if noted is not None:
            log.error("checkpoint_refused", organization_id=str(organization_id), reason=str(refused))

    async def _anchor(self, organization_id: UUID, kept: KeptCheckpoint) -> None:
        """Put it down outside of the database, unless this process has done so."""
        if self._remembered.get(organization_id) == kept.checkpoint:
            return
        if self._folder:
            try:
                await self._folder.write(organization_id, kept.checkpoint.size, kept.note)
            except OSError as error:
                log.error("checkpoint_not_written", error=describe(error))
                return
        self._remembered[organization_id] = kept.checkpoint
        await self._post(organization_id, kept)

    async def _post(self, organization_id: UUID, kept: KeptCheckpoint) -> None:
        async def consistency(old_size: int) -> list[bytes]:
            size = kept.checkpoint.size
            with answering(writing=False):
                async with scoped(self._pool, organization_id) as connection:
                    return await tree.roots(connection, organization_id, size, consistency_ranges(old_size, size))

        self._not_posted[organization_id] = kept
        answers = [
            await witness.cosign(organization_id, kept.checkpoint, kept.note, consistency)
            for witness in self._witnesses
        ]
        if self._endpoint:
            answers.append(await self._endpoint.post(kept.note))
        if None not in answers:
            del self._not_posted[organization_id]
        for lines in filter(None, answers):
            try:
                await self._store.keep_cosignatures(organization_id, kept.checkpoint.size, lines)
            except NoteRefused as error:
                log.warning("cosignature_refused", reason=str(error))
