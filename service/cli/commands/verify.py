"""care-timeline verify."""

import typer

from service.cli.options import OrganizationOption


def verify(organization: OrganizationOption = None) -> None:
    """
    Check that nothing in the log was altered or left out.

    Recomputes the digest and the leaf of every event, and checks that positions, versions and moments follow
    one another, that the heads of the log and of each timeline are where the last events are, and that what
    events refer to is found. Each thing that does not fit is named with its exact position in the
    organization's log. No key is needed, and nothing that was said is read. Without --organization every
    organization is checked.

    [bold]Examples[/bold]

      care-timeline verify
      care-timeline verify --organization "Harbor Lane Recovery"

    Exit codes: 0 intact, 1 something does not fit.
    """
    from service.bootstrap import System, running
    from service.cli.console import out
    from service.cli.organization import choose
    from service.cli.progress import progress_of
    from service.cli.run_command import run
    from service.log.organizations import Organization
    from service.log.verify import Verification
    from service.log.verify import verify as verify_log
    from service.settings import Settings

    async def of(system: System, each: Organization) -> Verification:
        with progress_of("events") as progress:
            task = progress.add_task("Verifying", total=await system.store.log_head(each.organization_id))
            verification = await verify_log(
                system.store,
                each.organization_id,
                progress=lambda done, total: progress.update(task, completed=done, total=total),
            )
            progress.update(task, completed=verification.events)
        return verification

    async def work(settings: Settings) -> bool:
        intact = True
        async with running(settings) as system:
            known = await system.organizations.all()
            for each in known if organization is None else [choose(known, organization)]:
                verification = await of(system, each)
                intact = intact and verification.intact
                for finding in verification.findings:
                    out.print(f"{each.name}, position {finding.position}: {finding.what}.", style="red", soft_wrap=True)
                if verification.intact:
                    out.print(
                        f"{each.name}: {verification.events:,} events, all as they were recorded.", soft_wrap=True
                    )
                else:
                    said = f"{each.name}: {verification.events:,} events, {len(verification.findings)} do not fit."
                    out.print(said, soft_wrap=True)
        return intact

    if not run(work):
        raise typer.Exit(1)
