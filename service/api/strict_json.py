"""JSON read strictly: whatever two readers could understand differently, or a database cannot keep, is refused.

RFC 8259 leaves open what duplicate keys, lone surrogates and huge numbers mean; Python reads NaN and 1e999
besides. What passes here has exactly one meaning, so that a stored event means the same to every reader.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from math import isfinite
from typing import Any, Final

from service.api.field_errors import MOST_ERRORS, FieldError, field_path

MAX_DEPTH: Final = 32
MAX_DIGITS: Final = 18
"""Longer integers do not fit into 64 bits, and nothing in care is counted in them."""

_UNFIT = re.compile("[\0\ud800-\udfff]")

MAX_VALUES: Final = 20_000
"""Every value may be wrong in a way of its own; telling of more than these would keep other callers waiting."""

Place = tuple[str | int, ...]


class _Repeating(dict[str, Any]):
    """An object that names a field twice."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        counted = Counter(name for name, _ in pairs)
        self.repeated = next(name for name, count in counted.items() if count > 1)


class _Unfit:
    """A number that cannot be kept as it is written."""


_UNFIT_NUMBER = _Unfit()


class _Reader:
    """Reads one document, and remembers whether anything in it calls for a closer look."""

    def __init__(self) -> None:
        self.doubtful = False
        self.decode = json.JSONDecoder(
            object_pairs_hook=self._object,
            parse_int=self._integer,
            parse_float=self._fraction,
            parse_constant=self._unfit,
        ).decode

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        read = dict(pairs)
        if len(read) == len(pairs):
            return read
        self.doubtful = True
        return _Repeating(pairs)

    def _integer(self, digits: str) -> int | _Unfit:
        return int(digits) if len(digits.removeprefix("-")) <= MAX_DIGITS else self._unfit(digits)

    def _fraction(self, digits: str) -> float | _Unfit:
        read = float(digits)
        return read if isfinite(read) else self._unfit(digits)

    def _unfit(self, _: str) -> _Unfit:
        self.doubtful = True
        return _UNFIT_NUMBER


def errors_in(raw: bytes) -> list[FieldError]:
    """What makes these bytes unfit to be read as JSON, each with its place; nothing when they are fit."""
    if not raw.strip():
        return [FieldError(field="", rule="body_given", message="The body is empty; send a JSON document.")]
    reader = _Reader()
    try:
        document = reader.decode(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        message = f"From byte {error.start} on this is not UTF-8; encode JSON in UTF-8."
        return [FieldError(field="", rule="utf8", message=message)]
    except json.JSONDecodeError as error:
        message = f"From line {error.lineno}, column {error.colno} on this is not JSON (RFC 8259)."
        return [FieldError(field="", rule="json", message=message)]
    except RecursionError:
        return [_too_deep(())]
    at_most = 1 + raw.count(b",") + raw.count(b"[") + raw.count(b"{")
    if at_most > MAX_VALUES and next(islice(_values(document), MAX_VALUES, None), None):
        message = f"This holds more than {MAX_VALUES:,} values; send the events in smaller lists."
        return [FieldError(field="", rule="not_too_many_values", message=message)]
    return list(islice(_errors(document, ()), MOST_ERRORS)) if reader.doubtful or _may_hold_more(raw) else []


def _may_hold_more(raw: bytes) -> bool:
    """Whether there may be unfit text or deep nesting. Text cannot be unfit without an escape: UTF-8 has no
    surrogates, and JSON no raw control characters. Walking through every document would cost more than reading it.
    """
    return b"\\u" in raw or raw.count(b"{") + raw.count(b"[") > MAX_DEPTH


def _values(document: Any) -> Iterator[bool]:
    """True for every value in the document."""
    waiting = [document]
    while waiting:
        value = waiting.pop()
        yield True
        if isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def _errors(value: Any, place: Place) -> Iterator[FieldError]:
    if isinstance(value, str):
        if _UNFIT.search(value):
            yield _unfit_text(place)
    elif isinstance(value, dict | list):
        yield from _errors_inside(value, place)
    elif value is _UNFIT_NUMBER:
        message = f"Give a number that is finite and has at most {MAX_DIGITS} digits; leave out what was not measured."
        yield FieldError(field=field_path(place), rule="fit_number", message=message)


def _errors_inside(value: dict[str, Any] | list[Any], place: Place) -> Iterator[FieldError]:
    if len(place) >= MAX_DEPTH:
        yield _too_deep(place)
        return
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _errors(item, (*place, index))
        return
    if isinstance(value, _Repeating):
        message = "This field is given twice; give it once."
        yield FieldError(field=field_path((*place, value.repeated)), rule="field_once", message=message)
    for name, item in value.items():
        if _UNFIT.search(name):
            yield _unfit_text((*place, name))
        yield from _errors(item, (*place, name))


def _unfit_text(place: Place) -> FieldError:
    message = "This text holds a NUL or half of a surrogate pair, which is no character; leave it out."
    return FieldError(field=field_path(place), rule="fit_text", message=message)


def _too_deep(place: Place) -> FieldError:
    message = f"This is nested more than {MAX_DEPTH} levels deep; nothing in care is."
    return FieldError(field=field_path(place), rule="not_too_deep", message=message)
