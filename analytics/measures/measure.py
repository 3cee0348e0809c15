"""What a measure is: a definition in words, and the cases that it is counted over, each judged.

A case is an episode of care, a crisis, a handoff or whatever a measure is about. It is judged by the rows of the views
as they stand at a moment, so a figure for an earlier position, or under another policy, is made by the same definition.
What cannot be judged yet, as who stayed in care for a year of those who came last month, is no case yet.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    Double,
    FromClause,
    Integer,
    Interval,
    Select,
    Text,
    cast,
    extract,
    false,
    func,
    literal_column,
    select,
)
from sqlalchemy import case as sql_case

from analytics.view import Sources, View


class Kind(StrEnum):
    """What is made of the cases."""

    SHARE = "share"
    """The share of cases of which it is true: each case has `met`."""
    AMOUNT = "amount"
    """Median and quartiles of an amount: each case has `value`."""
    CHANGE = "change"
    """The mean of a change, and how many went up or down: each case has `value`."""
    TIME = "time"
    """How many it has not happened to yet, by days (Kaplan–Meier): each case has `days` and `happened`."""


@dataclass(frozen=True, slots=True, eq=False)
class Measure:
    """A measure, by its definition."""

    name: str
    title: str
    version: int
    """Raised when the definition changes: figures of two versions are not compared."""
    kind: Kind
    unit: str
    """In what an amount or a change is; "cases" for shares."""
    case: str
    """What a case is."""
    numerator: str
    """When a case counts, or what is taken of it."""
    denominator: str
    """Which cases there are."""
    exclusions: str
    """Which are left out."""
    period: str
    """By which day a case belongs to a period."""
    source: str
    """Who defines it so, and where it is our choice."""
    cases: Callable[[Sources], Select[Any]]
    """The cases: organization_id, client, case (an id), counted_on (a day), group (text, or null), and what its kind
    says."""
    group: str | None = None
    """By what the cases are put into groups; None where there are none."""
    better: str | None = None
    """Whether "higher" or "lower" is better; None where neither is."""

    @property
    def judged(self) -> tuple[str, ...]:
        """The columns of a case beside whose and when it is."""
        return _JUDGED[self.kind]


_JUDGED: Final = {
    Kind.SHARE: ("met",),
    Kind.AMOUNT: ("value",),
    Kind.CHANGE: ("value",),
    Kind.TIME: ("days", "happened"),
}

Row = FromClause
"""A view's rows in a statement."""


def rows(view: View, sources: Sources, name: str | None = None) -> Row:
    """A view's rows, to make cases of."""
    return view.rows(sources).subquery(name or view.name)


def code(term: StrEnum) -> ColumnElement[str]:
    """A coded term, as it stands in a column."""
    return literal_column(f"'{term.value}'", Text)


def days(count: int) -> ColumnElement[int]:
    """So many days, to be added to a date."""
    return literal_column(f"{count:d}", Integer)


def hours(count: int) -> ColumnElement[Any]:
    """So many hours, to be added to a moment."""
    return literal_column(f"interval '{count:d} hours'", Interval)


def day_of(at: ColumnElement[Any]) -> ColumnElement[Any]:
    """The day of a moment, where the client's own day is in no view (UTC: our choice)."""
    return cast(func.timezone(literal_column("'UTC'"), at), Date)


def today(sources: Sources) -> ColumnElement[Any]:
    """The day at which the rows are looked at."""
    return day_of(sources.moment)


def hours_between(start: ColumnElement[Any], end: ColumnElement[Any]) -> ColumnElement[float]:
    """Hours from one moment to another."""
    return cast(extract("epoch", end - start) / literal_column("3600"), Double)


def about_same_client(one: Row, other: Row) -> ColumnElement[bool]:
    """The condition that rows of two views are about the same client."""
    return (one.c.organization_id == other.c.organization_id) & (one.c.client == other.c.client)


def cases(
    about: Row,
    case: str,
    counted_on: ColumnElement[Any],
    *judged: ColumnElement[Any],
    group: ColumnElement[Any] | None = None,
    source: FromClause | None = None,
) -> Select[Any]:
    """The cases that rows of a view give, one each.

    `case` names the view's column of their ids, and `judged` what each kind of measure asks for (see `met`, `value`,
    `days_until`). `source` is the view's rows joined with others, where they are.
    """
    in_group = literal_column("null") if group is None else group
    return select(
        about.c.organization_id,
        about.c.client,
        about.c[case].label("case"),
        counted_on.label("counted_on"),
        cast(in_group, Text).label("group"),
        *judged,
    ).select_from(about if source is None else source)


def met(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether the case counts: not where that is unknown."""
    return func.coalesce(condition, false(), type_=Boolean).label("met")


def value(amount: ColumnElement[Any]) -> ColumnElement[float]:
    """The amount, or the change, of the case."""
    return cast(amount, Double).label("value")


def days_until(
    start: ColumnElement[Any], happened_on: ColumnElement[Any], seen_until: ColumnElement[Any]
) -> tuple[ColumnElement[int], ColumnElement[bool]]:
    """Days from the start until it happened or, where that did not happen before, until the case is seen no longer.

    Never fewer than none: in a time zone to the east a client's day begins before the day of the moment does.
    """
    happened = func.coalesce(happened_on <= seen_until, false(), type_=Boolean)
    end = sql_case((happened, happened_on), else_=seen_until)
    passed = func.greatest(end - start, literal_column("0"))
    return cast(passed, Integer).label("days"), happened.label("happened")
