"""care-timeline summary."""

from typing import Annotated
from uuid import UUID

import typer

from service.cli.options import AsOfOption, KnownAtOption, OrganizationOption, PurposeOption


def summary(
    client: Annotated[UUID, typer.Argument(help="The client's id.", show_default=False)],
    organization: OrganizationOption = None,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    purpose: PurposeOption = None,
) -> None:
    """
    Show a client on one screen.

    Who they are, what is known of risk, what is due and what is late, the plans, the last contact, the team, and days
    without use. [bold]replay[/bold] tells more about each. #12 is the entry with version 12 of the client's timeline,
    which put an element there.

    What is shown was told in confidence: mind who sees the screen. That you looked is recorded, as access-log shows.

    [bold]Examples[/bold]

      care-timeline summary 8f0e4c52-6c1e-4d8a-9b1e-2f6d1a3c5e70
      care-timeline summary 8f0e4c52-… --as-of 2026-03-01T15:00-06:00

    Exit codes: 0 shown, 1 there is no such client or the moment lies ahead, 2 not understood.
    """
    from service.access.access_records import by_operator
    from service.bootstrap import running
    from service.cli.organization import choose
    from service.cli.replay import Asked, show_summary
    from service.cli.run_command import run
    from service.settings import Settings

    async def work(settings: Settings) -> None:
        async with running(settings) as system:
            meant = choose(await system.organizations.all(), organization)
            access = by_operator(meant.organization_id, "care-timeline summary", purpose)
            asked = Asked(system, meant, client, access, (), as_of, known_at)
            await show_summary(asked)

    run(work)
