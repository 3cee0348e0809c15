"""care-timeline rebuild."""

from typing import Annotated

import typer


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
    Fold projections anew from the whole log, beside the live ones, and swap them in.

    For after a projection has changed. Reads and recording go on meanwhile, and nobody sees a half-built
    projection. An interrupted rebuild goes on where it stopped when it is run again. Works as the database's
    owner.

    [bold]Examples[/bold]

      care-timeline rebuild
      care-timeline rebuild milestones

    Exit codes: 0 rebuilt, 1 not rebuilt or a client's projection failed, 2 there is no such projection.
    """
    from projections.catalogue import PROJECTIONS
    from service.bootstrap import database, key_encryption_keys
    from service.cli.console import err, out
    from service.cli.progress import progress_of
    from service.cli.running import run
    from service.database.owner import OwnerNeeded
    from service.projector.rebuild import Progress
    from service.projector.rebuild import rebuild as rebuild_projections
    from service.settings import Settings

    known = [projection.name for projection in PROJECTIONS]
    names = [name for name in known if name in (projections or known)]
    for name in projections or ():
        if name not in known:
            raise typer.BadParameter(f"There is no projection {name}; there are {', '.join(known)}.")

    async def work(settings: Settings) -> Progress:
        last = Progress(0, 0, 0, resumed=False)
        async with database(settings) as addresses:
            if addresses.owner is None:
                raise OwnerNeeded
            with progress_of("events") as progress:
                task = progress.add_task("Rebuilding", total=0)
                keks = key_encryption_keys(settings)
                async for step in rebuild_projections(
                    addresses.owner, keks, settings.policy(), names, processes=processes
                ):
                    if step.resumed and not last.resumed:
                        err.print("Going on with a rebuild that was interrupted; what it had folded is kept.")
                    progress.update(task, completed=step.done, total=step.total)
                    last = step
        return last

    last = run(work)
    out.print(f"Rebuilt {', '.join(names)} from {last.done:,} events.")
    if last.failed_clients:
        err.print(
            f"A projection failed for {last.failed_clients:,} clients; what was there for them is no longer shown as"
            " up to date. care-timeline doctor tells more, catch-up tries again.",
            style="red",
        )
        raise typer.Exit(1)
