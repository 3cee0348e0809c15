"""care-timeline export."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from service.cli.options import OrganizationOption, PurposeOption


def export(
    client: Annotated[UUID, typer.Argument(help="The client's id.", show_default=False)],
    to: Annotated[
        Path, typer.Option("--to", metavar="FILE", help="The new file, which only you can read.", show_default=False)
    ],
    *,
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help="Bring along the keys that open it: whoever has the file reads it.")
    ] = False,
    organization: OrganizationOption = None,
    purpose: PurposeOption = None,
) -> None:
    """
    Write one client's record into one signed file, which is checked offline.

    It holds the events with their proofs, the checkpoint, who read the record, the policy and the timeline as a page.
    What the events say is sealed unless --with-keys brings along what opens them; counseling notes stay sealed either
    way. Mind where the file is kept: erasing the client here does not reach it. That it was made is recorded, as
    access-log shows, and stands in the file. docs/exports.md tells more.

    [bold]Examples[/bold]

      care-timeline export 8f0e4c52-6c1e-4d8a-9b1e-2f6d1a3c5e70 --to dana.export
      care-timeline export 8f0e4c52-… --to dana.export --with-keys --purpose legal_proceedings

    Exit codes: 0 written, 1 not.
    """
    from service.access.access_records import by_operator
    from service.audit.errors import CheckpointRefused, NotSigning, TreeBroken
    from service.bootstrap import running
    from service.cli.console import out
    from service.cli.errors import CommandFailed
    from service.cli.files import write_private_bytes
    from service.cli.organization import choose
    from service.cli.run_command import run
    from service.settings import Settings

    async def work(settings: Settings) -> None:
        if to.exists():
            raise CommandFailed(f"{to} is there already: name a new file.")
        async with running(settings) as system:
            meant = choose(await system.organizations.all(), organization)
            access = by_operator(meant.organization_id, "care-timeline export", purpose)
            try:
                made = await system.record_export.make(access, client, with_keys=with_keys)
            except (CheckpointRefused, NotSigning, TreeBroken) as error:
                raise CommandFailed(str(error)) from error
        write_private_bytes(to, made)
        out.print(f"Wrote {to}, which only you can read.", soft_wrap=True)

    run(work)
