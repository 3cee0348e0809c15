"""Reading the projections: one operation for each that the catalogue lists."""

from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Annotated, Any, Final, NamedTuple, get_type_hints
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, create_model
from starlette.responses import Response

from projections.answers import Answer
from projections.care_plan import CARE_PLAN
from projections.catalogue import PROJECTIONS
from projections.projection import Projection
from service.api.dependencies import ReadingAccess, RunningSystem
from service.api.openapi_responses import NOT_MODIFIED, OF_A_READ, READ_HEADERS, answered, problem_responses
from service.api.parameters import ClientId, KnownVersion, Moments
from service.api.problems import ClientErased, KnownAtInFuture, ProjectionFailed, UnknownClient
from service.api.reading_route import ReadingRoute
from service.api.responses import json_with, projected_json

HOW_TO_ASK: Final = """

Every element names in `event_id` the event that put it there.

Without parameters this is how things stand now. `as_of` asks what had happened by a moment, `known_at` what had
been recorded by then; together they tell what was known at one time about another. What is due or late is judged
at the moment asked about.

With `If-None-Match`, answers 304 when the answer is still the same. Its `ETag` is the version and, after a dot, a
digest of the answer, which can change with the clock alone, while the timeline stays at its version."""
"""What the description of every such read ends with."""


class OfClient(BaseModel):
    """What a projection answers about a client."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    client_id: UUID = Field(description="The client's id.")
    version: int = Field(description="The version of the timeline that this answer knows of.")
    as_of: datetime | None = Field(description="As of which moment; null when not asked.")
    known_at: datetime | None = Field(description="As known at which moment; null when not asked.")


class OfDisclosedClient(OfClient):
    """The same of what a consent, a court order or an emergency may open in part."""

    left_out: tuple[str, ...] = Field(
        description="The fields of the care plan of which nothing is told here, whether or not anything is recorded of"
        " them, since the consent, court order or emergency by which you read does not open them. Empty for whoever"
        " reads all."
    )


class Asked(NamedTuple):
    """Whom an answer is about, at which version and moments, and which fields of it are left out."""

    client_id: UUID
    version: int
    as_of: datetime | None
    known_at: datetime | None
    left_out: tuple[str, ...] = ()


def operation_id(projection: Projection[Any]) -> str:
    """The name of the operation that reads the projection."""
    return f"read_{name_in_answers(projection)}"


def about(projection: Projection[Any], found: Asked) -> OfClient:
    """What an answer says beside what the projection does."""
    said = found._asdict()
    left_out = said.pop("left_out")
    return OfDisclosedClient(**said, left_out=left_out) if projection is CARE_PLAN else OfClient(**said)


def answer_of(projection: Projection[Any], found: Asked, answer: Any) -> OfClient:
    """What the projection answers about a client, with what was asked."""
    said = vars(about(projection, found))
    return _MODELS[projection.name](**said, **{name_in_answers(projection): answer})


def name_in_answers(projection: Projection[Any]) -> str:
    """How the API's answers name what the projection says, such as care_plan."""
    return projection.title.lower().replace(" ", "_")


def answered_by(projection: Projection[Any]) -> type[Answer]:
    """The model of what the projection says."""
    answered: type[Answer] = get_type_hints(projection.view)["return"]
    return answered


def _model(projection: Projection[Any]) -> type[OfClient]:
    name = f"{projection.title.title().replace(' ', '')}OfClient"
    described: Any = (answered_by(projection), Field(description=f"{projection.title} of the client."))
    fields = {name_in_answers(projection): described}
    base = OfDisclosedClient if projection is CARE_PLAN else OfClient
    return create_model(name, __base__=base, __doc__=f"{projection.title} of a client.", **fields)


def _endpoint(projection: Projection[Any]) -> Callable[..., Coroutine[Any, Any, Response]]:
    field = name_in_answers(projection)

    async def read(
        access: ReadingAccess,
        system: RunningSystem,
        client_id: ClientId,
        asked: Annotated[Moments, Query()],
        known_version: KnownVersion = None,
    ) -> Response:
        found = await system.projection_reader.read(
            access, client_id, projection.name, as_of=asked.as_of, known_at=asked.known_at
        )
        told = about(projection, Asked(client_id, found.version, asked.as_of, asked.known_at, found.left_out))
        body = json_with(told, field, found.last.json(found.answer))
        return projected_json(body, found.version, known_version)

    return read


_MODELS: Final = {projection.name: _model(projection) for projection in PROJECTIONS}

router = APIRouter(prefix="/v1/clients/{client_id}", route_class=ReadingRoute, tags=["Reading"])

for _projection in PROJECTIONS:
    _title = _projection.title
    router.add_api_route(
        f"/{name_in_answers(_projection).replace('_', '-')}",
        _endpoint(_projection),
        operation_id=operation_id(_projection),
        summary=f"Read {_title[0].lower()}{_title[1:]}",
        description=(answered_by(_projection).__doc__ or "") + HOW_TO_ASK,
        response_model=_MODELS[_projection.name],
        responses={
            200: answered(f"{_title} of the client.", READ_HEADERS),
            **NOT_MODIFIED,
            **problem_responses(*OF_A_READ, UnknownClient, ClientErased, KnownAtInFuture, ProjectionFailed),
        },
    )
