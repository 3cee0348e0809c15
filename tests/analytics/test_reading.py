"""Readings: all rows as of one position, or none."""

import pytest

from analytics.catalogue import VIEWS
from service.analytics.reading import Readings, RowsNotReady
from service.bootstrap import System
from service.database.connection import scoped
from service.following.cursors import place
from service.log.organizations import Organization


async def test_a_reading_tells_every_view_as_of_the_last_event(system: System, clinic: Organization) -> None:
    async with Readings(system.pool, system.builds).live(clinic.organization_id) as reading:
        rows = {view.name: len(await reading.fetch(view.rows(reading.sources))) for view in VIEWS}

    head = await system.store.log_head(clinic.organization_id)
    last = await system.store.log(clinic.organization_id, after=head - 1, limit=1)
    assert (reading.position, reading.moment) == (head, last[0].recorded_at)
    assert rows["clients"] == 12


async def test_what_is_behind_is_waited_for_and_named(system: System, clinic: Organization) -> None:
    organization_id, readings = clinic.organization_id, Readings(system.pool, system.builds)
    head = await system.store.log_head(organization_id)
    signals = await system.builds.to_read("signals")
    assert signals
    async with scoped(system.pool, organization_id) as connection:
        await place(connection, organization_id, signals.schema, head - 1)

    with pytest.raises(RowsNotReady, match=f"signals at {head - 1:,}"):
        async with readings.live(organization_id, seconds=0):
            pass

    await system.follower().follow(organization_id)
    async with readings.live(organization_id) as reading:
        assert reading.position == head
