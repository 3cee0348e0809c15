"""Answers about the caller's log of events or of accesses: its checkpoints, its tiles and proofs, by one code."""

from typing import Any, Final, NamedTuple
from uuid import UUID

from starlette.responses import Response

from service.api import examples, problems
from service.api.field_errors import FieldError
from service.api.openapi_responses import DIGEST_TAG, OF_A_CALL, answered
from service.api.problems import InvalidInput
from service.api.proof_models import (
    ConsistencyProofAnswer,
    ConsistencyQuery,
    InclusionProofAnswer,
    InclusionQuery,
    KeptCosignatures,
)
from service.api.responses import JSON, PRIVATE, digest_answer, digested_answer, json_of
from service.audit.checkpoint_store import CheckpointStore
from service.audit.errors import NoCheckpoint
from service.audit.log_proofs import LogProofs
from service.proofs.tiles import TileId, read_tile_path

TEXT: Final = "text/plain; charset=utf-8"
BYTES: Final = "application/octet-stream"

FOR_GOOD: Final = {"Cache-Control": "private, max-age=31536000, immutable"}
"""What is told of a tile stays as it is; only whoever has a key is told it."""

OF_A_PROOF: Final = (*OF_A_CALL, problems.NoCheckpoint, problems.NotInACheckpoint, problems.LogNotWhole)


def described_note(what: str) -> dict[str, Any]:
    """The description of an answer that is a signed note."""
    example = examples.CHECKPOINT
    content = {"text/plain": {"schema": {"type": "string", "description": "A signed note."}, "example": example}}
    return answered(what, DIGEST_TAG, content=content)


def described_bytes(what: str) -> dict[str, Any]:
    """The description of an answer in bytes."""
    schema = {"type": "string", "format": "binary", "description": "Bytes."}
    return answered(what, DIGEST_TAG, content={BYTES: {"schema": schema, "example": "…"}})


class LogOfCaller(NamedTuple):
    """One log of the organization of whoever asks; `known_tag` is of an answer that they have."""

    organization_id: UUID
    checkpoints: CheckpointStore
    proofs: LogProofs
    known_tag: str | None = None

    async def checkpoint(self, size: int | None = None) -> Response:
        """The checkpoint of that size, by default the last. Raises NoCheckpoint."""
        kept = await (
            self.checkpoints.latest(self.organization_id)
            if size is None
            else self.checkpoints.of_size(self.organization_id, size)
        )
        return digested_answer(kept.cosigned_note.encode(), self.known_tag, media_type=TEXT)

    async def keep_cosignatures(self, size: int, lines: str) -> Response:
        """Which of these were kept. Raises NoCheckpoint, NoteRefused."""
        found = await self.checkpoints.keep_cosignatures(self.organization_id, size, lines)
        kept = await self.checkpoints.of_size(self.organization_id, size)
        content = KeptCosignatures(kept=tuple(each.witness for each in found), checkpoint=kept.cosigned_note)
        return Response(json_of(content), 200, dict(PRIVATE), JSON)

    async def inclusion(self, asked: InclusionQuery, unknown: Exception) -> Response:
        """The proof. Raises `unknown` where there is nothing of that id; InvalidInput, NoCheckpoint, TreeBroken,
        BeyondTheCheckpoint."""
        organization_id = self.organization_id
        position = await self._position(asked, unknown)
        if position is None:
            position = asked.size or (await self.checkpoints.latest(organization_id)).checkpoint.size
        found = await self.proofs.inclusion(organization_id, position, asked.size)
        try:
            checkpoint = (await self.checkpoints.of_size(organization_id, found.size)).cosigned_note
        except NoCheckpoint:
            checkpoint = None
        content = InclusionProofAnswer.of(found, self.checkpoints.origin(organization_id), checkpoint)
        return digest_answer(content, self.known_tag)

    async def consistency(self, asked: ConsistencyQuery) -> Response:
        """The proof. Raises InvalidInput, BeyondTheCheckpoint, TreeBroken."""
        if asked.new_size is not None and asked.new_size < asked.old_size:
            message = "Give a size that is at least old_size: the log only grows."
            errors = [FieldError(field="new_size", rule="not_below_old_size", message=message)]
            raise InvalidInput("The sizes stand the wrong way round; see `errors`.", errors=errors)
        found = await self.proofs.consistency(self.organization_id, asked.old_size, asked.new_size)
        content = ConsistencyProofAnswer.of(found, self.checkpoints.origin(self.organization_id))
        return digest_answer(content, self.known_tag)

    async def entries(self, tile: str) -> Response:
        """An entry bundle. Raises InvalidInput, BeyondTheCheckpoint, TreeBroken."""
        number, width = _read(tile)
        found = await self.proofs.entries(self.organization_id, number, width)
        bundle = b"".join(len(each).to_bytes(2) + each for each in found)
        return digested_answer(bundle, self.known_tag, media_type=BYTES, kept=FOR_GOOD)

    async def tile(self, level: str, tile: str) -> Response:
        """A tile. Raises InvalidInput, BeyondTheCheckpoint, TreeBroken."""
        number, width = _read(tile)
        found = await self.proofs.tile(self.organization_id, TileId(int(level), number), width)
        return digested_answer(found, self.known_tag, media_type=BYTES, kept=FOR_GOOD)

    async def _position(self, asked: InclusionQuery, unknown: Exception) -> int | None:
        if asked.asked_id is None:
            return asked.position
        if asked.position is not None:
            message = "Name the entry by its id or by its position, not by both."
            errors = [FieldError(field="position", rule="one_of_two", message=message)]
            raise InvalidInput("The entry is named twice; see `errors`.", errors=errors)
        position = await self.proofs.position_of(self.organization_id, asked.asked_id)
        if position is None:
            raise unknown
        return position


def _read(tile: str) -> tuple[int, int]:
    try:
        return read_tile_path(tile)
    except ValueError:
        message = "Give the tile's number as C2SP's tlog-tiles writes it, such as 000, x001/x234/067 or 000.p/112."
        errors = [FieldError(field="tile", rule="tile_path", message=message)]
        raise InvalidInput("The path names no tile; see `errors`.", errors=errors) from None
