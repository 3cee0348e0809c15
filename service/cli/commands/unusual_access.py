"""care-timeline unusual-access."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer

from domain.vocabulary.unusual_access import UnusualAccessRule
from service.cli.options import OrganizationOption


def unusual_access(
    *,
    organization: OrganizationOption = None,
    first: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="The first day.", show_default="30 days up to the last"),
    ] = None,
    last: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="The last day.", show_default="today")
    ] = None,
    person: Annotated[
        UUID | None, typer.Option(help="Only reads by whoever has this actor_id.", show_default="all")
    ] = None,
    rule: Annotated[UnusualAccessRule | None, typer.Option(help="Only what breaks this.", show_default="all")] = None,
    noted: Annotated[bool, typer.Option("--noted", help="Also those of which a supervisor took note.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="All that is known, as a JSON object a line.")] = False,
) -> None:
    """
    Show reads that ask to be looked into: who read, what is unusual about it, and of whom.

    By somebody outside the client's team, of many clients within an hour, of a client discharged long ago; the numbers
    are in the policy, under unusual_access. It is a reason to ask, and no finding of fault. A supervisor takes note of
    them over the API. To look at them leaves an access record. At most 92 days at once, in the organization's time
    zone.

    [bold]Examples[/bold]

      care-timeline unusual-access
      care-timeline unusual-access --from 2026-01-01 --to 2026-03-31 --noted --json

    Exit codes: 0 shown, 1 not: the days end before they begin or are too many, or the lists are not built yet,
    2 not understood.
    """
    from service.access.access_records import by_operator
    from service.bootstrap import running
    from service.care.unusual_access import days
    from service.cli.errors import CommandFailed
    from service.cli.organization import choose
    from service.cli.run_command import run
    from service.cli.unusual_access import every, tell, tell_as_json
    from service.settings import Settings

    async def work(settings: Settings) -> None:
        async with running(settings) as system:
            meant = choose(await system.organizations.all(), organization)
            try:
                asked = days(first and first.date(), last and last.date(), meant.time_zone)
            except ValueError as error:
                raise CommandFailed(str(error)) from None
            access = by_operator(meant.organization_id, "care-timeline unusual-access")
            found = await every(system.unusual_access, access, asked, person_id=person, rule=rule, noted=noted)
        (tell_as_json if as_json else tell)(found)

    run(work)
