"""Every measure over a simulated clinic, computed a second time in DuckDB from an export of Parquet: to the row."""

from collections.abc import Mapping

import asyncpg
import pytest
import pytest_asyncio

from analytics.measures.catalogue import MEASURES
from analytics.measures.measure import Measure
from service.access.access_records import by_operator
from service.analytics.exports.export import Wanted
from service.analytics.exports.formats import Format
from service.bootstrap import System
from service.log.organizations import Organization
from tests.analytics.computed_twice import Cases, computed_from_an_export


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cases(
    system: System,
    clinic: Organization,
    analyst: "asyncpg.Connection[asyncpg.Record]",
    tmp_path_factory: pytest.TempPathFactory,
) -> Mapping[str, Cases]:
    """Of each measure, by its name."""
    role_name = await analyst.fetchval("select current_user::text")
    folder = tmp_path_factory.mktemp("exports") / "clinic"
    access = by_operator(clinic.organization_id, "a test")
    await system.analytics_exports.write(Wanted(Format.PARQUET, analyst=role_name), [access], folder)
    async with system.readings.live(clinic.organization_id) as reading:
        return await computed_from_an_export(reading, folder, role_name)


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)
async def test_a_second_computation_gives_the_same_cases(cases: Mapping[str, Cases], measure: Measure) -> None:
    assert cases[measure.name].first == cases[measure.name].second
