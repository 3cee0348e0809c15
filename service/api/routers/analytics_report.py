"""The report of all measures, as a page."""

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from analytics.counting import By
from analytics.report_periods import PeriodsRefused
from service.analytics.reports import WantedReport
from service.api import problems
from service.api.days import Day, no_days
from service.api.deadline import prolong
from service.api.dependencies import AnalyticsAccess, RunningSystem
from service.api.openapi_responses import DIGEST_TAG, OF_A_READ, answered, not_modified, problem_responses
from service.api.pages import PageRoute, as_pages, page_answer
from service.api.parameters import KnownVersion

REPORT_SECONDS: Final = 600.0
"""So long a report may take to be made (our choice), with those that are made before it."""

_PAGE: Final = {"text/html": {"schema": {"type": "string"}, "example": "<!DOCTYPE html>…"}}

router = APIRouter(prefix="/v1/analytics", route_class=PageRoute, tags=["Analytics"])


class ReportQuery(BaseModel):
    """Of which time."""

    model_config = ConfigDict(frozen=True)

    first_day: Annotated[
        Day,
        Field(description="Its first day, which begins a period; that of the quarter or year of the last unless said."),
    ] = None
    last_day: Annotated[
        Day,
        Field(
            description="Its last day, which ends a period; unless said, that of the quarter or year of the first or,"
            " without that, of the last one that is over."
        ),
    ] = None
    by: Annotated[
        Literal["month", "quarter", "year"], Field(description="By which periods it tells; by years, of a year.")
    ] = "quarter"


_DESCRIPTION: Final = """\
A page of all measures for those who fund care, lead it or study it: for each family of measures charts, tables of the
same figures, and the definition of each measure with its version. It says of which periods it is, as known at which
position of the log, below how many people figures are not shown, and how many clients were erased.

It names no client. It is made of what the projections' rows tell, all as of one position; making it may take a minute
for a large organization. That you read it stands in the access records. The page has no scripts and asks no other host;
problems are pages as well. docs/analytics-report.md tells how to read it."""


@router.get(
    "/report",
    summary="Read the report of all measures",
    description=_DESCRIPTION,
    response_class=HTMLResponse,
    responses={
        200: answered("The report, ready to print.", DIGEST_TAG, content=_PAGE),
        **not_modified(DIGEST_TAG),
        **as_pages(problem_responses(*OF_A_READ, problems.RowsNotReady, problems.FiguresNotInstalled)),
    },
)
async def read_report(
    access: AnalyticsAccess,
    system: RunningSystem,
    request: Request,
    asked: Annotated[ReportQuery, Query()],
    known_tag: KnownVersion = None,
) -> Response:
    """The report."""
    prolong(request, REPORT_SECONDS)
    wanted = WantedReport(asked.first_day, asked.last_day, By(asked.by))
    try:
        made = await system.analytics_reports.make(access, wanted)
    except PeriodsRefused as error:
        raise no_days(error, "whole_periods") from None
    return page_answer(made.html, made.position, known_tag)
