"""Showing checkpoints to others: posting them to an address, and having witnesses cosign them."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg
import structlog

from service.audit import tree
from service.audit.anchors import AnchorEndpoint
from service.audit.checkpoint_store import CheckpointStore, KeptCheckpoint
from service.audit.errors import NoCheckpoint
from service.audit.tree import Tree
from service.audit.witnesses import Consistency, Witness
from service.database.connection import scoped
from service.log.errors import answering
from service.proofs.merkle import consistency_ranges
from service.proofs.notes import NoteRefused
from service.runtime.tracebacks import describe

log = structlog.get_logger(__name__)


class CheckpointPublishing:
    """Shows each log's last checkpoint until everybody has taken it, and keeps the cosignatures that are answered."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        store: CheckpointStore,
        endpoint: AnchorEndpoint | None = None,
        witnesses: Sequence[Witness] = (),
    ) -> None:
        """`store` says of which of an organization's logs."""
        self._pool = pool
        self._store = store
        self._endpoint = endpoint
        self._witnesses = witnesses
        self._waiting: dict[UUID, KeptCheckpoint] = {}

    def wants(self, organization_id: UUID, kept: KeptCheckpoint) -> None:
        """Have it shown from the next time on, where it is shown to anybody."""
        if self._endpoint or self._witnesses:
            self._waiting[organization_id] = kept

    async def publish_what_waits(self) -> None:
        """Show what is to be shown, once each; what somebody did not take waits on."""
        for organization_id in list(self._waiting):
            try:
                await self.publish(organization_id)
            except Exception as error:  # noqa: BLE001 those of the other organizations are to be shown
                said = {"organization_id": str(organization_id), "error": describe(error)}
                log.warning("checkpoint_not_published", **said)

    async def publish(self, organization_id: UUID) -> None:
        """Show the log's last checkpoint, if it waits for that."""
        waiting = self._waiting.get(organization_id)
        if waiting is None:
            return
        try:
            kept = await self._store.latest(organization_id)  # another process may have signed since
        except NoCheckpoint:
            kept = waiting
        answers = [
            await witness.cosign(kept.checkpoint, kept.note, self._consistency(organization_id, kept.checkpoint.size))
            for witness in self._witnesses
        ]
        if self._endpoint:
            answers.append(await self._endpoint.post(kept.note))
        if None not in answers and self._waiting.get(organization_id) is waiting:
            del self._waiting[organization_id]
        for lines in filter(None, answers):
            try:
                await self._store.keep_cosignatures(organization_id, kept.checkpoint.size, lines)
            except NoteRefused as error:
                log.warning("cosignature_refused", reason=str(error))

    def _consistency(self, organization_id: UUID, size: int) -> Consistency:
        async def from_size(old_size: int) -> list[bytes]:
            ranges = consistency_ranges(old_size, size)
            with answering(writing=False):
                async with scoped(self._pool, organization_id) as connection:
                    return await tree.roots(connection, Tree(organization_id, self._store.kind), size, ranges)

        return from_size

    async def close(self) -> None:
        """Close the connections."""
        for witness in self._witnesses:
            await witness.close()
        if self._endpoint:
            await self._endpoint.close()
