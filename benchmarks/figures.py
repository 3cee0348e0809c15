"""Figures of each measure over 10,000 clients, small cells hidden, beside the two seconds that they may take."""

import time
from collections.abc import Awaitable, Callable
from datetime import date
from statistics import median

from analytics.counting import By
from analytics.measures.catalogue import MEASURES
from analytics.measures.measure import Measure
from benchmarks.ground import BenchmarkClinic, Ground, build
from benchmarks.harness import Limit, Result, Rounds
from samples.simulation import simulate
from service.access.access_records import by_operator
from service.care.importing import import_entries

WITHIN_SECONDS = 2.0
"""So long may any of them take."""

SEED = 7


async def measure(
    ground: Ground, rounds: Rounds, *, clients: int = 10_000, events: int = 400_000, processes: int | None = None
) -> list[Result]:
    """One row: seconds of the slowest measure, by month and group, the access record included."""
    async with ground.clinic() as clinic:
        rounds.tell(f"figures, simulating {events:,} events")
        await _simulated(clinic, clients, events)
        await build(clinic, processes=processes)
        await clinic.superuser.execute("vacuum analyze")
        took = await rounds.interleaved([(f"figures, {each.name}", _told(clinic, each)) for each in MEASURES])
    slowest, seconds = max(zip(MEASURES, took, strict=True), key=lambda each: median(each[1]))
    measured = f"figures by month and group over {clients:,} clients: of {len(MEASURES)} measures the slowest,"
    allowed = [WITHIN_SECONDS] * len(seconds)
    return [Result(f"{measured} {slowest.name}", "what it may take", "s", seconds, allowed, Limit(1, at_most=True))]


async def _simulated(clinic: BenchmarkClinic, clients: int, events: int) -> None:
    entries = simulate(SEED, clients, events, date(2024, 1, 1), date(2026, 1, 1))
    async for _ in import_entries(clinic.system.store, clinic.system.keyring, clinic.organization_id, entries):
        pass


def _told(clinic: BenchmarkClinic, measure: Measure) -> Callable[[], Awaitable[float]]:
    access = by_operator(clinic.organization_id, "benchmarks")

    async def told() -> float:
        began = time.perf_counter()
        found = await clinic.system.measure_figures.make(access, [measure], By.MONTH)
        assert found.measures[0].measure is measure
        return time.perf_counter() - began

    return told
