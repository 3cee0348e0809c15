"""Catching up an organization's projections, with a progress bar."""

from typing import NamedTuple

from service.bootstrap import System
from service.cli.progress import progress_of
from service.log.organizations import Organization
from service.projector.catch_up import catch_up, lag


class CaughtUp(NamedTuple):
    """How many clients were behind, and how many projections still fail."""

    behind: int
    failing: int


async def bring_up(system: System, organization: Organization) -> CaughtUp:
    """Bring the projections of the organization up to date."""
    behind, _ = await _lags(system, organization)
    with progress_of("clients") as progress:
        task = progress.add_task("Catching up", total=behind, visible=behind > 0)
        async for done in catch_up(system.pool, system.projector, organization.organization_id):
            progress.advance(task, done)
    _, failing = await _lags(system, organization)
    return CaughtUp(behind, failing)


async def _lags(system: System, organization: Organization) -> tuple[int, int]:
    lags = [await lag(system.pool, organization.organization_id, one.name) for one in system.projector.projections]
    return max(one.behind + one.failed for one in lags), sum(one.failed for one in lags)
