"""What an event changed in a record, as a person reads it: field by field, in words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from itertools import groupby
from typing import Any, Final, NamedTuple
from uuid import UUID

from pydantic import BaseModel

from projections.answers import Answer
from projections.differences import Difference, DifferenceKind
from projections.projection import Projection
from rendering.formatting import Formatting, words

_NOT_TOLD: Final = frozenset({"event_id"})
"""Fields that name entries, which the heading does."""

_AHEAD: Final = {"step": "reached"}
"""Of what kinds of element many may lie ahead, and what says so: a recovery ladder has steps for ten years."""

ToldOf = tuple[Projection[Any], Difference]


class ChangedField(NamedTuple):
    """A field of an element, and what it says; an empty text where it says nothing."""

    field: str
    before: str
    after: str


class ChangedElement(NamedTuple):
    """An element that is not as it was, or several of one kind that came or went together, each in a line."""

    projection: str
    heading: str
    """Such as: crisis #12 added."""
    changed: bool
    """Whether there is a before and an after; else it says all in the one or the other."""
    fields: Sequence[ChangedField]


def changed_elements(changed: Iterable[ToldOf], fmt: Formatting) -> list[ChangedElement]:
    """The differences in words. What says nothing on either side is left out, and so is what of an element is told as
    an element of its own: the contacts of a crisis, the steps of a stretch."""
    changed = list(changed)
    alone = [side for _, each in changed for side in (each.before, each.after)]
    found: list[ChangedElement] = []
    for (projection, *_), together in groupby(changed, key=lambda each: _alike(*each)):
        differences = [difference for _, difference in together]
        elements = [_Element(each, alone, fmt) for each in differences]
        if len(elements) == 1 or differences[0].kind is DifferenceKind.CHANGED:
            found += [ChangedElement(projection, each.heading, each.changed, each.fields) for each in elements]
        else:
            heading = f"{words(differences[0].part)} {elements[0].end}, {len(elements)} of them"
            found.append(ChangedElement(projection, heading, changed=False, fields=[*_lines(elements)]))
    return found


def _lines(elements: Sequence["_Element"]) -> Iterator[ChangedField]:
    """Each in a line; of those that lie ahead the first, and how many more there are."""
    ahead = [each for each in elements if each.lies_ahead]
    yield from (each.line for each in elements if each not in ahead[1:])
    if ahead[1:]:
        line = ahead[0].line
        more = f"{len(ahead) - 1} more that lie ahead"
        yield ChangedField("", more if line.before else "", more if line.after else "")


def _alike(projection: Projection[Any], difference: Difference) -> tuple[str, str, DifferenceKind, UUID | None]:
    return projection.title, difference.part, difference.kind, difference.event_id


class _Element:
    """A difference, and how it is written."""

    def __init__(self, difference: Difference, alone: Sequence[Mapping[str, Any]], fmt: Formatting) -> None:
        self._difference = difference
        self._alone = alone
        self._fmt = fmt
        self.changed = difference.kind is DifferenceKind.CHANGED

    @property
    def end(self) -> str:
        """Such as #12 added."""
        number = self._fmt.numbers(self._difference.event_id).plain
        return " ".join(filter(None, (number, self._difference.kind.value)))

    @property
    def heading(self) -> str:
        which = f"({self._which})" if self._which else ""
        return " ".join(filter(None, (words(self._difference.part), which, self.end)))

    @property
    def lies_ahead(self) -> bool:
        """Whether it is one of many that will come if nothing comes between."""
        said_by = _AHEAD.get(self._difference.part, "")
        return {**self._difference.before, **self._difference.after}.get(said_by) is False

    @property
    def line(self) -> ChangedField:
        """All of it in one line, by what tells it from the others."""
        before = ", ".join(f"{each.field} {each.before}" for each in self.fields if each.before)
        after = ", ".join(f"{each.field} {each.after}" for each in self.fields if each.after)
        return ChangedField(self._which, before, after)

    @property
    def _which(self) -> str:
        told = ((name, value, said(value, self._fmt)) for name, value in self._difference.key.items())
        return ", ".join(
            text if isinstance(value, Enum | str) else f"{words(name)} {text}" for name, value, text in told if text
        )

    @property
    def fields(self) -> list[ChangedField]:
        difference = self._difference
        names = dict.fromkeys([*difference.before, *difference.after])
        fields = (self._field(name) for name in names if name not in _NOT_TOLD and name not in difference.key)
        return [each for each in fields if each.before or each.after]

    def _field(self, name: str) -> ChangedField:
        before, after = self._difference.before.get(name), self._difference.after.get(name)
        if self._difference.event_id and self._difference.event_id in (before, after):
            before = after = None  # the heading names it
        one, other = self._differing(before, after), self._differing(after, before)
        return ChangedField(_called(name), said(one, self._fmt), said(other, self._fmt))

    def _differing(self, value: Any, other: Any) -> Any:
        """Of what has parts those that are not the same on the other side too, and are not told by themselves."""
        if isinstance(value, Answer) and type(value) is type(other):
            sides = [(name, each, getattr(other, name)) for name, each in vars(value).items()]
            return {name: self._differing(one, two) for name, one, two in sides if one != two}
        if not isinstance(value, tuple) or not any(isinstance(each, Answer) for each in value):
            return value
        there = other if isinstance(other, tuple) else ()
        return tuple(each for each in value if each not in there and vars(each) not in self._alone)


def _called(name: str) -> str:
    """A field in words; one that names an entry is called by what that entry did."""
    return "corrected by" if name == "correction_id" else words(name.removesuffix("_event_id"))


def said(value: Any, fmt: Formatting) -> str:
    """What a field says, on one line; nothing where it says nothing. A no is said: of an instrument it is an answer."""
    text = ""
    match value:
        case None:
            pass
        case bool():
            text = "yes" if value else "no"
        case float():
            text = f"{round(value, 1):g}"
        case datetime():
            text = fmt.moment(value)
        case date():
            text = fmt.day(value)
        case UUID():
            text = fmt.numbers(value).plain or str(value)
        case Enum():
            text = words(str(value.value))
        case BaseModel():
            text = _fields(vars(value), fmt)
        case Mapping():
            text = _fields(value, fmt)
        case tuple() | list():
            text = "; ".join(filter(None, (said(each, fmt) for each in value)))
        case _:
            text = str(value)
    return text


def _fields(fields: Mapping[str, Any], fmt: Formatting) -> str:
    told = {_called(name): said(value, fmt) for name, value in fields.items() if name not in _NOT_TOLD}
    return ", ".join(f"{name} {value}" for name, value in told.items() if value)
