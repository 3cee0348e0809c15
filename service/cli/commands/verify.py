"""care-timeline verify."""

from pathlib import Path
from typing import Annotated

import typer

from service.cli.options import OrganizationOption


def verify(
    *,
    organization: OrganizationOption = None,
    checkpoint: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="A checkpoint that was kept elsewhere, of the log or of accesses; may be given several times.",
            show_default="the last ones in the folder of checkpoints, which are compared in any case",
        ),
    ] = None,
    client_head: Annotated[
        list[Path] | None,
        typer.Option(
            "--client-head",
            metavar="FILE",
            help="A client's signed head that was kept elsewhere, or an export; may be given several times.",
            show_default=False,
        ),
    ] = None,
    key: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME+ID+KEY",
            help="The public key that signed it, where it is not one of the settings'; may be given several times.",
            show_default=False,
        ),
    ] = None,
    projections: Annotated[
        bool, typer.Option("--projections", help="Compare what the projections hold with fresh folds of the log too.")
    ] = False,
) -> None:
    """
    Check that nothing of the record was altered or left out.

    Recomputes the digest and the leaf of every event, opens its body with its client's key and forgets what it says,
    and checks that positions, versions and moments follow one another, that the heads of the log and of each timeline
    are where the last events are, and that what events refer to is found. Then come the tree over the log, every
    checkpoint that the database keeps with its signature, and those in hand; who may read and who has read, in the
    same way; and the triggers, policies and grants that guard all of it. Each thing that does not fit is named, the
    first position first. Without --organization every organization is checked.

    A checkpoint in hand is what shows that the end of a log was cut off, or all of it written anew. The last one in the
    folder of checkpoints always is; give one that was kept where nobody of the service can change it as well.

    A client's head in hand (client-head prints one) shows that the end of that client's timeline was cut off, or the
    timeline counted anew, and names what is missing.

    With --projections every client is folded again, and rows and snapshots that are not those of the fold are named by
    the position of the client's last event; care-timeline rebuild puts them right.

    [bold]Examples[/bold]

      care-timeline verify
      care-timeline verify --organization "Harbor Lane Recovery" --checkpoint saved.checkpoint
      care-timeline verify --client-head dana.head
      care-timeline verify --projections

    Exit codes: 0 intact, 1 something does not fit.
    """
    from service.bootstrap import running
    from service.cli import verify as verifying
    from service.cli.console import err
    from service.cli.organization import choose
    from service.cli.run_command import run
    from service.settings import Settings

    async def work(settings: Settings) -> bool:
        async with running(settings) as system:
            known = await system.organizations.all()
            files = verifying.read_checkpoints(system, checkpoint or (), key or ())
            heads = verifying.read_heads(system, client_head or (), key or ())
            intact = not verifying.gone(system, known, {*files, *heads})
            meant = known if organization is None else [choose(known, organization)]
            verifying.require_meant(known, meant, {*files, *heads})
            for each in meant:
                in_hand = await verifying.in_hand(system, each.organization_id, files.get(each.organization_id, ()))
                intact = await verifying.verify(system, each, in_hand, heads.get(each.organization_id, ())) and intact
                if projections:
                    intact = await verifying.compare(system, each) and intact
            intact = await verifying.guards(system) and intact
        err.print(verifying.NOT_TOLD, style="dim", soft_wrap=True)
        return intact

    if not run(work):
        raise typer.Exit(1)
