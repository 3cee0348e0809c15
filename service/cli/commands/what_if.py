"""care-timeline what-if."""

from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from service.cli.moments import moment
from service.cli.options import OrganizationOption, PurposeOption


def what_if(
    *,
    policy: Annotated[
        Path,
        typer.Option(
            metavar="FILE",
            help="A TOML file with the numbers of the other policy that differ from the defaults.",
            show_default=False,
            exists=True,
            dir_okay=False,
            readable=True,
        ),
    ],
    organization: OrganizationOption = None,
    client: Annotated[
        UUID | None, typer.Option(metavar="ID", help="One client.", show_default="all of the organization's")
    ] = None,
    at: Annotated[
        datetime | None,
        typer.Option(parser=moment, metavar="DATE-AND-TIME", help="What is late then.", show_default="now"),
    ] = None,
    purpose: PurposeOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Every difference, as JSON.")] = False,
    processes: Annotated[
        int | None, typer.Option(min=1, help="How many processes fold.", show_default="one for each processor")
    ] = None,
) -> None:
    """
    Show what would differ if another policy had always been in force.

    Folds the same history twice, in memory: by the policies that the organization adopted, and by that of the file.
    Shows which obligations would be due at another time, late or no longer late, or asked for by one of the two
    only; and in how many rows the other tables would differ, such as milestones. Nothing is written. Coded terms
    and ids are shown, none of the words that were recorded. Whoever asked that their record not be used for the purpose
    is left out.

    [bold]Examples[/bold]

      care-timeline what-if --policy stricter.toml
      care-timeline what-if --policy stricter.toml --client 8f0e4c52-6c1e-4d8a-9b1e-2f6d1a3c5e70
      care-timeline what-if --policy stricter.toml --json > differences.json

    Exit codes: 0 shown, 1 not: the file says something senseless, or there is no such client, 2 not understood.
    """
    from service.bootstrap import database
    from service.cli.console import out
    from service.cli.run_command import run
    from service.cli.what_if import WhatIfAsked, answer, as_text, tell
    from service.runtime import clock
    from service.settings import Settings

    async def work(settings: Settings) -> None:
        asked = WhatIfAsked(policy, organization, client, at or clock.now(), processes, purpose, each=as_json)
        async with database(settings) as addresses:
            answered = await answer(settings, addresses, asked)
        if as_json:
            out.print(as_text(answered), end="", soft_wrap=True)
        else:
            tell(answered)

    run(work)
