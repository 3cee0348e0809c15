"""Exports for analysts: since when, and what was written."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from uuid import UUID

from pydantic import ValidationError

from service.analytics.exports.manifest import Manifest
from service.cli.console import err, out
from service.cli.errors import CommandFailed


def read_since(said: str, organizations: Sequence[UUID]) -> Mapping[UUID, int]:
    """The position of each organization since which rows are wanted: said, or as an earlier manifest says it.

    Raises CommandFailed.
    """
    if said.isdecimal():
        if len(organizations) > 1:
            raise CommandFailed("Each organization has positions of its own: give the earlier export's manifest.json.")
        return {organizations[0]: int(said)}
    try:
        manifest = Manifest.model_validate_json(Path(said).read_bytes())
    except OSError as error:
        raise CommandFailed(f"{said} cannot be read: {error.strerror}.") from None
    except ValidationError:
        raise CommandFailed(f"{said} is no manifest of an export.") from None
    positions = {each.organization_id: each.position for each in manifest.organizations}
    missing = [str(each) for each in organizations if each not in positions]
    if missing:
        raise CommandFailed(f"The earlier export has nothing of {', '.join(missing)}: export that apart, as a whole.")
    return {each: positions[each] for each in organizations}


def tell(manifest: Manifest, folder: Path) -> None:
    """Print what was written."""
    rows = sum(sum(each.rows.values()) for each in manifest.organizations)
    where = ", ".join(f"{each.organization_id} at {each.position:,}" for each in manifest.organizations)
    out.print(f"{folder}: {rows:,} rows in {len(manifest.files):,} files. {where}.", soft_wrap=True)
    for each in manifest.organizations:
        told = each.anonymity
        diversity = ", ".join(f"{name} {found}" for name, found in told.l.items())
        left_out = f", {told.people_left_out:,} left out" if told.people_left_out else ""
        out.print(f"k {told.k}{left_out}; l of {diversity}.", soft_wrap=True)
        if each.parked_clients:
            err.print(
                f"For {each.parked_clients} clients of {each.organization_id} a projection failed: rows of theirs are"
                " missing or behind (care-timeline catch-up).",
                style="yellow",
                soft_wrap=True,
            )
