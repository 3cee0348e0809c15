"""care-timeline organizations."""

from typing import Annotated

import typer

from service.cli.help_text import add, prose

app = typer.Typer(
    no_args_is_help=True,
    help=prose(
        """
    The clinics and programmes whose records this service keeps, each a world of its own.

    [bold]Examples[/bold]

      care-timeline organizations create "Harbor Lane Recovery" --time-zone America/Chicago
      care-timeline organizations list

    Every command here explains itself: care-timeline organizations create --help.
    """
    ),
)


def create(
    name: Annotated[str, typer.Argument(help="What people call it.", show_default=False)],
    time_zone: Annotated[
        str,
        typer.Option(
            metavar="ZONE", help="Where its working days begin and end: an IANA name such as America/Chicago."
        ),
    ] = "UTC",
) -> None:
    """
    Set up an organization, and print its id.

    Works as the database's owner (CARE_TIMELINE_OWNER_DATABASE_URL; the embedded PostgreSQL needs nothing).

    Exit codes: 0 set up, 1 not.
    """
    from service.bootstrap import database
    from service.cli.console import err, out
    from service.cli.organization import set_up
    from service.cli.run_command import run
    from service.log.organizations import Organization
    from service.settings import Settings

    async def work(settings: Settings) -> Organization:
        async with database(settings) as addresses:
            return await set_up(addresses, name, time_zone)

    organization = run(work)
    out.print(str(organization.organization_id))
    err.print(f"{organization.name} is set up. Next: care-timeline keys create --role counselor --name NAME")


def list_all() -> None:
    """
    Show every organization with its id and its time zone.
    """
    from rich.table import Table

    from service.bootstrap import running
    from service.cli.console import out, show
    from service.cli.run_command import run
    from service.log.organizations import Organization
    from service.settings import Settings

    async def work(settings: Settings) -> list[Organization]:
        async with running(settings) as system:
            return await system.organizations.all()

    table = Table("Name", "Id", "Time zone", "Since", box=None, pad_edge=False)
    for each in run(work):
        table.add_row(each.name, str(each.organization_id), each.time_zone, f"{each.created_at:%Y-%m-%d}")
    if table.rows:
        show(table)
    else:
        out.print("There is none yet: care-timeline organizations create NAME makes one.", soft_wrap=True)


add(app, create)
add(app, list_all, name="list")
