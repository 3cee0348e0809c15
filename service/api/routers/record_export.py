"""One client's record as one file, which is checked offline."""

from typing import Annotated, Final

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from service.api import examples, problems
from service.api.dependencies import ExportAccess, RunningSystem
from service.api.openapi_responses import OF_A_READ, answered, problem_responses
from service.api.parameters import ClientId
from service.api.responses import PRIVATE
from service.api.strict_route import StrictRoute

TEXT: Final = "text/plain; charset=utf-8"

router = APIRouter(prefix="/v1/clients/{client_id}", route_class=StrictRoute, tags=["Auditing"])

_PROBLEMS: Final = (problems.UnknownClient, problems.ClientErased, problems.NothingIsSigned, problems.LogNotWhole)
_FILE: Final = {
    "text/plain": {
        "schema": {"type": "string", "description": "A signed head, then a JSON object on each line."},
        "example": examples.EXPORT_HEAD,
    }
}


class ExportQuery(BaseModel):
    """What the file brings along."""

    model_config = ConfigDict(frozen=True)

    with_keys: Annotated[
        bool,
        Field(
            description="Whether the file brings along the keys that open the events, so that whoever has it can read"
            " them, for ever. Needs `ExportKey.r` as well."
        ),
    ] = False


@router.get(
    "/export",
    summary="Export a client's record",
    response_class=Response,
    responses={200: answered("The file.", content=_FILE), **problem_responses(*OF_A_READ, *_PROBLEMS)},
)
async def export_record(
    access: ExportAccess, system: RunningSystem, client_id: ClientId, asked: Annotated[ExportQuery, Query()]
) -> Response:
    """All that is recorded of a client in one signed file, which anybody who has the log's public key checks offline.

    Events with their proofs, the checkpoint that they are proved by, where the timeline ends, who read the record, the
    policy in force, and the timeline as a page. `care-timeline verify-export` checks it and names the first thing that
    does not hold; docs/exports.md says how the file is written and what it does not prove.

    What the events say is sealed unless `with_keys` is asked for; even then counseling notes stay sealed. Either way
    it tells of somebody's care: mind where it is kept. For auditors and supervisors; that it was made stands in the
    access records, also in its own.
    """
    if asked.with_keys:
        access.caller.require("ExportKey.r")
    made = await system.record_export.make(access, client_id, with_keys=asked.with_keys)
    name = f'attachment; filename="{client_id}.export"'
    return Response(made, 200, {**PRIVATE, "Content-Disposition": name}, TEXT)
