"""Logs to sign, and hands in their database."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

import asyncpg

from service.access.access_records import AccessRecords, Asked
from service.audit.anchors import AnchorEndpoint, AnchorFolder
from service.audit.checkpoint_signer import CheckpointSigner
from service.audit.checkpoint_store import CheckpointStore
from service.audit.log_kinds import LogKind
from service.audit.log_proofs import LogProofs
from service.audit.signing_keys import SigningKeys
from service.audit.witnesses import Witness
from service.database.embedded import DatabaseUrls
from service.log.store import EventStore
from service.proofs.merkle import leaf_hash
from service.proofs.notes import VerifierKey
from tests.log.events import sealed_event
from tests.system import access_to

KEYS = SigningKeys((bytes(range(32)),), "clinic.example")


@dataclass(frozen=True)
class Log:
    """An organization's log with what signs and proves it."""

    organization_id: UUID
    pool: asyncpg.Pool
    store: EventStore
    database: DatabaseUrls
    kind: LogKind = LogKind.EVENTS

    def of_kind(self, kind: LogKind) -> "Log":
        """That log of the same organization."""
        return replace(self, kind=kind)

    async def record(self, count: int) -> None:
        """Record so many events, or so many reads."""
        if self.kind is LogKind.ACCESSES:
            records, access = AccessRecords(self.pool), access_to(self.organization_id)
            each = (records.keep(access, Asked("timeline"), [uuid4()], version=1) for _ in range(count))
            await asyncio.gather(*each)
            await records.close()
            return
        client_id = uuid4()
        await self.store.append_bulk(self.organization_id, [sealed_event(client_id, at) for at in range(1, count + 1)])

    async def hashes(self) -> list[bytes]:
        """The hashes of the tree's leaves, read from the log."""
        events = await self.store.log(self.organization_id, limit=1_000_000)
        return [leaf_hash(event.leaf) for event in events]

    def kept(self, keys: SigningKeys = KEYS, witnesses: Sequence[VerifierKey] = ()) -> CheckpointStore:
        """The checkpoints under the keys' name."""
        return CheckpointStore(self.pool, keys, tuple(witnesses), self.kind)

    def signer(
        self,
        keys: SigningKeys = KEYS,
        *,
        folder: AnchorFolder | None = None,
        endpoint: AnchorEndpoint | None = None,
        witnesses: Sequence[VerifierKey] = (),
        asked: Sequence[Witness] = (),
    ) -> CheckpointSigner:
        """A process that signs, as it has just begun."""
        store = self.kept(keys, witnesses)
        return CheckpointSigner(self.pool, keys, store, folder=folder, endpoint=endpoint, witnesses=asked)

    def proofs(self) -> LogProofs:
        """Proofs of the log."""
        return LogProofs(self.pool, self.kept())

    @asynccontextmanager
    async def hand(self) -> AsyncIterator[asyncpg.Connection]:
        """A hand in the database, past triggers and policies."""
        superuser = await asyncpg.connect(self.database.superuser)
        try:
            await superuser.execute("set session_replication_role = replica")
            yield superuser
        finally:
            await superuser.close()

    async def cut(self, size: int) -> None:
        """Take away whatever stands behind the first so many events, heads put right, as nobody would notice."""
        async with self.hand() as hand:
            await hand.execute(
                "delete from log.event where organization_id = $1 and position > $2", self.organization_id, size
            )
            await hand.execute("update log.log_head set position = $2 where organization_id = $1",
                               self.organization_id, size)  # fmt: skip
            await hand.execute("delete from log.timeline_head where organization_id = $1", self.organization_id)
