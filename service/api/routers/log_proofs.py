"""Checkpoints, tiles and proofs of the log: for auditors, and for the field's own clients and witnesses (C2SP)."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Query
from starlette.responses import Response

from service.api import examples, problems
from service.api.dependencies import ChangingCheckpoints, ReadingCheckpoints, RunningSystem
from service.api.field_errors import FieldError
from service.api.openapi_responses import (
    DIGEST_TAG,
    OF_A_CALL,
    WITH_A_BODY,
    answered,
    not_modified,
    problem_responses,
    titled,
)
from service.api.parameters import KnownVersion
from service.api.problems import InvalidInput, UnknownEvent
from service.api.proof_models import (
    CheckpointSize,
    ConsistencyProofAnswer,
    ConsistencyQuery,
    CosignaturesToKeep,
    InclusionProofAnswer,
    InclusionQuery,
    KeptCosignatures,
    TileLevel,
    TilePath,
)
from service.api.responses import JSON, PRIVATE, digest_answer, digested_answer, json_of
from service.api.strict_route import StrictRoute
from service.audit.errors import NoCheckpoint
from service.bootstrap import System
from service.proofs.tiles import TileId, read_tile_path

TEXT: Final = "text/plain; charset=utf-8"
BYTES: Final = "application/octet-stream"

FOR_GOOD: Final = {"Cache-Control": "private, max-age=31536000, immutable"}
"""What is told of a tile stays as it is; only whoever has a key is told it."""

OF_A_PROOF: Final = (*OF_A_CALL, problems.NoCheckpoint, problems.NotInACheckpoint, problems.LogNotWhole)

router = APIRouter(prefix="/v1/log", route_class=StrictRoute, tags=["Proofs"])


def _note(what: str) -> dict[str, Any]:
    example = examples.CHECKPOINT
    content = {"text/plain": {"schema": {"type": "string", "description": "A signed note."}, "example": example}}
    return answered(what, DIGEST_TAG, content=content)


def _bytes(what: str) -> dict[str, Any]:
    schema = {"type": "string", "format": "binary", "description": "Bytes."}
    return answered(what, DIGEST_TAG, content={BYTES: {"schema": schema, "example": "…"}})


@router.get(
    "/checkpoint",
    summary="Read the last checkpoint",
    response_class=Response,
    responses={
        200: _note("The checkpoint, as a signed note."),
        **not_modified(DIGEST_TAG),
        **problem_responses(*OF_A_CALL, problems.NoCheckpoint),
    },
)
async def read_checkpoint(
    caller: ReadingCheckpoints, system: RunningSystem, known_tag: KnownVersion = None
) -> Response:
    """The last checkpoint of your organization's log: its name, its size, the root of its Merkle tree, and signatures.

    A signed note as C2SP's tlog-checkpoint has it, with the cosignatures of witnesses below. Signed within a minute
    of whatever is recorded. Keep it: with it, `verify` and every later proof show whether anything recorded until then
    was changed or taken away. The key that checks it is told by whoever runs the service, and not here.
    """
    kept = await system.checkpoints.latest(caller.organization_id)
    return digested_answer(kept.cosigned_note.encode(), known_tag, media_type=TEXT)


@router.get(
    "/checkpoints/{size}",
    summary="Read a checkpoint",
    response_class=Response,
    responses={
        200: _note("The checkpoint, as a signed note."),
        **not_modified(DIGEST_TAG),
        **problem_responses(*OF_A_CALL, problems.NoCheckpoint),
    },
)
async def read_checkpoint_of_size(
    caller: ReadingCheckpoints, system: RunningSystem, size: CheckpointSize, known_tag: KnownVersion = None
) -> Response:
    """The checkpoint that was signed when the log had that size. Not every size has one."""
    kept = await system.checkpoints.of_size(caller.organization_id, size)
    return digested_answer(kept.cosigned_note.encode(), known_tag, media_type=TEXT)


@router.post(
    "/checkpoints/{size}/cosignatures",
    summary="Keep cosignatures of a checkpoint",
    response_model=KeptCosignatures,
    responses={
        200: answered("Which are kept."),
        **problem_responses(*OF_A_CALL, *WITH_A_BODY, problems.NoCheckpoint, problems.CosignatureRefused),
    },
)
async def keep_cosignatures(
    caller: ChangingCheckpoints,
    system: RunningSystem,
    size: CheckpointSize,
    sent: Annotated[CosignaturesToKeep, Body(openapi_examples=titled(examples.COSIGNATURES))],
) -> Response:
    """Keep what witnesses have signed beside the checkpoint; those whose keys whoever runs the service has set.

    Lines of other keys are left out. The first cosignature of a witness stays.
    """
    found = await system.checkpoints.keep_cosignatures(caller.organization_id, size, sent.lines)
    kept = await system.checkpoints.of_size(caller.organization_id, size)
    content = KeptCosignatures(kept=tuple(each.witness for each in found), checkpoint=kept.cosigned_note)
    return Response(json_of(content), 200, dict(PRIVATE), JSON)


@router.get(
    "/inclusion-proof",
    summary="Prove that an event is in the log",
    response_model=InclusionProofAnswer,
    responses={
        200: answered("The proof.", DIGEST_TAG),
        **not_modified(DIGEST_TAG),
        **problem_responses(*OF_A_PROOF, UnknownEvent),
    },
)
async def prove_inclusion(
    caller: ReadingCheckpoints,
    system: RunningSystem,
    asked: Annotated[InclusionQuery, Query()],
    known_tag: KnownVersion = None,
) -> Response:
    """That an event is in the log of a size, at its position: hashes that lead from its leaf to the root.

    It says nothing of what the event says, nor of whom. `docs/proofs.md` tells how it is checked.
    """
    organization_id = caller.organization_id
    position = await _position(system, organization_id, asked)
    if position is None:
        position = asked.size or (await system.checkpoints.latest(organization_id)).checkpoint.size
    found = await system.log_proofs.inclusion(organization_id, position, asked.size)
    try:
        checkpoint = (await system.checkpoints.of_size(organization_id, found.size)).cosigned_note
    except NoCheckpoint:
        checkpoint = None
    content = InclusionProofAnswer.of(found, system.checkpoints.origin(organization_id), checkpoint)
    return digest_answer(content, known_tag)


@router.get(
    "/consistency-proof",
    summary="Prove that the log was only added to",
    response_model=ConsistencyProofAnswer,
    responses={200: answered("The proof.", DIGEST_TAG), **not_modified(DIGEST_TAG), **problem_responses(*OF_A_PROOF)},
)
async def prove_consistency(
    caller: ReadingCheckpoints,
    system: RunningSystem,
    asked: Annotated[ConsistencyQuery, Query()],
    known_tag: KnownVersion = None,
) -> Response:
    """That the log of the old size is the beginning of the log of the new one: nothing changed, nothing taken away.

    Between two sizes of which one is 0, or which are the same, the proof is empty.
    """
    if asked.new_size is not None and asked.new_size < asked.old_size:
        message = "Give a size that is at least old_size: the log only grows."
        errors = [FieldError(field="new_size", rule="not_below_old_size", message=message)]
        raise InvalidInput("The sizes stand the wrong way round; see `errors`.", errors=errors)
    found = await system.log_proofs.consistency(caller.organization_id, asked.old_size, asked.new_size)
    content = ConsistencyProofAnswer.of(found, system.checkpoints.origin(caller.organization_id))
    return digest_answer(content, known_tag)


@router.get(
    "/tile/entries/{tile:path}",
    summary="Read entries of the tree",
    response_class=Response,
    responses={
        200: _bytes("The entries, each after its length in two bytes."),
        **not_modified(DIGEST_TAG),
        **problem_responses(*OF_A_PROOF),
    },
)
async def read_entries(
    caller: ReadingCheckpoints, system: RunningSystem, tile: TilePath, known_tag: KnownVersion = None
) -> Response:
    """An entry bundle of C2SP's tlog-tiles: the entries whose hashes the tile of level 0 with that number has.

    An entry is the event's leaf, 32 bytes: it commits to the event and says nothing of it.
    """
    number, width = _read(tile)
    found = await system.log_proofs.entries(caller.organization_id, number, width)
    bundle = b"".join(len(each).to_bytes(2) + each for each in found)
    return digested_answer(bundle, known_tag, media_type=BYTES, kept=FOR_GOOD)


@router.get(
    "/tile/{level}/{tile:path}",
    summary="Read a tile of the tree",
    response_class=Response,
    responses={
        200: _bytes("The tile's hashes, one after the other."),
        **not_modified(DIGEST_TAG),
        **problem_responses(*OF_A_PROOF),
    },
)
async def read_tile(
    caller: ReadingCheckpoints,
    system: RunningSystem,
    level: TileLevel,
    tile: TilePath,
    known_tag: KnownVersion = None,
) -> Response:
    """A tile of the Merkle tree, as C2SP's tlog-tiles has it; `/v1/log` is the prefix that standard clients ask for.

    Level 0 has the hashes of leaves, each level above the roots of whole tiles of the one below, 256 a tile. From
    tiles alone every root and proof can be made.
    """
    number, width = _read(tile)
    found = await system.log_proofs.tile(caller.organization_id, TileId(int(level), number), width)
    return digested_answer(found, known_tag, media_type=BYTES, kept=FOR_GOOD)


async def _position(system: System, organization_id: Any, asked: InclusionQuery) -> int | None:
    if asked.event_id is None:
        return asked.position
    if asked.position is not None:
        message = "Name the event by its id or by its position, not by both."
        errors = [FieldError(field="position", rule="one_of_two", message=message)]
        raise InvalidInput("The event is named twice; see `errors`.", errors=errors)
    position = await system.log_proofs.position_of(organization_id, asked.event_id)
    if position is None:
        raise UnknownEvent("Your organization's log has no event with this id.")
    return position


def _read(tile: str) -> tuple[int, int]:
    try:
        return read_tile_path(tile)
    except ValueError:
        message = "Give the tile's number as C2SP's tlog-tiles writes it, such as 000, x001/x234/067 or 000.p/112."
        errors = [FieldError(field="tile", rule="tile_path", message=message)]
        raise InvalidInput("The path names no tile; see `errors`.", errors=errors) from None
