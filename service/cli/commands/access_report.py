"""care-timeline access-report."""

from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from service.cli.options import OrganizationOption, PurposeOption


def access_report(
    client: Annotated[UUID, typer.Argument(help="The client's id.", show_default=False)],
    organization: OrganizationOption = None,
    first: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="The first day.", show_default="six years before the last"),
    ] = None,
    last: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="The last day.", show_default="today")
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write it as a page to print.", dir_okay=False, show_default="as text, here"),
    ] = None,
    purpose: PurposeOption = None,
) -> None:
    """
    Tell, in words for the client, who has looked at their record.

    What went to other organizations comes first, day by day: the accounting of disclosures that 42 CFR 2.25 and
    45 CFR 164.528 ask for. Reads inside the organization are summed up for each person; access-log has each of them.
    What people told by phone, letter or otherwise is in it as far as they recorded it. Days are those of the
    organization's time zone.

    [bold]Examples[/bold]

      care-timeline access-report 8f0e4c52-6c1e-4d8a-9b1e-2f6d1a3c5e70
      care-timeline access-report 8f0e4c52-… --from 2026-01-01 --to 2026-03-31 --html report.html

    Exit codes: 0 told, 1 not: there is no such client, the days end before they begin, or the file is there already,
    2 not understood.
    """
    from rendering import access_report as report
    from service.access.access_records import by_operator
    from service.bootstrap import running
    from service.cli.console import out
    from service.cli.errors import CommandFailed
    from service.cli.files import write_private
    from service.cli.organization import choose
    from service.cli.run_command import run
    from service.runtime import clock
    from service.settings import Settings

    async def work(settings: Settings) -> None:
        async with running(settings) as system:
            meant = choose(await system.organizations.all(), organization)
            try:
                period = report.period(first and first.date(), last and last.date(), clock.now(), meant.time_zone)
            except ValueError as error:
                raise CommandFailed(str(error)) from None
            access = by_operator(meant.organization_id, "care-timeline access-report", purpose)
            found = await system.access_log.report(access, client, period.days)
        if html:
            write_private(html, report.html(*found, period, meant.name, str(client)))
            out.print(f"The list is in {html}.", soft_wrap=True)
        else:
            out.print(report.text(*found, period, meant.name, str(client)), end="", soft_wrap=True)

    run(work)
