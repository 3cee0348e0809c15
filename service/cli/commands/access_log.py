"""care-timeline access-log."""

from typing import Annotated
from uuid import UUID

import typer

from service.cli.options import OrganizationOption, PurposeOption


def access_log(
    client: Annotated[UUID, typer.Argument(help="The client's id.", show_default=False)],
    organization: OrganizationOption = None,
    purpose: PurposeOption = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most, the newest first.")] = 200,
    as_csv: Annotated[bool, typer.Option("--csv", help="All columns, as comma-separated values.")] = False,
) -> None:
    """
    Show who read about a client, what, and why.

    Every read leaves a record before it is answered: over the API, in lists, and by commands such as replay. To look
    at them leaves one as well. Moments are in UTC.

    [bold]Examples[/bold]

      care-timeline access-log 8f0e4c52-6c1e-4d8a-9b1e-2f6d1a3c5e70
      care-timeline access-log 8f0e4c52-… --csv --limit 100000 > accesses.csv

    Exit codes: 0 shown, 1 there is no such client, 2 not understood.
    """
    from service.access.access_records import by_operator
    from service.bootstrap import running
    from service.cli.access_log import tell, tell_as_csv
    from service.cli.organization import choose
    from service.cli.run_command import run
    from service.settings import Settings

    async def work(settings: Settings) -> None:
        async with running(settings) as system:
            meant = choose(await system.organizations.all(), organization)
            access = by_operator(meant.organization_id, "care-timeline access-log", purpose)
            page = await system.access_log.page(access, client, limit=limit)
        if as_csv:
            tell_as_csv(page)
        else:
            tell(page)

    run(work)
