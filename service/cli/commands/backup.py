"""care-timeline backup."""

from pathlib import Path
from typing import Annotated

import typer


def backup(
    folder: Annotated[Path, typer.Argument(help="A new folder for the log.", show_default=False)],
    keys: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="A new folder for the clients' keys, best where another backup goes.",
            show_default="keys, within the folder",
        ),
    ] = None,
) -> None:
    """
    Write a backup of the record, as it stands at this moment; everything goes on meanwhile.

    The log and all that stands beside it goes to one file (pg_dump), the clients' keys to another: keep the two apart,
    and keys for as short a time as you can, since a client who is erased can be read again as long as a copy of their
    key is kept. What projections hold is not in it: it is made of the log. Nor are the key-encryption keys, without
    which nobody reads anything, nor those that sign: docs/backup.md says what to do with them.

    The embedded PostgreSQL needs nothing more. Otherwise CARE_TIMELINE_BACKUP_DATABASE_URL names a login that reads
    every organization's rows.

    [bold]Examples[/bold]

      care-timeline backup /backups/2027-01-31
      care-timeline backup /backups/log/2027-01-31 --keys /backups/keys/2027-01-31

    Exit codes: 0 written, 1 not.
    """
    from service.backup.making import back_up, reading_all
    from service.backup.manifest import KEYS_FILE, KEYS_FOLDER, LOG_FILE, KeysManifest, LogManifest
    from service.backup.restoring import extent
    from service.cli.console import err, out
    from service.cli.run_command import run
    from service.database.embedded import postgres_programs
    from service.settings import Settings

    keys_folder = keys or folder / KEYS_FOLDER

    async def work(settings: Settings) -> tuple[LogManifest, KeysManifest]:
        async with reading_all(settings) as address:
            return await back_up(address, postgres_programs(), folder, keys_folder)

    log, of_keys = run(work)
    for each in log.organizations:
        out.print(f"{each.name}: {extent(each)}.", soft_wrap=True)
    for file in (folder / LOG_FILE, keys_folder / KEYS_FILE):
        out.print(f"{file}: {file.stat().st_size / 1_000_000:,.1f} MB", soft_wrap=True)
    needed = sorted({*log.key_encryption_keys, *of_keys.key_encryption_keys})
    if needed:
        err.print(
            f"Not in it: {', '.join(needed)}, without which nobody reads it. Keep it elsewhere.",
            soft_wrap=True,
        )
