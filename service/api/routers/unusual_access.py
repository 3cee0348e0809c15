"""Unusual access: for supervisors, who look into it, and auditors."""

from typing import Annotated, Final

from fastapi import APIRouter, Body, Query
from starlette.requests import Request
from starlette.responses import Response

from domain.refusals import Refused as RuleBroken
from service.api import examples
from service.api.days import no_days
from service.api.dependencies import RunningSystem, UnusualAccessNoting, UnusualAccessReading
from service.api.links import LINK_HEADER, page_links
from service.api.openapi_responses import OF_A_READ, OF_A_RECORDING, answered, problem_responses, titled
from service.api.problems import ListsNotReady, Refused, UnknownUnusualAccess
from service.api.refusals import refusal_errors
from service.api.responses import JSON, PRIVATE, json_of
from service.api.strict_route import StrictRoute
from service.api.unusual_models import (
    NoteToKeep,
    UnusualAccessAnswer,
    UnusualAccessQuery,
    UnusualReadsFound,
    unusual_access_answer,
)
from service.care.unusual_access import days

router = APIRouter(prefix="/v1/unusual-access", route_class=StrictRoute, tags=["Auditing"])

_DESCRIPTION: Final = """\
Reads that ask to be looked into: by somebody outside the client's team, of many clients one by one within an hour, of a
client discharged long ago. Each is by one person on one day, with the clients and the access records behind it. It is a
reason to ask, and no finding of fault. The numbers are the policy's (`[unusual_access]`).

Teams and episodes are taken as they are known now: whom somebody else enters late on a team was on it, and who enters
themselves is on it from then on. Reads while an emergency
access was open are left out, since that is reviewed by itself; so are lists, and what was disclosed to others. Of an
erased client nothing is known of teams and episodes.

For supervisors and auditors; those of supervisors are among them. It is a read too: its own record names those of whom
it told."""


@router.get(
    "",
    summary="Find unusual access",
    description=_DESCRIPTION,
    response_model=UnusualAccessAnswer,
    responses={
        200: answered("A page of what was found.", LINK_HEADER),
        **problem_responses(*OF_A_READ, ListsNotReady),
    },
)
async def find_unusual_access(
    access: UnusualAccessReading,
    system: RunningSystem,
    request: Request,
    asked: Annotated[UnusualAccessQuery, Query()],
) -> Response:
    """What was found, that with the latest read first."""
    organization = await system.organizations.of_id(access.organization_id)
    try:
        period = days(asked.first_day, asked.last_day, organization.time_zone)
    except ValueError as error:
        raise no_days(error, "days_in_order_and_not_too_many") from None
    page = await system.unusual_access.page(
        access, period, person_id=asked.person_id, rule=asked.rule, noted=asked.noted, before=asked.before,
        limit=asked.limit,
    )  # fmt: skip
    content = unusual_access_answer(page, period.first, period.last)
    links = page_links(request, next_after=content.next, place="before")
    return Response(json_of(content), 200, {**PRIVATE, **links}, JSON)


@router.post(
    "/notes",
    summary="Take note of unusual access",
    status_code=201,
    response_model=UnusualReadsFound,
    responses={
        201: answered("Noted."),
        **problem_responses(*OF_A_READ, *OF_A_RECORDING, ListsNotReady, Refused, UnknownUnusualAccess),
    },
)
async def note_unusual_access(
    access: UnusualAccessNoting,
    system: RunningSystem,
    sent: Annotated[NoteToKeep, Body(openapi_examples=titled(examples.NOTES_OF_UNUSUAL_ACCESS))],
) -> Response:
    """Say whether reads were justified, and what follows. They do not wait any more.

    It is recorded on your organization's own timeline as `unusual_access_noted`, and no client's tells of it. Nobody
    takes note of their own reads. The same once more is answered alike.
    """
    try:
        found = await system.unusual_access.note(
            access, sent.rule, sent.last_record, justified=sent.justified, note=sent.note
        )
    except RuleBroken as refused:
        errors = [each.model_copy(update={"field": "last_record"}) for each in refusal_errors(refused.refusals, "")]
        raise Refused("Nothing was recorded; see `errors`.", errors=errors) from None
    return Response(json_of(UnusualReadsFound.of(found)), 201, dict(PRIVATE), JSON)
