"""Measures over a simulated clinic: each gives cases, judged as its kind asks, of the clinic's clients."""

import pytest

from analytics.measures.catalogue import MEASURES
from analytics.measures.measure import Measure
from service.analytics.reading import Readings
from service.bootstrap import System
from service.log.organizations import Organization

each_measure = pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)


@each_measure
async def test_each_case_is_judged_once(system: System, clinic: Organization, measure: Measure) -> None:
    async with Readings(system.pool, system.builds).live(clinic.organization_id) as reading:
        cases = await reading.fetch(measure.cases(reading.sources))

    said = ["organization_id", "client", "case", "counted_on", "group", *measure.judged]
    assert all(list(case.keys()) == said for case in cases)
    assert all(case[name] is not None for case in cases for name in ("client", "case", "counted_on", *measure.judged))
    if measure.name != "adjustments_carried_out":  # of one review there may be several
        asked = [(case["case"], case["group"]) for case in cases]
        assert measure.name in {"lateness", "reviews_on_time"} or len(asked) == len(set(asked))


def test_each_measure_says_all_of_its_definition() -> None:
    names = [measure.name for measure in MEASURES]
    assert len(names) == len(set(names)) == 36
    for measure in MEASURES:
        said = (measure.title, measure.case, measure.numerator, measure.denominator, measure.exclusions)
        assert all((*said, measure.period, measure.source, measure.unit)), measure.name
        assert measure.version >= 1
