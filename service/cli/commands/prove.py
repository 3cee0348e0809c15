"""care-timeline prove."""

from typing import Annotated
from uuid import UUID

import typer

from service.cli.options import OrganizationOption


def prove(
    entry: Annotated[
        UUID, typer.Argument(help="The event's id, or with --accesses the access record's.", show_default=False)
    ],
    *,
    organization: OrganizationOption = None,
    accesses: Annotated[bool, typer.Option("--accesses", help="Of an access record, in the log of accesses.")] = False,
    size: Annotated[
        int | None,
        typer.Option(min=1, help="The size of the checkpoint in which it is proved to be.", show_default="the last"),
    ] = None,
) -> None:
    """
    Prove that an event is in the log: prints a text that stands for itself (c2sp.org/tlog-proof).

    The text holds the event's leaf, its index, the proof of inclusion and the signed checkpoint. It says nothing of
    what the event says. Whoever has the log's public key checks it offline, as docs/proofs.md tells.

    --accesses proves likewise that an access record is in the log of accesses; access-log --json shows its id.

    [bold]Examples[/bold]

      care-timeline prove 8f0e4c52-6c1e-4d8a-9b1e-2f6d1a3c5e70 > event.tlog-proof
      care-timeline prove 01a21ea4-5b6a-757f-9cdd-4c209df86713 --accesses > read.tlog-proof

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
            proofs = system.access_log_proofs if accesses else system.log_proofs
            checkpoints = system.access_checkpoints if accesses else system.checkpoints
            making = f"care-timeline checkpoint{' --accesses' if accesses else ''}"
            position = await proofs.position_of(organization_id, entry)
            if position is None and accesses:
                raise CommandFailed(
                    f"The log of accesses of {meant.name} has no access record {entry}: {making} enters those of the"
                    " last minute."
                )
            if position is None:
                raise CommandFailed(f"The log of {meant.name} has no event {entry}.")
            try:
                kept = await (
                    checkpoints.latest(organization_id) if size is None else checkpoints.of_size(organization_id, size)
                )
                found = await proofs.inclusion(organization_id, position, kept.checkpoint.size)
            except NoCheckpoint as error:
                raise CommandFailed(f"There is no such checkpoint: {making} makes one.") from error
            except BeyondTheCheckpoint as error:
                raise CommandFailed(
                    f"It stands at position {position}, beyond that checkpoint: {making} makes a new one."
                ) from error
            except TreeBroken as error:
                raise CommandFailed(f"{error} Run care-timeline verify.") from error
        return write_tlog_proof(found.leaf, position - 1, found.proof, kept.cosigned_note)

    out.print(run(work), soft_wrap=True, end="")
