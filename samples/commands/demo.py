"""care-timeline demo."""

from pathlib import Path
from typing import Annotated

import typer

NAMES = ("parent", "juan", "mia", "sam", "professional")
"""Of the stories; a test compares them with those that there are, which are read only when one is told."""


def demo(
    story: Annotated[
        str,
        typer.Option(help=f"Which story: {', '.join(NAMES)}.", show_default=True),
    ] = NAMES[0],
    data_dir: Annotated[
        Path,
        typer.Option(help="Where the story's record is kept, apart from anything real."),
    ] = Path(".demo"),
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="The port to listen on.", show_default="8420, or a free one"),
    ] = None,
    leave: Annotated[bool, typer.Option("--exit", help="End after the story instead of serving on.")] = False,
) -> None:
    """
    Tell a story of care through the real service, and leave the service running.

    A clinic, its team and their keys are made in a folder of their own, with an embedded PostgreSQL, whatever
    database and folder the settings name. Then the story is recorded over HTTP, step by step. That of a parent comes
    first: a crisis as the way in, a plan, a lapse, handoffs, the review, thirty days. You see the care plan before and
    after, the milestones, the record as it stood before the lapse, and what a late entry changes. The end names the
    other stories. Tell them as often as you like: each telling is about a new client.

    [bold]Examples[/bold]

      care-timeline demo
      care-timeline demo --story juan
      care-timeline demo --exit

    Exit codes: 0 told, and the log verified; 1 something went wrong; 2 there is no such story.
    """
    if story not in NAMES:
        raise typer.BadParameter(f"There is no story {story}; there are {', '.join(NAMES)}.", param_hint="--story")
    from samples.demo.demonstration import WIDTH, demonstrate
    from service.cli.console import SafeConsole
    from service.cli.run_command import run
    from service.settings import Settings

    console = SafeConsole()
    console.width = min(console.width, WIDTH)

    async def work(settings: Settings) -> bool:
        return await demonstrate(settings, console, story, leave=leave)

    def settings() -> Settings:
        found = Settings(data_dir=data_dir, database_url=None, owner_database_url=None, key_encryption_keys=None)
        return found if port is None else found.model_copy(update={"port": port})

    if not run(work, settings):
        raise typer.Exit(1)
