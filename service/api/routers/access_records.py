"""Who read about whom: for auditors and supervisors."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from domain.vocabulary.purposes import PurposeOfUse
from service.access.access_search import AccessFilter, AccessRecord
from service.access.caller import KeyRole
from service.api.dependencies import AuditingAccess, RunningSystem
from service.api.links import LINK_HEADER, page_links
from service.api.moments import Moment
from service.api.openapi_responses import OF_A_READ, answered, problem_responses
from service.api.parameters import IN_DIGITS, ClientId, plain_uuid
from service.api.problems import UnknownClient
from service.api.responses import JSON, PRIVATE, json_of
from service.api.strict_route import StrictRoute
from service.care.access_log import FoundRecords

router = APIRouter(prefix="/v1", route_class=StrictRoute, tags=["Auditing"])


class AccessRecordsQuery(BaseModel):
    """Which access records."""

    model_config = ConfigDict(frozen=True)

    person_id: Annotated[
        UUID | None, BeforeValidator(plain_uuid), Field(description="Only reads by whoever has this `actor_id`.")
    ] = None
    purpose: Annotated[PurposeOfUse | None, Field(description="Only reads for this purpose.")] = None
    since: Annotated[Moment | None, Field(description="Only reads from this moment on.")] = None
    until: Annotated[Moment | None, Field(description="Only reads before this moment.")] = None
    before: Annotated[
        UUID | None,
        BeforeValidator(plain_uuid),
        Field(description="Go on with those earlier than the record of this id: `next` of the page before."),
    ] = None
    limit: Annotated[int, Field(ge=1, le=1_000, description="How many records at most."), IN_DIGITS] = 200

    @property
    def wanted(self) -> AccessFilter:
        """The filter, of whatever client."""
        return AccessFilter(person_id=self.person_id, purpose=self.purpose, since=self.since, until=self.until)


class AllAccessRecordsQuery(AccessRecordsQuery):
    """Which access records of the organization."""

    client_id: Annotated[
        UUID | None,
        BeforeValidator(plain_uuid),
        Field(description="Only reads that told of this client or of those merged into them, lists among them."),
    ] = None

    @property
    def wanted(self) -> AccessFilter:
        """The filter."""
        return replace(super().wanted, client_id=self.client_id)


class RecordedAccess(BaseModel):
    """That somebody read about the client."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: UUID = Field(description="The record's id; ids rise with time.")
    recorded_at: datetime = Field(description="When it was read, just before the answer was given.")
    actor_id: UUID = Field(description="Who read it, by the id that stands beside what they record.")
    credential_id: str | None = Field(
        description="With what they called: the API key's id or, with tokens, that of the issuer's signing key."
    )
    role: KeyRole = Field(description="Their role.")
    name: str = Field(description="Their name, as the key says it.")
    purpose: PurposeOfUse = Field(description="What they read it for.")
    what: str = Field(description="What was read: `timeline`, `event`, the name of a projection or of a list.")
    parameters: dict[str, Any] = Field(description="How it was asked: moments, places, codes and ids.")
    operation: str = Field(description="Through what: the method and route, or the command.")
    request_id: str = Field(description="The request, as its answer's `X-Request-Id` said.")
    version: int | None = Field(description="The version of the timeline that was told; null for a page of a list.")
    position: int | None = Field(description="The position of the log that a list reflected; null otherwise.")
    client_id: UUID | None = Field(description="The client who was read about; null for a page of a list.")
    clients: int = Field(
        description="Of how many clients it told. Whether one was on a page of a list, the filter `client_id` tells."
    )
    recipient: str | None = Field(
        description="The other organization to which it was disclosed; null where it stayed in yours."
    )
    allowed_by: UUID | None = Field(
        description="The event that allowed it: the consent, the court order or the emergency disclosure; null where it"
        " needed none."
    )

    @classmethod
    def of(cls, record: AccessRecord) -> "RecordedAccess":
        """The answer for a record."""
        said = record._asdict()
        return cls(id=said.pop("record_id"), **said)


class AccessRecordsAnswer(BaseModel):
    """Who read about a client."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    client_id: UUID = Field(description="The client's id.")
    version: int = Field(description="The version of the client's timeline.")
    records: tuple[RecordedAccess, ...] = Field(description="The records, the newest first.")
    next: UUID | None = Field(description="What to give as `before` for earlier ones; null when these are the first.")


def access_records_answer(
    client_id: UUID, version: int, records: list[AccessRecord], *, more: bool
) -> AccessRecordsAnswer:
    """A page of a client's access records."""
    told = tuple(map(RecordedAccess.of, records))
    return AccessRecordsAnswer(client_id=client_id, version=version, records=told, next=told[-1].id if more else None)


class FoundAccessRecordsAnswer(BaseModel):
    """Who read about whom."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    position: int = Field(description="The position of the last event of your organization's log.")
    records: tuple[RecordedAccess, ...] = Field(description="The records, the newest first.")
    next: UUID | None = Field(description="What to give as `before` for earlier ones; null when these are the first.")


def found_records_answer(found: FoundRecords) -> FoundAccessRecordsAnswer:
    """A page of an organization's access records."""
    told = tuple(map(RecordedAccess.of, found.records))
    return FoundAccessRecordsAnswer(position=found.position, records=told, next=found.next)


_DESCRIPTION: Final = """\
Every read about a client leaves a record before it is answered: who, what, at which version, why and when. Lists over
many clients leave one that names all of their page. Commands of whoever runs the service leave theirs as well. What was
disclosed to another organization names it as `recipient`, with what allowed it: these are the client's accounting of
disclosures. Reads of those who were merged into the client are among them.

For auditors and supervisors. It is a read too, and stands among the records when they are asked for again. The records
of an erased client stay."""


_SEARCHED: Final = """\
The access records of your whole organization, by client, person, purpose and time: what somebody looked at, who read
for a purpose, what happened that night. A read of one client names them as `client_id`; of a page of a list, `clients`
says how many it told of.

For auditors and supervisors. Reads of clients who asked to be kept from you are left out, so a page may have fewer than
`limit` although others follow. It is a read too: its own record names those of whom it told."""


@router.get(
    "/clients/{client_id}/access-records",
    summary="Read who read about a client",
    description=_DESCRIPTION,
    response_model=AccessRecordsAnswer,
    responses={200: answered("A page of the records.", LINK_HEADER), **problem_responses(*OF_A_READ, UnknownClient)},
)
async def read_access_records(
    access: AuditingAccess,
    system: RunningSystem,
    client_id: ClientId,
    request: Request,
    asked: Annotated[AccessRecordsQuery, Query()],
) -> Response:
    """The client's access records, the newest first."""
    page = await system.access_log.of_client(access, client_id, asked.wanted, before=asked.before, limit=asked.limit)
    content = access_records_answer(client_id, page.version, page.records, more=page.more)
    links = page_links(request, next_after=content.next, place="before")
    return Response(json_of(content), 200, {**PRIVATE, **links}, JSON)


@router.get(
    "/access-records",
    summary="Search who read about whom",
    description=_SEARCHED,
    response_model=FoundAccessRecordsAnswer,
    responses={200: answered("A page of the records.", LINK_HEADER), **problem_responses(*OF_A_READ)},
)
async def search_access_records(
    access: AuditingAccess, system: RunningSystem, request: Request, asked: Annotated[AllAccessRecordsQuery, Query()]
) -> Response:
    """The organization's access records, the newest first."""
    page = await system.access_log.of_all(access, asked.wanted, before=asked.before, limit=asked.limit)
    content = found_records_answer(page)
    links = page_links(request, next_after=content.next, place="before")
    return Response(json_of(content), 200, {**PRIVATE, **links}, JSON)
