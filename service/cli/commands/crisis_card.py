"""care-timeline crisis-card."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from service.cli.options import OrganizationOption, PurposeOption


def crisis_card(
    client: Annotated[UUID, typer.Argument(help="The client's id.", show_default=False)],
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="FILE", help="Where the page is written.", dir_okay=False),
    ],
    organization: OrganizationOption = None,
    purpose: PurposeOption = None,
) -> None:
    """
    Write a client's crisis card as a page to print.

    An HTML file of one page: 988, the after-hours line that the organization's policy tells, and the client's own plan
    for a crisis from the current safety plan. Open it in a browser and print it; it fits A6, and A4 to cut out.

    The file holds what was told in confidence: only you may read it, and a file that is there is not written over.
    Record crisis_card_issued once the card is in the client's hands.

    [bold]Examples[/bold]

      care-timeline crisis-card 8f0e4c52-6c1e-4d8a-9b1e-2f6d1a3c5e70 --output card.html

    Exit codes: 0 written, 1 not: there is no such client, or the file is there already, 2 not understood.
    """
    from projections.care_plan import CARE_PLAN, CarePlanAnswer
    from rendering.crisis_card import crisis_card as card
    from service.access.access_records import by_operator
    from service.bootstrap import running
    from service.cli.console import out
    from service.cli.files import write_private
    from service.cli.organization import choose
    from service.cli.run_command import run
    from service.runtime import clock
    from service.settings import Settings

    async def work(settings: Settings) -> None:
        async with running(settings) as system:
            meant = choose(await system.organizations.all(), organization)
            access = by_operator(meant.organization_id, "care-timeline crisis-card", purpose)
            found = await system.projection_reader.read(access, client, CARE_PLAN.name, what="crisis_card")
        assert isinstance(found.answer, CarePlanAnswer)
        write_private(output, card(found.answer, found.policy, clock.now()))
        out.print(f"The crisis card is in {output}.", soft_wrap=True)

    run(work)
