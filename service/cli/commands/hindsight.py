"""care-timeline hindsight."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer

from service.cli.moments import moment
from service.cli.options import OrganizationOption, PurposeOption


def hindsight(
    client: Annotated[UUID, typer.Argument(help="The client's id.", show_default=False)],
    at: Annotated[
        datetime, typer.Argument(parser=moment, metavar="DATE-AND-TIME", help="The moment.", show_default=False)
    ],
    organization: OrganizationOption = None,
    *,
    purpose: PurposeOption = None,
) -> None:
    """
    Show what is known now about a moment that was not known then.

    What the team could see at that moment is compared with what the record says about it today: entries recorded late,
    corrected or retracted since, and what they change in every projection.

    What is shown was told in confidence: mind who sees the screen. That you looked is recorded, as access-log shows.

    [bold]Examples[/bold]

      care-timeline hindsight 8f0e4c52-6c1e-4d8a-9b1e-2f6d1a3c5e70 2026-03-01T21:40-06:00

    Exit codes: 0 shown, 1 there is no such client or the moment lies ahead, 2 not understood.
    """
    from service.access.access_records import by_operator
    from service.bootstrap import running
    from service.cli.organization import choose
    from service.cli.replay import Asked, show_hindsight
    from service.cli.run_command import run
    from service.settings import Settings

    async def work(settings: Settings) -> None:
        async with running(settings) as system:
            meant = choose(await system.organizations.all(), organization)
            access = by_operator(meant.organization_id, "care-timeline hindsight", purpose)
            await show_hindsight(Asked(system, meant, client, access), at)

    run(work)
