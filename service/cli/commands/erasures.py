"""care-timeline erasures."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from service.cli.help_text import add, prose
from service.cli.options import OrganizationOption

YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask before erasing: for commands that run by a timer.")]

app = typer.Typer(
    no_args_is_help=True,
    help=prose(
        """
    Erase clients for good: their keys, what their events say, and what was made of it.

    Supervisors request and approve an erasure in the client's record; the organization's policy says for how long a
    record is kept, and how many days an approval waits. Whoever runs the service carries out what is due. Nothing
    brings an erased record back.

    [bold]Examples[/bold]

      care-timeline erasures list
      care-timeline erasures carry-out --due
      care-timeline erasures export erased.jsonl
      care-timeline erasures apply erased.jsonl
    """
    ),
)


def list_(organization: OrganizationOption = None) -> None:
    """
    List the requests that wait: since when each is due, or why it is not.

    Moments are those of recording, in UTC. doctor tells when something has been due for a day, and the metrics how
    many are.
    """
    from service.bootstrap import running
    from service.cli.erasures import tell
    from service.cli.organization import choose
    from service.cli.run_command import run
    from service.settings import Settings

    async def work(settings: Settings) -> None:
        async with running(settings) as system:
            meant = choose(await system.organizations.all(), organization)
            tell(await system.erasures.standing(meant.organization_id))

    run(work)


def carry_out(
    clients: Annotated[
        list[UUID] | None, typer.Argument(metavar="CLIENT", help="The clients' ids.", show_default=False)
    ] = None,
    organization: OrganizationOption = None,
    due: Annotated[bool, typer.Option("--due", help="Every client whose erasure is due.")] = False,
    yes: YesOption = False,
) -> None:
    """
    Erase clients whose erasure is due. Nothing brings their records back.

    It destroys both keys of each, empties the bodies of their events, removes rows and snapshots of every projection
    and the identifiers by which they were found, and has every process forget what it keeps in memory. That they were
    erased stays in the log, and so do the headers and digests of their events: proofs still hold. Keep the list that
    erasures export writes apart from the backups.

    Exit codes: 0 all were erased, or none was due, 1 one was not, and why, 2 not understood.
    """
    from service.access.caller import operator
    from service.bootstrap import running
    from service.care.erasures import due as those_due
    from service.cli.console import out
    from service.cli.erasures import confirmed, said
    from service.cli.errors import CommandFailed
    from service.cli.organization import choose
    from service.cli.run_command import run
    from service.settings import Settings

    if bool(clients) == due:
        raise typer.BadParameter("Name the clients, or say --due for all whose erasure is due.")

    async def work(settings: Settings) -> None:
        async with running(settings) as system:
            meant = choose(await system.organizations.all(), organization)
            chosen = clients or list(those_due(await system.erasures.standing(meant.organization_id)))
            if chosen and not (yes or confirmed(f"Erase {len(chosen)} of {meant.name}'s clients for good?")):
                raise CommandFailed("Nobody was erased.")
            for client_id in chosen:
                done = await system.erasures.carry_out(operator(meant.organization_id), client_id)
                out.print(said(done), soft_wrap=True)
            out.print(f"{meant.name}: {len(chosen)} erased.", soft_wrap=True)

    run(work)


def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file.", show_default=False)],
) -> None:
    """
    Write down who was erased, in every organization: ids and moments, and nothing else.

    One JSON object a line. Keep the newest one apart from the backups: after one of these was brought back, erasures
    apply erases those again who had been erased since.

    Exit codes: 0 written, 1 not.
    """
    from service.bootstrap import running
    from service.cli.console import out
    from service.cli.erasures import line_of
    from service.cli.files import new_private
    from service.cli.run_command import run
    from service.settings import Settings

    async def work(settings: Settings) -> None:
        lines: list[str] = []
        async with running(settings) as system:
            for each in await system.organizations.all():
                erased = await system.erasures.erased(each.organization_id)
                lines += [line_of(each.organization_id, one) for one in erased]
        with new_private(file) as written:
            written.writelines(lines)
        out.print(f"{file}: {len(lines)} clients who were erased.", soft_wrap=True)

    run(work)


def apply(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE",
            help="What erasures export wrote.",
            show_default="what this database's own log says",
            exists=True,
            dir_okay=False,
            readable=True,
        ),
    ] = None,
    yes: YesOption = False,
) -> None:
    """
    Erase again who was erased, after an older backup of the database or of its keys was brought back.

    Do it before the service serves again. Neither policy nor holds are asked: they were, then. Whoever is erased here
    already stays so, and an id that this database does not know is kept from ever being used. Without FILE it goes by
    the log itself, which does where the keys alone are older.

    Exit codes: 0 done, 1 not.
    """
    from service.bootstrap import running
    from service.cli.erasures import confirmed, erase_again, listed_in_log, read_list
    from service.cli.errors import CommandFailed
    from service.cli.run_command import run
    from service.settings import Settings

    async def work(settings: Settings) -> None:
        listed = read_list(file) if file else None
        async with running(settings) as system:
            if listed is None:
                listed = await listed_in_log(system)
            total = sum(map(len, listed.values()))
            if total and not (yes or confirmed(f"See to it that these {total} clients are erased, for good?")):
                raise CommandFailed("Nobody was erased.")
            await erase_again(system, listed)

    run(work)


add(app, list_, name="list")
add(app, carry_out, name="carry-out")
add(app, export)
add(app, apply)
