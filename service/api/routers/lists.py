"""Lists over an organization's clients: the worklist, the caseload, and the signals that wait."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from starlette.responses import Response

from service.api.dependencies import ListingAccess, RunningSystem
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
from service.api.openapi_responses import OF_A_READ, answered, problem_responses
from service.api.problems import ListsBehind, ListsNotReady
from service.api.responses import list_answer
from service.api.strict_route import StrictRoute
from service.care.lists import ListPage
from service.projector.list_rows import CLIENTS_ORDER, SIGNALS_ORDER, TASKS_ORDER

_MAY_GO_WRONG: Final = problem_responses(*OF_A_READ, ListsNotReady, ListsBehind)

_HOW_TO_READ: Final = """

A list follows what is recorded within moments, and says in `position` how far it has come. To see what you have just
recorded, give the `position` of its receipt. `next` leads to the next page. Rows may come, go and change between two
pages; what stays as it is comes exactly once. Erased clients are not listed."""

router = APIRouter(prefix="/v1", route_class=StrictRoute, tags=["Lists"])


@router.get(
    "/worklist",
    summary="Read the worklist",
    description="What still has to happen, for whom, by when, and whose task it is." + _HOW_TO_READ,
    response_model=Worklist,
    responses={200: answered("A page of the worklist."), **_MAY_GO_WRONG},
)
async def read_worklist(
    access: ListingAccess, system: RunningSystem, asked: Annotated[WorklistQuery, Query()]
) -> Response:
    """Obligations that wait, in the order in which they are due."""
    page = await system.lists.worklist(
        access, asked.part(TASK_PLACE), role=asked.role, person_id=asked.person_id, kind=asked.kind, late=asked.late
    )
    return list_answer(Worklist(tasks=tuple(page.rows), **_said(page, TASKS_ORDER)))


@router.get(
    "/caseload",
    summary="Read the caseload",
    description="How each client stands: episode, plan, contacts, tasks, crises and signals." + _HOW_TO_READ,
    response_model=Caseload,
    responses={200: answered("A page of the caseload."), **_MAY_GO_WRONG},
)
async def read_caseload(
    access: ListingAccess, system: RunningSystem, asked: Annotated[CaseloadQuery, Query()]
) -> Response:
    """A row for each client."""
    page = await system.lists.caseload(
        access, asked.part(CLIENT_PLACE), person_id=asked.person_id, in_care=asked.in_care
    )
    return list_answer(Caseload(clients=tuple(page.rows), **_said(page, CLIENTS_ORDER)))


@router.get(
    "/signals",
    summary="Read the signals that wait",
    description="Early-warning signals that hold, and of which nobody has taken note." + _HOW_TO_READ,
    response_model=WaitingSignals,
    responses={200: answered("A page of the signals that wait."), **_MAY_GO_WRONG},
)
async def read_waiting_signals(
    access: ListingAccess, system: RunningSystem, asked: Annotated[SignalsQuery, Query()]
) -> Response:
    """Signals that wait, those first that have waited longest."""
    page = await system.lists.signals(access, asked.part(SIGNAL_PLACE), rule=asked.rule)
    return list_answer(WaitingSignals(signals=tuple(page.rows), **_said(page, SIGNALS_ORDER)))


def _said(page: ListPage[Any], order: tuple[str, ...]) -> dict[str, Any]:
    """What every page says beside its rows."""
    return {
        "position": page.position,
        "as_of": page.as_of,
        "parked": page.parked,
        "next": place_after(page.rows[-1].key(order)) if page.more else None,
    }
