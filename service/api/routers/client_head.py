"""Where one client's timeline ends, signed."""

from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from service.api import examples, problems
from service.api.dependencies import HeadAccess, RunningSystem
from service.api.openapi_responses import DIGEST_TAG, OF_A_READ, answered, not_modified, problem_responses
from service.api.parameters import ClientId, KnownVersion
from service.api.responses import digested_answer
from service.api.strict_route import StrictRoute

TEXT: Final = "text/plain; charset=utf-8"

router = APIRouter(prefix="/v1/clients/{client_id}", route_class=StrictRoute, tags=["Auditing"])

_PROBLEMS: Final = (problems.UnknownClient, problems.ClientErased, problems.NothingIsSigned, problems.LogNotWhole)
_NOTE: Final = {
    "text/plain": {"schema": {"type": "string", "description": "A signed note."}, "example": examples.CLIENT_HEAD}
}


@router.get(
    "/head",
    summary="Read a client's signed head",
    response_class=Response,
    responses={
        200: answered("The head, as a signed note.", DIGEST_TAG, content=_NOTE),
        **not_modified(DIGEST_TAG),
        **problem_responses(*OF_A_READ, *_PROBLEMS),
    },
)
async def read_client_head(
    access: HeadAccess, system: RunningSystem, client_id: ClientId, known_tag: KnownVersion = None
) -> Response:
    """Where the client's timeline ends: how many events it has, the last one's leaf, and the checkpoint that has them.

    Keep it: `care-timeline verify --client-head` and `verify-export --since` then name it when one of those events is
    cut off, exchanged, or counted otherwise. The log's own checkpoint covers every client's events too; a head says in
    addition whose they are and how many, and is all that is needed by whoever follows one client. It is signed with the
    keys that sign the log's checkpoints. It names those merged into the client as well, and tells of what was recorded
    how many events there are, and nothing else. docs/proofs.md tells how it is written.
    """
    head = await system.client_heads.make(access, client_id)
    return digested_answer(head.encode(), known_tag, media_type=TEXT)
