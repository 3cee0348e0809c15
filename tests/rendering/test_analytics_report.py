"""The report as a page, over made-up figures: what is hidden stays hidden, and everybody can read the charts."""

import itertools
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

import pytest

from analytics.counting import CURVE_DAYS, PARTS, By
from analytics.figures import ALL, Cell, Figure, Figures, Period
from analytics.measures.catalogue import MEASURES
from analytics.measures.measure import Kind, Measure
from analytics.survival import Curve, Median, Point
from rendering.analytics_report.exhibits import exhibited
from rendering.analytics_report.families import FAMILIES
from rendering.analytics_report.report import ReportOf, analytics_report
from rendering.html import NOTHING_FROM_ELSEWHERE
from tests.rendering.reading_pages import said, tree

Q3 = Period(By.QUARTER, date(2026, 7, 1))
OF = ReportOf(
    "Harbor Lane <script>alert(1)</script>",
    (Q3,),
    4_812,
    datetime(2026, 11, 2, 15, 0, tzinfo=UTC),
    ZoneInfo("America/Chicago"),
    smallest=11,
    erased=3,
)
SVG = "{http://www.w3.org/2000/svg}"
FILLED = "#0b5563"
EXHIBITS = {exhibit.title: exhibit for family in FAMILIES for exhibit in family.exhibits}
ATTENDED, BARRIERS, TIME_IN_CARE = (
    EXHIBITS[title] for title in ("Sessions attended", "What stood in the way", "Time in care")
)


def figure(cell: Cell, kind: Kind, cases: int = 120) -> Figure:
    """A figure of that kind, all of it told."""
    told = Figure(cell, cases, cases - 20, {})
    at = {day: Point(day, 12, cases - day // 5, 1 - day / 730, 0.4, 0.99) for day in CURVE_DAYS}
    return {
        Kind.SHARE: replace(told, parts={"met": cases // 4, "rest": cases - cases // 4}, share=0.25),
        Kind.AMOUNT: replace(told, lower_quartile=3.5, median=26.0, upper_quartile=71.25),
        Kind.CHANGE: replace(told, parts={"up": 40, "down": 60, "same": 20}, mean=-2.5),
        Kind.TIME: replace(told, curve=Curve(cases, tuple(at.values()), {**at}, Median(365, 180, None))),
    }[kind]


def hidden(cell: Cell, kind: Kind) -> Figure:
    """A figure of which nothing is told."""
    return Figure(cell, None, None, {} if kind == Kind.TIME else dict.fromkeys(PARTS[kind].conditions))


def figures_of(measure: Measure, *groups: str) -> Figures:
    """The quarter's are hidden, those of all periods told."""
    cells = [Cell(period, group) for group in (*groups, None) for period in (Q3, ALL)]
    made = tuple((hidden if cell.period == Q3 else figure)(cell, measure.kind) for cell in cells)
    return Figures(measure, By.QUARTER, 11, made)


@pytest.fixture(scope="module")
def told() -> Mapping[str, Figures]:
    return {measure.name: figures_of(measure, "a<b & c", "unknown") for measure in MEASURES}


@pytest.fixture(scope="module")
def html(told: Mapping[str, Figures]) -> str:
    return analytics_report(OF, told)


@pytest.fixture(scope="module")
def charts(html: str) -> list[Element]:
    return list(tree(html).iter(f"{SVG}svg"))


def test_every_measure_is_told_once_and_defined() -> None:
    in_families = [measure.name for family in FAMILIES for measure in family.measures]
    assert sorted(in_families) == sorted(measure.name for measure in MEASURES)
    assert [family.name for family in FAMILIES] == [*dict.fromkeys(family.name for family in FAMILIES)]


def test_it_says_what_it_is_of(html: str) -> None:
    words = said(html)
    for told in (
        "Harbor Lane <script>alert(1)</script>, 1 July 2026 to 30 September 2026",
        "At position 4,812 of the log; what has passed by then is judged by 2 November 2026 at 09:00:00 (America/",
        "A figure of fewer than 11 people is not shown",
        "3 clients were erased from the record.",
    ):
        assert told in words
    for measure in MEASURES:
        assert f"{measure.name}, version {measure.version}" in words
        for part in (measure.numerator, measure.denominator, measure.exclusions, measure.period, measure.source):
            assert " ".join(part.split()) in words


def test_of_nothing_there_are_no_charts_and_the_page_says_so() -> None:
    nothing = {measure.name: Figures(measure, By.QUARTER, 11, ()) for measure in MEASURES}

    html = analytics_report(replace(OF, moment=datetime(2026, 9, 30, 12, tzinfo=UTC), erased=0), nothing)

    assert not [*tree(html).iter(f"{SVG}svg")]
    words = said(html)
    assert words.count("There is nothing to draw") == sum(len(family.exhibits) for family in FAMILIES)
    assert "In care after 30 days 2026 Q3 no case All periods no case" in words
    assert "The period was not over then" in words
    assert "No client was erased" in words


def test_charts_say_what_they_show(charts: list[Element]) -> None:
    assert len(charts) == sum(len(family.exhibits) for family in FAMILIES)
    for chart in charts:
        assert chart.get("role") == "img"
        parts = {
            each.get("id"): each for each in (chart.find(f"{SVG}title"), chart.find(f"{SVG}desc")) if each is not None
        }
        assert [*parts] == chart.get("aria-labelledby", "").split()
        title, description = ("".join(each.itertext()) for each in parts.values())
        assert title
        assert "All periods" in description or "At this moment" in description
    attended = next(each for each in charts if "Sessions attended" in "".join(each.itertext()))
    described = "".join(attended.find(f"{SVG}desc").itertext())  # type: ignore[union-attr]
    assert "Sessions attended: 2026 Q3 not shown; All periods 25% of 120. A<b & c: 2026 Q3 not shown" in described


def test_what_is_hidden_is_neither_drawn_nor_told(html: str, charts: list[Element]) -> None:
    """The quarter is hidden everywhere, so no filled bar is there; what has no period stands as it does."""
    of_periods = [each for each in charts if "At this moment" not in "".join(each.itertext())]
    for chart in of_periods:
        hatches = {path for pattern in chart.iter(f"{SVG}pattern") for path in pattern}
        assert not [each for each in chart.iter(f"{SVG}path") if each.get("fill") == FILLED and each not in hatches]
    rows = [row for row in tree(html).iter("tr") if (row.find("th") is not None and row.find("th").text == "2026 Q3")]  # type: ignore[union-attr]
    assert rows
    assert {"".join(cell.itertext()) for row in rows for cell in row.iter("td")} == {"not shown"}


def test_a_part_that_is_hidden_takes_the_share_with_it(told: Mapping[str, Figures]) -> None:
    of_all = figure(Cell(ALL, None), Kind.SHARE, cases=4_321)
    part = replace(of_all, parts={"met": None, "rest": None}, share=None)
    attendance = replace(told["attendance"], figures=(part,))

    drawn = exhibited("x", ATTENDED, {"attendance": attendance}, [Q3])

    assert drawn.charts == ()
    assert drawn.table.groups[0].rows == (
        ("2026 Q3", ("no case",)),
        ("All periods", ("4,321", "4,301", "not shown", "not shown")),
    )


def test_of_a_group_of_all_cases_nothing_is_told_that_would_tell_what_is_hidden(told: Mapping[str, Figures]) -> None:
    """Neither a share of a total that is hidden, nor one of a group that is; of none the share is nothing."""
    cells = {Cell(period, group) for period in (Q3, ALL) for group in ("rent", None)}
    made = [
        figure(cell, Kind.SHARE) if cell in {Cell(Q3, "rent"), Cell(ALL, None)} else hidden(cell, Kind.SHARE)
        for cell in cells
    ]
    barriers = replace(told["barriers_behind_misses"], figures=(*made, figure(Cell(ALL, "food"), Kind.SHARE, cases=30)))

    drawn = exhibited("x", BARRIERS, {barriers.measure.name: barriers}, [Q3])

    assert [(group.heading, group.rows) for group in drawn.table.groups] == [
        ("Food", (("2026 Q3", ("0", "0", "0%")), ("All periods", ("30", "10", "25%")))),
        ("Rent", (("2026 Q3", ("120", "100", "not shown")), ("All periods", ("not shown",)))),
    ]


def test_longer_periods_stand_for_those_of_which_there_is_too_little(told: Mapping[str, Figures]) -> None:
    whole = Period(By.YEAR, date(2026, 1, 1))
    measure = told["time_in_care"].measure
    yearly = Figures(measure, By.YEAR, 11, tuple(figure(Cell(each, None), Kind.TIME) for each in (whole, ALL)))

    drawn = exhibited("x", TIME_IN_CARE, {measure.name: yearly}, [Q3])

    (note,) = drawn.notes
    assert note.endswith(f"Told of the whole year around, as far as it is known: {measure.title}.")
    assert [group.heading for group in drawn.table.groups] == ["2026", "All periods"]
    assert drawn.table.groups[0].rows[1:] == (
        ("30", ("96% (40–99%)", "114")),
        ("90", ("88% (40–99%)", "102")),
        ("180", ("75% (40–99%)", "84")),
        ("365", ("50% (40–99%)", "47")),
        ("Half of them by", ("day 365 (180–…)",)),
    )


def test_a_chart_that_would_not_fit_on_a_page_is_divided_and_drawn_again_the_same(told: Mapping[str, Figures]) -> None:
    """Each part has the scale of all."""
    attendance = figures_of(told["attendance"].measure, *(f"kind {number:02}" for number in range(14)))

    first, again = (exhibited("x", ATTENDED, {"attendance": attendance}, [Q3]) for _ in range(2))

    assert first.charts == again.charts
    titles = [ElementTree.fromstring(each).findtext(f"{SVG}title") for each in first.charts]  # noqa: S314
    assert titles == ["Sessions attended (1 of 2)", "Sessions attended (2 of 2)"]


def test_pages_keep_their_policy_and_hold_no_markup_of_others(html: str) -> None:
    root = tree(html)
    assert not any(
        each.tag.rpartition("}")[2] in {"script", "image", "foreignObject", "a:script"} for each in root.iter()
    )
    assert not any("style" in each.attrib or any(name.startswith("on") for name in each.attrib) for each in root.iter())
    styles = [each.text or "" for each in root.iter() if each.tag.rpartition("}")[2] == "style"]
    digests = [b64encode(sha256(style.encode()).digest()).decode() for style in styles]
    assert all(f"'sha256-{digest}'" in NOTHING_FROM_ELSEWHERE for digest in digests)
    addresses = [each.attrib["href"] for each in root.iter() if "href" in each.attrib]
    ids = [each.attrib["id"] for each in root.iter() if "id" in each.attrib]
    assert len(ids) == len({*ids})
    assert {address.removeprefix("#") for address in addresses} <= {*ids}
    assert {
        found for each in root.iter() for value in each.attrib.values() for found in re.findall(r"url\(#(.+?)\)", value)
    } <= {*ids}


def test_headings_and_tables_can_be_found_by_ear(html: str) -> None:
    root = tree(html)
    levels = [int(each.tag[1]) for each in root.iter() if each.tag in {"h1", "h2", "h3", "h4"}]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    for table in root.iter("table"):
        assert table.find("caption") is not None
        assert all(head.get("scope") in {"col", "row", "rowgroup"} for head in table.iter("th"))
        assert {*_widths(table)} == {len(table.findall("thead/tr/th"))}


def _widths(table: Element) -> Iterator[int]:
    for row in table.iter("tr"):
        yield sum(int(cell.get("colspan", "1")) for cell in row)
