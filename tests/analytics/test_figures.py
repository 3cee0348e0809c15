"""Figures over a simulated clinic: what SQL counts is what one by one counting gives, and small cells are hidden."""

import statistics
from collections import defaultdict

import asyncpg
import pytest

from analytics.counting import By
from analytics.figures import ALL, Cell, Figure
from analytics.measures.catalogue import MEASURES
from analytics.measures.measure import Kind, Measure
from service.analytics.figures import figures_of
from service.analytics.reading import Readings
from service.bootstrap import System
from service.log.organizations import Organization

each_measure = pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)


@each_measure
async def test_figures_are_what_counting_the_cases_one_by_one_gives(
    system: System, clinic: Organization, measure: Measure
) -> None:
    async with Readings(system.pool, system.builds).live(clinic.organization_id) as reading:
        cases = await reading.fetch(measure.cases(reading.sources))
        told = await figures_of(reading, measure, By.MONTH, smallest=1)

    by_cell: dict[tuple[str, str | None], list[asyncpg.Record]] = defaultdict(list)
    for case in cases:
        for period in (f"{case['counted_on']:%Y-%m}", "all") if told.by == By.MONTH else ("all",):
            for group in (case["group"] or "unknown", None):
                by_cell[period, group].append(case)
    figures = {(each.cell.period.name, each.cell.group): each for each in told.figures}
    assert {key for key in figures if told.by == By.MONTH or key[0] == "all"} == by_cell.keys()
    for key, inside in by_cell.items():
        _is_what_counting_gives(figures[key], inside, measure.kind)


def _is_what_counting_gives(figure: Figure, cases: list[asyncpg.Record], kind: Kind) -> None:
    assert figure.cases == len(cases)
    assert figure.people == len({case["client"] for case in cases})
    if kind == Kind.SHARE:
        met = sum(case["met"] for case in cases)
        assert figure.parts == {"met": met, "rest": len(cases) - met}
        assert figure.share == pytest.approx(met / len(cases))
        return
    if kind == Kind.TIME:
        assert figure.curve is not None
        assert figure.curve.people == len(cases)
        assert all(figure.curve.at.values())
        return
    values = [case["value"] for case in cases]
    if kind == Kind.CHANGE:
        assert figure.mean == pytest.approx(statistics.fmean(values))
        assert figure.parts == {
            "up": sum(value > 0 for value in values),
            "down": sum(value < 0 for value in values),
            "same": sum(value == 0 for value in values),
        }
        return
    quartiles = statistics.quantiles(values, method="inclusive") if len(values) > 1 else values * 3
    assert [figure.lower_quartile, figure.median, figure.upper_quartile] == pytest.approx(quartiles)


async def test_a_clinic_of_twelve_people_is_told_of_as_a_whole(system: System, clinic: Organization) -> None:
    measure = next(each for each in MEASURES if each.name == "attendance")
    async with Readings(system.pool, system.builds).live(clinic.organization_id) as reading:
        told = await figures_of(reading, measure, By.MONTH, smallest=11)

    assert {each.cell for each in told.figures if not each.hidden} <= {
        Cell(period, None) for period in {each.cell.period for each in told.figures}
    }
    (whole,) = (each for each in told.figures if each.cell == Cell(ALL, None))
    assert whole.people == 12
    assert all(each.people is None or each.people >= 11 for each in told.figures)
