"""care-timeline archive."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from service.cli.moments import length


def archive(
    folder: Annotated[Path, typer.Argument(help="Where the archive is, or is to be made.", show_default=False)],
    every: Annotated[
        timedelta | None,
        typer.Option(parser=length, metavar="LENGTH", help="How often a base is added.", show_default="24h"),
    ] = None,
    days: Annotated[int, typer.Option(min=1, help="For how many days bases are kept.")] = 7,
) -> None:
    """
    Keep an archive of the embedded PostgreSQL until Ctrl-C: whatever is recorded is there a moment later.

    Run it beside [bold]serve[/bold], onto another disk or machine. It copies the server once a day (pg_basebackup) and
    receives its write-ahead log as it is written (pg_receivewal), so that [bold]restore --until[/bold] brings back any
    moment of the last days. Stopped and started again it goes on where it was; the server keeps up to 8 GB for it.

    The clients' keys, wrapped, are in it, those too that were destroyed since: a client who was erased is gone from it
    once its bases are that old. Keep it private and for days; what is to last is written by [bold]backup[/bold].

    A PostgreSQL of your own is archived with tools made for that, such as pgBackRest: docs/backup.md.

    [bold]Examples[/bold]

      care-timeline archive /mnt/other-disk/archive
      care-timeline archive /mnt/other-disk/archive --every 12h --days 14

    Exit codes: 0 stopped as asked, 1 it could not go on.
    """
    from service.backup.archiving import Archive, keep
    from service.backup.errors import BackupRefused
    from service.backup.making import reading_all
    from service.cli.console import out
    from service.cli.run_command import run
    from service.database.embedded import postgres_programs
    from service.serving.stopping import asked_to_stop
    from service.settings import Settings

    async def work(settings: Settings) -> None:
        if not settings.embedded:
            raise BackupRefused(
                "An archive is kept of the embedded PostgreSQL alone. Archive a server of your own with tools made for"
                " that, such as pgBackRest: docs/backup.md."
            )
        with asked_to_stop() as stopping:
            async with reading_all(settings) as address:
                out.print(f"The archive is kept in {folder}. Ctrl-C stops it.", soft_wrap=True)
                found = Archive(folder)
                await keep(found, address, postgres_programs(), stopping, every=every or timedelta(hours=24), days=days)
        out.print("Stopped.")

    run(work)
