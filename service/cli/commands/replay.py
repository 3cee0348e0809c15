"""care-timeline replay."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from service.cli.options import AsOfOption, KnownAtOption, OrganizationOption, PurposeOption, projections_named


def replay(
    client: Annotated[UUID, typer.Argument(help="The client's id.", show_default=False)],
    organization: OrganizationOption = None,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    projection: Annotated[
        list[str] | None,
        typer.Option(
            help="Show only this one: care_plan, milestones or postvention. May be given several times.",
            show_default="the timeline and all of them",
        ),
    ] = None,
    *,
    purpose: PurposeOption = None,
    steps: Annotated[bool, typer.Option("--steps", help="Entry by entry, each with what it changed.")] = False,
    html: Annotated[
        Path | None, typer.Option(help="Write all steps to this new file, as a page to print.", show_default=False)
    ] = None,
) -> None:
    """
    Show a client's record as it stood at any moment, or how it came about.

    There are two times: [bold]--as-of[/bold] asks what had happened by a moment, [bold]--known-at[/bold] what had
    been recorded by then. Care is often written down later; together the two tell what was known at one
    time about another. #12 is the entry with version 12 of the client's timeline, which put an element there.

    [bold]--steps[/bold] tells entry by entry, in the order of recording, who recorded what and what that changed; at a
    terminal you step from one to the next, back, or to a moment.

    What is shown was told in confidence: mind who sees the screen. That you looked is recorded, as access-log shows.

    [bold]Examples[/bold]

      care-timeline replay 8f0e4c52-6c1e-4d8a-9b1e-2f6d1a3c5e70
      care-timeline replay 8f0e4c52-… --as-of 2026-03-01T15:00-06:00
      care-timeline replay 8f0e4c52-… --known-at 2026-03-01T15:00Z --projection milestones
      care-timeline replay 8f0e4c52-… --steps
      care-timeline replay 8f0e4c52-… --html replay.html

    Exit codes: 0 shown, 1 there is no such client or the moment lies ahead, 2 not understood.
    """
    from service.access.access_records import by_operator
    from service.bootstrap import running
    from service.cli.organization import choose
    from service.cli.replay import Asked, show, show_steps, write_page
    from service.cli.run_command import run
    from service.settings import Settings

    named = projections_named(projection)

    async def work(settings: Settings) -> None:
        async with running(settings) as system:
            meant = choose(await system.organizations.all(), organization)
            access = by_operator(meant.organization_id, "care-timeline replay", purpose)
            asked = Asked(system, meant, client, access, named, as_of, known_at)
            if html:
                await write_page(asked, html)
            elif steps:
                await show_steps(asked)
            else:
                await show(asked, timeline_too=projection is None)

    run(work)
