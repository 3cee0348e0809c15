"""Reading a timeline of 1,000 events: fetched, opened, decrypted and decoded, and the raw fetch of the same rows."""

import time

from benchmarks.ground import Ground, record
from benchmarks.harness import Limit, Result, Rounds
from samples.simulation import one_client
from service.log.reading import EVENTS


async def measure(
    ground: Ground, rounds: Rounds, *, events: int = 1_000, clients: int = 5, reads_each: int = 4
) -> list[Result]:
    """One row. In a round every client is read several times."""
    async with ground.clinic() as clinic:
        told = [list(one_client(seed, events)) for seed in range(clients)]
        for story in told:
            await record(clinic, story)
        await clinic.superuser.execute("analyze log.event")
        turns = [story[0].client_id for story in told] * reads_each

        async def read() -> float:
            began = time.perf_counter()
            for client_id in turns:
                assert len(await clinic.system.timelines.read(clinic.organization_id, client_id)) == events
            return len(turns) * events / (time.perf_counter() - began)

        async def fetch() -> float:
            query = f"{EVENTS} and client_id = $2 order by version"
            began = time.perf_counter()
            for client_id in turns:
                assert len(await clinic.superuser.fetch(query, clinic.organization_id, client_id)) == events
            return len(turns) * events / (time.perf_counter() - began)

        ours, raw = await rounds.interleaved([("timeline", read), ("timeline, raw fetch", fetch)])
    measured = f"open, decrypt and decode a timeline of {events:,} events"
    return [Result(measured, "raw asyncpg fetch of the same rows", "events/s", ours, raw, Limit(0.35))]
