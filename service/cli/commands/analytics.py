"""care-timeline analytics."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from service.cli.help_text import add, prose
from service.cli.options import OrganizationOption, OrganizationsOption, PurposeOption

app = typer.Typer(
    no_args_is_help=True,
    help=prose(
        """
    What analysts need: rows of many clients, without anybody's name.

    [bold]Examples[/bold]

      care-timeline analytics export 2026-03 --format parquet --analyst funder
      care-timeline analytics export 2026-04 --format parquet --analyst funder --since 2026-03/manifest.json
      care-timeline analytics export clinic --format duckdb --view clients --view episodes --shift-dates
      care-timeline analytics report 2026-q3.html --from 2026-07-01 --to 2026-09-30
      care-timeline analytics dictionary --format html > dictionary.html

    One client's record is exported by care-timeline export.
    """
    ),
)


def export(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new folder.", show_default=False)],
    *,
    form: Annotated[
        str, typer.Option("--format", help="In which form: parquet, csv, arrow or duckdb.", show_default=True)
    ] = "parquet",
    organization: OrganizationsOption = None,
    view: Annotated[
        list[str] | None,
        typer.Option(help="A view; may be given several times.", show_default="all views"),
    ] = None,
    analyst: Annotated[
        str | None,
        typer.Option(
            help="Whose pseudonyms to use, and whether dates are shifted, as analysts list shows it.",
            show_default="pseudonyms of this export, which fit no other",
        ),
    ] = None,
    shift_dates: Annotated[
        bool,
        typer.Option(
            "--shift-dates",
            help="Without --analyst: shift all dates of a client back by the same number of whole weeks.",
        ),
    ] = False,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="POSITION-OR-FILE",
            help="Rows of clients who changed since that position, or since the export with that manifest.json.",
            show_default="everybody",
        ),
    ] = None,
    purpose: PurposeOption = None,
) -> None:
    """
    Export the views' rows under pseudonyms, as Parquet, CSV, Arrow or one file of DuckDB.

    All rows of an organization are as of one position of its log, which manifest.json says with the digest of each
    file. With the same analyst's pseudonyms, Parquet, CSV and Arrow are the same byte for byte whenever they are made
    at that position. docs/analytics-exports.md tells how files are named and typed.

    With --since, the rows of each client in changed_clients take the place of all that an earlier export with the same
    --analyst had of that client.

    Exit codes: 0 written, 1 not: and nothing is left of it, 2 not understood.
    """
    from analytics.catalogue import VIEWS
    from service.access.access_records import by_operator
    from service.analytics.analysts import role_of
    from service.analytics.exports.export import Wanted
    from service.analytics.exports.formats import Format, require
    from service.bootstrap import running
    from service.cli.analytics_exports import read_since, tell
    from service.cli.organization import choose_several
    from service.cli.progress import progress_of
    from service.cli.run_command import errors_told, run
    from service.settings import Settings

    known = {each.name: each for each in VIEWS}
    for name in view or ():
        if name not in known:
            raise typer.BadParameter(f"There is no view {name}; there are {', '.join(known)}.")
    if form not in list(Format):
        raise typer.BadParameter(f"There is no format {form}; there are {', '.join(Format)}.")
    if analyst and shift_dates:
        raise typer.BadParameter("Whether an analyst sees dates shifted was said when they were made.")
    if since and not analyst:
        raise typer.BadParameter("With --since say whose pseudonyms the earlier export has, by --analyst.")
    with errors_told():
        require(Format(form))

    async def work(settings: Settings) -> None:
        async with running(settings) as system:
            meant = [each.organization_id for each in choose_several(await system.organizations.all(), organization)]
            wanted = Wanted(
                Format(form),
                [known[name] for name in dict.fromkeys(view)] if view else VIEWS,
                analyst=role_of(analyst) if analyst else None,
                shift_dates=shift_dates,
                since=read_since(since, meant) if since else {},
            )
            accesses = [by_operator(each, "care-timeline analytics export", purpose) for each in meant]
            with progress_of("rows") as progress:
                task = progress.add_task("Exporting", total=0)
                manifest = await system.analytics_exports.write(
                    wanted, accesses, folder, lambda done, total: progress.update(task, completed=done, total=total)
                )
        tell(manifest, folder)

    run(work)


def dictionary(
    form: Annotated[str, typer.Option("--format", help="In which form: md, html or json.", show_default=True)] = "md",
) -> None:
    """
    Print the data dictionary: what each view, and each of its columns, means.

    Exit codes: 0 printed, 2 not understood.
    """
    import sys

    from rendering import analytics_dictionary

    made = {
        "md": analytics_dictionary.markdown,
        "html": analytics_dictionary.html,
        "json": analytics_dictionary.json_text,
    }
    if form not in made:
        raise typer.BadParameter(f"There is no format {form}; there are {', '.join(made)}.")
    # Not by the console, which would break lines: all of it is ours, and nothing that anybody said.
    sys.stdout.write(made[form]())


def report(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file.", show_default=False, dir_okay=False)],
    *,
    first: Annotated[
        datetime | None,
        typer.Option(
            "--from", metavar="DATE", formats=["%Y-%m-%d"], help="Its first day.", show_default="as --to says"
        ),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option(
            "--to",
            metavar="DATE",
            formats=["%Y-%m-%d"],
            help="Its last day.",
            show_default="the last day of the last full quarter or, by years, year",
        ),
    ] = None,
    by: Annotated[str, typer.Option(help="By which periods it tells: month, quarter or year.")] = "quarter",
    organization: OrganizationOption = None,
    purpose: PurposeOption = None,
) -> None:
    """
    Write a report of all measures as one page: charts, tables of the same figures, and definitions.

    An HTML file that stands alone, to be read in a browser, printed, or sent on: it has no script, asks no other host
    for anything, and names no client. Figures of few people are not shown; from how many on stands in the
    organization's policy (analytics.smallest_cell). It says as known at which position of the log it is, and is the
    same byte for byte whenever it is made at that position. docs/analytics-report.md tells how to read it.

    Exit codes: 0 written, 1 not: these are no whole periods, or the file is there already, 2 not understood.
    """
    from analytics.counting import By
    from analytics.measures.catalogue import MEASURES
    from service.access.access_records import by_operator
    from service.analytics.reports import WantedReport
    from service.bootstrap import running
    from service.cli.console import out
    from service.cli.files import write_private
    from service.cli.organization import choose
    from service.cli.progress import progress_of
    from service.cli.run_command import run
    from service.settings import Settings

    if by not in {By.MONTH, By.QUARTER, By.YEAR}:
        raise typer.BadParameter(f"There is no period {by}; there are month, quarter and year.")
    wanted = WantedReport(first.date() if first else None, last.date() if last else None, By(by))

    async def work(settings: Settings) -> None:
        async with running(settings) as system:
            meant = choose(await system.organizations.all(), organization)
            access = by_operator(meant.organization_id, "care-timeline analytics report", purpose)
            with progress_of("measures") as progress:
                task = progress.add_task("Counting", total=len(MEASURES))
                made = await system.analytics_reports.make(
                    access, wanted, lambda done: progress.update(task, completed=done)
                )
        write_private(file, made.html)
        out.print(f"The report is in {file}.", soft_wrap=True)

    run(work)


add(app, export)
add(app, dictionary)
add(app, report)
