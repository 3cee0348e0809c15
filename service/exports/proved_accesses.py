"""Access records with proofs that they stand in the log of accesses, and with what of them its leaves are made of."""

from collections.abc import Sequence
from typing import Final, NamedTuple
from uuid import UUID

import asyncpg

from service.access.access_search import AccessRecord
from service.audit.errors import TreeBroken
from service.audit.log_proofs import LogProofs
from service.database.connection import scoped
from service.exports.last_checkpoint import LastCheckpoint
from service.log.errors import answering

_ENTERED: Final = """
select r.record_id, e.number, r.parameters::text as parameters, encode(r.clients_digest, 'hex') as clients_digest
  from access.access_record r
  join audit.access_entry e
    on e.organization_id = r.organization_id and e.kind = 'access_record' and e.subject_id = r.record_id
 where r.organization_id = $1 and r.record_id = any($2)
"""


class ProvedAccess(NamedTuple):
    """An access record, and the proof that it stands in the log of accesses."""

    record: AccessRecord
    entry: int
    """The place of its entry in the log of accesses, from 1."""
    parameters: str
    """What was asked, as the text that was entered."""
    clients_digest: str
    """SHA-256 over the ids of the clients that it told of, in hexadecimal digits."""
    proof: Sequence[bytes]


class ProvedAccesses:
    """Has access records entered and signed, and proves them."""

    def __init__(self, pool: asyncpg.Pool, last_checkpoint: LastCheckpoint, proofs: LogProofs) -> None:
        """`last_checkpoint` and `proofs` are of the log of accesses."""
        self._pool = pool
        self._last_checkpoint = last_checkpoint
        self._proofs = proofs

    async def prove(self, organization_id: UUID, records: Sequence[AccessRecord]) -> tuple[str, list[ProvedAccess]]:
        """A checkpoint in which all of them are, as a note that is signed now, and each with its proof, in their order.

        Raises CheckpointRefused; TreeBroken where one is not entered, which was not written by a read.
        """
        signed = await self._last_checkpoint.of_now(organization_id)
        ids = [each.record_id for each in records]
        with answering(writing=False):
            async with scoped(self._pool, organization_id) as connection:
                rows = {row["record_id"]: row for row in await connection.fetch(_ENTERED, organization_id, ids)}
        if len(rows) < len(ids):
            raise TreeBroken("An access record is not in the log of accesses: it was put in by hand.")
        entries = [rows[each]["number"] for each in ids]
        proofs = await self._proofs.inclusions(organization_id, entries, signed.checkpoint.size)
        return signed.note, [
            ProvedAccess(each, entry, rows[each.record_id]["parameters"], rows[each.record_id]["clients_digest"], proof)
            for each, entry, proof in zip(records, entries, proofs, strict=True)
        ]
