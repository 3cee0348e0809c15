"""python -m samples.drill: what `make drill` runs."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer


def main(
    clients: Annotated[int, typer.Option(min=1, help="How many clients the simulated clinic has.")] = 200,
    events: Annotated[int, typer.Option(min=1, help="How many events it has, about.")] = 20_000,
    after: Annotated[float, typer.Option(min=0, help="For how many seconds it goes on after the backup.")] = 3.0,
) -> None:
    """
    Back up a simulated clinic while it is written to, destroy its server, restore it, and say how long it took and how
    much was lost.

    Exit codes: 0 restored, all events as they were recorded, and what was lost was known; 1 not.
    """
    from samples.drill.disaster import Drill, Outcome, drill, told
    from service.cli.console import err, out
    from service.cli.run_command import run
    from service.runtime import clock
    from service.settings import Settings

    async def work(_: Settings) -> Outcome:
        with tempfile.TemporaryDirectory(prefix="care-timeline-drill-") as folder:
            return await drill(Path(folder), Drill(clients, events, after_seconds=after))

    err.print("What is logged below is of a service whose database is taken away.", style="dim", soft_wrap=True)
    outcome = run(work, lambda: Settings(database_url=None, owner_database_url=None, key_encryption_keys=None))
    out.print(told(outcome, clock.now()), soft_wrap=True)
    if not outcome.good:
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
