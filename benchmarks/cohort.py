"""All rows of an organization as they stood at the last position, and a rebuild of the same projections."""

import time

from benchmarks.ground import BenchmarkClinic, Ground
from benchmarks.harness import Limit, Result, Rounds
from benchmarks.rebuild import rebuilt, simulated
from service.analytics.as_of import Past, PastReadings
from service.deployment_keys import key_encryption_keys


async def measure(
    ground: Ground, rounds: Rounds, *, events: int = 1_000_000, processes: int | None = None
) -> list[Result]:
    """One row: both fold the same events; the rebuild writes states for the projector to go on from, too."""
    async with ground.clinic() as clinic:
        rounds.tell(f"cohort, simulating {events:,} events")
        written = await simulated(clinic, events)
        ours, others = await rounds.interleaved(
            [
                ("cohort as of", lambda: _as_known(clinic, written, processes)),
                ("rebuild", lambda: rebuilt(clinic, written, processes)),
            ]
        )
    measured = f"an organization's rows as of a position, over {written:,} events"
    return [Result(measured, "a rebuild of the projections", "events/s", ours, others, Limit(0.8))]


async def _as_known(clinic: BenchmarkClinic, events: int, processes: int | None) -> float:
    """Events a second until everything can be asked: processes started, folded, in temporary tables."""
    past = PastReadings(clinic.urls.app, key_encryption_keys(clinic.settings), processes)
    began = time.perf_counter()
    async with past.as_known(clinic.organization_id, Past(events)) as reading:
        assert reading.position == events
        return events / (time.perf_counter() - began)
