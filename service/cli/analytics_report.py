"""The report, as the command line makes it."""

from typing import NamedTuple

from analytics.measures.catalogue import MEASURES
from domain.vocabulary.purposes import PurposeOfUse
from service.access.access_records import by_operator
from service.analytics.as_of import Past
from service.analytics.reports import WantedReport
from service.bootstrap import connected, database
from service.cli.organization import choose
from service.cli.past_readings import past_reads
from service.cli.progress import progress_of
from service.settings import Settings


class ReportAsked(NamedTuple):
    """What the command was asked."""

    wanted: WantedReport
    organization: str | None
    past: Past | None
    """As known when; None for now."""
    purpose: PurposeOfUse | None


async def make(settings: Settings, asked: ReportAsked) -> str:
    """The page, with progress bars. Raises what AnalyticsReports.make raises, and CommandFailed, NoSuchPosition."""
    async with database(settings) as addresses, connected(settings, addresses) as system:
        meant = choose(await system.organizations.all(), asked.organization)
        access = by_operator(meant.organization_id, "care-timeline analytics report", asked.purpose)
        with progress_of("") as progress:
            read = past_reads(settings, addresses, asked.past, progress) if asked.past else None
            task = progress.add_task("Counting measures", total=len(MEASURES))

            def tell(done: int) -> None:
                progress.update(task, completed=done)

            made = await system.analytics_reports.make(access, asked.wanted, tell, read)
    return made.html
