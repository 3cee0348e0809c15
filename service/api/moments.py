"""Moments: datetimes as the API reads them, with a zone, in UTC from then on."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import PlainValidator, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from domain.rules import EARLIEST
from domain.vocabulary.record import Precision

LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)
"""Care has no moments from here on; beyond are typing errors, and the end of what a datetime can hold."""

_FORM = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.(?P<fraction>\d{1,9}))?)?(?P<zone>[Zz]|[+-]\d\d:\d\d)?", re.ASCII
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DIGITS = 6
_PLUS_LOST = re.compile(r".*\d \d\d:?\d\d", re.ASCII)


def _occurred_at(said: Any, info: ValidationInfo) -> datetime:
    """Where just the day is known, the date as it is written is the fact, whatever its offset."""
    is_date = isinstance(said, str) and _DATE.fullmatch(said) is not None
    if info.data.get("precision") is not Precision.DAY:
        if is_date:
            message = "Give the time of day with its zone as well or, where just the day is known, say precision: day."
            raise PydanticCustomError("moment", message)
        return _moment(said)
    return _moment(f"{said if is_date else _written_date(said)}T00:00:00Z")


def _written_date(said: Any) -> str:
    _moment(said)
    return str(said)[:10]


def _moment(said: Any) -> datetime:
    form = _FORM.fullmatch(said) if isinstance(said, str) else None
    if form is None:
        raise _unlike_a_moment(said)
    if form["zone"] is None:
        raise PydanticCustomError("timezone_aware", "Name the time zone: end with Z for UTC, or an offset like -05:00.")
    if len(form["fraction"] or "") > _DIGITS:
        message = "Give at most six digits of a second: finer than a microsecond is not kept."
        raise PydanticCustomError("moment_in_microseconds", message)
    try:
        moment = datetime.fromisoformat(form.string.upper())
    except ValueError:
        raise PydanticCustomError("moment", "There is no such date or time of day.") from None
    if not EARLIEST <= moment < LATEST:
        raise PydanticCustomError("moment_in_range", "Give a moment between the years 1900 and 2199.")
    return moment.astimezone(UTC)


def _unlike_a_moment(said: Any) -> PydanticCustomError:
    if isinstance(said, str) and _PLUS_LOST.fullmatch(said):
        message = "A '+' in a query means a space: write it as %2B, or give the time in UTC with Z."
        return PydanticCustomError("plus_in_query", message)
    return PydanticCustomError("moment", "Give a date and time with its zone, such as 2026-03-01T15:00:00Z.")


Moment = Annotated[
    datetime,
    PlainValidator(_moment),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-03-01T15:00:00Z"]}),
]
"""A moment between 1900 and 2199 in the form of RFC 3339, whose seconds may be left out; becomes UTC."""

OccurredAt = Annotated[
    datetime,
    PlainValidator(_occurred_at),
    WithJsonSchema(
        {
            "anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}],
            "examples": ["2026-03-01T15:00:00Z", "2026-03-01"],
        }
    ),
]
"""When something occurred: a Moment or, with `precision: day` before it, the date as it is written."""
