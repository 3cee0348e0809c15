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
from service.audit.anchors import AnchorEndpoint, AnchorFolder
from service.audit.checkpoint_publishing import CheckpointPublishing
from service.audit.checkpoint_store import CheckpointStore, KeptCheckpoint
from service.audit.errors import AnchorsUnreadable, CheckpointRefused, NoCheckpoint, NotSigning, TreeBroken
from service.audit.log_kinds import LogKind
from service.audit.signing_keys import SigningKeys
from service.audit.tree import Tree
from service.audit.witnesses import Witness
from service.database.connection import scoped
from service.following import cursors
from service.following.cursors import Retries
from service.log.errors import answering
from service.proofs.checkpoints import Checkpoint, sign_checkpoint
from service.runtime.tracebacks import describe
from service.runtime.waiting import set_within

ENTRIES_AT_ONCE: Final = 5_000
"""How many accesses one transaction enters: about a second's work."""

_AT_ONCE: Final = Retries(attempts=1)
_AGAIN_SECONDS: Final = 0.05

_ENTER: Final = "select size, entered from audit.enter_accesses($1, $2)"
_KEEP: Final = "select audit.keep_checkpoint($1, $2, $3, $4, $5, $6)"
_UNSIGNED: Final = {
    LogKind.EVENTS: "select audit.unsigned($1)",
    LogKind.ACCESSES: "select audit.unsigned_accesses($1)",
}
"""Of which logs there is something to sign: one statement for all organizations."""

log = structlog.get_logger(__name__)


class CheckpointSigner:
    """Signs checkpoints of every organization's log, keeps them, and puts them down outside of the database."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        keys: SigningKeys,
        store: CheckpointStore,
        *,
        folder: AnchorFolder | None = None,
        endpoint: AnchorEndpoint | None = None,
        witnesses: Sequence[Witness] = (),
        seconds: float = 60.0,
    ) -> None:
        """`store` says of which of an organization's logs, and `folder` is for these alone.

        `seconds` is how long a log that grows waits for its next checkpoint.
        """
        self._pool = pool
        self._keys = keys
        self._kind = store.kind
        self._folder = folder
        self._publishing = CheckpointPublishing(pool, store, endpoint, witnesses)
        self._seconds = seconds
        self._remembered: dict[UUID, Checkpoint] = {}

    async def run(self, stopping: asyncio.Event) -> None:
        """Sign until `stopping` is set; nothing where there is no key."""
        begun = False
        while self._keys and not stopping.is_set():
            try:
                if not begun:
                    await self.begin()
                    begun = True
                await self.look()
            except Exception as error:  # noqa: BLE001 whatever it is, the next look may go well
                log.warning("checkpoints_interrupted", log=self._kind, error=describe(error))
            await set_within(self._seconds, stopping)

    async def begin(self) -> None:
        """Look at each log of which something else is known outside of the database than in it, and publish again.

        So a log that was restored to an earlier point is known before it goes on, and what was signed by a process
        that ended before it was put down is put down now.
        """
        ends = self._keys.beginning, self._kind.ending
        rows = await self._pool.fetch("select * from audit.last_checkpoints($1, $2, $3)", self._kind.follower, *ends)
        for row in rows:
            organization_id = row["organization_id"]
            kept = checkpoint_store.as_kept(row) if row["size"] else None
            try:
                known = await self._anchored(organization_id) if self._folder else kept and kept.checkpoint
            except AnchorsUnreadable:
                known = None  # and it is told of where it is looked at
            if row["followed"] != (row["size"] or 0) or known != (kept and kept.checkpoint):
                await self._sign_quietly(organization_id)
            elif kept is not None:
                self._remembered[organization_id] = kept.checkpoint
                self._publishing.wants(organization_id, kept)
        await self._publishing.publish_what_waits()

    async def look(self) -> None:
        """Sign what has grown since its last checkpoint, and publish that, and what nobody took before.

        One that is refused is told in the service's log and left alone from then on.
        """
        for row in await self._pool.fetch(_UNSIGNED[self._kind], self._kind.follower):
            await self._sign_quietly(row[0])
        await self._publishing.publish_what_waits()

    async def make(self, organization_id: UUID, *, again: bool = True) -> KeptCheckpoint:
        """A checkpoint of the log as it stands now: a new one, or the last where there is nothing new.

        `again` looks once more at a log of which nothing is signed any more. Raises CheckpointRefused, NotSigning,
        NoCheckpoint for an empty log, AnchorsUnreadable, DatabaseUnavailable.
        """
        kept = await self._make(organization_id, again=again)
        await self._publishing.publish(organization_id)
        return kept

    async def refused(self) -> frozenset[UUID]:
        """The organizations of whose log nothing is signed any more."""
        with answering(writing=False):
            rows = await self._pool.fetch("select audit.refused($1)", self._kind.follower)
        return frozenset(row[0] for row in rows)

    async def close(self) -> None:
        """Close the connections to where checkpoints are posted."""
        await self._publishing.close()

    async def _sign_quietly(self, organization_id: UUID) -> None:
        try:
            await self._make(organization_id, again=False)
        except (CheckpointRefused, NoCheckpoint):
            pass  # the one was told where it was found, the other is nothing to tell
        except Exception as error:  # noqa: BLE001 the other organizations are to be signed
            said = {"organization_id": str(organization_id), "log": self._kind, "error": describe(error)}
            log.warning("checkpoint_interrupted", **said)

    async def _make(self, organization_id: UUID, *, again: bool) -> KeptCheckpoint:
        if not self._keys:
            raise NotSigning
        with answering(writing=False):
            if again:
                await cursors.resume(self._pool, organization_id, self._kind.follower)
            kept = await self._step(organization_id)
            while kept is None:
                await asyncio.sleep(_AGAIN_SECONDS)
                kept = await self._step(organization_id)
        await self._anchor(organization_id, kept)
        return kept

    async def _step(self, organization_id: UUID) -> KeptCheckpoint | None:
        """The checkpoint, or None where it takes another step: the tree grows, or another process has it in hand."""
        place = 0
        try:
            async with scoped(self._pool, organization_id) as connection:
                locked = await cursors.lock(connection, organization_id, [self._kind.follower])
                if locked.complete and not locked.places:
                    return await self._of_another(connection, organization_id)
                if locked.complete:
                    place = next(iter(locked.places))
                    return await self._sign(connection, Tree(organization_id, self._kind))
        except CheckpointRefused as refused:
            await self._refuse(organization_id, place, refused)
            raise
        await cursors.create(self._pool, organization_id, [self._kind.follower])
        return await self._step(organization_id)

    async def _sign(self, connection: PoolConnectionProxy, of: Tree) -> KeptCheckpoint | None:
        organization_id, origin = of.organization_id, self._keys.origin(*of)
        last = await checkpoint_store.latest(connection, organization_id, origin)
        try:
            size = await tree.end(connection, of)
            for known, where in await self._known(organization_id, last):
                await self._same_log(connection, of, size, known, where)
            if of.kind is LogKind.ACCESSES:
                ((size, entered),) = await connection.fetch(_ENTER, organization_id, ENTRIES_AT_ONCE)
                if entered == ENTRIES_AT_ONCE:
                    return None
            if last is not None and last.checkpoint.size == size:
                await cursors.move(connection, organization_id, [of.kind.follower], size)
                return last
            if not size:
                raise NoCheckpoint
            if await tree.grow(connection, of, size):
                return None
            root = await tree.root_and_end(connection, of, size)
        except TreeBroken as error:
            raise CheckpointRefused(organization_id, origin, str(error), of.kind) from error
        checkpoint = Checkpoint(origin, size, root)
        note = sign_checkpoint(checkpoint, self._keys.of(*of))
        signed_at = await connection.fetchval(_KEEP, *of, *checkpoint, note)
        await cursors.move(connection, organization_id, [of.kind.follower], size)
        return KeptCheckpoint(checkpoint, note, signed_at)

    async def _known(self, organization_id: UUID, last: KeptCheckpoint | None) -> list[tuple[Checkpoint, str]]:
        """What was signed before under the log's name, wherever that is known from, and where that is."""
        found = [(last.checkpoint, "the database")] if last else []
        remembered = self._remembered.get(organization_id)
        if remembered is None and self._folder:
            anchored = await self._anchored(organization_id)
            found += [(anchored, "the folder of checkpoints")] if anchored else []
        elif remembered:
            found.append((remembered, "this process"))
        return list({known: (known, where) for known, where in found}.values())

    async def _anchored(self, organization_id: UUID) -> Checkpoint | None:
        """The last one in the folder, if there is a folder."""
        origin = self._keys.origin(organization_id, self._kind)
        return await self._folder.last(organization_id, self._keys.named(origin), origin) if self._folder else None

    async def _same_log(
        self, connection: PoolConnectionProxy, of: Tree, size: int, known: Checkpoint, where: str
    ) -> None:
        """That the log goes on from a checkpoint. Raises CheckpointRefused, TreeBroken."""
        called, entries = of.kind.called, of.kind.entries
        if known.size > size:
            found = (
                f"{called.capitalize()} has {size} {entries}, and {where} has a checkpoint of {known.size}: it was cut,"
                " or restored to an earlier point."
            )
            raise CheckpointRefused(of.organization_id, known.origin, found, of.kind)
        if await tree.root_of_log(connection, of, known.size) != known.root:
            found = (
                f"The first {known.size} {entries} of {called} are not those of the checkpoint that {where} has: they"
                " were changed, or it was restored to an earlier point and went on otherwise."
            )
            raise CheckpointRefused(of.organization_id, known.origin, found, of.kind)

    async def _of_another(self, connection: PoolConnectionProxy, organization_id: UUID) -> KeptCheckpoint | None:
        """Where the cursor is not ours to move: refused where it was given up, else to be waited for."""
        (cursor,) = await connection.fetch(
            "select parked_at from following.cursor where organization_id = $1 and name = $2",
            organization_id,
            self._kind.follower,
        )
        if cursor["parked_at"] is None:
            return None
        origin = self._keys.origin(organization_id, self._kind)
        found = f"It was found before that {self._kind.called} is not what was signed."
        raise CheckpointRefused(organization_id, origin, found, self._kind)

    async def _refuse(self, organization_id: UUID, place: int, refused: CheckpointRefused) -> None:
        noted = await cursors.note_failure(
            self._pool, organization_id, self._kind.follower, place, type(refused).__name__, _AT_ONCE
        )
        if noted is not None:
            said = {"organization_id": str(organization_id), "log": self._kind, "reason": str(refused)}
            log.error("checkpoint_refused", **said)

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
        self._publishing.wants(organization_id, kept)
