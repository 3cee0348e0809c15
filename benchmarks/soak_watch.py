"""What is looked at during a soak, again and again: memory, connections, files, lag and how long answers take."""

import asyncio
import time
from collections.abc import Sequence
from statistics import median, quantiles
from typing import Final, NamedTuple, TypeAlias
from uuid import UUID

import asyncpg
import psutil

from benchmarks.ground import BenchmarkClinic
from benchmarks.lag import position_of_all
from benchmarks.soak_calls import Tally

LAG_EVERY: Final = 0.5
_LOOK_EVERY: Final = 0.01
_PATIENCE_SECONDS: Final = 60.0
_SERVICE: Final = "usename = 'care_timeline_app' and datname = current_database()"

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


class Sample(NamedTuple):
    """How the service stood at a moment, and what answers took since the one before: seconds, MiB, counts."""

    at: float
    api_memory: float
    projector_memory: float
    connections: int
    files: int
    lag: float
    read_p50: float
    read_p99: float
    write_p50: float
    write_p99: float
    errors: int


UNITS: Final = {
    "at": "s",
    "api_memory": "MiB",
    "projector_memory": "MiB",
    "lag": "s",
    "errors": "",
    **dict.fromkeys(("read_p50", "read_p99", "write_p50", "write_p99"), "s"),
}

Thirds = tuple[Sample, Sample, Sample]
"""Medians of the samples of the first, the middle and the last third."""


class Watch:
    """Looks at one served service, by the process that was started and by its connections."""

    def __init__(self, clinic: BenchmarkClinic, pid: int, tally: Tally, others: Sequence[int]) -> None:
        """`others` are the service's role's connections that are ours."""
        self._clinic = clinic
        self._api = psutil.Process(pid)
        self._projector = next(each for each in self._api.children() if "projector" in each.cmdline())
        self._tally = tally
        self._others = others
        self._lags: list[float] = []
        self.samples: list[Sample] = []

    async def follow_lag(self) -> None:
        """Again and again, how long it takes until all projections have come to where the log ends; until cancelled."""
        connection = await asyncpg.connect(self._clinic.urls.superuser)
        try:
            while True:
                began = time.perf_counter()
                await came_to(connection, self._clinic.organization_id, await log_end(self._clinic, connection))
                self._lags.append(time.perf_counter() - began)
                await asyncio.sleep(LAG_EVERY)
        finally:
            connection.terminate()

    async def look(self, at: float) -> Sample:
        """One sample more, of what came since the last."""
        connections = await self._clinic.superuser.fetchval(
            f"select count(*) from pg_stat_activity where {_SERVICE} and pid <> all($1)", self._others
        )
        times = self._tally.seconds
        (read_p50, read_p99), (write_p50, write_p99) = _spread(times["read"]), _spread(times["write"])
        sample = Sample(
            at=at,
            api_memory=self._api.memory_info().rss / 2**20,
            projector_memory=self._projector.memory_info().rss / 2**20,
            connections=connections,
            files=self._api.num_fds() + self._projector.num_fds(),
            lag=median(self._lags or [0.0]),
            read_p50=read_p50,
            read_p99=read_p99,
            write_p50=write_p50,
            write_p99=write_p99,
            errors=self._tally.errors.total(),
        )
        self._tally.seconds = {kind: [] for kind in times}
        self._lags.clear()
        self.samples.append(sample)
        return sample

    def thirds(self) -> Thirds:
        """What the first, the middle and the last third of the samples have in the middle. There must be three."""
        third = len(self.samples) // 3
        first, middle, last = (self.samples[start * third :][:third] for start in range(3))
        return _middle(first), _middle(middle), _middle(last)


async def connections_of_the_service(clinic: BenchmarkClinic) -> list[int]:
    """The server's processes behind all connections of the service's role."""
    rows = await clinic.superuser.fetch(f"select pid from pg_stat_activity where {_SERVICE}")
    return [row["pid"] for row in rows]


async def log_end(clinic: BenchmarkClinic, connection: Connection) -> int:
    """The position of the last event."""
    position: int = await connection.fetchval(
        "select position from log.log_head where organization_id = $1", clinic.organization_id
    )
    return position


async def came_to(connection: Connection, organization_id: UUID, position: int) -> None:
    """Waits until all projections have come to that position."""
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while await position_of_all(connection, organization_id) < position:  # noqa: ASYNC110 nobody tells
            await asyncio.sleep(_LOOK_EVERY)


def line(cells: Sequence[str]) -> str:
    """A line of a table in Markdown."""
    return f"| {' | '.join(cells)} |"


def heading() -> str:
    """Above samples."""
    names = [f"{name.replace('_', ' ')} {UNITS.get(name, '')}".strip() for name in Sample._fields]
    return f"{line(names)}\n{line(['---:'] * len(names))}"


def told(sample: Sample) -> str:
    """A sample as a line."""
    return line([f"{value:.3g}" if value < 1 else f"{value:,.0f}" for value in sample])


def _spread(seconds: Sequence[float]) -> tuple[float, float]:
    if len(seconds) < 2:
        return (0.0, 0.0)
    hundredths = quantiles(seconds, n=100)
    return hundredths[49], hundredths[98]


def _middle(samples: Sequence[Sample]) -> Sample:
    return Sample(*(median(values) for values in zip(*samples, strict=True)))
