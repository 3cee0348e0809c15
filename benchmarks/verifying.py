"""Verifying a log whole: digests, leaves, bodies, the tree, checkpoints, heads; beside a bare read of its rows."""

import time

from benchmarks.ground import Ground, record
from benchmarks.harness import Limit, Result, Rounds
from samples.simulation import one_client
from service.audit.tree_check import Held

AT_LEAST = 0.3
"""What part of the rate of a bare read it should have."""

_BATCH = 2_000


async def measure(ground: Ground, rounds: Rounds, *, events: int = 1_000, clients: int = 100) -> list[Result]:
    """One row: events a second, in as many processes as there are processors, their start included."""
    async with ground.clinic() as clinic:
        total = 0
        for seed in range(clients):
            total += len(await record(clinic, list(one_client(seed, events))))
        organization_id, system = clinic.organization_id, clinic.system
        kept = await system.checkpoint_signer.make(organization_id)
        held = [Held(kept.checkpoint, "the checkpoint in hand")]

        async def verify() -> float:
            began = time.perf_counter()
            verified = await system.verifier.verify(organization_id, held)
            assert verified.intact, verified.findings[:1] or verified.beside[:1]
            assert verified.events == total
            return total / (time.perf_counter() - began)

        async def read() -> float:
            began, after = time.perf_counter(), 0
            while found := await system.store.log(organization_id, after=after, limit=_BATCH):
                after = found[-1].position
            assert after == total
            return total / (time.perf_counter() - began)

        ours, bare = await rounds.interleaved([("verify", verify), ("read", read)])
    measured = f"verify a log of {total:,} events with a checkpoint in hand, all processors"
    return [Result(measured, "a bare read of the same rows, one connection", "events/s", ours, bare, Limit(AT_LEAST))]
