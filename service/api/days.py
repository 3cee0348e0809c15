"""Days of the organization, as queries name them."""

import re
from datetime import date
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from service.api.field_errors import FieldError
from service.api.problems import InvalidInput

_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def _written(said: Any) -> Any:
    if isinstance(said, str) and not _DATE.fullmatch(said):
        raise PydanticCustomError("date", "Give a day as YYYY-MM-DD.")
    return said


Day = Annotated[
    Annotated[date, Field(ge=date(1900, 1, 1), lt=date(2200, 1, 1))] | None,
    BeforeValidator(_written),
    WithJsonSchema({"type": "string", "format": "date", "pattern": r"^(19|2[01])[0-9]{2}-[0-9]{2}-[0-9]{2}$"}),
]
"""A day, or none."""


def no_days(error: ValueError, rule: str) -> InvalidInput:
    """The problem of a query whose days make no period, as the error says why."""
    wrong = FieldError(field="last_day", rule=rule, message=str(error))
    return InvalidInput("The query names no days; see `errors`.", errors=[wrong])
