"""The checkpoints that are kept, and what witnesses say of them."""

from datetime import UTC, datetime
from typing import Final, NamedTuple
from uuid import UUID

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from service.audit.errors import NoCheckpoint
from service.audit.log_kinds import LogKind
from service.audit.signing_keys import SigningKeys
from service.database.connection import scoped
from service.log.errors import answering
from service.proofs.checkpoints import Checkpoint
from service.proofs.cosignatures import Cosignature, cosignatures_in
from service.proofs.notes import VerifierKey

_KEPT: Final = """
select c.origin, c.size, c.root, c.note, c.signed_at,
       array(select w.line from audit.cosignature w
              where w.organization_id = c.organization_id and w.origin = c.origin and w.size = c.size
              order by w.witness) as cosignatures
  from audit.checkpoint c
 where c.organization_id = $1 and c.origin = $2
"""
_KEEP: Final = """
insert into audit.cosignature (organization_id, origin, size, witness, line, cosigned_at)
values ($1, $2, $3, $4, $5, $6) on conflict do nothing
"""


class KeptCheckpoint(NamedTuple):
    """A checkpoint that was signed, as it is kept."""

    checkpoint: Checkpoint
    note: str
    """As the log signed it."""
    signed_at: datetime
    cosignatures: tuple[str, ...] = ()
    """Signature lines of witnesses, each with its end."""

    @property
    def cosigned_note(self) -> str:
        """The note with the cosignatures below the log's own signatures."""
        return self.note + "".join(self.cosignatures)


class CheckpointStore:
    """Reads checkpoints of logs of one kind, each under its present name, and keeps cosignatures beside them."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        keys: SigningKeys,
        witnesses: tuple[VerifierKey, ...] = (),
        kind: LogKind = LogKind.EVENTS,
    ) -> None:
        self._pool = pool
        self._keys = keys
        self._witnesses = witnesses
        self.kind = kind
        """Which of an organization's logs."""

    def origin(self, organization_id: UUID) -> str:
        """The name of the organization's log."""
        return self._keys.origin(organization_id, self.kind)

    async def latest(self, organization_id: UUID) -> KeptCheckpoint:
        """The last checkpoint. Raises NoCheckpoint, DatabaseUnavailable."""
        with answering(writing=False):
            async with scoped(self._pool, organization_id) as connection:
                found = await latest(connection, organization_id, self.origin(organization_id))
        if found is None:
            raise NoCheckpoint
        return found

    async def of_size(self, organization_id: UUID, size: int) -> KeptCheckpoint:
        """The checkpoint of that size. Raises NoCheckpoint, DatabaseUnavailable."""
        with answering(writing=False):
            async with scoped(self._pool, organization_id) as connection:
                row = await connection.fetchrow(
                    f"{_KEPT} and c.size = $3", organization_id, self.origin(organization_id), size
                )
        if row is None:
            raise NoCheckpoint
        return as_kept(row)

    async def keep_cosignatures(self, organization_id: UUID, size: int, lines: str) -> list[Cosignature]:
        """Keep those of known witnesses among these signature lines, beside the checkpoint of that size; which.

        What is kept already stays. Raises NoCheckpoint, NoteRefused, DatabaseUnavailable.
        """
        of = await self.of_size(organization_id, size)
        found = cosignatures_in(lines, of.checkpoint.text, self._witnesses)
        if found:
            rows = [
                (organization_id, of.checkpoint.origin, size, each.witness, each.line, _moment(each.time))
                for each in found
            ]
            with answering(writing=False):
                async with scoped(self._pool, organization_id) as connection:
                    await connection.executemany(_KEEP, rows)
        return found


async def latest(connection: PoolConnectionProxy, organization_id: UUID, origin: str) -> KeptCheckpoint | None:
    """The last checkpoint of the log of that name, within a transaction; None without one."""
    row = await connection.fetchrow(f"{_KEPT} order by c.size desc limit 1", organization_id, origin)
    return as_kept(row) if row else None


def as_kept(row: asyncpg.Record) -> KeptCheckpoint:
    """A row as what it keeps; without cosignatures where the row has none."""
    checkpoint = Checkpoint(row["origin"], row["size"], row["root"])
    return KeptCheckpoint(checkpoint, row["note"], row["signed_at"], tuple(row.get("cosignatures") or ()))


def _moment(seconds: int) -> datetime:
    """A moment that the database can hold, of one that a witness may have written by mistake."""
    return datetime.fromtimestamp(min(seconds, 253_402_300_799), UTC)
