"""Queries and paths: read strictly too, since a misspelt `as_of` would answer another question."""

import re
from collections import Counter
from enum import StrEnum
from typing import Annotated, Final, TypeVar
from urllib.parse import parse_qsl
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request

from service.access.caller import Caller
from service.api.field_errors import FieldError, shown
from service.api.input_errors import input_errors
from service.api.moments import Moment
from service.api.problem import Problem
from service.api.problems import InvalidInput, UnknownClient

_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


class NoQuery(BaseModel):
    """For operations that take no query."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Moments(NoQuery):
    """The two times at which a record can be asked."""

    as_of: Annotated[
        Moment | None,
        Field(
            description="As of: only what had happened by then, that moment included. Without it, everything that was"
            " recorded counts."
        ),
    ] = None
    known_at: Annotated[
        Moment | None,
        Field(
            description="As known at: only what had been recorded by then, that moment included. Must not lie in the"
            " future. The answer for a past moment never changes."
        ),
    ] = None


class Order(StrEnum):
    """The order in which a timeline is told."""

    RECORDED = "recorded"
    EFFECTIVE = "effective"


class TimelineQuery(Moments):
    """Which part of a timeline, in which order."""

    order: Annotated[
        Order,
        Field(
            description="`recorded`: every entry as it was recorded, by version. `effective`: what counts, in the order"
            " in which it happened: corrections applied, retracted entries left out."
        ),
    ] = Order.RECORDED
    after: Annotated[
        int,
        Field(ge=0, le=999_999_999, description="Go on after the entry with this version: `next` of the page before."),
    ] = 0
    before: Annotated[
        int | None,
        Field(
            ge=1,
            le=999_999_999,
            description="Go back instead, to the entries just before the one with this version: `previous` of the page"
            " after. They stand in the same order. A version beyond the end asks for the last page.",
        ),
    ] = None
    limit: Annotated[int, Field(ge=1, le=1_000, description="How many entries at most.")] = 200


Q = TypeVar("Q", bound=BaseModel)


def query(request: Request, form: type[Q]) -> Q:
    """What the query asks. Raises InvalidInput."""
    raw: bytes = request.scope["query_string"]
    if not raw:
        return form()
    pairs = parse_qsl(raw.decode("latin-1"), keep_blank_values=True)
    counted = Counter(name for name, _ in pairs)
    errors = [_given_twice(name) for name, count in counted.items() if count > 1]
    if not errors:
        try:
            return form.model_validate_strings(dict(pairs))
        except ValidationError as error:
            errors = input_errors(error)
    raise InvalidInput("The query does not have the right form; see `errors`.", errors=errors)


def path_client(request: Request, caller: Caller) -> UUID:
    """The id of the client in the path. Raises InvalidInput; UnknownClient for the organization's own id.

    The organization has a timeline under its own id, for what it decides; nobody is in care under that.
    """
    client_id = path_id(request, "client_id")
    if client_id == caller.organization_id:
        raise UnknownClient("Your organization has no client with this id.")
    return client_id


def path_id(request: Request, name: str) -> UUID:
    """The id that stands in the path. Raises InvalidInput."""
    said: str = request.path_params[name]
    if not _UUID.fullmatch(said):
        raise _no_id(name)
    return UUID(said)


def _given_twice(name: str) -> FieldError:
    return FieldError(field=shown(name), rule="parameter_once", message="Give this parameter once.")


def _no_id(name: str) -> Problem:
    error = FieldError(field=name, rule="uuid", message="Give a UUID, such as 8f0e4c52-6c1e-4d8a-9b1e-2f6d1a3c5e70.")
    return InvalidInput("The path does not have the right form; see `errors`.", errors=[error])
