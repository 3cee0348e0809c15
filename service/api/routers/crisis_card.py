"""The crisis card, as a page to print."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from projections.care_plan import CARE_PLAN, CarePlanAnswer
from rendering.crisis_card import crisis_card
from service.api.dependencies import ReadingAccess, RunningSystem
from service.api.openapi_responses import NOT_MODIFIED, OF_A_READ, READ_HEADERS, answered, problem_responses
from service.api.pages import PageRoute, as_pages, page_answer
from service.api.parameters import ClientId, KnownVersion
from service.api.problems import ClientErased, ProjectionFailed, UnknownClient
from service.runtime import clock

router = APIRouter(prefix="/v1/clients/{client_id}", route_class=PageRoute, tags=["Reading"])


@router.get(
    "/crisis-card",
    summary="Read the crisis card",
    response_class=HTMLResponse,
    responses={
        200: answered("The card, ready to print.", READ_HEADERS),
        **NOT_MODIFIED,
        **as_pages(problem_responses(*OF_A_READ, UnknownClient, ClientErased, ProjectionFailed)),
    },
)
async def read_crisis_card(
    access: ReadingAccess, system: RunningSystem, client_id: ClientId, known_version: KnownVersion = None
) -> Response:
    """One page to hand over: 988, the after-hours line, and the client's own plan for a crisis.

    Made from the current safety plan: warning signs, what the client can do, people and places, people to ask, and
    professionals. It names no diagnosis, no substance and no organization, since a card may be lost, and leaves out how
    the surroundings are made safer. Before there is a safety plan it holds the numbers alone and says so kindly. The
    after-hours line is that of the organization's policy (`crisis_card.after_hours_line`); without one, there is room
    to write it.

    Reading a card hands nothing over: record `crisis_card_issued` once it is in the client's hands, naming the safety
    plan. The page has no scripts and asks no other host; problems are pages as well.
    """
    found = await system.projection_reader.read(access, client_id, CARE_PLAN.name, what="crisis_card")
    assert isinstance(found.answer, CarePlanAnswer)
    return page_answer(crisis_card(found.answer, found.policy, clock.now()), found.version, known_version)
