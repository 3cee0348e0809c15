"""care-timeline catch-up."""

import typer

from service.cli.options import OrganizationOption


def catch_up(organization: OrganizationOption = None) -> None:
    """
    Bring projections that lag behind or failed up to date.

    The service does this by itself when it starts; run it after a projection that failed was mended. Reads
    are right even before, since what is missing is folded when it is asked for. Without --organization it
    works for every organization.

    [bold]Examples[/bold]

      care-timeline catch-up

    Exit codes: 0 all up to date, 1 a projection still fails for some client.
    """
    from service.bootstrap import System, running
    from service.care.organizations import Organization
    from service.cli.console import err, out
    from service.cli.organization import choose
    from service.cli.progress import progress_of
    from service.cli.running import run
    from service.projector.catch_up import catch_up as bring_up
    from service.projector.catch_up import lag
    from service.settings import Settings

    async def lags(system: System, each: Organization) -> tuple[int, int]:
        found = [await lag(system.pool, each.organization_id, one.name) for one in system.projector.projections]
        return max(one.behind + one.failed for one in found), sum(one.failed for one in found)

    async def work(settings: Settings) -> int:
        failed = 0
        async with running(settings) as system:
            known = await system.organizations.all()
            for each in known if organization is None else [choose(known, organization)]:
                behind, _ = await lags(system, each)
                with progress_of("clients") as progress:
                    task = progress.add_task(each.name, total=behind, visible=behind > 0)
                    async for done in bring_up(system.pool, system.projector, each.organization_id):
                        progress.advance(task, done)
                still_failed = (await lags(system, each))[1]
                failed += still_failed
                out.print(f"{each.name}: {behind:,} clients were behind; {still_failed:,} projections still fail.")
        return failed

    if run(work):
        err.print("What fails is a defect of the projection: the service's log names the entry and the place.")
        raise typer.Exit(1)
