"""Every measure over a simulated clinic, computed a second time in DuckDB from files: equal, to the row."""

from collections.abc import Mapping

import pytest
import pytest_asyncio

from analytics.measures.catalogue import MEASURES
from analytics.measures.measure import Measure
from service.analytics.reading import Readings
from service.bootstrap import System
from service.log.organizations import Organization
from tests.analytics.computed_twice import Cases, computed_twice


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cases(system: System, clinic: Organization, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Cases]:
    """Of each measure, by its name."""
    async with Readings(system.pool, system.builds).live(clinic.organization_id) as reading:
        return await computed_twice(reading, tmp_path_factory.mktemp("parquet"))


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)
async def test_a_second_computation_gives_the_same_cases(cases: Mapping[str, Cases], measure: Measure) -> None:
    assert cases[measure.name].first == cases[measure.name].second
