"""The report over a simulated clinic: what it is of, that it names nobody, and what is recorded of it."""

import re
from datetime import date

import pytest

from analytics.counting import By
from analytics.measures.catalogue import MEASURES
from analytics.report_periods import PeriodsRefused
from service.access.access_records import by_operator
from service.analytics.reports import WantedReport
from service.bootstrap import System
from service.database.connection import scoped
from service.log.organizations import Organization
from tests.rendering.reading_pages import elements, said

UUIDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


async def test_the_report_says_what_it_is_of_and_names_nobody(system: System, clinic: Organization) -> None:
    told: list[int] = []
    wanted = WantedReport(date(2025, 1, 1), date(2025, 12, 31), By.YEAR)

    made = await system.analytics_reports.make(by_operator(clinic.organization_id, "a test"), wanted, told.append)

    async with scoped(system.pool, clinic.organization_id) as connection:
        position = await connection.fetchval("select max(position) from log.event")
        kept = await connection.fetchrow(
            "select what, operation, position, clients from access.access_record order by record_id desc limit 1"
        )
    assert kept
    assert tuple(kept) == ("analytics", "a test", position, 0)
    assert f"{clinic.name}, 1 January 2025 to 31 December 2025" in said(made.html)
    assert f"At position {position:,} of the log" in said(made.html)
    assert made.position == position
    assert "script" not in elements(made.html)
    assert not UUIDS.search(made.html)
    assert told == [*range(1, len(MEASURES) + 1)]


async def test_what_are_no_whole_periods_is_refused_before_anything_is_counted(
    system: System, clinic: Organization
) -> None:
    told: list[int] = []
    wanted = WantedReport(date(2025, 1, 15), date(2025, 3, 31))

    with pytest.raises(PeriodsRefused, match="2025-01-15 to 2025-03-31 are no whole quarters"):
        await system.analytics_reports.make(by_operator(clinic.organization_id, "a test"), wanted, told.append)

    assert told == []
