"""care-timeline import."""

from pathlib import Path
from typing import Annotated

import typer

from service.cli.options import OrganizationOption


def import_history(
    file: Annotated[
        str, typer.Argument(help="The file: NDJSON, an event on each line; - is standard input.", show_default=False)
    ],
    organization: OrganizationOption = None,
    from_line: Annotated[int, typer.Option(min=1, help="Pass over the lines before this one.")] = 1,
    results: Annotated[
        Path | None,
        typer.Option(help="Write what became of each line to this new file, as NDJSON.", show_default=False),
    ] = None,
) -> None:
    """
    Import history that another system kept, a line at a time.

    Each line is judged by the rules by which everything is recorded. One that breaks a rule is refused, with its
    reason, and the others go on. When the file is imported again, after a stop or with its lines mended, what stands
    is not recorded twice. docs/importing.md explains the lines.

    Recorded is by system/operator, with the time of the import; when it happened is as the line says.

    [bold]Examples[/bold]

      care-timeline import history.ndjson
      care-timeline import history.ndjson --results results.ndjson --from-line 7413
      zcat history.ndjson.gz | care-timeline import -

    Exit codes: 0 every line stands, 1 lines were refused or the import stopped, 2 not understood.
    """
    from service.bootstrap import running
    from service.cli.import_file import import_file, show_refused
    from service.cli.organization import choose
    from service.cli.run_command import run
    from service.settings import Settings

    async def work(settings: Settings) -> bool:
        async with running(settings) as system:
            meant = choose(await system.organizations.all(), organization)
            imported = await import_file(system, meant, file, from_line, results)
            show_refused(imported)
            return imported.complete

    if not run(work):
        raise typer.Exit(1)
