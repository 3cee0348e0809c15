"""How this process's projections stand, over all organizations."""

from typing import NamedTuple

import asyncpg

from service.projector.builds import Build, Builds, State


class Standing(NamedTuple):
    """How one projection stands."""

    projection: str
    version: int
    build: Build | None
    """The build that answers; None while there is none, and reads fold the log."""
    followed: int
    """Events that it has followed, in all organizations' logs together."""
    behind: int
    """Events that it has yet to follow."""
    parked: int
    """Clients for whom it failed."""

    @property
    def state(self) -> State:
        """The state of its build."""
        return self.build.state if self.build else "building"


async def standing(pool: asyncpg.Pool, builds: Builds) -> list[Standing]:
    """How each projection of this process stands: one statement, however many organizations there are."""
    found = {projection.name: await builds.to_read(projection.name) for projection in builds.projections}
    names = [build.schema for build in found.values() if build]
    records = await pool.fetch("SELECT name, followed, behind, parked FROM projection.standing($1)", names)
    counted = {record["name"]: record for record in records}
    stands = []
    for projection in builds.projections:
        build = found[projection.name]
        _, followed, behind, parked = counted.get(build.schema if build else "", (None, 0, 0, 0))
        stands.append(Standing(projection.name, projection.version, build, followed, behind, parked))
    return stands
