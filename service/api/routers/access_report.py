"""Who looked at a client's record, as a page that can be given to them."""

from typing import Annotated, Final

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from rendering import access_report
from service.api.days import Day, no_days
from service.api.dependencies import AuditingAccess, RunningSystem
from service.api.openapi_responses import OF_A_READ, answered, problem_responses
from service.api.pages import PageRoute, as_pages, page_always_sent
from service.api.parameters import ClientId
from service.api.problems import ProjectionFailed, UnknownClient
from service.runtime import clock

router = APIRouter(prefix="/v1/clients/{client_id}", route_class=PageRoute, tags=["Auditing"])


class AccessReportQuery(BaseModel):
    """Which days."""

    model_config = ConfigDict(frozen=True)

    first_day: Annotated[
        Day,
        Field(description="The first day, in the organization's time zone; six years before the last unless said."),
    ] = None
    last_day: Annotated[Day, Field(description="The last day; today unless said.")] = None


_DESCRIPTION: Final = """\
A page in plain words to print and hand over: who saw what of the record, why and when. What was disclosed to other
organizations comes first, day by day: the accounting of disclosures of 42 CFR 2.25 and 45 CFR 164.528. What your people
told by phone, letter or otherwise is among it where they recorded it (`disclosure_made`, `emergency_disclosure_made`).
Reads inside your organization are summed up for each person; the access records have each of them.

For auditors and supervisors. Of an erased client it says what was read, and not any more what people told. It is a read
too, and stands in the next list. The page has no scripts and asks no other host; problems are pages as well."""


@router.get(
    "/access-report",
    summary="Read who read about a client, to give it to them",
    description=_DESCRIPTION,
    response_class=HTMLResponse,
    responses={
        200: answered("The list, ready to print."),
        **as_pages(problem_responses(*OF_A_READ, UnknownClient, ProjectionFailed)),
    },
)
async def read_access_report(
    access: AuditingAccess,
    system: RunningSystem,
    client_id: ClientId,
    asked: Annotated[AccessReportQuery, Query()],
) -> Response:
    """The list for the client."""
    organization = await system.organizations.of_id(access.organization_id)
    try:
        period = access_report.period(asked.first_day, asked.last_day, clock.now(), organization.time_zone)
    except ValueError as error:
        raise no_days(error, "ends_after_it_begins") from None
    found = await system.access_log.report(access, client_id, period.days)
    return page_always_sent(access_report.html(*found, period, organization.name, str(client_id)))
