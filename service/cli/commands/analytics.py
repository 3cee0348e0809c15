"""care-timeline analytics."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from service.cli.commands.analytics_report import report
from service.cli.help_text import add, prose
from service.cli.moments import moment
from service.cli.options import OrganizationOption, OrganizationsOption, PurposeOption

app = typer.Typer(
    no_args_is_help=True,
    help=prose(
        """
    What analysts need: rows of many clients, without anybody's name.

    [bold]Examples[/bold]

      care-timeline analytics export 2026-03 --format parquet --analyst funder
      care-timeline analytics export 2026-04 --format parquet --analyst funder --since 2026-03/manifest.json
      care-timeline analytics export 2026-q1 --analyst funder --at 2026-04-01T00:00-05:00
      care-timeline analytics export clinic --format duckdb --view clients --view episodes --shift-dates
      care-timeline analytics report 2026-q3.html --from 2026-07-01 --to 2026-09-30
      care-timeline analytics dictionary --format html > dictionary.html
      care-timeline analytics measures
      care-timeline analytics measures retention_90 --by quarter --as-known-at 120000

    One client's record is exported by care-timeline export.
    """
    ),
)


def export(  # noqa: PLR0913 - one for each option
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
    as_known_at: Annotated[
        int | None,
        typer.Option(min=0, metavar="POSITION", help="As known at that position.", show_default="now"),
    ] = None,
    at: Annotated[
        datetime | None,
        typer.Option(parser=moment, metavar="DATE-AND-TIME", help="As known, and judged, then.", show_default="now"),
    ] = None,
    generalize: Annotated[
        int,
        typer.Option(
            min=0,
            max=2,
            help="1: years of birth by fives, when care began by quarters; 2: by tens, and by years.",
        ),
    ] = 0,
    leave_out_small_classes: Annotated[
        bool,
        typer.Option(
            "--leave-out-small-classes",
            help="Leave out clients who share with too few others what outsiders may know of them.",
        ),
    ] = False,
    purpose: PurposeOption = None,
) -> None:
    """
    Export the views' rows under pseudonyms, as Parquet, CSV, Arrow or one file of DuckDB.

    All rows of an organization are as of one position of its log, which manifest.json says with the digest of each
    file. With the same analyst's pseudonyms, Parquet, CSV and Arrow are the same byte for byte whenever they are made
    at that position. docs/analytics-exports.md tells how files are named and typed.

    With --since, the rows of each client in changed_clients take the place of all that an earlier export with the same
    --analyst had of that client.

    As known at another time, every client is folded from the log, in memory; nothing is written there.

    Fewer than [analytics] k of the organization's policy must not share year of birth, way into care, when care began,
    and death: else nothing is written, unless --generalize, --shift-dates or --leave-out-small-classes help
    (docs/de-identification.md).

    Exit codes: 0 written, 1 not: and nothing is left of it, 2 not understood.
    """
    from analytics.catalogue import VIEWS
    from service.access.access_records import by_operator
    from service.analytics.analysts import role_of
    from service.analytics.as_of import Past
    from service.analytics.exports.export import Wanted
    from service.analytics.exports.formats import Format, require
    from service.bootstrap import connected, database
    from service.cli.analytics_exports import read_since, tell
    from service.cli.errors import CommandFailed
    from service.cli.organization import choose_several
    from service.cli.past_readings import past_reads
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
    if since and leave_out_small_classes:
        raise typer.BadParameter("Who is left out changes with everybody else: make a whole export, without --since.")
    if since and not analyst:
        raise typer.BadParameter("With --since say whose pseudonyms the earlier export has, by --analyst.")
    if as_known_at is not None and at is not None:
        raise typer.BadParameter("Give a position or a moment, not both.")
    with errors_told():
        require(Format(form))

    async def work(settings: Settings) -> None:
        async with database(settings) as addresses, connected(settings, addresses) as system:
            meant = [each.organization_id for each in choose_several(await system.organizations.all(), organization)]
            if as_known_at is not None and len(meant) > 1:
                raise CommandFailed("Each organization has positions of its own: give a moment, with --at.")
            wanted = Wanted(
                Format(form),
                [known[name] for name in dict.fromkeys(view)] if view else VIEWS,
                analyst=role_of(analyst) if analyst else None,
                shift_dates=shift_dates,
                since=read_since(since, meant) if since else {},
                generalized=generalize,
                leave_out_small_classes=leave_out_small_classes,
            )
            accesses = [by_operator(each, "care-timeline analytics export", purpose) for each in meant]
            with progress_of("") as progress:
                past = None if as_known_at is None and at is None else Past(as_known_at, at)
                read = past_reads(settings, addresses, past, progress) if past else None
                task = progress.add_task("Exporting rows", total=0)

                def tell_of(done: int, total: int) -> None:
                    progress.update(task, completed=done, total=total)

                manifest = await system.analytics_exports.write(wanted, accesses, folder, tell_of, read)
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


def measures(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="A measure.", show_default="all, over all periods and groups")
    ] = None,
    *,
    by: Annotated[
        str, typer.Option(help="By which periods: month, quarter, year or all.", show_default=True)
    ] = "quarter",
    organization: OrganizationOption = None,
    as_known_at: Annotated[
        int | None,
        typer.Option(min=0, metavar="POSITION", help="As known at that position.", show_default="now"),
    ] = None,
    at: Annotated[
        datetime | None,
        typer.Option(parser=moment, metavar="DATE-AND-TIME", help="As known, and judged, then.", show_default="now"),
    ] = None,
    policy: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="As they would be had this policy always been in force: a TOML file, as for what-if.",
            show_default="the policies that were adopted",
            exists=True,
            dir_okay=False,
            readable=True,
        ),
    ] = None,
    purpose: PurposeOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same as JSON.")] = False,
) -> None:
    """
    Show the figures of measures: docs/analytics-measures.md has their definitions.

    Without a name it shows each measure over all periods and groups; with one, that measure by period and group. Cells
    of fewer people than the policy's smallest_cell are hidden, and with them those that would give them away. As of
    another time, or by another policy, every client is folded from the log, in memory; nothing is written.

    Exit codes: 0 shown, 1 not: rows are behind, or there is no such position, 2 not understood.
    """
    from analytics.counting import By
    from analytics.measures.catalogue import MEASURES
    from service.cli.measures import MeasuresAsked, answer, tell
    from service.cli.run_command import run
    from service.settings import Settings

    known = {each.name: each for each in MEASURES}
    if name is not None and name not in known:
        raise typer.BadParameter(f"There is no measure {name}; there are {', '.join(known)}.")
    if by not in list(By):
        raise typer.BadParameter(f"There are figures by {', '.join(By)}.")
    if as_known_at is not None and at is not None:
        raise typer.BadParameter("Give a position or a moment, not both.")
    chosen = [known[name]] if name else list(MEASURES)
    asked = MeasuresAsked(chosen, By(by) if name else By.ALL, organization, as_known_at, at, policy, purpose)

    async def work(settings: Settings) -> None:
        told = await answer(settings, asked)
        tell(told, each=name is None, as_json=as_json, by_other_policy=policy is not None)

    run(work)


add(app, export)
add(app, dictionary)
add(app, measures)
add(app, report)
