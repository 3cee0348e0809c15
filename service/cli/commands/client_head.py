"""care-timeline client-head."""

from typing import Annotated
from uuid import UUID

import typer

from service.cli.options import OrganizationOption, PurposeOption


def client_head(
    client: Annotated[UUID, typer.Argument(help="The client's id.", show_default=False)],
    *,
    organization: OrganizationOption = None,
    purpose: PurposeOption = None,
) -> None:
    """
    Sign where one client's timeline ends, and print it.

    The text says how many events the client has, what the log commits to with the last of them, and the checkpoint
    that has them; it says nothing of what they say. Whoever keeps it elsewhere can later tell that none of them was cut
    off, exchanged or counted otherwise: verify --client-head, and verify-export --since. That it was made is recorded,
    as access-log shows. docs/proofs.md tells more.

    [bold]Examples[/bold]

      care-timeline client-head 8f0e4c52-6c1e-4d8a-9b1e-2f6d1a3c5e70 > dana.head

    Exit codes: 0 signed, 1 not.
    """
    from service.access.access_records import by_operator
    from service.audit.errors import CheckpointRefused, NotSigning, TreeBroken
    from service.bootstrap import running
    from service.cli.console import out
    from service.cli.errors import CommandFailed
    from service.cli.organization import choose
    from service.cli.run_command import run
    from service.settings import Settings

    async def work(settings: Settings) -> str:
        async with running(settings) as system:
            meant = choose(await system.organizations.all(), organization)
            access = by_operator(meant.organization_id, "care-timeline client-head", purpose)
            try:
                return await system.client_heads.make(access, client)
            except (CheckpointRefused, NotSigning, TreeBroken) as error:
                raise CommandFailed(str(error)) from error

    out.print(run(work), soft_wrap=True, end="")
