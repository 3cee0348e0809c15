"""Checkpoints, tiles and proofs of the log: for auditors, and for the field's own clients and witnesses (C2SP)."""

from typing import Annotated

from fastapi import APIRouter, Body, Query
from starlette.responses import Response

from service.access.caller import Caller
from service.api import examples, problems
from service.api.dependencies import ChangingCheckpoints, ReadingCheckpoints, RunningSystem
from service.api.log_answers import OF_A_PROOF, LogOfCaller, described_bytes, described_note
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
from service.api.problems import UnknownEvent
from service.api.proof_models import (
    CheckpointSize,
    ConsistencyProofAnswer,
    ConsistencyQuery,
    CosignaturesToKeep,
    EventInclusionQuery,
    InclusionProofAnswer,
    KeptCosignatures,
    TileLevel,
    TilePath,
)
from service.api.strict_route import StrictRoute
from service.bootstrap import System

router = APIRouter(prefix="/v1/log", route_class=StrictRoute, tags=["Proofs"])


def _log(caller: Caller, system: System, known_tag: str | None = None) -> LogOfCaller:
    return LogOfCaller(caller.organization_id, system.checkpoints, system.log_proofs, known_tag)


@router.get(
    "/checkpoint",
    summary="Read the last checkpoint",
    response_class=Response,
    responses={
        200: described_note("The checkpoint, as a signed note."),
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
    return await _log(caller, system, known_tag).checkpoint()


@router.get(
    "/checkpoints/{size}",
    summary="Read a checkpoint",
    response_class=Response,
    responses={
        200: described_note("The checkpoint, as a signed note."),
        **not_modified(DIGEST_TAG),
        **problem_responses(*OF_A_CALL, problems.NoCheckpoint),
    },
)
async def read_checkpoint_of_size(
    caller: ReadingCheckpoints, system: RunningSystem, size: CheckpointSize, known_tag: KnownVersion = None
) -> Response:
    """The checkpoint that was signed when the log had that size. Not every size has one."""
    return await _log(caller, system, known_tag).checkpoint(size)


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
    return await _log(caller, system).keep_cosignatures(size, sent.lines)


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
    asked: Annotated[EventInclusionQuery, Query()],
    known_tag: KnownVersion = None,
) -> Response:
    """That an event is in the log of a size, at its position: hashes that lead from its leaf to the root.

    It says nothing of what the event says, nor of whom. `docs/proofs.md` tells how it is checked.
    """
    unknown = UnknownEvent("Your organization's log has no event with this id.")
    return await _log(caller, system, known_tag).inclusion(asked, unknown)


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
    return await _log(caller, system, known_tag).consistency(asked)


@router.get(
    "/tile/entries/{tile:path}",
    summary="Read entries of the tree",
    response_class=Response,
    responses={
        200: described_bytes("The entries, each after its length in two bytes."),
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
    return await _log(caller, system, known_tag).entries(tile)


@router.get(
    "/tile/{level}/{tile:path}",
    summary="Read a tile of the tree",
    response_class=Response,
    responses={
        200: described_bytes("The tile's hashes, one after the other."),
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
    return await _log(caller, system, known_tag).tile(level, tile)
