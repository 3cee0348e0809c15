"""Figures of cells of which many are small: what is told does not give them away, whichever periods are asked."""

import random
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest

from analytics.counting import CASES, CURVE_DAYS, By, people
from analytics.figures import ALL, Cell, Figure, Figures, Period, Rows, figures
from analytics.measures.attendance import ATTENDANCE
from analytics.measures.recovery import RETURN_TO_USE
from tests.analytics.tables import crossed, derived

Counts = Sequence[Mapping[str, Any]]


def counted(months: int, groups: str, usual: int) -> Counts:
    """Made-up cases of as many people: months of a year, in groups of which each has fewer than the one before."""
    dice = random.Random(3)
    cells: dict[Cell, dict[str, int]] = {}
    for month in range(months):
        for place, group in enumerate(groups):
            parts = {part: dice.randint(usual // 2, usual) // (place + 1) for part in ("met", "rest")}
            period: Period | None = Period(By.MONTH, date(2025 + month // 12, month % 12 + 1, 1))
            while period:
                for cell in (Cell(period, group), Cell(period, None)):
                    row = cells.setdefault(cell, dict.fromkeys((CASES, "met", "rest"), 0))
                    for part in row:
                        row[part] += sum(parts.values()) if part == CASES else parts[part]
                period = period.part_of
    return [
        {by.value: cell.period.begins_on if cell.period.by == by else None for by in By if by != By.ALL}
        | {"group": cell.group}
        | row
        | {people(part): count for part, count in row.items()}
        for cell, row in cells.items()
    ]


def shown(told: Figures) -> dict[Cell, Figure]:
    return {each.cell: each for each in told.figures}


def test_the_same_is_hidden_whichever_periods_are_asked() -> None:
    rows = Rows(counted(12, "abc", 40))
    by_month, by_quarter, by_all = (figures(ATTENDANCE, rows, by, 11) for by in (By.MONTH, By.QUARTER, By.ALL))

    assert "c" in {each.cell.group for each in by_month.figures if each.share is None}
    assert shown(by_month)[Cell(ALL, None)].share is not None
    for other in (by_quarter, by_all):
        assert shown(other)[Cell(ALL, None)] == shown(by_month)[Cell(ALL, None)]
    for quarter in by_quarter.figures:
        months = [each for each in by_month.figures if each.cell == quarter.cell._replace(period=each.cell.period)]
        inside = [each.share for each in months if each.cell.period.part_of == quarter.cell.period]
        assert quarter.share is None or inside.count(None) != 1


def test_all_that_can_be_asked_gives_no_small_cell_away() -> None:
    """Whoever asks for months, quarters, years and all, and adds and subtracts, numerators and the rest among it."""
    months = [f"2025-{month:02}" for month in range(1, 13)]
    quarters = {f"2025-Q{number + 1}": months[3 * number : 3 * number + 3] for number in range(4)}
    rows = counted(12, "abc", 40)
    by_month = {(row["month"].strftime("%Y-%m"), row["group"]): row for row in rows if row["month"] and row["group"]}
    details = [((*key, part), row[part]) for key, row in by_month.items() for part in ("met", "rest")]
    levels = [
        quarters | {"2025": list(quarters), "all": ["2025"]},
        {"every": ["a", "b", "c"]},
        {"cases": ["met", "rest"]},
    ]
    cells, sums = crossed(details, levels)
    told: dict[str, int | None] = {}
    for by in By:
        for each in figures(ATTENDANCE, Rows(rows), by, 11).figures:
            place = f"{each.cell.period.name}/{each.cell.group or 'every'}"
            told |= {f"{place}/{part}": count for part, count in {**each.parts, "cases": each.cases}.items()}

    small = {name for name, count in cells.items() if 0 < count < 11}
    assert told.keys() == cells.keys()
    assert len(small) > 5
    assert all(count in {None, cells[name]} for name, count in told.items())
    assert not small & {name for name, count in told.items() if count is not None}
    assert not small & derived(told, sums).keys()


def test_a_share_is_hidden_with_its_numerator() -> None:
    told = figures(ATTENDANCE, Rows(counted(12, "abc", 40)), By.MONTH, 11)
    for each in told.figures:
        assert (each.share is None) == (each.parts["met"] is None)
        assert (each.parts["met"] is None) == (each.parts["rest"] is None) or each.cases is None


def test_periods_within_bounds_are_told_and_never_added_up_anew() -> None:
    told = figures(ATTENDANCE, Rows(counted(12, "abc", 400)), By.QUARTER, 11)
    some = told.within(date(2025, 2, 1), date(2025, 9, 30)).of_group("a")
    assert [each.cell.period.name for each in some.figures] == ["2025-Q2", "2025-Q3"]
    assert all(each == shown(told)[each.cell] for each in some.figures)
    assert [each.cell.period.name for each in told.of_group("a").figures][-1] == "all"


@pytest.mark.parametrize(("months", "usual", "by"), [(12, 400, By.MONTH), (36, 30, By.QUARTER), (480, 30, By.YEAR)])
def test_a_table_that_is_too_large_begins_with_longer_periods(months: int, usual: int, by: By) -> None:
    assert figures(ATTENDANCE, Rows(counted(months, "abcd", usual)), By.MONTH, 11).by == by


def test_a_curve_ends_before_what_would_tell_of_a_few() -> None:
    """40 people: to 15 it happened on day 20, to 3 on day 80; 22 are seen for long."""
    days = [(20, True)] * 15 + [(80, True)] * 3 + [(400, False)] * 22
    row = {"month": None, "quarter": None, "year": None, "group": None, CASES: 40, people(CASES): 40}
    for day in CURVE_DAYS:
        parts = {
            f"happened_{day}": {30: 15, 90: 3}.get(day, 0),
            f"unseen_{day}": 0,
            f"remaining_{day}": 25 if day == 30 else 22,
        }
        row |= parts | {people(part): count for part, count in parts.items()}
    times = [{"month": date(2025, 1, 1), "group": "a", "days": day, "happened": did} for day, did in days]
    (figure,) = figures(RETURN_TO_USE, Rows([row], times=times), By.ALL, 11).figures

    assert figure.curve is not None
    assert [(point.day, point.events, point.remaining) for point in figure.curve.points] == [(20, 15, 25), (30, 0, 25)]
    assert figure.curve.at[30] is not None
    assert figure.curve.at[30].survival == pytest.approx(0.625)
    assert figure.curve.at[90] is None
    assert figure.curve.median is None
