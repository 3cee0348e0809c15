"""care-timeline prove."""

from typing import Annotated
from uuid import UUID

import typer

from service.cli.options import OrganizationOption


def prove(
    event: Annotated[UUID, typer.Argument(help="The event's id.", show_default=False)],
    organization: OrganizationOption = None,
    size: Annotated[
        int | None,
        typer.Option(min=1, help="The size of the checkpoint in which it is proved to be.", show_default="the last"),
    ] = None,
) -> None:
    """
    Prove that an event is in the log: prints a text that stands for itself (c2sp.org/tlog-proof).

    The text holds the event's leaf, its index, the proof of inclusion and the signed checkpoint. It says nothing of
    what the event says. Whoever has the log's public key checks it offline, as docs/proofs.md tells.

    [bold]Examples[/bold]

      care-timeline prove 8f0e4c52-6c1e-4d8a-9b1e-2f6d1a3c5e70 > event.tlog-proof

    Exit codes: 0 proved, 1 not.
    """
    from service.audit.errors import BeyondTheCheckpoint, NoCheckpoint, TreeBroken
    from service.bootstrap import running
    from service.cli.console import out
    from service.cli.errors import CommandFailed
    from service.cli.organization import choose
    from service.cli.run_command import run
    from service.proofs.tlog_proof import write_tlog_proof
    from service.settings import Settings

    async def work(settings: Settings) -> str:
        async with running(settings) as system:
            meant = choose(await system.organizations.all(), organization)
            organization_id = meant.organization_id
            position = await system.log_proofs.position_of(organization_id, event)
            if position is None:
                raise CommandFailed(f"The log of {meant.name} has no event {event}.")
            try:
                kept = await (
                    system.checkpoints.latest(organization_id)
                    if size is None
                    else system.checkpoints.of_size(organization_id, size)
                )
                found = await system.log_proofs.inclusion(organization_id, position, kept.checkpoint.size)
            except NoCheckpoint as error:
                raise CommandFailed("There is no such checkpoint: care-timeline checkpoint makes one.") from error
            except BeyondTheCheckpoint as error:
                raise CommandFailed(
                    f"The event stands at position {position}, beyond that checkpoint: care-timeline checkpoint makes"
                    " a new one."
                ) from error
            except TreeBroken as error:
                raise CommandFailed(f"{error} Run care-timeline verify.") from error
        return write_tlog_proof(found.leaf, position - 1, found.proof, kept.cosigned_note)

    out.print(run(work), soft_wrap=True, end="")
