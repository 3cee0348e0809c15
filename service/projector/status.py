"""How this process's projections stand, over all organizations."""

from collections.abc import Sequence
from typing import NamedTuple

import asyncpg

from service.projector.builds import Build, Builds, State


class ProjectionStatus(NamedTuple):
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


class Counts(NamedTuple):
    """How far a build follows the logs of all organizations."""

    followed: int
    behind: int
    parked: int


_NOTHING = Counts(0, 0, 0)


async def status(pool: asyncpg.Pool, builds: Builds) -> list[ProjectionStatus]:
    """How each projection of this process stands: one statement, however many organizations there are."""
    found = {projection.name: await builds.to_read(projection.name) for projection in builds.projections}
    counted = await counts(pool, [build.schema for build in found.values() if build])
    return [
        ProjectionStatus(one.name, one.version, build, *(counted.get(build.schema, _NOTHING) if build else _NOTHING))
        for one in builds.projections
        for build in (found[one.name],)
    ]


async def counts(pool: asyncpg.Pool, schemas: Sequence[str]) -> dict[str, Counts]:
    """How far the builds in these schemas follow; one that is not registered any more is left out."""
    records = await pool.fetch("SELECT name, followed, behind, parked FROM projection.status($1)", schemas)
    return {name: Counts(*counted) for name, *counted in records}
