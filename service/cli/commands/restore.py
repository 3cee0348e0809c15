"""care-timeline restore."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from service.cli.moments import moment


def restore(
    folder: Annotated[Path, typer.Argument(help="The folder of the log.", show_default=False)],
    keys: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="The folder of the clients' keys: of the same backup or a later one.",
            show_default="keys, within the folder",
        ),
    ] = None,
    erasures: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The list of those who were erased since, which erasures export wrote: they are erased again.",
            show_default="those of whom the log itself says so",
            exists=True,
            dir_okay=False,
            readable=True,
        ),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option(
            parser=moment,
            metavar="DATE-AND-TIME",
            help="With the folder of an archive: up to when.",
            show_default="as far as it reaches",
        ),
    ] = None,
) -> None:
    """
    Restore a backup or an archive into an empty database, bring it to this release, and check it.

    Both files must be those that were written, and the key-encryption keys must be there, before anything is done.
    Afterwards the projections are built, every log is verified, compared with what the backup says of it and with the
    checkpoints that were put down elsewhere (CARE_TIMELINE_CHECKPOINT_FOLDER), and it is told up to when the record
    reaches. A log of which a later checkpoint is known has lost events: it is signed no more, and you are told what to
    do.

    The folder of [bold]care-timeline archive[/bold] is restored to any moment since its first base, projections
    included, and checked in the same way.

    Works as the database's owner. With the embedded PostgreSQL, name a data folder (CARE_TIMELINE_DATA_DIR) that holds
    nothing but the key-encryption key and the signing key.

    [bold]Examples[/bold]

      care-timeline restore /backups/2027-01-31
      care-timeline restore /backups/log/2027-01-31 --keys /backups/keys/2027-02-02
      care-timeline restore /backups/2027-01-31 --erasures erased.jsonl
      care-timeline restore /archive --until 2027-01-31T09:55-06:00

    Exit codes: 0 restored, and all that is known fits; 1 not restored, or something does not fit.
    """
    from service.backup.archiving import Archive
    from service.backup.manifest import KEYS_FOLDER, Backup
    from service.cli.erasures import read_list
    from service.cli.restoring import restore_and_check, restore_to_moment
    from service.cli.run_command import run
    from service.settings import Settings

    archive = Archive(folder)
    if until is not None and not archive.wal.is_dir():
        raise typer.BadParameter("--until goes with the folder of an archive: a backup is of one moment.")

    async def work(settings: Settings) -> bool:
        erased = read_list(erasures) if erasures else {}
        if archive.wal.is_dir():
            return await restore_to_moment(settings, archive, until, erased)
        return await restore_and_check(settings, Backup.read(folder, keys or folder / KEYS_FOLDER), erased)

    if not run(work):
        raise typer.Exit(1)
