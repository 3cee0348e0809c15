"""What an export tells: tables of rows in order, under pseudonyms, as the statements that give their text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    DateTime,
    Select,
    Text,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy.sql.elements import KeyedColumnElement
from sqlalchemy.types import TypeEngine

from analytics import days
from analytics.view import CLIENT, ORGANIZATION, View

MONTH: Final = "month"
"""The column that says which month a row is of, beside those of the table."""

BETWEEN: Final = "|"
"""What stands between the elements of a list in a text; no coded term has one."""


class ExportedColumn(NamedTuple):
    """A column of an exported table."""

    name: str
    type: TypeEngine[Any]
    meaning: str


@dataclass(frozen=True, slots=True)
class ExportedTable:
    """A table of an export, and what tells its rows."""

    name: str
    meaning: str
    columns: Sequence[ExportedColumn]
    order: Sequence[str]
    """The columns by which rows of one organization are put in order; together they differ for any two."""
    month: str | None = None
    """The column by whose month rows are put into files; None where they are of no moment."""

    @property
    def of_an_organization(self) -> bool:
        """Whether each row is of an organization; else the table is the same for all."""
        return any(column.name == ORGANIZATION for column in self.columns)


def exported(view: View) -> ExportedTable:
    """A view as a table of an export."""
    columns = [ExportedColumn(each.name, each.type, each.meaning) for each in view.described()]
    return ExportedTable(view.name, view.meaning, columns, (CLIENT, *view.key), view.month)


CALENDAR: Final = ExportedTable(days.NAME, days.MEANING, [ExportedColumn(*each[:3]) for each in days.COLUMNS], ("day",))
"""The days of the calendar."""


def texts(table: ExportedTable, rows: Select[Any], *, by_month: bool) -> Select[Any]:
    """The table's rows as they stand in a CSV, in order: by month first, which stands last in each, where asked for.

    Moments are in UTC and months as well, lists have their elements apart by BETWEEN.
    """
    told = rows.subquery("told")
    columns = [_text(told.c[each.name]).label(each.name) for each in table.columns]
    order = [_sorted(told.c[each]) for each in table.order]
    if not by_month or table.month is None:
        return select(*columns).order_by(*order)
    month = _month(told.c[table.month])
    return select(*columns, month.label(MONTH)).order_by(month, *order)


def counted(rows: Select[Any]) -> Select[Any]:
    """How many rows there are."""
    return select(func.count()).select_from(rows.subquery("told"))


def _text(column: KeyedColumnElement[Any]) -> ColumnElement[Any]:
    if isinstance(column.type, ARRAY):
        return func.array_to_string(column, literal_column(f"'{BETWEEN}'"))
    # PostgreSQL's own t and f are read as booleans by few.
    return cast(column, Text) if isinstance(column.type, Boolean) else column


def _sorted(column: KeyedColumnElement[Any]) -> ColumnElement[Any]:
    # Byte by byte, whatever the database's own order of words is.
    return column.collate("C") if isinstance(column.type, Text) else column


def _month(column: KeyedColumnElement[Any]) -> ColumnElement[str]:
    moment = func.timezone(literal_column("'UTC'"), column) if isinstance(column.type, DateTime) else column
    return func.to_char(moment, literal_column("'YYYY-MM'"), type_=Text)
