"""Lists over an organization's clients: the worklist, the caseload, and the signals that wait."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from service.api.dependencies import ListingAccess, RunningSystem
from service.api.links import LINK_HEADER, page_links
from service.api.list_models import Caseload, WaitingSignals, Worklist
from service.api.lists import (
    CLIENT_PLACE,
    SIGNAL_PLACE,
    TASK_PLACE,
    CaseloadQuery,
    SignalsQuery,
    WorklistQuery,
    place_after,
)
from service.api.openapi_responses import LIST_TAG, OF_A_READ, answered, not_modified, problem_responses
from service.api.parameters import KnownVersion
from service.api.problems import ListsBehind, ListsNotReady
from service.api.responses import list_answer
from service.api.strict_route import StrictRoute
from service.care.lists import ListPage
from service.projector.list_rows import CLIENTS_ORDER, SIGNALS_ORDER, TASKS_ORDER

_MAY_GO_WRONG: Final = not_modified(LIST_TAG) | problem_responses(*OF_A_READ, ListsNotReady, ListsBehind)

_HOW_TO_READ: Final = """

A list follows what is recorded within moments, and says in `position` how far it has come. To see what you have just
recorded, give the `position` of its receipt. `next` and the header `Link` lead to the next page. Rows may come, go and
change between two pages; what stays as it is comes exactly once. Erased clients are not listed.

With `If-None-Match`, answers 304 when the page still says the same at the same position."""

router = APIRouter(prefix="/v1", route_class=StrictRoute, tags=["Lists"])


@router.get(
    "/worklist",
    summary="Read the worklist",
    description="What still has to happen, for whom, by when, and whose task it is." + _HOW_TO_READ,
    response_model=Worklist,
    responses={200: answered("A page of the worklist.", LIST_TAG | LINK_HEADER), **_MAY_GO_WRONG},
)
async def read_worklist(
    access: ListingAccess,
    system: RunningSystem,
    request: Request,
    asked: Annotated[WorklistQuery, Query()],
    known_tag: KnownVersion = None,
) -> Response:
    """Obligations that wait, in the order in which they are due."""
    page = await system.lists.worklist(
        access, asked.part(TASK_PLACE), role=asked.role, person_id=asked.person_id, kind=asked.kind, late=asked.late
    )
    content = Worklist(tasks=tuple(page.rows), **_said(page, TASKS_ORDER))
    return list_answer(content, known_tag, page_links(request, next_after=content.next))


@router.get(
    "/caseload",
    summary="Read the caseload",
    description="How each client stands: episode, plan, contacts, tasks, crises and signals." + _HOW_TO_READ,
    response_model=Caseload,
    responses={200: answered("A page of the caseload.", LIST_TAG | LINK_HEADER), **_MAY_GO_WRONG},
)
async def read_caseload(
    access: ListingAccess,
    system: RunningSystem,
    request: Request,
    asked: Annotated[CaseloadQuery, Query()],
    known_tag: KnownVersion = None,
) -> Response:
    """A row for each client."""
    page = await system.lists.caseload(
        access, asked.part(CLIENT_PLACE), person_id=asked.person_id, in_care=asked.in_care
    )
    content = Caseload(clients=tuple(page.rows), **_said(page, CLIENTS_ORDER))
    return list_answer(content, known_tag, page_links(request, next_after=content.next))


@router.get(
    "/signals",
    summary="Read the signals that wait",
    description="Early-warning signals that hold, and of which nobody has taken note." + _HOW_TO_READ,
    response_model=WaitingSignals,
    responses={200: answered("A page of the signals that wait.", LIST_TAG | LINK_HEADER), **_MAY_GO_WRONG},
)
async def read_waiting_signals(
    access: ListingAccess,
    system: RunningSystem,
    request: Request,
    asked: Annotated[SignalsQuery, Query()],
    known_tag: KnownVersion = None,
) -> Response:
    """Signals that wait, those first that have waited longest."""
    page = await system.lists.signals(access, asked.part(SIGNAL_PLACE), rule=asked.rule)
    content = WaitingSignals(signals=tuple(page.rows), **_said(page, SIGNALS_ORDER))
    return list_answer(content, known_tag, page_links(request, next_after=content.next))


def _said(page: ListPage[Any], order: tuple[str, ...]) -> dict[str, Any]:
    """What every page says beside its rows."""
    return {
        "position": page.position,
        "as_of": page.as_of,
        "parked": page.parked,
        "erased_clients": page.erased,
        "next": place_after(page.rows[-1].key(order)) if page.more else None,
    }
