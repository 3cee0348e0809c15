"""care-timeline analysts."""

from typing import Annotated

import typer

from service.cli.help_text import add, prose
from service.cli.options import OrganizationsOption

app = typer.Typer(
    no_args_is_help=True,
    help=prose(
        """
    Analysts who ask the schema [bold]analytics[/bold] with SQL: in DuckDB, pandas, Metabase or psql.

    Each has a login of their own, which sees the rows of its organizations under pseudonyms of its own, and nothing
    else. Whoever asks over the API has a key instead: care-timeline keys create --role analyst.

    [bold]Examples[/bold]

      care-timeline analysts create funder --organization "Harbor Lane Recovery" --organization "North Side Recovery"
      care-timeline analysts create research --shift-dates
      care-timeline analysts list
      care-timeline analysts remove research

    They work as the database's owner (CARE_TIMELINE_OWNER_DATABASE_URL), who needs the right to make roles.
    """
    ),
)

_NAME = typer.Argument(help="The analyst's name: small letters, digits and _.", show_default=False)


def create(
    name: Annotated[str, _NAME],
    organization: OrganizationsOption = None,
    *,
    shift_dates: Annotated[
        bool,
        typer.Option(
            "--shift-dates",
            help="Shift all dates of a client back by the same number of whole weeks: intervals and weekdays stay.",
        ),
    ] = False,
) -> None:
    """
    Make a login for an analyst, and print what they connect with: an address with the password, a line for DuckDB,
    and what Metabase asks for. The password is shown now and never again.

    Exit codes: 0 made, 1 not: the name is taken, or the owner may not make roles, 2 not understood.
    """
    from service.analytics.analysts import AnalystRefused, create_analyst
    from service.bootstrap import connected, database
    from service.cli.analysts import tell_how_to_connect
    from service.cli.errors import CommandFailed
    from service.cli.organization import choose_several
    from service.cli.run_command import run
    from service.settings import Settings

    async def work(settings: Settings) -> None:
        async with database(settings) as addresses, connected(settings, addresses) as system:
            meant = choose_several(await system.organizations.all(), organization)
            ids = [each.organization_id for each in meant]
            try:
                made = await create_analyst(addresses.owner, name, ids, shifts_dates=shift_dates)
            except AnalystRefused as error:
                raise CommandFailed(str(error)) from error
        assert addresses.owner is not None
        tell_how_to_connect(made, addresses.owner, embedded=settings.embedded)

    run(work)


def list_() -> None:
    """
    List the analysts, the organizations whose rows each sees, and whether they see dates shifted.
    """
    from service.analytics.analysts import list_analysts
    from service.bootstrap import connected, database
    from service.cli.analysts import show_analysts
    from service.cli.run_command import run
    from service.settings import Settings

    async def work(settings: Settings) -> None:
        async with database(settings) as addresses, connected(settings, addresses) as system:
            names = {each.organization_id: each.name for each in await system.organizations.all()}
            show_analysts(await list_analysts(addresses.owner, list(names)), names)

    run(work)


def remove(name: Annotated[str, _NAME]) -> None:
    """
    Take an analyst's login away, and the key of their pseudonyms: nobody sees clients under these names again.

    Exit codes: 0 done, 1 not: there is no such analyst.
    """
    from service.analytics.analysts import AnalystRefused, remove_analyst
    from service.bootstrap import connected, database
    from service.cli.console import out
    from service.cli.errors import CommandFailed
    from service.cli.run_command import run
    from service.settings import Settings

    async def work(settings: Settings) -> None:
        async with database(settings) as addresses, connected(settings, addresses) as system:
            ids = [each.organization_id for each in await system.organizations.all()]
            try:
                await remove_analyst(addresses.owner, name, ids)
            except AnalystRefused as error:
                raise CommandFailed(str(error)) from error
        out.print(f"{name} is removed.")

    run(work)


add(app, create)
add(app, list_, name="list")
add(app, remove)
