"""Naming what is wrong with an input: the field, the rule that it breaks, and what to do instead.

Nothing of the input itself is ever shown, except names of fields that look like names of fields.
"""

import re
from collections.abc import Iterable
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

MOST_ERRORS: Final = 50
"""How many errors one answer lists."""

HIDDEN: Final = "(unnamed)"
"""Stands for a field's name that is not shown, since it could be anything."""

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class FieldError(BaseModel):
    """One thing that is wrong with the input."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: str = Field(
        description="Where: a path such as `events[2].event.goal`, a query parameter, or a header; empty: the whole.",
        examples=["events[2].event.goal"],
    )
    rule: str = Field(description="The rule that it breaks, by a name that stays.", examples=["refers_to_known_entry"])
    message: str = Field(description="What to do instead. Never quotes the input.")


def field_path(parts: Iterable[str | int]) -> str:
    """The path of a field, such as `events[2].event.goal`; names that could hold anything are hidden."""
    path = ""
    for part in parts:
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            path += f".{shown(part)}" if path else shown(part)
    return path


def shown(name: str) -> str:
    """The name of a field, or a stand-in when it is not one that a person would give to a field."""
    return name if _NAME.fullmatch(name) else HIDDEN
