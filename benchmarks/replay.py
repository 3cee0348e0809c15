"""Replaying a client's record of 1,000 events, each with what it changed in every projection."""

import time

from benchmarks.ground import Ground, record
from benchmarks.harness import Limit, Result, Rounds
from samples.simulation import one_client
from service.access.access_records import by_operator

WITHIN_SECONDS = 1.0
"""So long may it take."""


async def measure(ground: Ground, rounds: Rounds, *, events: int = 1_000, clients: int = 3) -> list[Result]:
    """One row: seconds for one client, the access record included, beside the second that it may take."""
    async with ground.clinic() as clinic:
        told = [list(one_client(seed, events)) for seed in range(clients)]
        for story in told:
            await record(clinic, story)
        access = by_operator(clinic.organization_id, "benchmarks")

        async def replay() -> float:
            began = time.perf_counter()
            for story in told:
                async with clinic.system.record_replay.steps(access, story[0].client_id) as page:
                    assert len(page.steps) == events
            return (time.perf_counter() - began) / clients

        async def allowed() -> float:
            return WITHIN_SECONDS

        ours, limit = await rounds.interleaved([("replay", replay), ("allowed", allowed)])
    measured = f"replay {events:,} events of a client, each with what it changed in every projection"
    return [Result(measured, "what it may take", "s", ours, limit, Limit(1, at_most=True))]
