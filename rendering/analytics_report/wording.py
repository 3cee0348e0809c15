"""How figures are said, the same in charts, tables and descriptions."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from analytics.counting import By, Unknown
from analytics.figures import ALL, Cell, Figure, Figures, Period
from analytics.measures.measure import Kind
from analytics.report_periods import last_day
from analytics.survival import Curve, Point
from rendering.formatting import words

NOT_SHOWN: Final = "not shown"
NO_CASE: Final = "no case"


class Shown(NamedTuple):
    """A figure of a period, or the place of one: None where there is no case."""

    period: Period
    figure: Figure | None

    @property
    def whole(self) -> bool:
        """Whether it is of all periods."""
        return self.period == ALL


def shown_of(figures: Figures, periods: Iterable[Period], group: str | None) -> list[Shown]:
    """The figures of these periods and of all; of longer periods where small cells would fill a table of these."""
    by_cell = {each.cell: each for each in figures.figures}
    found = [Shown(period, by_cell.get(Cell(period, group))) for period in told_periods(figures, periods)]
    return [*found, Shown(ALL, by_cell.get(Cell(ALL, group)))]


def told_periods(figures: Figures, periods: Iterable[Period]) -> list[Period]:
    """The periods themselves or, where the measure is told by longer ones, those in which they lie."""
    longer: dict[Period, None] = {}
    for period in periods:
        in_which: Period | None = period
        while in_which is not None and in_which.by != figures.by:
            in_which = in_which.part_of
        if in_which is not None and in_which != ALL:
            longer[in_which] = None
    return list(longer)


def groups_of(figures: Figures, periods: Iterable[Period]) -> list[str]:
    """The groups of which there is something to tell, by name: by size would tell of sizes that are hidden."""
    told = {*told_periods(figures, periods), ALL}
    groups = {each.cell.group for each in figures.figures if each.cell.group and each.cell.period in told}
    return sorted(groups, key=lambda group: (group == Unknown.UNKNOWN, group))


def period_words(period: Period) -> str:
    """As Jul 2026, 2026 Q3, 2026 or All periods."""
    day = period.begins_on
    if day is None:
        return "All periods"
    return {By.MONTH: f"{day:%b %Y}", By.QUARTER: f"{day.year} Q{(day.month + 2) // 3}", By.YEAR: f"{day.year}"}[
        period.by
    ]


def span_words(periods: tuple[Period, ...]) -> str:
    """From the first day to the last."""
    first, last = periods[0].begins_on, last_day(periods[-1])
    assert first is not None
    return f"{first.day} {first:%B %Y} to {last.day} {last:%B %Y}"


def group_words(group: str) -> str:
    """A group as a heading."""
    return words(group).capitalize()


def percent(share: float) -> str:
    """As 67%."""
    return f"{share:.0%}"


def amount(value: float) -> str:
    """As 1,203 or 4.2."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.1f}"


def change(value: float) -> str:
    """With its sign, as +0.15 or −3.0."""
    digits = 2 if abs(value) < 1 else 1
    return f"{value:+,.{digits}f}".replace("-", "−")


def number(count: int | None) -> str:
    """A count, or that it is not shown."""
    return NOT_SHOWN if count is None else f"{count:,}"


def share_of_points(point: Point) -> str:
    """The share on a day, with its interval where it has one."""
    if point.lower is None or point.upper is None:
        return percent(point.survival)
    return f"{percent(point.survival)} ({point.lower * 100:.0f}–{point.upper * 100:.0f}%)"


def median_words(curve: Curve) -> str:
    """The day by which it had happened to half, where that is told."""
    median = curve.median
    if median is None:
        return "not reached or not shown"
    ends = ("…" if end is None else f"{end:,}" for end in (median.lower, median.upper))
    return f"day {median.days:,} ({'–'.join(ends)})"


def said(shown: Shown, kind: Kind) -> str:
    """A figure in a few words, as beside its bar."""
    figure = shown.figure
    if figure is None:
        return NO_CASE
    value = value_of(figure, kind)
    if value is None:
        return NOT_SHOWN
    if kind == Kind.SHARE:
        return f"{percent(value)} of {number(figure.cases)}"
    if kind == Kind.CHANGE:
        return f"{change(value)} ({number(figure.cases)})"
    assert figure.lower_quartile is not None
    assert figure.upper_quartile is not None
    return f"{amount(value)} ({amount(figure.lower_quartile)}–{amount(figure.upper_quartile)})"


def value_of(figure: Figure, kind: Kind) -> float | None:
    """What a bar shows: the share, the median or the mean change."""
    return {Kind.SHARE: figure.share, Kind.AMOUNT: figure.median, Kind.CHANGE: figure.mean, Kind.TIME: None}[kind]


def cells_of(shown: Shown, kind: Kind) -> Iterator[str]:
    """A figure as cells of a table, under the columns of its kind, or one cell that says why there are none."""
    figure = shown.figure
    if figure is None or figure.hidden:
        yield NO_CASE if figure is None else NOT_SHOWN
        return
    yield number(figure.cases)
    yield number(figure.people)
    if kind == Kind.SHARE:
        yield number(figure.parts["met"])
        yield from _each((figure.share,), percent)
    elif kind == Kind.AMOUNT:
        yield from _each((figure.lower_quartile, figure.median, figure.upper_quartile), amount)
    else:
        yield from _each((figure.mean,), change)
        yield from (number(figure.parts[part]) for part in ("up", "same", "down"))


def _each(values: Iterable[float | None], told: Callable[[float], str]) -> Iterator[str]:
    return (NOT_SHOWN if value is None else told(value) for value in values)


COLUMNS: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.SHARE: ("Cases", "Clients", "Numerator", "Share"),
    Kind.AMOUNT: ("Cases", "Clients", "Lower quartile", "Median", "Upper quartile"),
    Kind.CHANGE: ("Cases", "Clients", "Mean change", "Up", "Same", "Down"),
    Kind.TIME: ("Share (95% interval)", "Remaining"),
}
"""The columns of a table of each kind, after what the row is of."""

COLUMNS_OF_GROUPS: Final = ("Cases", "Clients", "Share of all")
"""Those of how many of all cases are in each group."""
