"""Moments on the command line, read as the API reads them, with their time zone; and lengths of time."""

import re
from datetime import datetime, timedelta
from typing import Final

import typer

_UNITS: Final = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_MOST_DIGITS: Final = 4


def moment(said: str) -> datetime:
    """The moment in UTC. Raises typer.BadParameter."""
    from pydantic import TypeAdapter, ValidationError

    from service.api.moments import Moment

    try:
        return TypeAdapter[datetime](Moment).validate_python(said)
    except ValidationError as error:
        raise typer.BadParameter(error.errors()[0]["msg"]) from None


def length(said: str) -> timedelta:
    """A length of time: a whole number and m, h, d or w, such as 90d. Raises typer.BadParameter."""
    found = re.fullmatch(rf"(\d{{1,{_MOST_DIGITS}}})([mhdw])", said)
    if found is None:
        raise typer.BadParameter("Give a whole number and m, h, d or w (minutes, hours, days, weeks), such as 90d.")
    return int(found[1]) * _UNITS[found[2]]
