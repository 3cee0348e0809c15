"""Exporting one client's record: one file, which is signed and can be checked offline."""

import asyncio
from uuid import UUID

from service.access.access_records import Access, Asked
from service.audit.checkpoint_signer import CheckpointSigner
from service.audit.checkpoint_store import CheckpointStore, KeptCheckpoint
from service.audit.errors import NoCheckpoint, NotSigning, TreeBroken
from service.audit.log_proofs import LogProofs
from service.audit.signing_keys import SigningKeys
from service.care.accesses import Accesses
from service.exports.parts import Part, access_parts, event_parts, first_parts, moment
from service.exports.reading import RecordRead, RecordSource
from service.proofs.checkpoints import Checkpoint, open_checkpoint, sign_checkpoint
from service.proofs.export_check import check_export
from service.proofs.export_file import ExportRefused, TimelineHead, write_export
from service.proofs.notes import NoteRefused
from service.runtime import clock
from service.runtime.sliced_work import SlicedWork


class RecordExport:
    """Makes exports. Each keeps its access record, which is among those that the file tells of."""

    def __init__(
        self,
        source: RecordSource,
        accesses: Accesses,
        keys: SigningKeys,
        signer: CheckpointSigner,
        checkpoints: CheckpointStore,
        proofs: LogProofs,
        *,
        sliced: SlicedWork,
    ) -> None:
        self._source = source
        self._accesses = accesses
        self._keys = keys
        self._signer = signer
        self._checkpoints = checkpoints
        self._proofs = proofs
        self._sliced = sliced

    async def make(self, access: Access, client_id: UUID, *, with_keys: bool = False) -> bytes:
        """The file. `with_keys` brings along what opens the events, but never counseling notes (R27).

        Raises UnknownClient, ClientErased, NoLegalGround, AccessNotRecorded, NotSigning where no key signs here,
        CheckpointRefused, and TreeBroken where what would be signed does not hold.
        """
        asked = Asked("export_with_keys" if with_keys else "export")
        await self._accesses.begin(access, client_id, asked)
        if not self._keys:
            raise NotSigning
        async with self._sliced.turn(await self._source.length(access.organization_id, client_id)):
            record = await self._source.read(access.organization_id, client_id)
            await self._accesses.keep(access, asked, list(record.timelines), version=record.version)
            return await self._made(access, record, with_keys=with_keys)

    async def _made(self, access: Access, record: RecordRead, *, with_keys: bool) -> bytes:
        organization_id = access.organization_id
        events = record.events
        kept = await self._checkpoint(organization_id, events[-1].position)
        checkpoint, note = self._signed_anew(organization_id, kept)
        size, root = checkpoint.size, checkpoint.root
        proofs = await self._proofs.inclusions(organization_id, [each.position for each in events], size)
        reads = await self._source.access_records(organization_id, list(record.timelines))
        now = clock.now()
        parts: list[Part] = [
            *first_parts(access, record, note, now, with_keys=with_keys),
            *event_parts(record, proofs),
            *access_parts(reads),
        ]
        ends = [TimelineHead(each, told[-1].version, told[-1].leaf) for each, told in record.timelines.items()]
        keys = self._keys.of(organization_id)
        made = await asyncio.to_thread(write_export, keys, size, root, moment(now), ends, parts)
        try:
            # Nothing is handed out that would not be believed: the log may not be the one of its checkpoint any more.
            await asyncio.to_thread(check_export, made, [each.verifier_key for each in keys])
        except ExportRefused as error:
            raise TreeBroken(f"The export does not hold, so it is not handed out. {error}") from error
        return made

    def _signed_anew(self, organization_id: UUID, kept: KeptCheckpoint) -> tuple[Checkpoint, str]:
        """The checkpoint, signed by the keys of now, so that whoever has one of those needs no retired one.

        Only what was signed before is: what the database says is none of it. Raises TreeBroken.
        """
        keys, origin = self._keys.of(organization_id), self._keys.origin(organization_id)
        try:
            checkpoint = open_checkpoint(kept.note, self._keys.public(organization_id), origin=origin)
        except NoteRefused as error:
            size = kept.checkpoint.size
            raise TreeBroken(f"The checkpoint of size {size} is not what was signed. {error}") from error
        return checkpoint, sign_checkpoint(checkpoint, keys) + "".join(kept.cosignatures)

    async def _checkpoint(self, organization_id: UUID, position: int) -> KeptCheckpoint:
        """The last one, where it reaches to that position; else one that is signed now."""
        try:
            kept = await self._checkpoints.latest(organization_id)
        except NoCheckpoint:
            pass
        else:
            if kept.checkpoint.size >= position:
                return kept
        return await self._signer.make(organization_id, again=False)
