"""Finding clients by the identifiers that other systems have for them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from service.api import examples
from service.api.dependencies import ListingAccess, RunningSystem
from service.api.openapi_responses import OF_A_READ, WITH_A_BODY, answered, problem_responses, titled
from service.api.request_models import Identifier
from service.api.responses import JSON, PRIVATE, json_of
from service.api.strict_route import StrictRoute
from service.log.identifiers import Found

router = APIRouter(prefix="/v1/clients", route_class=StrictRoute, tags=["Reading"])


class FoundClient(BaseModel):
    """A client who was found."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    client_id: UUID = Field(description="The client's id.")
    merged_into: UUID | None = Field(
        description="The client who is the same person, with whom care goes on; null where it does with this one."
    )

    @classmethod
    def of(cls, found: Found) -> "FoundClient":
        """The answer for who was found."""
        return cls(client_id=found.client_id, merged_into=found.merged_into)


class FoundClients(BaseModel):
    """The clients who have an identifier: one, or none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    clients: tuple[FoundClient, ...] = Field(description="The client to whom it is linked; empty where it is to none.")


@router.post(
    "/search",
    summary="Find a client by identifier",
    response_model=FoundClients,
    responses={200: answered("Whom it found."), **problem_responses(*OF_A_READ, *WITH_A_BODY)},
)
async def search_clients(
    access: ListingAccess,
    system: RunningSystem,
    identifier: Annotated[Identifier, Body(openapi_examples=titled(examples.IDENTIFIERS))],
) -> Response:
    """The client to whom the identifier of another system is linked now.

    The identifier is sent in the body, since URLs are written down on the way. One that nobody has is answered with an
    empty list, and so is one that only clients of other organizations have.
    """
    found = await system.client_search.find(access, identifier.system, identifier.value)
    content = FoundClients(clients=(FoundClient.of(found),) if found else ())
    return Response(json_of(content), 200, dict(PRIVATE), JSON)
