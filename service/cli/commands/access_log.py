"""care-timeline access-log."""

from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from domain.vocabulary.purposes import PurposeOfUse
from service.cli.moments import moment
from service.cli.options import OrganizationOption

_ON_A_SCREEN = 200


def access_log(  # noqa: PLR0913 - one for each option
    *,
    organization: OrganizationOption = None,
    client: Annotated[UUID | None, typer.Option(help="Only reads about this client.", show_default="all")] = None,
    person: Annotated[
        UUID | None, typer.Option(help="Only reads by whoever has this actor_id.", show_default="all")
    ] = None,
    purpose: Annotated[PurposeOfUse | None, typer.Option(help="Only reads for this.", show_default="all")] = None,
    since: Annotated[
        datetime | None,
        typer.Option(parser=moment, metavar="DATE-AND-TIME", help="Only reads from then on.", show_default="the first"),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option(parser=moment, metavar="DATE-AND-TIME", help="Only reads before then.", show_default="now"),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(min=1, help="How many at most, the newest first.", show_default="200 in a table, else all"),
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="All columns, as comma-separated values.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="All columns, as a JSON object a line.")] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", metavar="FILE", help="Where --csv or --json writes.", dir_okay=False, show_default="here"
        ),
    ] = None,
) -> None:
    """
    Show who read about whom, what, and why.

    Every read leaves a record before it is answered: over the API, in lists, and by commands such as replay. To look
    at them leaves one as well. Moments are in UTC. What is written to a file goes there part by part, however much it
    is; only you may read it, and a file that is there is not written over.

    [bold]Examples[/bold]

      care-timeline access-log --client 8f0e4c52-6c1e-4d8a-9b1e-2f6d1a3c5e70
      care-timeline access-log --person 0b9d6f7e-… --since 2026-03-01T00:00-06:00 --until 2026-04-01T00:00-05:00
      care-timeline access-log --csv --output accesses.csv

    Exit codes: 0 shown, 1 there is no such client or the file is there already, 2 not understood.
    """
    from service.access.access_records import by_operator
    from service.access.access_search import AccessFilter
    from service.bootstrap import running
    from service.cli.access_log import tell, write_csv, write_json_lines
    from service.cli.console import err
    from service.cli.organization import choose
    from service.cli.run_command import run
    from service.settings import Settings

    if as_csv and as_json:
        raise typer.BadParameter("Give --csv or --json, not both.")
    in_full = as_csv or as_json
    if output and not in_full:
        raise typer.BadParameter("Say with --csv or --json how the file is to be written.")
    wanted = AccessFilter(client, person, purpose, since, until)

    async def work(settings: Settings) -> None:
        async with running(settings) as system:
            meant = choose(await system.organizations.all(), organization)
            access = by_operator(meant.organization_id, "care-timeline access-log")
            most = limit if limit or in_full else _ON_A_SCREEN
            parts = system.access_log.every(access, wanted, most)
            if not in_full:
                await tell(parts)
                return
            count = await (write_csv if as_csv else write_json_lines)(parts, output)
        if output:
            err.print(f"{count} records are in {output}.", soft_wrap=True)

    run(work)
