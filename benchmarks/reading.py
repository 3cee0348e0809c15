"""A fresh read of a care plan right after a new event, for a client with a long history and one with a short."""

import time
from collections.abc import Sequence
from statistics import median

from benchmarks.ground import BenchmarkClinic, Ground, build, record
from benchmarks.harness import Limit, Result, Rounds
from samples.simulation import SimulatedEntry, one_client
from service.access.access_records import by_operator


async def measure(
    ground: Ground, rounds: Rounds, *, long: int = 5_000, short: int = 50, reads_a_round: int = 60
) -> list[Result]:
    """One row: times; a round's figure is the median read's. The projector follows after every read."""
    async with ground.clinic() as clinic:
        stories = []
        for seed, length in enumerate((long, short)):
            story = list(one_client(seed, length + (rounds.count + 1) * reads_a_round))
            await record(clinic, story[:length])
            stories.append((story, length))
        await build(clinic)
        sides = [
            (f"fresh read, {length:,} events", Reading(clinic, story, length, reads_a_round).median_time)
            for story, length in stories
        ]
        of_long, of_short = await rounds.interleaved(sides)
    measured = f"fresh read of a plan, client with {long:,} events"
    return [Result(measured, f"for one with {short}", "s", of_long, of_short, Limit(2, at_most=True))]


class Reading:
    """A client who is read after every new event."""

    def __init__(self, clinic: BenchmarkClinic, story: Sequence[SimulatedEntry], version: int, reads: int) -> None:
        self._clinic = clinic
        self._story = story
        self._version = version
        self._reads = reads

    async def median_time(self) -> float:
        """Seconds of the median of so many reads."""
        return median([await self._one_read() for _ in range(self._reads)])

    async def _one_read(self) -> float:
        clinic, client_id = self._clinic, self._story[0].client_id
        await record(clinic, [self._story[self._version]], self._version)
        self._version += 1
        began = time.perf_counter()
        answered = await clinic.system.projection_reader.read(
            by_operator(clinic.organization_id, "benchmark"), client_id, "care_plan"
        )
        took = time.perf_counter() - began
        assert answered.version == self._version
        await clinic.system.follower().follow(clinic.organization_id)
        return took
