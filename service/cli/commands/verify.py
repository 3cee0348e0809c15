"""care-timeline verify."""

from typing import Annotated

import typer

from service.cli.options import OrganizationOption


def verify(
    organization: OrganizationOption = None,
    projections: Annotated[
        bool, typer.Option("--projections", help="Compare what the projections hold with fresh folds of the log too.")
    ] = False,
) -> None:
    """
    Check that nothing in the log was altered or left out.

    Recomputes the digest and the leaf of every event, and checks that positions, versions and moments follow
    one another, that the heads of the log and of each timeline are where the last events are, and that what
    events refer to is found. Each thing that does not fit is named with its exact position in the
    organization's log. No key is needed, and nothing that was said is read. Without --organization every
    organization is checked.

    With --projections every client is folded again, which opens what was said, and rows and snapshots that are not
    those of the fold are named by the position of the client's last event; care-timeline rebuild puts them right.

    What no check can tell before checkpoints are signed: events cut off from a log's end together with its heads,
    up to all of them, and an event forged together with its leaf.

    [bold]Examples[/bold]

      care-timeline verify
      care-timeline verify --organization "Harbor Lane Recovery"
      care-timeline verify --projections

    Exit codes: 0 intact, 1 something does not fit.
    """
    from service.bootstrap import running
    from service.cli.console import err
    from service.cli.organization import choose
    from service.cli.run_command import run
    from service.cli.verify import compare
    from service.cli.verify import verify as verify_log
    from service.log.verify import NOT_TOLD
    from service.settings import Settings

    async def work(settings: Settings) -> bool:
        intact = True
        async with running(settings) as system:
            known = await system.organizations.all()
            for each in known if organization is None else [choose(known, organization)]:
                intact = await verify_log(system, each) and intact
                if projections:
                    intact = await compare(system, each) and intact
        err.print(NOT_TOLD, style="dim", soft_wrap=True)
        return intact

    if not run(work):
        raise typer.Exit(1)
