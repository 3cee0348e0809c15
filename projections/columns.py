"""Columns: an element's table with its comments, and its rows."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import cache
from operator import attrgetter
from typing import Any, Final, NamedTuple, get_args, get_origin
from uuid import UUID

from sqlalchemy import ARRAY, Boolean, Column, Date, DateTime, Double, Integer, Table, Text, Uuid
from sqlalchemy.types import TypeEngine

from projections.elements import KEY, NO_COLUMN, Attribute, attributes, is_element
from projections.meanings import one_line
from projections.rows import Row
from projections.tables import client_table

SQL_TYPES: Final[dict[type, TypeEngine[Any]]] = {
    UUID: Uuid(),
    datetime: DateTime(timezone=True),
    date: Date(),
    bool: Boolean(),
    int: Integer(),
    float: Double(),
    str: Text(),
}

WORDS: Final = "words"
"""Under this name a column of coded text says which words it can hold."""


class _Column(NamedTuple):
    name: str
    type: TypeEngine[Any]
    meaning: str
    nullable: bool
    key: bool
    words: tuple[str, ...] | None


class _Part(NamedTuple):
    """An element that is a field of another: its columns are among those of the other."""

    name: str
    element: type
    columns: list[_Column]


def table(name: str, element: type) -> Table:
    """The table that holds a row for each such element; the first paragraph of its docstring is the comment.

    Of a column of coded text its `info` says under WORDS which words it can hold.
    """
    own, parts = _columns(element)
    columns = [*own.values(), *(column for part in parts for column in part.columns)]
    return client_table(
        name,
        *(
            Column(
                each.name.lstrip("_"),
                each.type,
                primary_key=each.key,
                nullable=each.nullable,
                comment=each.meaning,
                info={} if each.words is None else {WORDS: each.words},
            )
            for each in columns
        ),
        comment=one_line(element.__doc__ or ""),
    )


@cache
def row_of(element: type) -> Callable[[Any], Row]:
    """Gives the row of an element, in the order of its table's columns."""
    own, parts = _columns(element)
    names = [*own, *(part.name for part in parts)]
    values: Callable[[Any], Row] = (
        attrgetter(*names) if len(names) > 1 else lambda each: tuple(getattr(each, name) for name in names)
    )
    if not parts:
        return values
    length = len(own)
    of_parts = [(row_of(part.element), (None,) * len(part.columns)) for part in parts]

    def row(element: Any) -> Row:
        said = values(element)
        found = said[:length]
        for part, (of_part, nothing) in zip(said[length:], of_parts, strict=True):
            found += nothing if part is None else of_part(part)
        return found

    return row


@cache
def _columns(element: type) -> tuple[dict[str, _Column], list[_Part]]:
    """The columns of an element's own attributes, keys first, and its parts with theirs."""
    own, parts = {}, []
    coded = [each for each in attributes(element) if _has_column(each)]
    for each in sorted(coded, key=lambda each: KEY not in each.marks):
        sql_type = _sql_type(each.said)
        if sql_type is not None:
            own[each.name] = _Column(each.column, sql_type, each.meaning, each.nullable, KEY in each.marks, each.words)
        elif is_element(each.said):
            parts.append(_Part(each.name, each.said, list(_of_part(each))))
    return own, parts


def _has_column(each: Attribute) -> bool:
    return not (each.own_words or each.compute or NO_COLUMN in each.marks)


def _of_part(part: Attribute) -> Iterator[_Column]:
    own, parts = _columns(part.said)
    for column in (*own.values(), *(column for each in parts for column in each.columns)):
        name, meaning = column.name, column.meaning
        if name.startswith("_"):
            name, meaning = part.column + name, _of_both(part.meaning, meaning)
        yield column._replace(name=name, meaning=meaning, nullable=column.nullable or part.nullable, key=False)


def _of_both(of_part: str, meaning: str) -> str:
    """The meaning of a part's column: of "The closing; null while it is open." and "When it occurred.", say."""
    what, semicolon, more = of_part.rstrip(".").partition(";")
    return f"{what}: {meaning[:1].lower()}{meaning[1:].rstrip('.')}{semicolon}{more}."


def _sql_type(said: Any) -> TypeEngine[Any] | None:
    """The type of a column of such values; None where they are no coded values."""
    if get_origin(said) is tuple:
        of_each = _sql_type(get_args(said)[0])
        return None if of_each is None else ARRAY(of_each)
    if not isinstance(said, type):
        return None
    return next((sql_type for python, sql_type in SQL_TYPES.items() if issubclass(said, python)), None)
