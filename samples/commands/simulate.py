"""care-timeline simulate."""

from datetime import datetime
from typing import Annotated

import typer

from service.cli.options import OrganizationOption

DAY = "%Y-%m-%d"
A_YEAR = 365


def simulate(
    *,
    organization: OrganizationOption = None,
    seed: Annotated[int, typer.Option(help="The same seed always makes the same clinic.")] = 1,
    clients: Annotated[int, typer.Option(min=1, help="How many clients.")] = 50,
    events: Annotated[int, typer.Option(min=1, help="How many events, about.")] = 10_000,
    start: Annotated[
        datetime | None,
        typer.Option(formats=[DAY], metavar="DATE", help="The clinic's first day.", show_default="a year before --end"),
    ] = None,
    end: Annotated[
        datetime | None,
        typer.Option(
            formats=[DAY],
            metavar="DATE",
            help="The day on which its record ends; at latest today.",
            show_default="today",
        ),
    ] = None,
    time_zone: Annotated[str, typer.Option(metavar="ZONE", help="The time zone of a new organization.")] = (
        "America/Chicago"
    ),
) -> None:
    """
    Fill an organization with a believable, made-up clinic.

    Intakes, weeks of sessions, check-ins, lapses, handoffs, crises, late entries and corrections, in realistic
    proportions, for trying things out and for load tests. Nobody in it exists. Without --organization a new one
    is made, which works as the database's owner. An organization that has a record already can be filled only
    with what comes after it.

    [bold]Examples[/bold]

      care-timeline simulate
      care-timeline simulate --seed 7 --clients 2000 --events 200000
      care-timeline simulate --start 2024-01-01 --end 2026-01-01

    Exit codes: 0 written, and the projections are up to date; 1 not.
    """
    from datetime import timedelta
    from zoneinfo import ZoneInfo

    from samples.simulation.recording import SimulationOptions, write
    from service.bootstrap import connected, database
    from service.cli.catch_up import bring_up
    from service.cli.console import out
    from service.cli.organization import choose, set_up
    from service.cli.run_command import run
    from service.runtime import clock
    from service.settings import Settings

    async def work(settings: Settings) -> None:
        async with database(settings) as addresses, connected(settings, addresses) as system:
            if organization is None:
                meant = await set_up(addresses, f"Simulated clinic {seed}", time_zone)
            else:
                meant = choose(await system.organizations.all(), organization)
            today = clock.now().astimezone(ZoneInfo(meant.time_zone)).date()
            last = end.date() if end else today
            first = start.date() if start else last - timedelta(days=A_YEAR)
            written = await write(system, meant, SimulationOptions(seed, clients, events, first, min(last, today)))
            await bring_up(system, meant)
            out.print(f"{meant.name} ({meant.organization_id}) has {written:,} more events.", soft_wrap=True)

    run(work)
