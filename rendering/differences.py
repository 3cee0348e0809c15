"""What an event changed in a record, as a person reads it: field by field, in words."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any, Final, NamedTuple
from uuid import UUID

from projections.answers import Answer
from projections.differences import Difference
from projections.projection import Projection
from rendering.formatting import Formatting, words

_NOT_TOLD: Final = frozenset({"event_id", "correction_id"})
"""Fields that name entries, which the heading does."""


class ChangedField(NamedTuple):
    """A field of an element, and what it says; an empty text where it says nothing."""

    field: str
    before: str
    after: str


class ChangedElement(NamedTuple):
    """An element that is not as it was."""

    projection: str
    heading: str
    """Such as: crisis #12 added."""
    fields: Sequence[ChangedField]


def changed_element(projection: Projection[Any], difference: Difference, fmt: Formatting) -> ChangedElement:
    """The difference in words; what says nothing on either side is left out."""
    number = fmt.numbers(difference.event_id).plain
    heading = " ".join(filter(None, (words(difference.part), number, difference.kind.value)))
    names = [name for name in {**difference.before, **difference.after} if name not in _NOT_TOLD]
    fields = [ChangedField(words(name), *_both(name, difference, fmt)) for name in names]
    return ChangedElement(projection.title, heading, [each for each in fields if each.before or each.after])


def _both(name: str, difference: Difference, fmt: Formatting) -> tuple[str, str]:
    return said(difference.before.get(name), fmt), said(difference.after.get(name), fmt)


def said(value: Any, fmt: Formatting) -> str:
    """What a field says, on one line; nothing where it says nothing, or no."""
    text = ""
    match value:
        case None | False:
            pass
        case True:
            text = "yes"
        case datetime():
            text = fmt.moment(value)
        case date():
            text = fmt.day(value)
        case UUID():
            text = fmt.numbers(value).plain or str(value)
        case Enum():
            text = words(str(value.value))
        case Answer():
            text = _fields(vars(value), fmt)
        case Mapping():
            text = _fields(value, fmt)
        case tuple() | list():
            text = "; ".join(filter(None, (said(each, fmt) for each in value)))
        case _:
            text = str(value)
    return text


def _fields(fields: Mapping[str, Any], fmt: Formatting) -> str:
    told = {words(name): said(value, fmt) for name, value in fields.items() if name not in _NOT_TOLD}
    return ", ".join(f"{name} {value}" for name, value in told.items() if value)
