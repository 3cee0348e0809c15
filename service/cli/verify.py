"""Verifying an organization's log, and what the projections made of it, with progress."""

from service.bootstrap import System
from service.cli.console import out
from service.cli.progress import progress_of
from service.log.consistency import log_end
from service.log.organizations import Organization
from service.log.verify import verify as verify_log


async def verify(system: System, organization: Organization) -> bool:
    """Check the log, and tell what does not fit; whether all does."""
    with progress_of("events") as progress:
        task = progress.add_task("Verifying", total=await log_end(system.store, organization.organization_id))
        verification = await verify_log(
            system.store,
            organization.organization_id,
            progress=lambda done, total: progress.update(task, completed=done, total=total),
        )
        progress.update(task, completed=verification.events)
    for finding in verification.findings:
        _tell(organization.name, finding.position, finding.what)
    if verification.intact:
        erased = f", but for {verification.erased:,} that were erased with their clients" if verification.erased else ""
        _end(organization.name, f"{verification.events:,} events, all as they were recorded{erased}.")
    else:
        _end(organization.name, f"{verification.events:,} events, {len(verification.findings)} do not fit.")
    return verification.intact


async def compare(system: System, organization: Organization) -> bool:
    """Compare the projections with fresh folds, and tell what differs; whether nothing does."""
    with progress_of("clients") as progress:
        total = len(await system.comparison.clients(organization.organization_id))
        task = progress.add_task("Comparing", total=total)
        compared = await system.comparison.compare(
            organization.organization_id, progress=lambda done: progress.update(task, completed=done)
        )
        progress.update(task, completed=total)
    for each in compared.differences:
        _tell(f"{organization.name}, {each.build}", each.position, each.what)
    said = f"projections of {compared.clients:,} clients, "
    said += f"{len(compared.differences)} differ" if compared.differences else "all as a fresh fold makes them"
    if compared.left_out:
        said += f"; {compared.left_out:,} left out, whose clients were erased or whose projection failed"
    _end(organization.name, f"{said}.")
    return not compared.differences


def _tell(where: str, position: int | None, what: str) -> None:
    place = "" if position is None else f", position {position}"
    out.print(f"{where}{place}: {what}.", style="red", soft_wrap=True)


def _end(name: str, said: str) -> None:
    out.print(f"{name}: {said}", soft_wrap=True)
