"""What is counted for Prometheus; scrapers.py answers it. Imported only where that is on: the library looks then
whether there is a folder that processes count in together.

Labels are methods, templates of routes, statuses and names of projections: no ids, nothing that was said.
"""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

import psutil
import structlog
from prometheus_client import CollectorRegistry, Gauge, Histogram, Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from service.bootstrap import System
from service.care.erasures import due
from service.projector.list_reads import ListsNotReady
from service.projector.status import status
from service.runtime.tracebacks import describe

_SECONDS: Final = 15.0
"""How often it is looked how connections and projections stand: as often as scrapers usually ask."""
_SELDOM_SECONDS: Final = 600.0
"""How often unusual reads are counted, for which a month of access records is walked, and erasures that are due."""
_BUCKETS: Final = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

log = structlog.get_logger(__name__)


class Metrics:
    """What one process counts."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        """`registry` is for a process that counts for itself alone."""
        self._requests = Histogram(
            "care_timeline_request_seconds",
            "Seconds that answering requests took; the count is that of requests.",
            ("method", "route", "status"),
            buckets=_BUCKETS,
            registry=registry,
        )
        self._connections = Gauge(
            "care_timeline_pool_connections",
            "Connections to the database that the processes of the API hold.",
            ("pool", "state"),
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._lag = Gauge(
            "care_timeline_projection_lag_events",
            "Events that the tables of a projection have yet to follow, over all organizations.",
            ("projection",),
            registry=registry,
            multiprocess_mode="mostrecent",
        )
        self._parked = Gauge(
            "care_timeline_projection_parked_clients",
            "Clients for whom a projection failed, until catch-up tries again.",
            ("projection",),
            registry=registry,
            multiprocess_mode="mostrecent",
        )
        self._not_signed = Gauge(
            "care_timeline_logs_not_signed",
            "Logs, of events or accesses, of which no checkpoint is signed any more: they are not what was signed.",
            registry=registry,
            multiprocess_mode="mostrecent",
        )
        self._unusual = Gauge(
            "care_timeline_unusual_access",
            "Unusual reads of the last month that nobody has taken note of, over all organizations.",
            registry=registry,
            multiprocess_mode="mostrecent",
        )
        self._erasures = Gauge(
            "care_timeline_erasures_due",
            "Clients whose erasure is due and was not carried out, over all organizations.",
            registry=registry,
            multiprocess_mode="mostrecent",
        )
        self._counted_at = -math.inf
        self._by_labels: dict[tuple[str, str, int], Histogram] = {}

    def request(self, method: str, route: str | None, status: int, seconds: float) -> None:
        """A request was answered; `route` is the template of its path, None where there is nothing."""
        labels = (method, route or "", int(status))
        counted = self._by_labels.get(labels)
        if counted is None:  # finding it by its labels takes the library as long as counting
            counted = self._by_labels[labels] = self._requests.labels(*labels)
        counted.observe(seconds)

    async def look(self, system: System) -> None:
        """Note how connections and projections stand."""
        for name, pool in (("log", system.log_pool), ("reading", system.pool)):
            idle = pool.get_idle_size()
            self._connections.labels(name, "idle").set(idle)
            self._connections.labels(name, "used").set(pool.get_size() - idle)
        for each in await status(system.pool, system.builds):
            self._lag.labels(each.projection).set(each.behind)
            self._parked.labels(each.projection).set(each.parked)
        self._not_signed.set(sum(map(len, (await system.logs_not_signed()).values())))
        if time.monotonic() - self._counted_at >= _SELDOM_SECONDS:
            ids = await system.organizations.ids()
            self._erasures.set(sum([len(due(await system.erasures.standing(each))) for each in ids]))
            with suppress(ListsNotReady):
                self._unusual.set(sum([await system.unusual_access.waiting(each) for each in ids]))
                self._counted_at = time.monotonic()

    @asynccontextmanager
    async def looking(self, system: System) -> AsyncIterator[None]:
        """Meanwhile, look again and again."""
        task = asyncio.create_task(self._keep_looking(system))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def _keep_looking(self, system: System) -> None:
        while True:
            try:
                await self.look(system)
            except Exception as error:  # noqa: BLE001 whatever it is, the next look may go well
                log.warning("metrics_interrupted", error=describe(error))
            await asyncio.sleep(_SECONDS)


class OfAllProcesses(MultiProcessCollector):
    """Adds up what the processes counted; connections of one that has ended count no more."""

    def collect(self) -> Iterable[Metric]:
        for file in Path(self._path).glob("gauge_live*_*.db"):
            pid = int(file.stem.rpartition("_")[2])
            if not psutil.pid_exists(pid):
                mark_process_dead(pid, self._path)  # type: ignore[no-untyped-call]
        found: Iterable[Metric] = super().collect()  # type: ignore[no-untyped-call]
        return found
