"""Signing where a client's timeline ends: what whoever keeps it can tell by later that nothing was cut off."""

from collections.abc import Sequence
from uuid import UUID

from service.access.access_records import Access, Asked
from service.audit.errors import TreeBroken
from service.audit.log_proofs import LogProofs
from service.care.accesses import Accesses
from service.care.errors import UnknownClient
from service.exports.last_checkpoint import LastCheckpoint
from service.log.header import header, leaf
from service.log.keyring import Keyring
from service.log.pages import Pages
from service.log.sealed import StoredEvent
from service.proofs.checkpoints import Checkpoint
from service.proofs.client_head import TimelineHead, sign_client_head
from service.proofs.merkle import ProofRefused, check_inclusion, leaf_hash
from service.proofs.notes import SigningKey


class ClientHeads:
    """Signs clients' heads. None is kept: the checkpoint covers every event of every client already."""

    def __init__(
        self, pages: Pages, keyring: Keyring, accesses: Accesses, last_checkpoint: LastCheckpoint, proofs: LogProofs
    ) -> None:
        self._pages = pages
        self._keyring = keyring
        self._accesses = accesses
        self._last_checkpoint = last_checkpoint
        self._proofs = proofs

    async def make(self, access: Access, client_id: UUID) -> str:
        """The head as it stands now, as a signed note: the same one until something is recorded in the log.

        It names the end of the client's timeline and of each who is merged into them, be those erased or not. Raises
        UnknownClient, ClientErased, UnknownKey, NoLegalGround, AccessNotRecorded, NotSigning where no key signs here,
        CheckpointRefused, and TreeBroken where what would be signed does not hold.
        """
        organization_id, asked = access.organization_id, Asked("head")
        await self._accesses.begin(access, client_id, asked)
        self._last_checkpoint.require_keys()
        await self._ends(organization_id, client_id)  # before anything is signed
        await self._keyring.data_key(organization_id, client_id, create=False)
        checkpoint, keys, last = await self._under_a_checkpoint(organization_id, client_id)
        proofs = await self._proofs.inclusions(organization_id, [each.position for each in last], checkpoint.size)
        heads = [_proved(each, proof, checkpoint) for each, proof in zip(last, proofs, strict=True)]
        clients = [each.client_id for each in last]
        await self._accesses.keep(access, asked, clients, version=last[0].version)
        return sign_client_head(keys, checkpoint, heads)

    async def _under_a_checkpoint(
        self, organization_id: UUID, client_id: UUID
    ) -> tuple[Checkpoint, list[SigningKey], list[StoredEvent]]:
        """A checkpoint, and the last events of each timeline: looked up after it, so that it has no later ones."""
        position = 1
        while True:
            checkpoint, _, keys = await self._last_checkpoint.reaching(organization_id, position)
            last = await self._ends(organization_id, client_id)
            position = max(each.position for each in last)
            if position <= checkpoint.size:
                return checkpoint, keys, last

    async def _ends(self, organization_id: UUID, client_id: UUID) -> list[StoredEvent]:
        ends = await self._pages.ends(organization_id, client_id)
        if ends is None:
            raise UnknownClient
        if None in ends.values():
            raise TreeBroken("The event that the head of a timeline names is not the last one there is.")
        return [each for each in ends.values() if each]


def _proved(event: StoredEvent, proof: Sequence[bytes], checkpoint: Checkpoint) -> TimelineHead:
    """The event as an end, by the leaf that is made of it and not the one beside it. Raises TreeBroken."""
    its_leaf = leaf(event.position, event.recorded_at, header(event.organization_id, event), event.body_digest)
    try:
        check_inclusion(leaf_hash(its_leaf), event.position - 1, checkpoint.size, proof, checkpoint.root)
    except ProofRefused as error:
        where = f"at position {event.position}"
        raise TreeBroken(f"The event {where} is not the one of which a checkpoint was signed.") from error
    return TimelineHead(event.client_id, event.version, its_leaf)
