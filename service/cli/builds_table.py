"""The table in which care-timeline projections shows every build."""

from typing import NamedTuple

from rich.table import Table

from service.bootstrap import System
from service.projector.builds import BUILDS, Build
from service.projector.status import counts


class Row(NamedTuple):
    """One build: what it is of, and how it stands."""

    build: Build
    ours: bool
    """Whether it is of this release."""
    followed: int
    behind: int
    parked: int


async def rows_of(system: System) -> list[Row]:
    """Every build, by projection and in the order in which they were made."""
    ours = {(one.name, one.version) for one in system.builds.projections}
    builds = [Build(*record) for record in await system.pool.fetch(BUILDS)]
    counted = await counts(system.pool, [build.schema for build in builds])
    return sorted(
        (Row(build, build.key in ours, *counted[build.schema]) for build in builds if build.schema in counted),
        key=lambda row: (row.build.name, row.build.number),
    )


def table_of(rows: list[Row]) -> Table:
    """The rows as a table."""
    table = Table()
    for heading in ("Projection", "Version", "State", "Build"):
        table.add_column(heading, no_wrap=True)
    for heading in ("Position", "Lag", "Parked clients"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        build = row.build
        building = build.state == "building"
        table.add_row(
            build.name,
            f"{build.version}" if row.ours else f"{build.version} (another release)",
            _state(build),
            build.schema,
            "" if building else f"{row.followed:,}",
            "" if building else f"{row.behind:,}",
            f"{row.parked:,}",
        )
    return table


def _state(build: Build) -> str:
    if build.state != "building":
        return build.state
    if build.events_total is None:
        return "to be built: care-timeline rebuild"
    share = build.events_done / build.events_total if build.events_total else 1.0
    return f"building: {build.events_done:,} of {build.events_total:,} events ({share:.0%})"
