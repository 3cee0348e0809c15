"""Reading a client on one screen (R51)."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from projections.summary import SUMMARIZED, SummaryAnswer, summary
from service.api.dependencies import ReadingAccess, RunningSystem
from service.api.openapi_responses import NOT_MODIFIED, OF_A_READ, READ_HEADERS, answered, problem_responses
from service.api.parameters import ClientId, KnownVersion, Moments
from service.api.problems import ClientErased, KnownAtInFuture, ProjectionFailed, UnknownClient
from service.api.responses import projected_answer
from service.api.routers.projections import HOW_TO_ASK, OfClient
from service.api.strict_route import StrictRoute

_NAMES: Final = [projection.name for projection in SUMMARIZED]

router = APIRouter(prefix="/v1/clients/{client_id}", route_class=StrictRoute, tags=["Reading"])


class SummaryOfClient(OfClient):
    """Summary of a client."""

    summary: SummaryAnswer = Field(description="The client on one screen.")


def summary_of(
    client_id: UUID, version: int, as_of: datetime | None, known_at: datetime | None, made: SummaryAnswer
) -> SummaryOfClient:
    """The summary of a client, with what was asked."""
    return SummaryOfClient(client_id=client_id, version=version, as_of=as_of, known_at=known_at, summary=made)


@router.get(
    "/summary",
    summary="Read a client on one screen",
    description=(SummaryAnswer.__doc__ or "")
    + """

It is made of what care plan, milestones and signals answer about the same moment, at one version of the timeline;
they say more about each of it."""
    + HOW_TO_ASK,
    response_model=SummaryOfClient,
    responses={
        200: answered("Summary of the client.", READ_HEADERS),
        **NOT_MODIFIED,
        **problem_responses(*OF_A_READ, UnknownClient, ClientErased, KnownAtInFuture, ProjectionFailed),
    },
)
async def read_summary(
    access: ReadingAccess,
    system: RunningSystem,
    client_id: ClientId,
    asked: Annotated[Moments, Query()],
    known_version: KnownVersion = None,
) -> Response:
    """The client on one screen."""
    found = await system.projection_reader.read_together(
        access, client_id, _NAMES, what="summary", as_of=asked.as_of, known_at=asked.known_at
    )
    version, made = found[0].version, summary(each.answer for each in found)
    content = summary_of(client_id, version, asked.as_of, asked.known_at, made)
    return projected_answer(content, version, known_version)
