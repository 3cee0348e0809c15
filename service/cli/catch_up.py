"""Catching up an organization's projections, with a progress bar."""

from typing import NamedTuple

from service.bootstrap import System
from service.cli.progress import progress_of
from service.following import cursors
from service.log.organizations import Organization


class CaughtUp(NamedTuple):
    """What was done."""

    followed: int
    """Events that were to be followed, counted once for each place at which projections stood."""
    mended: int
    """Projections of a client that had failed and no longer do, counted one by one."""
    failing: int
    """Those that still fail."""


async def bring_up(system: System, organization: Organization) -> CaughtUp:
    """Bring the projections of the organization up to date, those too that were given up or wait to be tried again."""
    organization_id = organization.organization_id
    for name in system.followers():
        await cursors.resume(system.pool, organization_id, name)
    followed = await system.follower().follow(organization_id)
    mended, failing = 0, 0
    parked = await system.catch_up.parked(organization_id)
    with progress_of("projections of clients") as progress:
        task = progress.add_task("Trying again", total=parked, visible=parked > 0)
        async for well in system.catch_up.retry(organization_id):
            mended, failing = mended + well, failing + (not well)
            progress.advance(task)
    return CaughtUp(followed, mended, failing)
