"""Rows as they stood: as the projections' rows were when the log had come so far, whatever was recorded since."""

from collections.abc import Mapping
from datetime import date
from itertools import islice
from typing import Any

import pytest

from analytics.catalogue import VIEWS
from analytics.measures.catalogue import MEASURES
from samples.simulation import simulate
from service.analytics.as_of import NoSuchPosition, Past, PastReadings
from service.analytics.reading import Reading, Readings
from service.bootstrap import System
from service.care.importing import import_entries
from service.database.embedded import DatabaseUrls
from service.deployment_keys import key_encryption_keys
from service.log.organizations import Organization
from tests.databases import new_organization
from tests.system import follow

Told = Mapping[str, list[str]]


async def told(reading: Reading) -> Told:
    """Everything that views and measures give, in one order."""
    found: dict[str, Any] = {view.name: await reading.fetch(view.rows(reading.sources)) for view in VIEWS}
    found |= {measure.name: await reading.fetch(measure.cases(reading.sources)) for measure in MEASURES}
    return {name: sorted(map(repr, rows)) for name, rows in found.items()}


@pytest.fixture
def past(system: System, database: DatabaseUrls) -> PastReadings:
    return PastReadings(database.app, key_encryption_keys(system.settings), processes=1)


async def test_rows_stand_as_they_were_shown_then(system: System, database: DatabaseUrls, past: PastReadings) -> None:
    organization_id = await new_organization(database)
    entries = iter(simulate(9, 6, 330, date(2025, 1, 6), date(2025, 12, 31), time_zone="America/Chicago"))
    shown: dict[int, Told] = {}
    while part := list(islice(entries, 120)):
        async for _ in import_entries(system.store, system.keyring, organization_id, part):
            pass
        await follow(system, organization_id)
        async with Readings(system.pool, system.builds).live(organization_id) as reading:
            shown[reading.position] = await told(reading)

    assert len(shown) > 2
    for position, then in shown.items():
        async with past.as_known(organization_id, Past(position)) as reading:
            assert await told(reading) == then, position


async def test_a_position_that_the_log_has_not_reached_is_refused(past: PastReadings, clinic: Organization) -> None:
    with pytest.raises(NoSuchPosition, match="1,000,000"):
        async with past.as_known(clinic.organization_id, Past(1_000_000)):
            pass
