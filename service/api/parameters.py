"""Paths, queries and headers: what endpoints read of a request beside its body."""

import re
from enum import StrEnum
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Header, Path
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from service.api import examples
from service.api.moments import Moment

_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_DIGITS: Final = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_VERSION: Final = re.compile(r'"(0|[1-9][0-9]{0,8})(\.[0-9a-f]{1,64})?"', re.ASCII)


def plain_uuid(said: Any) -> Any:
    """Refuses other ways of writing a UUID, which Python would read as well."""
    if isinstance(said, str) and not _UUID.fullmatch(said):
        raise PydanticCustomError("uuid", "Give a UUID, such as 8f0e4c52-6c1e-4d8a-9b1e-2f6d1a3c5e70.")
    return said


def _digits(said: Any) -> Any:
    if isinstance(said, str) and not _DIGITS.fullmatch(said):
        raise PydanticCustomError("int_parsing", "Give a whole number, in digits alone.")
    return said


def true_or_false(said: Any) -> Any:
    """Refuses other ways of writing a truth value, such as 1 or yes."""
    if isinstance(said, str):
        if said not in {"true", "false"}:
            raise PydanticCustomError("true_or_false", "Say true or false.")
        return said == "true"
    return said


def _version(said: Any) -> Any:
    if not isinstance(said, str):
        return said
    form = _VERSION.fullmatch(said.strip())
    if form is None:
        raise PydanticCustomError("one_version", 'Give one version in double quotes, such as "7", and no W/.')
    return int(form[1])


ClientId = Annotated[
    UUID, BeforeValidator(plain_uuid), Path(description="The client's id.", examples=[examples.CLIENT])
]
EventId = Annotated[UUID, BeforeValidator(plain_uuid), Path(description="The event's id.", examples=[examples.CRISIS])]

ExpectedVersion = Annotated[
    int | None,
    BeforeValidator(_version),
    WithJsonSchema({"type": "string", "pattern": f"^{_VERSION.pattern}$"}),
    Header(
        alias="If-Match",
        description='The version at which the timeline must still be, in double quotes, such as "7", or the `ETag` that'
        " you have read, as it is.",
    ),
]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern="^[!-~]{1,200}$",
        description="1 to 200 visible ASCII characters that name this request. Events without an id get one derived"
        " from it, so that sending the request again records nothing twice.",
    ),
]
KnownVersion = Annotated[
    str | None,
    Header(
        alias="If-None-Match",
        pattern="^[ -~]*$",
        description="The `ETag` of an answer that you have; 304 says that it is still the same.",
    ),
]

IN_DIGITS: Final = BeforeValidator(_digits)
"""Marks a whole number in a query, which is written in digits alone: no 1_0, +5 or 1.0."""


class Moments(BaseModel):
    """The two times at which a record can be asked."""

    model_config = ConfigDict(frozen=True)

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


class CounselingNotesQuery(BaseModel):
    """Which counseling notes."""

    model_config = ConfigDict(frozen=True)

    after: Annotated[
        int,
        Field(ge=0, le=999_999_999_999, description="Go on after the note at this place: `next` of the page before."),
        IN_DIGITS,
    ] = 0
    limit: Annotated[int, Field(ge=1, le=100, description="How many notes at most."), IN_DIGITS] = 50


class Order(StrEnum):
    """The order in which a timeline is told."""

    RECORDED = "recorded"
    EFFECTIVE = "effective"


class TimelineQuery(Moments):
    """Which part of a timeline, in which order."""

    order: Annotated[
        Order,
        Field(
            description="`recorded`: every event as it was recorded, in that order. `effective`: what counts, in"
            " the order in which it happened: corrections applied, retracted events left out."
        ),
    ] = Order.RECORDED
    after: Annotated[
        int,
        Field(
            ge=0,
            le=999_999_999_999,
            description="Go on after the event at this place: `next` of the page before. It is the event's version or,"
            " of a client into whom others were merged, its position.",
        ),
        IN_DIGITS,
    ] = 0
    before: Annotated[
        Annotated[int, Field(ge=1, le=999_999_999_999)] | None,
        Field(
            description="Go back instead, to the events just before the one at this place: `previous` of the page"
            " after. They stand in the same order. A place beyond the end asks for the last page.",
        ),
        IN_DIGITS,
    ] = None
    limit: Annotated[int, Field(ge=1, le=1_000, description="How many events at most."), IN_DIGITS] = 200


class ImportResults(StrEnum):
    """Which lines of an import have a result in the answer."""

    ALL = "all"
    REFUSED = "refused"


class ImportQuery(BaseModel):
    """From where a file is imported, and how much is answered."""

    model_config = ConfigDict(frozen=True)

    from_line: Annotated[
        int,
        Field(ge=1, le=999_999_999_999, description="Pass over the lines before this one. Numbers stay as they are."),
        IN_DIGITS,
    ] = 1
    results: Annotated[
        ImportResults,
        Field(
            description="`all`: every line has a result. `refused`: only lines that were refused have, and after each"
            " group of lines the answer tells how the import stands. Choose it for large files where your HTTP client"
            " reads no answer before it has sent everything."
        ),
    ] = ImportResults.ALL
