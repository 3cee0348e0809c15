"""care-timeline catch-up."""

import typer

from service.cli.options import OrganizationOption


def catch_up(organization: OrganizationOption = None) -> None:
    """
    Bring projections up to the log, and give those that failed for a client another try.

    The service follows the log by itself; run this after a projection that failed was mended. It goes on too where
    following was given up after many failures. Reads are right even before, since what is missing is folded when it
    is asked for. Without --organization it works for every organization.

    [bold]Examples[/bold]

      care-timeline catch-up

    Exit codes: 0 all up to date, 1 a projection still fails for some client.
    """
    from service.bootstrap import running
    from service.cli.catch_up import bring_up
    from service.cli.console import err, out
    from service.cli.organization import choose
    from service.cli.run_command import run
    from service.settings import Settings

    async def work(settings: Settings) -> int:
        failing = 0
        async with running(settings) as system:
            known = await system.organizations.all()
            for each in known if organization is None else [choose(known, organization)]:
                done = await bring_up(system, each)
                failing += done.failing
                out.print(
                    f"{each.name}: {done.followed:,} events were to be followed; {done.mended:,} projections of a"
                    f" client were mended; {done.failing:,} still fail.",
                    soft_wrap=True,
                )
        return failing

    if run(work):
        err.print("What fails is a defect of the projection: the service's log names the entry and the place.")
        raise typer.Exit(1)
