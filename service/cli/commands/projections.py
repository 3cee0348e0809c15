"""care-timeline projections."""

import typer

from service.cli.help_text import add, prose

app = typer.Typer(
    invoke_without_command=True,
    help=prose(
        """
    How the projections stand: each one's builds, how far they follow the log, and for how many clients they failed.

    A build is one making of a projection's tables, by one version of it. The live one is what
    analysts query; one that is retired is still followed by processes of the release that made it.

    [bold]Examples[/bold]

      care-timeline projections
      care-timeline projections dictionary
      care-timeline projections remove
    """
    ),
)


@app.callback()
def show(context: typer.Context) -> None:
    """Show them, unless a command is given."""
    if context.invoked_subcommand:
        return
    from service.bootstrap import running
    from service.cli.builds_table import Row, rows_of, table_of
    from service.cli.console import show as show_table
    from service.cli.run_command import run
    from service.settings import Settings

    async def work(settings: Settings) -> list[Row]:
        async with running(settings) as system:
            return await rows_of(system)

    show_table(table_of(run(work)))


def dictionary() -> None:
    """
    Print the data dictionary: every column that analysts find in the projections' tables and lists, and what it means.

    As a table in Markdown, made from where the columns are declared. Needs no database.

    Exit codes: 0 printed.
    """
    from projections.catalogue import PROJECTIONS
    from projections.dictionary import dictionary as columns_of
    from service.cli.console import out
    from service.projector.list_views import LIST_VIEWS

    described = (*columns_of(PROJECTIONS), *(each for view in LIST_VIEWS for each in view.described()))
    out.print("| table | column | type | key | meaning |", "| --- | --- | --- | --- | --- |", sep="\n", soft_wrap=True)
    for each in described:
        cells = (each.table, each.column, each.type, "key" if each.key else "", each.meaning)
        out.print(f"| {' | '.join(cells)} |", soft_wrap=True)


def remove() -> None:
    """
    Remove the builds that are retired, with their tables.

    Run it once no process of the previous release is running: such a one would go on answering, by folding the log.
    Works as the database's owner.

    Exit codes: 0 removed, 1 not.
    """
    from service.bootstrap import database
    from service.cli.console import out
    from service.cli.run_command import run
    from service.database.owner import OwnerNeeded
    from service.projector.build_lifecycle import remove_retired
    from service.settings import Settings

    async def work(settings: Settings) -> list[str]:
        async with database(settings) as addresses:
            if addresses.owner is None:
                raise OwnerNeeded
            return [build.schema async for build in remove_retired(addresses.owner)]

    removed = run(work)
    out.print(f"Removed {', '.join(removed)}." if removed else "No build is retired.", soft_wrap=True)


add(app, dictionary)
add(app, remove)
