"""The builds that this process uses: those of its own projections, in its own versions.

A build that stands to be built, or is being built, is not used: until it is built, reads fold the log. Processes of
another release have builds of their own, and each goes on with what its own code has made.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import asyncpg
import structlog

from projections.projection import Projection
from service.runtime.tracebacks import describe

KNOWN_SECONDS = 5.0
"""So long a process believes what it last read of the registry."""

BUILDS = (
    "SELECT number, name, version, schema_name, state, events_done, events_total FROM projection.build ORDER BY number"
)

log = structlog.get_logger(__name__)

State = Literal["building", "following", "live", "retired"]


class Build(NamedTuple):
    """One making of a projection's tables; the meaning of each field is beside the registry's columns."""

    number: int
    name: str
    version: int
    schema: str
    state: State
    events_done: int
    events_total: int | None

    @property
    def key(self) -> tuple[str, int]:
        """What it was made of: equal keys give equal rows."""
        return self.name, self.version


class Builds:
    """What a process knows of the registry."""

    def __init__(self, pool: asyncpg.Pool, projections: Sequence[Projection[Any]]) -> None:
        self._pool = pool
        self._projections = {(one.name, one.version): one for one in projections}
        for one in projections:
            _ = one.shape  # finding it reads sources: now, and not in the middle of a fold, when they may be others
        self._followed: Mapping[str, tuple[Build, Projection[Any]]] = {}
        self._read: Mapping[str, Build] = {}
        self._read_at = 0.0
        self._reading = asyncio.Lock()

    @property
    def projections(self) -> Sequence[Projection[Any]]:
        """The projections of this process."""
        return tuple(self._projections.values())

    def names(self) -> Sequence[str]:
        """The names by which this process follows the log, as last read: its builds' schemas."""
        return tuple(self._followed)

    def followed(self, name: str) -> tuple[Build, Projection[Any]] | None:
        """The build that follows the log by this name, if it is this process's and was there when last read."""
        return self._followed.get(name)

    async def to_read(self, projection_name: str) -> Build | None:
        """The build whose snapshots answer for this projection; None when there is none that matches."""
        await self.refresh(KNOWN_SECONDS)
        return self._read.get(projection_name)

    async def refresh(self, older_than: float = 0.0) -> None:
        """Read the registry, unless that was done less than so many seconds ago.

        A database that is not migrated yet has none. Raises what the driver raises when it does not answer.
        """
        if not self._stale(older_than):
            return
        async with self._reading:
            if not self._stale(older_than):
                return
            try:
                found = [Build(*record) for record in await self._pool.fetch(BUILDS)]
            except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):
                found = []
            mine = [build for build in found if build.key in self._projections and build.state != "building"]
            self._followed = {build.schema: (build, self._projections[build.key]) for build in _in_use(mine)}
            # The live one last, so that it is the one that stays.
            mine.sort(key=lambda build: (build.state == "live", build.number))
            self._read = {build.name: build for build in mine}
            self._read_at = time.monotonic()

    async def watch(self) -> None:
        """Read the registry again and again, for whoever follows by `names`; until cancelled."""
        while True:
            await asyncio.sleep(KNOWN_SECONDS)
            try:
                await self.refresh()
            except Exception as error:  # noqa: BLE001 whatever it is, the next look may go well
                log.warning("builds_not_read", error=describe(error), again_in_seconds=KNOWN_SECONDS)

    def _stale(self, older_than: float) -> bool:
        return not self._read_at or time.monotonic() - self._read_at >= older_than


def _in_use(builds: Sequence[Build]) -> list[Build]:
    """Without those that a rebuild of the same version has replaced.

    A retired build of another version is still in use, by the processes that know no other.
    """
    newest = {build.key: build.number for build in builds}
    return [build for build in builds if build.state != "retired" or newest[build.key] == build.number]
