"""The report of an organization's measures, over its rows as of one position."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from analytics.counting import By
from analytics.figures import Figures
from analytics.measures.catalogue import MEASURES
from analytics.report_periods import report_periods
from rendering.analytics_report.report import ReportOf, analytics_report
from service.access.access_records import Access, Asked
from service.analytics.figures import Read, figures_of, require, smallest_cell
from service.care.accesses import Accesses
from service.log.organizations import Organizations

Progress = Callable[[int], None]
"""Is told for how many measures the figures are made."""


@dataclass(frozen=True, slots=True)
class WantedReport:
    """Of which time, and told by which periods; what is not said is the last full quarter or year."""

    first: date | None = None
    last: date | None = None
    by: By = By.QUARTER


class MadeReport(NamedTuple):
    """A report as a page, and of which position it is."""

    position: int
    html: str


class AnalyticsReports:
    """Makes reports. Each keeps an access record before it is handed out."""

    def __init__(self, read: Read, organizations: Organizations, accesses: Accesses) -> None:
        self._read = read
        self._organizations = organizations
        self._accesses = accesses
        # Making one keeps a processor busy for a while: others are served meanwhile, and reports one after another.
        self._one_at_a_time = asyncio.Semaphore(1)

    async def make(
        self, access: Access, wanted: WantedReport, tell: Progress = lambda done: None, read: Read | None = None
    ) -> MadeReport:
        """The report, of figures that are as of one position: as the rows are or, by `read`, as they stood.

        Raises PeriodsRefused, FiguresMissing, RowsNotReady, NoLegalGround, NotConsented and AccessNotRecorded.
        """
        require()
        self._accesses.begin_with_many(access)
        organization = await self._organizations.of_id(access.organization_id)
        smallest = await smallest_cell(self._organizations, access.organization_id)
        zone = ZoneInfo(organization.time_zone)
        async with self._one_at_a_time, (read or self._read)(access.organization_id) as reading:
            today = reading.moment.astimezone(zone).date()
            periods = report_periods(wanted.first, wanted.last, wanted.by, today)
            erased = await reading.erased_clients()
            told: dict[str, Figures] = {}
            for done, measure in enumerate(MEASURES, 1):
                told[measure.name] = await figures_of(reading, measure, wanted.by, smallest)
                tell(done)
            of = ReportOf(
                organization.name, periods, reading.position, reading.moment, zone, smallest, erased, reading.parked
            )
        asked = Asked("analytics", {"report": wanted.by, "from": str(wanted.first), "to": str(wanted.last)})
        await self._accesses.keep(access, asked, (), position=of.position, under_pseudonyms=True)
        return MadeReport(of.position, await asyncio.to_thread(analytics_report, of, told))
