"""Moments on the command line: read as the API reads them, with their time zone."""

from datetime import datetime

import typer


def moment(said: str) -> datetime:
    """The moment in UTC. Raises typer.BadParameter."""
    from pydantic import TypeAdapter, ValidationError

    from service.api.moments import Moment

    try:
        return TypeAdapter[datetime](Moment).validate_python(said)
    except ValidationError as error:
        raise typer.BadParameter(error.errors()[0]["msg"]) from None
