"""Writing a simulated clinic, with a progress bar."""

from datetime import date
from typing import NamedTuple

from samples.simulation import simulate
from service.bootstrap import System
from service.care.importing import import_entries
from service.cli.errors import CommandFailed
from service.cli.progress import progress_of
from service.log.organizations import Organization


class SimulationOptions(NamedTuple):
    """What makes a simulated clinic the one that it is."""

    seed: int
    clients: int
    events: int
    start: date
    end: date


async def write(system: System, organization: Organization, clinic: SimulationOptions) -> int:
    """Put the clinic's entries into the organization's log; how many there were. Raises CommandFailed."""
    written = 0
    entries = simulate(*clinic, time_zone=organization.time_zone)
    with progress_of("events") as progress:
        task = progress.add_task("Simulating", total=clinic.events)
        try:
            async for done in import_entries(system.store, system.keyring, organization.organization_id, entries):
                written += done
                progress.update(task, completed=written)
        except ValueError as error:
            raise CommandFailed(f"{written:,} events were written, and no more: {str(error).rstrip('.')}.") from error
        progress.update(task, completed=written, total=written)
    return written
