"""care-timeline open-export."""

from pathlib import Path
from typing import Annotated

import typer

from service.cli.commands.verify_export import KeyOption


def open_export(
    file: Annotated[Path, typer.Argument(help="An export that was made with keys.", show_default=False)],
    key: KeyOption,
) -> None:
    """
    Open an export in an empty service, to inspect it.

    The file is checked first, as verify-export does. Then it is loaded into the service that the settings name, in
    which there must be nothing: replay, hindsight, summary, access-log and the API read it as they would at home.
    Events keep their ids, versions and times, and are numbered anew in a log of their own; so what verify says there
    is about that copy, and proofs are those of the file. Delete the folder when you are done: what is in it was told in
    confidence, and is not erased with the original.

    [bold]Examples[/bold]

      export CARE_TIMELINE_DATA_DIR=inspection
      care-timeline open-export dana.export --key care.example.org/…+0123abcd+AQ…
      care-timeline replay 8f0e4c52-6c1e-4d8a-9b1e-2f6d1a3c5e70 --steps

    Exit codes: 0 opened, 1 not: something does not hold, there is no key in it, or the service is not empty.
    """
    from service.bootstrap import connected, database
    from service.cli.console import err, out
    from service.cli.errors import CommandFailed
    from service.cli.exports import read_checked
    from service.cli.run_command import run
    from service.exports.opening import ExportOpener, ExportSealed, ServiceNotEmpty
    from service.settings import Settings

    async def work(settings: Settings) -> None:
        found = read_checked(file, key)
        async with database(settings) as addresses, connected(settings, addresses) as system:
            opener = ExportOpener(system.store, system.keyring, system.organizations, addresses.owner)
            try:
                count = await opener.open(found)
            except (ExportSealed, ServiceNotEmpty, ValueError) as error:
                raise CommandFailed(str(error)) from error
        out.print(f"Opened {count:,} events of client {found.head.timelines[0].client_id}.", soft_wrap=True)
        err.print(
            "This is a copy for inspection: what is proved is proved by the file. Delete it when you are done.",
            style="dim",
            soft_wrap=True,
        )

    run(work)
