"""care-timeline analytics report."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from service.cli.moments import moment
from service.cli.options import OrganizationOption, PurposeOption


def report(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file.", show_default=False, dir_okay=False)],
    *,
    first: Annotated[
        datetime | None,
        typer.Option(
            "--from",
            metavar="DATE",
            formats=["%Y-%m-%d"],
            help="Its first day, which begins a month, quarter or year.",
            show_default="of the quarter, or by years the year, that ends with --to",
        ),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option(
            "--to",
            metavar="DATE",
            formats=["%Y-%m-%d"],
            help="Its last day, which ends one.",
            show_default="of the last full quarter or, by years, year",
        ),
    ] = None,
    by: Annotated[str, typer.Option(help="By which periods it tells: month, quarter or year.")] = "quarter",
    organization: OrganizationOption = None,
    as_known_at: Annotated[
        int | None,
        typer.Option(min=0, metavar="POSITION", help="As known at that position.", show_default="now"),
    ] = None,
    at: Annotated[
        datetime | None,
        typer.Option(parser=moment, metavar="DATE-AND-TIME", help="As known, and judged, then.", show_default="now"),
    ] = None,
    purpose: PurposeOption = None,
) -> None:
    """
    Write a report of all measures as one page: charts, tables of the same figures, and definitions.

    An HTML file that stands alone, to be read in a browser, printed, or sent on: it has no script, asks no other host
    for anything, and names no client. Figures of few people are not shown; from how many on stands in the
    organization's policy (analytics.smallest_cell). It says as known at which position of the log it is.
    docs/analytics-report.md tells how to read it.

    As of another time every client is folded from the log, in memory; nothing is written but the report.

    [bold]Examples[/bold]

      care-timeline analytics report 2026-q3.html
      care-timeline analytics report year.html --from 2025-10-01 --to 2026-09-30
      care-timeline analytics report months.html --by month --at 2026-07-10T12:00-05:00

    Exit codes: 0 written, 1 not: these are no whole periods, or the file is there already, 2 not understood.
    """
    from analytics.counting import By
    from service.analytics.as_of import Past
    from service.analytics.reports import WantedReport
    from service.cli.analytics_report import ReportAsked, make
    from service.cli.console import out
    from service.cli.files import write_private
    from service.cli.run_command import run
    from service.settings import Settings

    if by not in {By.MONTH, By.QUARTER, By.YEAR}:
        raise typer.BadParameter(f"There is no period {by}; there are month, quarter and year.")
    if as_known_at is not None and at is not None:
        raise typer.BadParameter("Give a position or a moment, not both.")
    wanted = WantedReport(first.date() if first else None, last.date() if last else None, By(by))
    past = None if as_known_at is None and at is None else Past(as_known_at, at)

    async def work(settings: Settings) -> None:
        html = await make(settings, ReportAsked(wanted, organization, past, purpose))
        write_private(file, html)
        out.print(f"The report is in {file}.", soft_wrap=True)

    run(work)
