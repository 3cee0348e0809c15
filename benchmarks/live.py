"""One projector following a stream over many clients, and eventsourcing's ProjectionRunner with one fold."""

import time
from importlib.metadata import version
from itertools import islice

from benchmarks.crowd import crowd, documented, fill, in_turn
from benchmarks.ground import Ground
from benchmarks.harness import Limit, Result, Rounds
from benchmarks.peer_projection import Peer


async def measure(
    ground: Ground,
    rounds: Rounds,
    *,
    clients: int = 5_000,
    events_before: int = 200,
    events_a_round: int = 5_000,
    peer_events: int = 2_000,
) -> list[Result]:
    """One row. The stream meets hardly a client twice in a round; it stands in the log before the projector begins."""
    coming = -(-events_a_round * (rounds.count + 1) // clients)
    async with ground.clinic() as clinic:
        following = await crowd(clinic, clients=clients, events=events_before, coming=coming)
        stream = documented(in_turn(following))
        versions = {one.client_id: one.version for one in following}
        peer = Peer(clinic.urls, peer_events)

        async def project() -> float:
            await fill(clinic, islice(stream, events_a_round), versions)
            began = time.perf_counter()
            await clinic.system.follower().follow(clinic.organization_id)
            return events_a_round / (time.perf_counter() - began)

        ours, peers = await rounds.interleaved(
            [("live projection", project), ("live projection, eventsourcing", peer.projected)]
        )
    measured = f"live projection of a stream over {clients:,} clients with {events_before} events, one projector"
    other = f"eventsourcing {version('eventsourcing')} ProjectionRunner, one fold"
    return [Result(measured, other, "events/s", ours, peers, Limit(3))]
