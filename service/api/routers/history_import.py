"""Importing history from other systems."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request

from service.api import examples
from service.api.dependencies import ImportingAccess, RunningSystem
from service.api.import_models import ImportLine, ImportStanding, LineResult
from service.api.import_stream import NDJSON, ImportAnswer, ImportRun
from service.api.openapi_responses import OF_A_READ, answered, lines_of, problem_responses, titled
from service.api.parameters import ImportQuery
from service.api.problems import UnsupportedMediaType
from service.api.request_body import require_utf8
from service.api.strict_route import StrictRoute

_BODY: Final = {
    "required": True,
    "description": "An `ImportLine` on each line, in UTF-8, of any number. Events of one client stand in the order in"
    " which they are to be recorded; clients in any.",
    "content": {
        NDJSON: {
            "schema": {"type": "string"},
            "x-itemSchema": lines_of(ImportLine),
            "examples": titled({"A registration and a session": examples.IMPORT}),
        }
    },
}
_ANSWERED: Final = answered(
    "A `LineResult` for each line, as soon as it was dealt with, and at the end an `ImportStanding`.",
    content={NDJSON: {"schema": {"type": "string"}, "x-itemSchema": lines_of(LineResult, ImportStanding)}},
)

router = APIRouter(prefix="/v1/import", route_class=StrictRoute, tags=["Recording"])


@router.post(
    "",
    summary="Import history",
    status_code=200,
    response_class=ImportAnswer,
    responses={
        200: _ANSWERED,
        **problem_responses(*OF_A_READ, UnsupportedMediaType),
    },
    openapi_extra={"requestBody": _BODY},
)
async def import_history(
    access: ImportingAccess, system: RunningSystem, request: Request, asked: Annotated[ImportQuery, Query()]
) -> ImportAnswer:
    """Records what other systems have kept, a line at a time, by the same rules as everything else.

    A line that cannot be recorded is refused with its reason, and the next ones go on. Lines are answered while others
    are still sent, and what is answered `recorded` is on disk. After anything that breaks an import off, send the same
    again: what stands is answered `already`. Or go on with `from_line`.

    `occurred_at` is when something happened, however long ago; `recorded_at` is when this service learned of it, and
    `recorded_by` names the key. References go to what stands above in the file, or was recorded before.

    There is no limit on the size of the body; a line has at most 250,000 bytes, and has to end within the time that a
    body may otherwise take. Read the answer while you send: where that cannot be, ask for `results=refused`.
    """
    require_utf8(request, NDJSON)
    return ImportAnswer(ImportRun(system, access, request, asked).answer())
