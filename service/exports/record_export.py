"""Exporting one client's record: one file, which is signed and can be checked offline."""

import asyncio
from uuid import UUID

from service.access.access_records import Access, Asked
from service.audit.errors import TreeBroken
from service.audit.log_proofs import LogProofs
from service.care.accesses import Accesses
from service.exports.last_checkpoint import LastCheckpoint
from service.exports.parts import Part, access_parts, event_parts, first_parts, moment
from service.exports.proved_accesses import ProvedAccesses
from service.exports.reading import RecordRead, RecordSource
from service.proofs.client_head import TimelineHead
from service.proofs.export_check import check_export
from service.proofs.export_file import ExportRefused, write_export
from service.runtime import clock
from service.runtime.sliced_work import SlicedWork


class RecordExport:
    """Makes exports. Each keeps its access record, which is among those that the file tells of."""

    def __init__(
        self,
        source: RecordSource,
        accesses: Accesses,
        last_checkpoint: LastCheckpoint,
        proofs: LogProofs,
        proved_accesses: ProvedAccesses,
        *,
        sliced: SlicedWork,
    ) -> None:
        self._source = source
        self._accesses = accesses
        self._last_checkpoint = last_checkpoint
        self._proofs = proofs
        self._proved_accesses = proved_accesses
        self._sliced = sliced

    async def make(self, access: Access, client_id: UUID, *, with_keys: bool = False) -> bytes:
        """The file. `with_keys` brings along what opens the events, but never counseling notes (R27).

        Raises UnknownClient, ClientErased, NoLegalGround, AccessNotRecorded, NotSigning where no key signs here,
        CheckpointRefused, and TreeBroken where what would be signed does not hold.
        """
        asked = Asked("export_with_keys" if with_keys else "export")
        await self._accesses.begin(access, client_id, asked)
        self._last_checkpoint.require_keys()
        async with self._sliced.turn(await self._source.length(access.organization_id, client_id)):
            record = await self._source.read(access.organization_id, client_id)
            await self._accesses.keep(access, asked, list(record.timelines), version=record.version)
            return await self._made(access, record, with_keys=with_keys)

    async def _made(self, access: Access, record: RecordRead, *, with_keys: bool) -> bytes:
        organization_id = access.organization_id
        events = record.events
        checkpoint, note, keys = await self._last_checkpoint.reaching(organization_id, events[-1].position)
        proofs = await self._proofs.inclusions(organization_id, [each.position for each in events], checkpoint.size)
        reads = await self._source.access_records(organization_id, list(record.timelines))
        of_accesses, proved = await self._proved_accesses.prove(organization_id, reads)
        now = clock.now()
        parts: list[Part] = [
            *first_parts(access, record, note, of_accesses, now, with_keys=with_keys),
            *event_parts(record, proofs),
            *access_parts(proved),
        ]
        ends = [TimelineHead(each, told[-1].version, told[-1].leaf) for each, told in record.timelines.items()]
        made = await asyncio.to_thread(write_export, keys, checkpoint, moment(now), ends, parts)
        try:
            # Nothing is handed out that would not be believed: the log may not be the one of its checkpoint any more.
            await asyncio.to_thread(check_export, made, [each.verifier_key for each in keys])
        except ExportRefused as error:
            raise TreeBroken(f"The export does not hold, so it is not handed out. {error}") from error
        return made
