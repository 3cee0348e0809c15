"""care-timeline verify-export."""

from pathlib import Path
from typing import Annotated

import typer

KeyOption = Annotated[
    list[str],
    typer.Option(
        metavar="NAME+ID+KEY",
        help="The log's public key, which checkpoint --public-key shows. May be given several times.",
        show_default=False,
    ),
]


def verify_export(
    file: Annotated[Path, typer.Argument(help="The export.", show_default=False)],
    key: KeyOption,
    *,
    since: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="An earlier export of the client, or a head of theirs: this one goes on from it.",
            show_default=False,
        ),
    ] = None,
    show: Annotated[bool, typer.Option("--show", help="Show each event as JSON, and what it says.")] = False,
    page: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the timeline's page to this file.", show_default=False)
    ] = None,
) -> None:  # fmt: skip
    """
    Check an export offline, with nothing but the log's public key.

    Every byte has to be what was signed for the log that the key names; the checkpoint has to be signed; each event has
    to be in its tree, unchanged; the client's timeline has to have every event up to the one that the signed head
    names; and what the file has a key to has to open. The first thing that does not hold is named.

    With --since a timeline that was cut off or changed since an earlier export is seen. What an export cannot prove is
    told at the end. Needs no database; python -m service.proofs does the same with Python and cryptography alone.

    [bold]Examples[/bold]

      care-timeline verify-export dana.export --key care.example.org/…+0123abcd+AQ…
      care-timeline verify-export dana.export --key … --since dana.march.export
      care-timeline verify-export dana.export --key … --show

    Exit codes: 0 everything holds, 1 something does not, 2 not understood.
    """
    from service.cli.console import err, out
    from service.cli.exports import read_checked, shown
    from service.cli.files import write_private
    from service.cli.run_command import errors_told
    from service.proofs.export_check import DOES_NOT_PROVE

    with errors_told():
        found = read_checked(file, key, since)
        if show:
            for line in shown(found):
                out.print(line, soft_wrap=True)
        if page:
            write_private(page, found.pages["timeline.html"])
        out.print(found.summary, soft_wrap=True)
        err.print(f"What it does not prove: {DOES_NOT_PROVE}", style="dim", soft_wrap=True)
