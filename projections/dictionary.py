"""The data dictionary: every column that analysts find, and what it means."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from sqlalchemy.dialects import postgresql

from projections.projection import Projection

_POSTGRESQL = postgresql.dialect()  # type: ignore[no-untyped-call]


class Described(NamedTuple):
    """A column and its meaning."""

    table: str
    column: str
    type: str
    meaning: str
    key: bool


def dictionary(projections: Iterable[Projection[Any]]) -> Iterator[Described]:
    """The columns of all tables of these projections, in order."""
    for projection in projections:
        for table in projection.tables:
            for column in table.columns:
                kind = column.type.compile(dialect=_POSTGRESQL).lower()
                yield Described(table.name, column.name, kind, column.comment or "", column.primary_key)
