"""Rebuilding the three projections over a whole log, and eventsourcing's ProjectionRunner doing one comparable fold."""

import time
from datetime import date
from importlib.metadata import version

from benchmarks.ground import BenchmarkClinic, Ground, build
from benchmarks.harness import Limit, Result, Rounds
from benchmarks.peer_projection import Peer
from projections.catalogue import PROJECTIONS
from samples.simulation import simulate
from service.care.importing import import_entries

SEED = 7
EVENTS_A_CLIENT = 100


async def measure(
    ground: Ground, rounds: Rounds, *, events: int = 200_000, peer_events: int = 2_000, processes: int | None = None
) -> list[Result]:
    """One row. The peer's rate does not depend on how many events there are, so it gets fewer."""
    async with ground.clinic() as clinic:
        rounds.tell(f"rebuild, simulating {events:,} events")
        written = await simulated(clinic, events)
        peer = Peer(clinic.urls, peer_events)
        ours, peers = await rounds.interleaved(
            [
                ("rebuild", lambda: rebuilt(clinic, written, processes)),
                ("rebuild, eventsourcing", peer.projected),
            ]
        )
    measured = f"rebuild of the {len(PROJECTIONS)} projections over {written:,} events"
    other = f"eventsourcing {version('eventsourcing')} ProjectionRunner, one fold"
    return [Result(measured, other, "events/s", ours, peers, Limit(40))]


async def simulated(clinic: BenchmarkClinic, events: int) -> int:
    """Fills the clinic's log; how many events there were to write."""
    entries = simulate(SEED, -(-events // EVENTS_A_CLIENT), events, date(2024, 1, 1), date(2026, 1, 1))
    system, written = clinic.system, 0
    async for done in import_entries(system.store, system.keyring, clinic.organization_id, entries):
        written += done
    await clinic.superuser.execute("vacuum analyze")
    return written


async def rebuilt(clinic: BenchmarkClinic, events: int, processes: int | None) -> float:
    """Events a second of a whole rebuild: processes started, folded, written, switched in."""
    began = time.perf_counter()
    done = await build(clinic, processes=processes)
    assert done == events, f"{done} of {events}"
    return events / (time.perf_counter() - began)
