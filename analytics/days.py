"""The days of the calendar, by which analysts put rows together: a date dimension, in which nobody's data stands."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Boolean, ColumnElement, Date, Integer, Select, cast, extract, func, literal_column, select
from sqlalchemy.types import TypeEngine

NAME: Final = "days"
MEANING: Final = "A day of the calendar, from 2000 to 2049."

_DAY: Final = cast(
    func.generate_series(
        literal_column("timestamp '2000-01-01'"),
        literal_column("timestamp '2049-12-31'"),
        literal_column("interval '1 day'"),
    ).column_valued("each_day"),
    Date,
)


class _Column(NamedTuple):
    name: str
    type: TypeEngine[Any]
    meaning: str
    value: ColumnElement[Any]


def _part(part: str) -> ColumnElement[int]:
    return cast(extract(part, _DAY), Integer)


def _first(period: str) -> ColumnElement[Any]:
    return cast(func.date_trunc(literal_column(f"'{period}'"), _DAY), Date)


COLUMNS: Final[Sequence[_Column]] = (
    _Column("day", Date(), "The day.", _DAY),
    _Column("year", Integer(), "Its year.", _part("year")),
    _Column("quarter", Integer(), "Its quarter, from 1.", _part("quarter")),
    _Column("month", Integer(), "Its month, from 1.", _part("month")),
    _Column("quarter_begins_on", Date(), "The first day of its quarter.", _first("quarter")),
    _Column("month_begins_on", Date(), "The first day of its month.", _first("month")),
    _Column("week_begins_on", Date(), "The Monday of its week.", _first("week")),
    _Column("iso_year", Integer(), "The year to which its week belongs (ISO 8601).", _part("isoyear")),
    _Column("iso_week", Integer(), "Its week in that year (ISO 8601).", _part("week")),
    _Column("weekday", Integer(), "From 1, Monday, to 7, Sunday (ISO 8601).", _part("isodow")),
    _Column("weekend", Boolean(), "Whether it is a Saturday or a Sunday.", _part("isodow") >= literal_column("6")),
)


def rows() -> Select[Any]:
    """Every day."""
    return select(*(column.value.label(column.name) for column in COLUMNS))
