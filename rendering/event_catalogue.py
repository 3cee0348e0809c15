"""The page that lists every event: what it means, its fields, and the terms that they choose from."""

import inspect
import sys
from collections.abc import Iterator, Sequence
from enum import Enum
from itertools import groupby
from types import NoneType
from typing import Annotated, Any, Final, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from domain.events.base import Event, FreeText, RefersTo, ShortText
from domain.events.catalogue import ALL_EVENTS, ORGANIZATION_EVENTS
from domain.policy import Policy
from domain.vocabulary.terms import ICD_10_CM, LOINC, RX_NORM, Term

_SYSTEMS: Final = {LOINC: "LOINC", ICD_10_CM: "ICD-10-CM", RX_NORM: "RxNorm"}
_OWN_WORDS: Final = (*get_args(FreeText)[1:], *get_args(ShortText)[1:])

HEAD: Final = """# The events

Made by `make pages` from the classes in `domain/events/` and the terms in `domain/vocabulary/`; a test compares it.
Every event is recorded with its time, its precision, who recorded it and from which system; see the API's description.
*Own words* are sealed, answered to the circle of care alone, and never a column. *Kept apart* is what only its author's
role reads.
"""


def page(events: Sequence[type[Event]] = (*ALL_EVENTS, *ORGANIZATION_EVENTS)) -> str:
    """The page, in Markdown: each strand of care with its events, then the terms."""
    parts = [HEAD]
    for module, of_strand in groupby(events, key=lambda event: event.__module__):
        parts.append(f"\n## {_summary(sys.modules[module].__doc__)}\n")
        parts += [_event(event) for event in of_strand]
    parts.append("\n## Terms\n")
    parts += [_terms(term) for term in sorted(_terms_of(events), key=lambda term: (term.__name__, term.__module__))]
    return "\n".join(parts)


def _event(event: type[Event]) -> str:
    fields = {name: field for name, field in event.model_fields.items() if name != "type"}
    rows = "\n".join(
        f"| `{name}` | {field.description or ''} | {_type(field)} | {_needed(field)} |"
        for name, field in fields.items()
    )
    table = f"\n| field | what it means | what it is | |\n|---|---|---|---|\n{rows}\n" if rows else ""
    apart = "\n*Kept apart.*\n" if event.kept_apart else ""
    return f"### `{event.model_fields['type'].default}`\n\n{inspect.cleandoc(event.__doc__ or '')}\n{apart}{table}"


def _needed(field: FieldInfo) -> str:
    return "needed" if field.is_required() else ""


def _type(field: FieldInfo) -> str:
    refers = next((mark for mark in _marks(field.annotation, field.metadata) if isinstance(mark, RefersTo)), None)
    if refers:
        kinds = ", ".join(f"`{kind}`" for kind in sorted(refers.types)) or "any event"
        return f"{'cites' if refers.cites else 'answers'} {kinds}"
    if any(mark in _OWN_WORDS for mark in _marks(field.annotation, field.metadata)):
        return "own words" if get_origin(field.annotation) is not tuple else "own words, several"
    return _named(field.annotation)


def _named(annotation: Any) -> str:
    if get_origin(annotation) is Annotated:
        return _named(get_args(annotation)[0])
    inner = [each for each in get_args(annotation) if each not in {NoneType, Ellipsis}]
    if get_origin(annotation) in {tuple, frozenset}:
        return f"{_named(inner[0])}, several"
    if inner and get_origin(annotation) is not None and not isinstance(annotation, type):
        return " or ".join(dict.fromkeys(_named(each) if not isinstance(each, str) else f"`{each}`" for each in inner))
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel) and annotation not in _PLAIN:
        return "; ".join(f"`{name}`: {_type(field)}" for name, field in annotation.model_fields.items())
    return _PLAIN.get(annotation, getattr(annotation, "__name__", str(annotation)))


_PLAIN: Final = {
    Policy: "every number of care, as `domain/policy/` has them",
    str: "text",
    int: "whole number",
    float: "number",
    bool: "yes or no",
    UUID: "id",
}


def _marks(annotation: Any, metadata: Sequence[Any] = ()) -> Iterator[Any]:
    yield from metadata
    for inner in get_args(annotation):
        yield from _marks(inner, getattr(inner, "__metadata__", ()))


def _terms_of(events: Sequence[type[BaseModel]]) -> set[type[Term]]:
    found: set[type[Term]] = set()
    for event in events:
        for field in event.model_fields.values():
            found |= _terms_in(field.annotation)
    return found


def _terms_in(annotation: Any) -> set[type[Term]]:
    if isinstance(annotation, type) and issubclass(annotation, Term):
        return {annotation}
    if isinstance(annotation, type) and issubclass(annotation, BaseModel) and not issubclass(annotation, Event):
        return _terms_of([annotation])
    return {term for inner in get_args(annotation) for term in _terms_in(inner)}


def _terms(terms: type[Term]) -> str:
    listed = "\n".join(f"| `{term}` | {term.meaning} | {_codes(term)} |" for term in terms)
    table = f"| term | what it means | codes |\n|---|---|---|\n{listed}\n"
    return f"### {terms.__name__}\n\n{_summary(terms.__doc__)}\n\n{table}"


def _codes(term: Term) -> str:
    return ", ".join(f"{_SYSTEMS.get(code.system, code.system.rsplit('/', 1)[-1])} {code.code}" for code in term.codes)


def _summary(docstring: str | None) -> str:
    return " ".join(inspect.cleandoc(docstring or "").split("\n\n", 1)[0].split()).rstrip(".")
