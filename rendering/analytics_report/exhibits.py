"""Each exhibit as charts and a table of the same figures."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from markupsafe import Markup

from analytics.counting import CURVE_DAYS, By
from analytics.figures import Figures, Period
from analytics.measures.measure import Kind
from rendering.analytics_report import wording
from rendering.analytics_report.charts.bars import Axis, Bar, Bars, bar_charts
from rendering.analytics_report.charts.curves import MOST_LINES, Line, curve_chart
from rendering.analytics_report.families import Exhibit, Told
from rendering.analytics_report.wording import NOT_SHOWN, Shown

_HALF: Final = "Half of them by"


class Rows(NamedTuple):
    """Rows of a table under one heading, each with what it is of and its cells; a single cell is across all columns."""

    heading: str
    measure: str
    """The name of the measure, whose definition it is linked with."""
    rows: tuple[tuple[str, tuple[str, ...]], ...]


class Table(NamedTuple):
    """A table of an exhibit."""

    caption: str
    of: str
    """What its rows are of, such as periods."""
    columns: tuple[str, ...]
    groups: tuple[Rows, ...]


class Drawn(NamedTuple):
    """An exhibit as it stands on the page."""

    title: str
    charts: tuple[Markup, ...]
    table: Table
    notes: tuple[str, ...]
    """What has to be said of this one, beside its definitions."""


class _Row(NamedTuple):
    """A figure, for a chart and for a table."""

    bar: Bar
    cells: tuple[str, ...]


class _Group(NamedTuple):
    """The figures under one heading."""

    heading: str
    measure: str
    rows: tuple[_Row, ...]


def exhibited(name: str, exhibit: Exhibit, told: Mapping[str, Figures], periods: Sequence[Period]) -> Drawn:
    """The exhibit, of these periods; `name` is its own on the page."""
    figures = [told[measure.name] for measure in exhibit.measures]
    asked = () if exhibit.told == Told.AS_IT_STANDS else periods
    notes = tuple(_notes(figures, asked))
    if exhibit.kind == Kind.TIME:
        return _curves(name, exhibit, figures[0], asked, notes)
    groups = [group for each in figures for group in _groups(exhibit, each, asked)]
    drawn = [Bars(group.heading, tuple(row.bar for row in group.rows)) for group in groups]
    axis = Axis(
        exhibit.axis,
        percent=exhibit.kind == Kind.SHARE,
        both_ways=exhibit.kind == Kind.CHANGE,
        points=exhibit.kind == Kind.AMOUNT,
    )
    charts = tuple(map(_drawn, bar_charts(name, exhibit.title, drawn, axis)))
    rows = [
        Rows(group.heading, group.measure, tuple((row.bar.label, row.cells) for row in group.rows)) for group in groups
    ]
    columns = wording.COLUMNS_OF_GROUPS if exhibit.told == Told.OF_EACH_GROUP else wording.COLUMNS[exhibit.kind]
    return Drawn(exhibit.title, charts, Table(f"{exhibit.title}, in numbers", "Period", columns, tuple(rows)), notes)


def _drawn(svg: str) -> Markup:
    return Markup(svg)  # noqa: S704 - made by ElementTree, which escapes what is said in it


def _groups(exhibit: Exhibit, figures: Figures, periods: Sequence[Period]) -> Iterator[_Group]:
    """Those of all cases, and of each group where the exhibit tells of these."""
    measure = figures.measure
    title = measure.title + (f" ({measure.better} is better)" if measure.kind == Kind.CHANGE else "")
    whole = wording.shown_of(figures, periods, None)
    if exhibit.told != Told.OF_EACH_GROUP:
        yield _Group(title, measure.name, tuple(_row(exhibit, each) for each in whole))
    if exhibit.told == Told.ALL_CASES:
        return
    for group in wording.groups_of(figures, periods):
        words, shown = wording.group_words(group), wording.shown_of(figures, periods, group)
        heading = words if len(exhibit.measures) == 1 else f"{title}: {words.lower()}"
        if exhibit.told == Told.OF_EACH_GROUP:
            rows = tuple(_row_of_all(exhibit, part, of) for part, of in zip(shown, whole, strict=True))
        else:
            rows = tuple(_row(exhibit, each) for each in shown)
        yield _Group(heading, measure.name, rows)


def _row(exhibit: Exhibit, shown: Shown) -> _Row:
    figure, kind = shown.figure, exhibit.kind
    label, whole = _label(exhibit, shown)
    bar = Bar(label, wording.said(shown, kind), None, whole=whole)
    if figure is not None:
        bar = bar._replace(value=wording.value_of(figure, kind), low=figure.lower_quartile, high=figure.upper_quartile)
    return _Row(bar, tuple(wording.cells_of(shown, kind)))


def _row_of_all(exhibit: Exhibit, part: Shown, of: Shown) -> _Row:
    """How many of all cases are in the group."""
    label, whole = _label(exhibit, part)
    cases, people = (part.figure.cases, part.figure.people) if part.figure else (0, 0)
    total = of.figure.cases if of.figure else 0
    if total == 0:
        return _Row(Bar(label, wording.NO_CASE, None, whole=whole), (wording.NO_CASE,))
    share = None if cases is None else 0.0 if cases == 0 else None if total is None else cases / total
    words = NOT_SHOWN if share is None else wording.percent(share)
    said = NOT_SHOWN if share is None else f"{words} ({wording.number(cases)})"
    cells = (NOT_SHOWN,) if cases is None else (wording.number(cases), wording.number(people), words)
    return _Row(Bar(label, said, share, whole=whole), cells)


def _label(exhibit: Exhibit, shown: Shown) -> tuple[str, bool]:
    """What a row is of, and whether it is of all periods."""
    if exhibit.told == Told.AS_IT_STANDS:
        return "At this moment", False
    return wording.period_words(shown.period), shown.whole


def _curves(name: str, exhibit: Exhibit, figures: Figures, periods: Sequence[Period], notes: tuple[str, ...]) -> Drawn:
    whole, *of_periods = reversed(wording.shown_of(figures, periods, None))
    # The latest are drawn, where there are many; the table tells of all.
    lines = [_line(each) for each in (whole, *of_periods[:MOST_LINES]) if _has_points(each)]
    rows = [
        Rows(wording.period_words(each.period), figures.measure.name, tuple(_days(each)))
        for each in (*reversed(of_periods), whole)
    ]
    told = " ".join(f"{group.heading}: {'; '.join(_in_words(*row) for row in group.rows)}." for group in rows)
    charts = (_drawn(curve_chart(f"{name}-1", exhibit.title, told, lines, exhibit.axis)),) if lines else ()
    columns = wording.COLUMNS[Kind.TIME]
    return Drawn(
        exhibit.title, charts, Table(f"{exhibit.title}, in numbers", "Days since intake", columns, tuple(rows)), notes
    )


def _has_points(shown: Shown) -> bool:
    return bool(shown.figure and shown.figure.curve and shown.figure.curve.points)


def _line(shown: Shown) -> Line:
    assert shown.figure is not None
    curve = shown.figure.curve
    assert curve is not None
    remaining = {0: wording.number(curve.people)}
    remaining |= {day: "–" if point is None else f"{point.remaining:,}" for day, point in curve.at.items()}
    return Line(wording.period_words(shown.period), curve.points, remaining, whole=shown.whole)


def _days(shown: Shown) -> Iterator[tuple[str, tuple[str, ...]]]:
    """A row for each day on which every curve is told, and one that says by when it had happened to half."""
    figure = shown.figure
    if figure is None or figure.curve is None:
        yield "0", (wording.NO_CASE if figure is None else NOT_SHOWN,)
        return
    yield "0", ("100%", wording.number(figure.curve.people))
    for day in CURVE_DAYS:
        point = figure.curve.at[day]
        if point is None:
            yield f"{day}", (NOT_SHOWN,)
        else:
            yield f"{day}", (wording.share_of_points(point), wording.number(point.remaining))
    yield _HALF, (wording.median_words(figure.curve),)


def _in_words(day: str, cells: tuple[str, ...]) -> str:
    if day == _HALF:
        return f"{day.lower()} {cells[0]}"
    return f"day {day} {cells[0]}" + (f", {cells[1]} remaining" if len(cells) > 1 else "")


def _notes(figures: Sequence[Figures], periods: Sequence[Period]) -> Iterator[str]:
    """Which measures are told of longer periods than were asked for, and why."""
    longer: dict[By, list[str]] = {}
    for each in figures:
        if periods and each.by != periods[0].by:
            longer.setdefault(each.by, []).append(each.measure.title)
    for by, titles in longer.items():
        told = "all periods together" if by == By.ALL else f"the whole {by} around, as far as it is known"
        yield f"By {periods[0].by} there would be too many small numbers. Told of {told}: {'; '.join(titles)}."
