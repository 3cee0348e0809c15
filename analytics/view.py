"""A view for analysts: which columns of the projections' rows it has, under names that stay.

A view is declared by the columns of a projection's table that it takes, as they are or under another name, or made of
them. Who anyone is stands in no column: every id is replaced by a pseudonym and, where that is configured, every date
shifted, whichever view it is in (pseudonyms.py); that goes by the type of a column, so that none can be forgotten.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    FromClause,
    MetaData,
    Select,
    Table,
    Text,
    Uuid,
    and_,
    any_,
    exists,
    literal_column,
    not_,
    or_,
    select,
)
from sqlalchemy.types import TypeEngine

from domain.vocabulary.purposes import PurposeOfUse
from projections.care_plan import CARE_PLAN
from projections.care_plan.merges import MERGED_INTO
from projections.care_plan.restrictions import RESTRICTION
from projections.catalogue import PROJECTIONS
from projections.columns import WORDS

SCHEMA: Final = "analytics"
"""Where analysts find the views."""

PURPOSES: Final = (PurposeOfUse.QUALITY_IMPROVEMENT, PurposeOfUse.RESEARCH)
"""What analysts look at records for (our choice)."""

ORGANIZATION: Final = "organization_id"
"""The column that says whose client a row is about: of the ids, the one that stays as it is."""

CLIENT: Final = "client"
"""The column that says which client a row is about, by a pseudonym."""

_OF_PROJECTION: Final[Mapping[str, str]] = {
    table.name: projection.name for projection in PROJECTIONS for table in projection.tables
}


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the projections' rows are, and by which moment they are judged."""

    schemas: Mapping[str, str]
    """The schema in which a projection's tables lie, by the projection's name."""
    moment: ColumnElement[Any]
    """The moment at which the rows are looked at, as an age is counted by."""

    def table(self, declared: Table) -> FromClause:
        """A projection's table where its rows are."""
        return _in_schema(declared, self.schemas[_OF_PROJECTION[declared.name]])


class Column(NamedTuple):
    """A column of a view."""

    name: str
    type: TypeEngine[Any]
    meaning: str
    made: Callable[[Sources], ColumnElement[Any]]
    """What it shows, in terms of the rows' tables."""
    words: tuple[str, ...] | None = None
    """Of coded text, or a list of such texts: all that it can be."""


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """Rows for analysts, of which each is about one client."""

    name: str
    meaning: str
    """What a row is."""
    table: Table
    """The projection's table of which each row gives one."""
    columns: tuple[Column, ...]
    """Its columns, without those that say whose client a row is about."""
    key: tuple[str, ...]
    """The columns by which one client's rows differ, and are put in order."""
    month: str | None = None
    """The column by whose month an export is partitioned; None where rows are of no moment."""
    joins: tuple[tuple[Table, Callable[[Sources], ColumnElement[bool]]], ...] = ()
    """Further tables of which there is a row, or none, for each of `table`."""
    only: Callable[[Sources], ColumnElement[bool]] | None = None
    """The condition on which a row is shown; None where each is."""

    @property
    def projections(self) -> frozenset[str]:
        """From the rows of which projections it comes; the care plan says who was merged into another."""
        tables = (self.table, *(table for table, _ in self.joins))
        return frozenset({CARE_PLAN.name, *(_OF_PROJECTION[table.name] for table in tables)})

    def described(self) -> Sequence[Column]:
        """All of its columns, in order."""
        return (*_whose(self.table), *self.columns)

    def rows(self, sources: Sources) -> Select[Any]:
        """Its rows with the record's own ids and dates.

        Who was merged into another stands in that client's rows. Who asked, and was granted, that their record not be
        used for what analysts look at it for stands in none as long as that holds (42 CFR 2.26).
        """
        table = sources.table(self.table)
        source: FromClause = table
        for joined, condition in self.joins:
            source = source.outerjoin(sources.table(joined), condition(sources))
        merged = sources.table(MERGED_INTO)
        elsewhere = exists().where(same_client(merged, table)).correlate(table)
        columns = [column.made(sources).label(column.name) for column in self.described()]
        rows = select(*columns).select_from(source).where(not_(elsewhere), not_(_withheld(table, sources)))
        return rows if self.only is None else rows.where(self.only(sources))


def _withheld(table: FromClause, sources: Sources) -> ColumnElement[bool]:
    restriction = sources.table(RESTRICTION)
    asked_of = [literal_column(f"'{purpose}'", Text) == any_(restriction.c.purposes) for purpose in PURPOSES]
    return (
        exists()
        .where(
            same_client(restriction, table),
            restriction.c.agreed,
            restriction.c.holds_from <= sources.moment,
            or_(restriction.c.ended_at.is_(None), sources.moment < restriction.c.ended_at),
            or_(*asked_of),
        )
        .correlate(table)
    )


def same_client(one: FromClause, other: FromClause) -> ColumnElement[bool]:
    """The condition that rows of two tables are about the same client."""
    return and_(one.c.organization_id == other.c.organization_id, one.c.client_id == other.c.client_id)


def same(table: Table, *names: str) -> tuple[Column, ...]:
    """Columns of a projection's table under their own names."""
    return tuple(renamed(table, name, name) for name in names)


def renamed(table: Table, column: str, name: str, meaning: str | None = None) -> Column:
    """A column of a projection's table under another name; its own comment says what it means, unless told."""
    declared = table.c[column]
    return Column(
        name,
        declared.type,
        meaning or declared.comment or "",
        lambda sources: sources.table(table).c[column],
        declared.info.get(WORDS),
    )


def reference(table: Table, column: str, name: str, meaning: str) -> Column:
    """An id in a projection's table, as the name by which other views know the same thing."""
    declared = table.c[column]
    if not isinstance(declared.type, Uuid):
        raise TypeError(f"{table.name}.{column} is no id.")
    return renamed(table, column, name, f"{meaning} (a pseudonym)")


def made(
    name: str,
    of_type: TypeEngine[Any],
    meaning: str,
    expression: Callable[[Sources], ColumnElement[Any]],
    words: tuple[str, ...] | None = None,
) -> Column:
    """A column made of others; of coded text it says which words there can be."""
    return Column(name, of_type, meaning, expression, words)


def _whose(table: Table) -> tuple[Column, Column]:
    return (
        renamed(table, "organization_id", ORGANIZATION, "The organization whose client this is."),
        reference(table, "client_id", CLIENT, "The client"),
    )


_in_schemas: Final[dict[tuple[str, str], Table]] = {}


def _in_schema(declared: Table, schema: str) -> Table:
    """The same object each time: columns of one statement must be of one table."""
    key = declared.name, schema
    if key not in _in_schemas:
        _in_schemas[key] = declared.to_metadata(MetaData(), schema=schema)
    return _in_schemas[key]
