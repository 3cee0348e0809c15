"""The data dictionary: what each view and each of its columns means, as the declarations say it."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeEngine

from analytics import days
from analytics.catalogue import VIEWS
from analytics.view import CLIENT, View

_DIALECT: Final = postgresql.dialect()  # type: ignore[no-untyped-call]


class DescribedColumn(NamedTuple):
    """A column."""

    name: str
    type: str
    """Its type in PostgreSQL."""
    meaning: str


class DescribedView(NamedTuple):
    """A view."""

    name: str
    meaning: str
    """What a row is."""
    key: Sequence[str]
    """The columns by which rows of one organization differ, and are put in order."""
    month: str | None
    """The column by whose month an export is divided; null where rows are of no moment."""
    columns: Sequence[DescribedColumn]


def described(view: View) -> DescribedView:
    """What a view's declaration says."""
    columns = [_column(each.name, each.type, each.meaning) for each in view.described()]
    return DescribedView(view.name, view.meaning, (CLIENT, *view.key), view.month, columns)


def _column(name: str, of_type: TypeEngine[object], meaning: str) -> DescribedColumn:
    return DescribedColumn(name, of_type.compile(_DIALECT).lower(), meaning)


_DAYS: Final = DescribedView(
    days.NAME, days.MEANING, ("day",), None, [_column(each.name, each.type, each.meaning) for each in days.COLUMNS]
)

DICTIONARY: Final[Sequence[DescribedView]] = (*map(described, VIEWS), _DAYS)
"""All that analysts find, in order."""
