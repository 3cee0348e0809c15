"""care-timeline policy."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from service.cli.help_text import add, prose
from service.cli.moments import moment
from service.cli.options import OrganizationOption

MOMENT = "DATE-AND-TIME"

app = typer.Typer(
    no_args_is_help=True,
    help=prose(
        """
    The numbers of an organization's care: within how many hours, days and months things are due.

    An organization adopts its policy from a moment on, and the log keeps that. What was recorded before keeps the
    numbers that applied then; an organization that has adopted none works by the documented defaults.

    [bold]Examples[/bold]

      care-timeline policy show
      care-timeline policy adopt policy.toml --from 2027-01-01T00:00-06:00

    See what would change first: care-timeline what-if --help.
    """
    ),
)


def _words(said: str) -> str:
    """The words, as they may be recorded. Raises typer.BadParameter."""
    from pydantic import TypeAdapter, ValidationError

    from domain.events.base import FreeText

    try:
        return TypeAdapter[str](FreeText).validate_python(said)
    except ValidationError as error:
        raise typer.BadParameter(error.errors()[0]["msg"]) from None


def adopt(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="A TOML file with the numbers that differ from the defaults.",
            show_default=False,
            exists=True,
            dir_okay=False,
            readable=True,
        ),
    ],
    organization: OrganizationOption = None,
    from_: Annotated[
        datetime | None,
        typer.Option("--from", parser=moment, metavar=MOMENT, help="From when it is in force.", show_default="now"),
    ] = None,
    note: Annotated[
        str | None, typer.Option(parser=_words, metavar="TEXT", help="Who agreed on it, or why.", show_default=False)
    ] = None,
) -> None:
    """
    Adopt a policy, from a moment on.

    The file names sections and numbers as policy show does, such as

      \\[crisis]
      contact_within_hours = \\[12, 72, 168, 720]

    What it leaves out has its default. A policy is never changed, only followed by the next one; one that was adopted
    by mistake is replaced by adopting the right one from the same moment. It applies to whatever occurs from that
    moment on and is recorded after now. Nothing has to be rebuilt.

    Exit codes: 0 adopted, 1 not: the file says something senseless, 2 not understood.
    """
    from domain.events.organization import PolicyAdopted
    from domain.policy import policy_from_toml
    from service.access.caller import operator
    from service.bootstrap import running
    from service.cli.console import out
    from service.cli.errors import CommandFailed
    from service.cli.organization import choose
    from service.cli.policy import moment_in
    from service.cli.run_command import run
    from service.settings import Settings

    async def work(settings: Settings) -> None:
        try:
            numbers = policy_from_toml(file.read_text("utf-8"))
        except UnicodeDecodeError:
            raise CommandFailed(f"{file} is no text in UTF-8.") from None
        async with running(settings) as system:
            meant = choose(await system.organizations.all(), organization)
            entry = await system.policy_adopter.adopt(
                operator(meant.organization_id), numbers, in_force_from=from_, note=note
            )
        assert isinstance(entry.event, PolicyAdopted)
        since = moment_in(entry.event.in_force_from, entry.event.numbers)
        out.print(f"{meant.name} adopts this policy, in force from {since}.", soft_wrap=True)

    run(work)


def show(
    organization: OrganizationOption = None,
    at: Annotated[
        datetime | None,
        typer.Option(parser=moment, metavar=MOMENT, help="What is in force then.", show_default="now"),
    ] = None,
) -> None:
    """
    Show every number in force, and what was adopted when.

    Exit codes: 0 shown, 1 not.
    """
    from service.bootstrap import running
    from service.cli.console import out
    from service.cli.console import show as show_table
    from service.cli.organization import choose
    from service.cli.policy import adoptions_table, moment_in, numbers_table
    from service.cli.run_command import run
    from service.runtime import clock
    from service.settings import Settings

    async def work(settings: Settings) -> None:
        async with running(settings) as system:
            meant = choose(await system.organizations.all(), organization)
            policies = await system.organizations.policies(meant.organization_id)
        when = at or clock.now()
        policy = policies.at(when)
        out.print(f"{meant.name}, in force at {moment_in(when, policy)}", soft_wrap=True)
        show_table(numbers_table(policy))
        if policies.adoptions:
            show_table(adoptions_table(policies))
        else:
            out.print("It has adopted none: these are the defaults.")

    run(work)


add(app, adopt)
add(app, show)
