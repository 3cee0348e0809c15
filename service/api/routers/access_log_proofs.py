"""Checkpoints, tiles and proofs of the log of accesses: who may read and who has read, proved as the log is."""

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
from service.api.problems import UnknownAccessRecord
from service.api.proof_models import (
    AccessInclusionQuery,
    CheckpointSize,
    ConsistencyProofAnswer,
    ConsistencyQuery,
    CosignaturesToKeep,
    InclusionProofAnswer,
    KeptCosignatures,
    TileLevel,
    TilePath,
)
from service.api.strict_route import StrictRoute
from service.bootstrap import System

router = APIRouter(prefix="/v1/access-log", route_class=StrictRoute, tags=["Proofs"])


def _log(caller: Caller, system: System, known_tag: str | None = None) -> LogOfCaller:
    return LogOfCaller(caller.organization_id, system.access_checkpoints, system.access_log_proofs, known_tag)


@router.get(
    "/checkpoint",
    summary="Read the last checkpoint of accesses",
    response_class=Response,
    responses={
        200: described_note("The checkpoint, as a signed note."),
        **not_modified(DIGEST_TAG),
        **problem_responses(*OF_A_CALL, problems.NoCheckpoint),
    },
)
async def read_access_checkpoint(
    caller: ReadingCheckpoints, system: RunningSystem, known_tag: KnownVersion = None
) -> Response:
    """The last checkpoint of your organization's log of accesses, which stands beside the log of events.

    In it are access records, API keys and their revocation, the destruction of clients' keys, and the organization's
    name and time zone: who may read and who has read. It is signed, cosigned and followed as `/v1/log/checkpoint` is,
    under the log's name with `/access` at its end. Whatever was read or changed is in it within a minute or two.
    """
    return await _log(caller, system, known_tag).checkpoint()


@router.get(
    "/checkpoints/{size}",
    summary="Read a checkpoint of accesses",
    response_class=Response,
    responses={
        200: described_note("The checkpoint, as a signed note."),
        **not_modified(DIGEST_TAG),
        **problem_responses(*OF_A_CALL, problems.NoCheckpoint),
    },
)
async def read_access_checkpoint_of_size(
    caller: ReadingCheckpoints, system: RunningSystem, size: CheckpointSize, known_tag: KnownVersion = None
) -> Response:
    """The checkpoint that was signed when the log of accesses had that many entries. Not every size has one."""
    return await _log(caller, system, known_tag).checkpoint(size)


@router.post(
    "/checkpoints/{size}/cosignatures",
    summary="Keep cosignatures of a checkpoint of accesses",
    response_model=KeptCosignatures,
    responses={
        200: answered("Which are kept."),
        **problem_responses(*OF_A_CALL, *WITH_A_BODY, problems.NoCheckpoint, problems.CosignatureRefused),
    },
)
async def keep_access_cosignatures(
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
    summary="Prove that an access record is in the log of accesses",
    response_model=InclusionProofAnswer,
    responses={
        200: answered("The proof.", DIGEST_TAG),
        **not_modified(DIGEST_TAG),
        **problem_responses(*OF_A_PROOF, UnknownAccessRecord),
    },
)
async def prove_access_inclusion(
    caller: ReadingCheckpoints,
    system: RunningSystem,
    asked: Annotated[AccessInclusionQuery, Query()],
    known_tag: KnownVersion = None,
) -> Response:
    """That an access record is in the log of accesses of a size: hashes that lead from its leaf to the root.

    It says nothing of what the record says, nor of whom. A record is entered with the next checkpoint, within a minute
    or two. By its position any entry is proved, whatever it enters.
    """
    unknown = UnknownAccessRecord("Your organization's log of accesses has no access record with this id, or not yet.")
    return await _log(caller, system, known_tag).inclusion(asked, unknown)


@router.get(
    "/consistency-proof",
    summary="Prove that the log of accesses was only added to",
    response_model=ConsistencyProofAnswer,
    responses={200: answered("The proof.", DIGEST_TAG), **not_modified(DIGEST_TAG), **problem_responses(*OF_A_PROOF)},
)
async def prove_access_consistency(
    caller: ReadingCheckpoints,
    system: RunningSystem,
    asked: Annotated[ConsistencyQuery, Query()],
    known_tag: KnownVersion = None,
) -> Response:
    """That the log of accesses of the old size is the beginning of that of the new one: nothing changed or taken away.

    Between two sizes of which one is 0, or which are the same, the proof is empty.
    """
    return await _log(caller, system, known_tag).consistency(asked)


@router.get(
    "/tile/entries/{tile:path}",
    summary="Read entries of the tree of accesses",
    response_class=Response,
    responses={
        200: described_bytes("The entries, each after its length in two bytes."),
        **not_modified(DIGEST_TAG),
        **problem_responses(*OF_A_PROOF),
    },
)
async def read_access_entries(
    caller: ReadingCheckpoints, system: RunningSystem, tile: TilePath, known_tag: KnownVersion = None
) -> Response:
    """An entry bundle of C2SP's tlog-tiles: the entries whose hashes the tile of level 0 with that number has.

    An entry is 32 bytes, SHA-256 over what it enters: it commits to an access record and says nothing of whom it is
    about, nor of who read.
    """
    return await _log(caller, system, known_tag).entries(tile)


@router.get(
    "/tile/{level}/{tile:path}",
    summary="Read a tile of the tree of accesses",
    response_class=Response,
    responses={
        200: described_bytes("The tile's hashes, one after the other."),
        **not_modified(DIGEST_TAG),
        **problem_responses(*OF_A_PROOF),
    },
)
async def read_access_tile(
    caller: ReadingCheckpoints,
    system: RunningSystem,
    level: TileLevel,
    tile: TilePath,
    known_tag: KnownVersion = None,
) -> Response:
    """A tile of the Merkle tree of accesses, as C2SP's tlog-tiles has it; the prefix to follow is `/v1/access-log`."""
    return await _log(caller, system, known_tag).tile(level, tile)
