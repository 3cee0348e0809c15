"""Projecting one more event for a client with a long history, and for one with a short history."""

import time
from collections.abc import Sequence
from statistics import median

from benchmarks.ground import BenchmarkClinic, Ground, record
from benchmarks.harness import Limit, Result, Rounds
from samples.simulation import SimulatedEntry, one_client


async def measure(
    ground: Ground, rounds: Rounds, *, long: int = 5_000, short: int = 50, events_a_round: int = 100
) -> list[Result]:
    """One row: times, as in a service that has been running for a while; a round's figure is the median event's.

    Now and then an event is late or a correction, as in real records; the median event is neither.
    """
    async with ground.clinic() as clinic:
        sides = []
        for seed, length in enumerate((long, short)):
            story = list(one_client(seed, length + (rounds.count + 1) * events_a_round))
            await record(clinic, story[:length])
            await clinic.system.follower().follow(clinic.organization_id)
            growing = Growing(clinic, story, length, events_a_round)
            sides.append((f"projecting, {length:,} events", growing.median_time))
        of_long, of_short = await rounds.interleaved(sides)
    measured = f"projecting one more event for a client with {long:,} events"
    return [Result(measured, f"for one with {short}", "s", of_long, of_short, Limit(1.5, at_most=True))]


class Growing:
    """A client whose timeline grows, event by event."""

    def __init__(self, clinic: BenchmarkClinic, story: Sequence[SimulatedEntry], version: int, events: int) -> None:
        self._clinic = clinic
        self._story = story
        self._version = version
        self._events = events

    async def median_time(self) -> float:
        """Seconds from an append's end to that of the projections' commit: the median of so many more events."""
        return median([await self._one_more() for _ in range(self._events)])

    async def _one_more(self) -> float:
        await record(self._clinic, [self._story[self._version]], self._version)
        self._version += 1
        began = time.perf_counter()
        await self._clinic.system.follower().follow(self._clinic.organization_id)
        return time.perf_counter() - began
