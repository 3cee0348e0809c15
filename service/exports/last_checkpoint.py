"""The checkpoint under which whatever is handed out is signed: one that reaches far enough, by the keys of now."""

from typing import NamedTuple
from uuid import UUID

from service.audit.checkpoint_signer import CheckpointSigner
from service.audit.checkpoint_store import CheckpointStore, KeptCheckpoint
from service.audit.errors import NoCheckpoint, NotSigning, TreeBroken
from service.audit.signing_keys import SigningKeys
from service.proofs.checkpoints import Checkpoint, open_checkpoint, sign_checkpoint
from service.proofs.notes import NoteRefused, SigningKey


class SignedCheckpoint(NamedTuple):
    """A checkpoint of the log, signed anew."""

    checkpoint: Checkpoint
    note: str
    """With the cosignatures that are kept of it."""
    keys: list[SigningKey]
    """The keys that signed it, and sign what is handed out under it."""


class LastCheckpoint:
    """Finds it, or has it signed."""

    def __init__(self, keys: SigningKeys, signer: CheckpointSigner, checkpoints: CheckpointStore) -> None:
        """`signer` and `checkpoints` are of the same kind of log."""
        self._keys = keys
        self._signer = signer
        self._checkpoints = checkpoints

    def require_keys(self) -> None:
        """That something can be signed here. Raises NotSigning."""
        if not self._keys:
            raise NotSigning

    async def reaching(self, organization_id: UUID, position: int) -> SignedCheckpoint:
        """The last one, where it reaches to that position; else one that is made now.

        It is signed by the keys of now, so that whoever has one of those needs no retired one. Only what was signed
        before is: what the database says is none of it. Raises TreeBroken, CheckpointRefused, NotSigning.
        """
        return self._signed_anew(organization_id, await self._kept(organization_id, position))

    async def of_now(self, organization_id: UUID) -> SignedCheckpoint:
        """One of everything that there is now, likewise. Raises TreeBroken, CheckpointRefused, NotSigning."""
        return self._signed_anew(organization_id, await self._signer.make(organization_id, again=False))

    def _signed_anew(self, organization_id: UUID, kept: KeptCheckpoint) -> SignedCheckpoint:
        of = organization_id, self._checkpoints.kind
        keys, origin = self._keys.of(*of), self._keys.origin(*of)
        try:
            checkpoint = open_checkpoint(kept.note, self._keys.public(*of), origin=origin)
        except NoteRefused as error:
            size = kept.checkpoint.size
            raise TreeBroken(f"The checkpoint of size {size} is not what was signed. {error}") from error
        return SignedCheckpoint(checkpoint, sign_checkpoint(checkpoint, keys) + "".join(kept.cosignatures), keys)

    async def _kept(self, organization_id: UUID, position: int) -> KeptCheckpoint:
        try:
            kept = await self._checkpoints.latest(organization_id)
        except NoCheckpoint:
            pass
        else:
            if kept.checkpoint.size >= position:
                return kept
        return await self._signer.make(organization_id, again=False)
