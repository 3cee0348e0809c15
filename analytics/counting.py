"""How the cases of a measure are counted: by month, quarter, year and all together, in groups and over all groups.

All of it is one statement, whichever of these is asked: small cells are hidden over the whole table (figures.py). How
many cases there are adds up; how many people are behind them does not, so a client is counted once in each cell.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    FromClause,
    Select,
    Subquery,
    Text,
    and_,
    cast,
    func,
    literal_column,
    not_,
    select,
    tuple_,
)

from analytics.measures.measure import Kind, Measure, code, days
from analytics.view import Sources


class By(StrEnum):
    """By which periods cases are counted, the finest first."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    ALL = "all"
    """All periods together."""


class Unknown(StrEnum):
    """The group of cases that are in none."""

    UNKNOWN = "unknown"


CASES: Final = "cases"
"""The part of a cell that all of its cases are."""

CURVE_DAYS: Final = (30, 90, 180, 365)
"""The days on which every curve is told (our choice): those of retention."""

SUM: Final = "sum"
"""The column of what the changes of a cell come to together."""

QUARTILES: Final = {"lower_quartile": "0.25", "median": "0.5", "upper_quartile": "0.75"}

_GROUP: Final = "group"
_PERIODS: Final = (By.MONTH, By.QUARTER, By.YEAR)
_KEYS: Final = (*_PERIODS, _GROUP)
_Condition = Callable[[FromClause], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Parts:
    """Into what the cases of a cell fall, and what of that adds up to what."""

    conditions: Mapping[str, _Condition]
    sums: Sequence[tuple[str, tuple[str, ...]]]


def happened(day: int) -> str:
    """The part of the cases to which it happened by a day of the curve, after the day before."""
    return f"happened_{day}"


def unseen(day: int) -> str:
    """The part of the cases that were seen no longer by a day of the curve, after the day before."""
    return f"unseen_{day}"


def remaining(day: int) -> str:
    """The part of the cases that are seen for longer than to a day of the curve, and to which it had not happened."""
    return f"remaining_{day}"


def _of_a_curve() -> Parts:
    conditions: dict[str, _Condition] = {}
    sums = []
    for before, day in pairwise((-1, *CURVE_DAYS)):
        conditions[happened(day)] = lambda cases, after=before, until=day: and_(  # type: ignore[misc]
            cases.c.happened, cases.c.days > days(after), cases.c.days <= days(until)
        )
        conditions[unseen(day)] = lambda cases, after=before, until=day: and_(  # type: ignore[misc]
            not_(cases.c.happened), cases.c.days > days(after), cases.c.days <= days(until)
        )
        conditions[remaining(day)] = lambda cases, until=day: cases.c.days > days(until)  # type: ignore[misc]
        whole = CASES if before < 0 else remaining(before)
        sums.append((whole, (happened(day), unseen(day), remaining(day))))
    return Parts(conditions, sums)


PARTS: Final[Mapping[Kind, Parts]] = {
    Kind.SHARE: Parts(
        {"met": lambda cases: cases.c.met, "rest": lambda cases: not_(cases.c.met)}, [(CASES, ("met", "rest"))]
    ),
    Kind.AMOUNT: Parts({}, []),
    Kind.CHANGE: Parts(
        {
            "up": lambda cases: cases.c.value > literal_column("0"),
            "down": lambda cases: cases.c.value < literal_column("0"),
            "same": lambda cases: cases.c.value == literal_column("0"),
        },
        [(CASES, ("up", "down", "same"))],
    ),
    Kind.TIME: _of_a_curve(),
}


def counts(measure: Measure, sources: Sources) -> Select[Any]:
    """How many cases, and how many people, are in each cell.

    The columns `month`, `quarter` and `year` have the first day of the cell's period, null where it is of another kind,
    and all three null for all periods; `group` is null for all groups. `cases` and each part of the kind have the
    number of cases, and under the same name with `people_` before it that of clients. Of changes `sum` has their sum.
    """
    cases = measure.cases(sources).subquery(CASES)
    parts = {name: condition(cases) for name, condition in PARTS[measure.kind].conditions.items()}
    sums = {SUM: cases.c.value} if measure.kind == Kind.CHANGE else {}
    judged = (column.label(name) for name, column in (parts | sums).items())
    by_client = _by_client(_dated(cases, cases.c.client, *judged).subquery("dated"), tuple(parts), tuple(sums))
    keys = [by_client.c[name] for name in _KEYS]
    names = (CASES, *parts)
    return select(
        *keys,
        *(cast(func.sum(by_client.c[name]), BigInteger).label(name) for name in names),
        *(func.sum(by_client.c[name]).label(name) for name in sums),
        *(func.count().filter(by_client.c[name] > literal_column("0")).label(people(name)) for name in names),
    ).group_by(*keys)


def _by_client(dated: Subquery, parts: Sequence[str], sums: Sequence[str]) -> Subquery:
    """How many cases each client has in each cell: by month first, since of one month a client may have many."""
    own = (dated.c.client, dated.c[By.MONTH], dated.c[_GROUP])
    of_parts = [func.count().filter(dated.c[name]).label(name) for name in parts]
    of_sums = [func.sum(dated.c[name]).label(name) for name in sums]
    monthly = select(*own, func.count().label(CASES), *of_parts, *of_sums).group_by(*own).subquery("monthly")
    cells = _with_periods(monthly).subquery("cells")
    summed = [func.sum(cells.c[name]).label(name) for name in (CASES, *parts, *sums)]
    sets = [tuple_(*columns, cells.c.client) for columns in _sets(cells)]
    rows = select(*(cells.c[name] for name in _KEYS), *summed).group_by(func.grouping_sets(*sets))
    return rows.subquery("by_client")


def people(part: str) -> str:
    """The column of how many people are behind a part."""
    return f"people_{part}"


def spread(measure: Measure, sources: Sources) -> Select[Any]:
    """The median and quartiles of the amounts in each cell, by the same columns as counts have."""
    cases = measure.cases(sources).subquery(CASES)
    cells = _with_periods(_dated(cases, cases.c.value).subquery("dated")).subquery("cells")
    told = (
        func.percentile_cont(literal_column(share)).within_group(cells.c.value).label(name)
        for name, share in QUARTILES.items()
    )
    sets = [tuple_(*columns) for columns in _sets(cells)]
    return select(*(cells.c[name] for name in _KEYS), *told).group_by(func.grouping_sets(*sets))


def times(measure: Measure, sources: Sources) -> Select[Any]:
    """The cases of a curve: month, group, days and happened."""
    cases = measure.cases(sources).subquery(CASES)
    return _dated(cases, cases.c.days, cases.c.happened)


def _dated(cases: FromClause, *columns: ColumnElement[Any]) -> Select[Any]:
    """Columns of the cases with their month and group."""
    month = cast(func.date_trunc(code(By.MONTH), cases.c.counted_on), Date)
    group = func.coalesce(cases.c[_GROUP], code(Unknown.UNKNOWN), type_=Text)
    return select(month.label(By.MONTH), group.label(_GROUP), *columns)


def _with_periods(dated: Subquery) -> Select[Any]:
    """With the quarter and the year of each month."""
    longer = (
        cast(func.date_trunc(code(period), dated.c[By.MONTH]), Date).label(period) for period in (By.QUARTER, By.YEAR)
    )
    return select(dated, *longer)


def _sets(cells: Subquery) -> list[tuple[ColumnElement[Any], ...]]:
    """By what is grouped: each kind of period, and none, in groups and over all of them."""
    periods = [(cells.c[period],) for period in _PERIODS]
    return [(*period, *group) for period in (*periods, ()) for group in ((cells.c[_GROUP],), ())]
