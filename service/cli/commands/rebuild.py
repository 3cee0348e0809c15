"""care-timeline rebuild."""

from typing import Annotated

import typer

from service.cli.options import projections_named


def rebuild(
    projections: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PROJECTION]…", help="Which projections.", show_default="all of them"),
    ] = None,
    processes: Annotated[
        int | None, typer.Option(min=1, help="How many processes fold.", show_default="one for each processor")
    ] = None,
) -> None:
    """
    Build projections anew from the whole log, beside the live ones, and switch them in.

    For after a projection has changed: migrate says which stand to be built. Reads and recording go
    on meanwhile, and nobody sees a half-built projection. An interrupted rebuild goes on where it stopped when it
    is run again. What was live before stays for processes of the previous release; care-timeline projections
    remove takes it away. Works as the database's owner.

    [bold]Examples[/bold]

      care-timeline rebuild
      care-timeline rebuild milestones

    Exit codes: 0 rebuilt, 1 not rebuilt or a projection failed for a client, 2 there is no such projection.
    """
    from projections.catalogue import PROJECTIONS, catalogue
    from service.bootstrap import database
    from service.cli.console import err, out
    from service.cli.progress import progress_of
    from service.cli.run_command import run
    from service.database.owner import OwnerNeeded
    from service.deployment_keys import key_encryption_keys
    from service.projector.rebuild import Progress
    from service.projector.rebuild import rebuild as rebuild_projections
    from service.settings import Settings

    named = projections_named(projections)
    names = [projection.name for projection in PROJECTIONS if projection.name in named]

    async def work(settings: Settings) -> Progress:
        last = Progress(0, 0, 0, resumed=False)
        async with database(settings) as addresses:
            if addresses.owner is None:
                raise OwnerNeeded
            with progress_of("events") as progress:
                task = progress.add_task("Rebuilding", total=0)
                keks = key_encryption_keys(settings)
                async for step in rebuild_projections(addresses.owner, keks, names, catalogue, processes=processes):
                    if step.resumed and not last.resumed:
                        err.print("Going on with a rebuild that was interrupted; what it had folded is kept.")
                    progress.update(task, completed=step.done, total=step.total)
                    last = step
        return last

    last = run(work)
    out.print(f"Rebuilt {', '.join(names)} from {last.done:,} events.", soft_wrap=True)
    if last.parked:
        err.print(
            f"A projection failed for {last.parked:,} clients, who are parked. The service's log names the events;"
            " care-timeline catch-up tries again.",
            style="red",
        )
        raise typer.Exit(1)
