"""Figures: what a measure tells of each period and group, without what would tell of a few people.

Small cells are hidden over one table of all that could be asked of a measure: each month, quarter and year and all
together, each group and all groups, numerators, the rest and denominators. Whichever of it is asked then, the same is
hidden, so that asking for months and for quarters gives nothing away that neither tells.

Where a table of months would be too large, or have too many small cells, to be looked through in two seconds or so,
it begins with quarters, or with years, or has all periods together: whoever asks for months is told of these then.

What is hidden as of one position may be told as of a later one, and the other way round; whoever compares figures as of
many positions may learn when a single case was added. That is a limit of what is here: tell few people figures of
every day.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, NamedTuple

from analytics.counting import CASES, CURVE_DAYS, PARTS, QUARTILES, SUM, By, happened, people, remaining, unseen
from analytics.measures.measure import Kind, Measure
from analytics.sums import Sum
from analytics.suppression import suppress
from analytics.survival import Curve, Point, kaplan_meier

MOST_CELLS: Final = 2_000
"""So many cells a table has at most."""

MOST_LOOKED_AT: Final = 50_000
"""So many at most, as each is looked at for each small one: measured, by what takes less than two seconds."""

_DIGITS: Final = 9
"""Sums of fractions differ with their order beyond these."""


class Period(NamedTuple):
    """A month, a quarter, a year, or all of them."""

    by: By
    begins_on: date | None = None
    """Its first day; None for all."""

    @property
    def name(self) -> str:
        """As 2026-03, 2026-Q1, 2026 or all."""
        day = self.begins_on
        if day is None:
            return By.ALL.value
        quarter = (day.month + 2) // 3
        return {By.MONTH: f"{day:%Y-%m}", By.QUARTER: f"{day.year}-Q{quarter}", By.YEAR: f"{day.year}"}[self.by]

    @property
    def part_of(self) -> "Period | None":
        """The next longer period; None for all."""
        day = self.begins_on
        if day is None:
            return None
        first = day.replace(day=1)
        return {
            By.MONTH: lambda: Period(By.QUARTER, first.replace(month=(first.month - 1) // 3 * 3 + 1)),
            By.QUARTER: lambda: Period(By.YEAR, first.replace(month=1)),
            By.YEAR: lambda: Period(By.ALL),
        }[self.by]()


ALL: Final = Period(By.ALL)


class Cell(NamedTuple):
    """Where a figure belongs: its period, and its group, which is None for all groups."""

    period: Period
    group: str | None


@dataclass(frozen=True, slots=True)
class Figure:
    """What a measure tells of a period and group. What is hidden is None, as is what its kind does not have."""

    cell: Cell
    cases: int | None
    people: int | None
    """How many clients are behind the cases."""
    parts: Mapping[str, int | None]
    """Of a share the cases "met" and the "rest", of a change those that went "up", "down" and stayed the "same"."""
    share: float | None = None
    """Of the cases those that met."""
    mean: float | None = None
    lower_quartile: float | None = None
    median: float | None = None
    upper_quartile: float | None = None
    curve: Curve | None = None
    """For how many it had not happened yet, by days. It ends before the first of its days that would tell of a few."""

    @property
    def hidden(self) -> bool:
        """Whether not even the number of cases is told."""
        return self.cases is None


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a measure."""

    measure: Measure
    by: By
    """By which periods they are told: longer ones than were asked for where the table would be too large."""
    smallest: int
    """Cells of fewer people are hidden."""
    figures: tuple[Figure, ...]
    """By period and group, those of all groups and of all periods last. Where there was no case there is none."""

    def within(self, begin: date | None, end: date | None) -> "Figures":
        """Those of the periods that lie between these days, both included; all periods together lie in no bounds."""
        if begin is None and end is None:
            return self
        return replace(self, figures=tuple(each for each in self.figures if _lies_within(each, begin, end)))

    def of_group(self, group: str) -> "Figures":
        """Those of one group."""
        return replace(self, figures=tuple(each for each in self.figures if each.cell.group == group))


class Rows(NamedTuple):
    """What the statements of counting.py gave for a measure."""

    counts: Sequence[Mapping[str, Any]]
    spread: Sequence[Mapping[str, Any]] = ()
    """Of amounts."""
    times: Sequence[Mapping[str, Any]] = ()
    """Of curves."""


def figures(measure: Measure, rows: Rows, by: By, smallest: int) -> Figures:
    """The figures by these periods, and over all of them, of which none tells of fewer people than `smallest`."""
    counted = {_cell(row): row for row in rows.counts}
    finest = _finest(counted, measure.kind, smallest)
    told = max(by, finest, key=list(By).index)
    shown = _shown({cell: row for cell, row in counted.items() if _at_least(cell, finest)}, measure.kind, smallest)
    cells = sorted((cell for cell in counted if cell.period.by in {told, By.ALL}), key=_order)
    made = _Made(measure.kind, smallest, shown, counted, rows)
    return Figures(measure, told, smallest, tuple(made.figure(cell) for cell in cells))


class _Made:
    """Makes figures of the cells that may be shown."""

    def __init__(
        self,
        kind: Kind,
        smallest: int,
        shown: Mapping[tuple[Cell, str], int | None],
        counted: Mapping[Cell, Mapping[str, Any]],
        rows: Rows,
    ) -> None:
        self._kind = kind
        self._smallest = smallest
        self._shown = shown
        self._counted = counted
        self._spread = {_cell(row): row for row in rows.spread}
        self._times = _times(rows.times)

    def figure(self, cell: Cell) -> Figure:
        parts = {part: self._shown[cell, part] for part in PARTS[self._kind].conditions}
        cases = self._shown[cell, CASES]
        if cases is None:
            return Figure(cell, None, None, dict.fromkeys({} if self._kind == Kind.TIME else parts))
        counted = self._counted[cell]
        behind = counted[people(CASES)]
        if self._kind == Kind.TIME:
            return Figure(cell, cases, behind, {}, curve=self._curve(cell))
        spread = self._spread.get(cell, {})
        return Figure(
            cell,
            cases,
            behind,
            parts,
            share=None if parts.get("met") is None else round(parts["met"] / cases, _DIGITS),  # type: ignore[operator]
            mean=round(counted[SUM] / cases, _DIGITS) if SUM in counted else None,
            **{name: round(spread[name], _DIGITS) for name in QUARTILES if name in spread},
        )

    def _curve(self, cell: Cell) -> Curve:
        """The curve as far as the table tells of it; between its days only that over everything has further points."""
        last = self._last_day(cell)
        durations, did = self._times[cell]
        curve = kaplan_meier(durations, did, CURVE_DAYS, smallest=self._smallest)
        points = [point for point in curve.points if point.day <= last]
        if cell != (ALL, None):
            points = _only_on(CURVE_DAYS, points)
        by_day = {point.day: point for point in points}
        median = curve.median
        if median is not None:
            upper = median.upper if median.upper is not None and median.upper <= last else None
            median = replace(median, upper=upper) if median.days <= last else None
        return replace(curve, points=tuple(points), at={day: by_day.get(day) for day in CURVE_DAYS}, median=median)

    def _last_day(self, cell: Cell) -> int:
        last = -1
        for day in CURVE_DAYS:
            if any(self._shown[cell, part] is None for part in (happened(day), unseen(day), remaining(day))):
                break
            last = day
        return last


def _shown(counted: Mapping[Cell, Mapping[str, Any]], kind: Kind, smallest: int) -> dict[tuple[Cell, str], int | None]:
    parts = (CASES, *PARTS[kind].conditions)
    names = {(cell, part): _name(cell, part) for cell in counted for part in parts}
    cells = {name: counted[cell][part] for (cell, part), name in names.items()}
    behind = {name: counted[cell][people(part)] for (cell, part), name in names.items()}
    shown = suppress(cells, _sums(counted, kind), smallest, behind).published(cells)
    return {key: shown[name] for key, name in names.items()}


def _sums(counted: Iterable[Cell], kind: Kind) -> list[Sum]:
    """All sums that hold in the table."""
    shorter, groups = defaultdict(list), defaultdict(list)
    sums = []
    for cell in counted:
        longer = cell.period.part_of
        if longer is not None:
            shorter[Cell(longer, cell.group)].append(cell)
        if cell.group is not None:
            groups[Cell(cell.period, None)].append(cell)
        sums += [
            Sum(_name(cell, whole), tuple(_name(cell, part) for part in parts)) for whole, parts in PARTS[kind].sums
        ]
    for totals in (shorter, groups):
        sums += [
            Sum(_name(total, part), tuple(_name(cell, part) for cell in cells))
            for total, cells in totals.items()
            for part in (CASES, *PARTS[kind].conditions)
        ]
    return sums


def _finest(counted: Mapping[Cell, Mapping[str, Any]], kind: Kind, smallest: int) -> By:
    """The shortest periods with which the table is not too large."""
    parts = [people(part) for part in (CASES, *PARTS[kind].conditions)]
    for by in By:
        behind = [row[part] for cell, row in counted.items() if _at_least(cell, by) for part in parts]
        small = sum(0 < count < smallest for count in behind)
        if len(behind) <= MOST_CELLS and len(behind) * small <= MOST_LOOKED_AT:
            return by
    return By.ALL


def _at_least(cell: Cell, by: By) -> bool:
    order = list(By)
    return order.index(cell.period.by) >= order.index(by)


def _cell(row: Mapping[str, Any]) -> Cell:
    period = next((Period(by, row[by]) for by in (By.MONTH, By.QUARTER, By.YEAR) if row[by] is not None), ALL)
    return Cell(period, row["group"])


def _name(cell: Cell, part: str) -> str:
    return f"{cell.period.name}/{'' if cell.group is None else cell.group}/{part}"


def _order(cell: Cell) -> tuple[bool, date, bool, str]:
    period, group = cell
    return period.begins_on is None, period.begins_on or date.min, group is None, group or ""


def _times(rows: Iterable[Mapping[str, Any]]) -> Mapping[Cell, tuple[list[int], list[bool]]]:
    """The days of the cases in each cell, and whether it had happened then."""
    found: dict[Cell, tuple[list[int], list[bool]]] = defaultdict(lambda: ([], []))
    for row in rows:
        period: Period | None = Period(By.MONTH, row[By.MONTH])
        while period is not None:
            for group in (row["group"], None):
                durations, did = found[Cell(period, group)]
                durations.append(row["days"])
                did.append(row["happened"])
            period = period.part_of
    return found


def _only_on(days: Sequence[int], points: Iterable[Point]) -> list[Point]:
    """The points on these days, each with what happened since the one before."""
    kept, events = [], 0
    for point in points:
        events += point.events
        if point.day in days:
            kept.append(replace(point, events=events))
            events = 0
    return kept


def _lies_within(figure: Figure, begin: date | None, end: date | None) -> bool:
    period = figure.cell.period
    if period.begins_on is None or (begin is not None and period.begins_on < begin):
        return False
    return end is None or _last_day(period) <= end


def _last_day(period: Period) -> date:
    day = period.begins_on
    assert day is not None
    months = {By.MONTH: 1, By.QUARTER: 3, By.YEAR: 12}[period.by]
    following = day.year * 12 + day.month - 1 + months
    return date.fromordinal(date(following // 12, following % 12 + 1, 1).toordinal() - 1)
