"""Many clients with long histories, so many that hardly one is met twice: recording, and the projector that follows."""

import time
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from itertools import islice

from benchmarks.crowd import Coming, crowd, documented, fill, in_turn
from benchmarks.ground import BenchmarkClinic, Ground
from benchmarks.harness import Limit, Result, Rounds
from benchmarks.load import CONNECTIONS
from benchmarks.peer_projection import Peer
from benchmarks.post import BARE, Requests, bare_endpoint, needed
from benchmarks.serving import PROJECT_ALL, PROJECT_ONE, SERVE, SERVE_API, projecting, serving
from samples.simulation import SimulatedEntry
from service.runtime.gc_tuning import tune_gc

LATE_EVERY = 10


async def measure(
    ground: Ground,
    rounds: Rounds,
    *,
    clients: int = 5_000,
    events_before: int = 200,
    each: int = 300,
    followed: int = 5_000,
    peer_events: int = 2_000,
) -> list[Result]:
    """Four rows. In a round each connection sends `each` requests, and the projector follows so many events."""
    posted = 4 * needed(rounds, clients, each)
    coming = posted - (-followed * (rounds.count + 1) // clients)
    described = f"{clients:,} clients with {events_before} events"
    async with ground.clinic() as clinic:
        rounds.tell(f"{described}: filling the log")
        following = await crowd(clinic, clients=clients, events=events_before, coming=coming)
        rows = await _recording(clinic, rounds, following, each, described)
        rest = documented(islice(in_turn(following), clients * posted, None))
        rows.append(await _following(clinic, rounds, rest, followed, Peer(clinic.urls, peer_events), described))
    return rows


async def _recording(
    clinic: BenchmarkClinic, rounds: Rounds, following: Sequence[Coming], each: int, described: str
) -> list[Result]:
    """In time, with every tenth documented late, and with all projections beside one."""
    tokens = await clinic.tokens()
    # All our sides draw on the same entries in turn, since later ones refer to earlier ones.
    ours, bare = Requests(following, tokens, each), Requests(following, tokens, each)

    async def beside(projector: Sequence[str], port: int) -> float:
        async with projecting(clinic, *projector):
            return await ours.post(port)

    async with serving(clinic, *SERVE) as port, bare_endpoint(clinic) as bare_port:
        reached, late_reached, bare_reached = await rounds.interleaved(
            [
                ("post, many clients", lambda: ours.post(port)),
                ("post, many clients, some late", lambda: ours.post(port, late_every=LATE_EVERY)),
                ("post, bare endpoint", lambda: bare.post_bare(bare_port)),
            ]
        )
    async with serving(clinic, *SERVE_API) as port:
        all_reached, one_reached = await rounds.interleaved(
            [
                ("post, all projections", lambda: beside(PROJECT_ALL, port)),
                ("post, one projection", lambda: beside(PROJECT_ONE, port)),
            ]
        )
    measured = f"POST of one event, {described}, none in memory, {CONNECTIONS} connections"
    return [
        Result(measured, BARE, "requests/s", reached, bare_reached, Limit(0.6)),
        Result(f"{measured}, 1 in {LATE_EVERY} late", BARE, "requests/s", late_reached, bare_reached, Limit(0.6)),
        Result("POST, all projections", "the same, one projection", "requests/s", all_reached, one_reached, Limit(0.9)),
    ]


async def _following(
    clinic: BenchmarkClinic, rounds: Rounds, stream: Iterator[SimulatedEntry], followed: int, peer: Peer, described: str
) -> Result:
    """One projector over a stream that stands in the log before it begins, and eventsourcing's runner with one fold."""
    heads = await clinic.superuser.fetch("select client_id, version from log.timeline_head")
    versions = {head["client_id"]: head["version"] for head in heads}
    tune_gc()  # as the projector's process does
    follower = clinic.system.follower()
    await follower.follow(clinic.organization_id)

    async def follow() -> float:
        await fill(clinic, islice(stream, followed), versions)
        began = time.perf_counter()
        await follower.follow(clinic.organization_id)
        return followed / (time.perf_counter() - began)

    ours, peers = await rounds.interleaved(
        [("live projection", follow), ("live projection, eventsourcing", peer.projected)]
    )
    measured = f"live projection of a stream over {described}, one projector"
    other = f"eventsourcing {version('eventsourcing')} ProjectionRunner, one fold"
    return Result(measured, other, "events/s", ours, peers, Limit(3))
