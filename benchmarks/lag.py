"""How far the projector lags behind what is acknowledged, at half of the highest rate of POST."""

import asyncio
import time
from bisect import bisect_left
from collections.abc import Sequence
from statistics import quantiles
from typing import NamedTuple
from uuid import UUID

import asyncpg

from benchmarks.crowd import crowd
from benchmarks.ground import BenchmarkClinic, Ground
from benchmarks.harness import Limit, Result, Rounds
from benchmarks.load import CONNECTIONS, Acknowledged, drive_at
from benchmarks.post import Requests
from benchmarks.serving import SERVE, serving

LOOK_EVERY = 0.005
PATIENCE_SECONDS = 60.0


class Reached(NamedTuple):
    """A position that all projections have come to by a moment of this process's clock."""

    position: int
    at: float


async def measure(
    ground: Ground, rounds: Rounds, *, clients: int = 1_000, events_before: int = 100, each: int = 300
) -> list[Result]:
    """One row: the 99th percentile of the seconds from an acknowledgement until all projections have followed."""
    coming = -(-2 * each * (rounds.count + 1) // (clients // CONNECTIONS))
    async with ground.clinic() as clinic:
        following = await crowd(clinic, clients=clients, events=events_before, coming=coming)
        requests = Requests(following, await clinic.tokens(), each)
        async with serving(clinic, *SERVE) as port:

            async def lag() -> float:
                highest = await requests.post(port)
                await _caught_up(clinic)
                return await _lag(clinic, port, requests.next_round(), highest / 2)

            lags, allowed = await rounds.interleaved([("lag", lag), ("lag, allowed", _one_second)])
    measured = "lag of the projector at half of the highest POST rate, 99th percentile"
    return [Result(measured, "one second", "s", lags, allowed, Limit(1, at_most=True))]


async def _one_second() -> float:
    return 1.0


async def _lag(clinic: BenchmarkClinic, port: int, requests: Sequence[Sequence[bytes]], rate: float) -> float:
    watching = asyncio.create_task(_watch(clinic))
    acknowledged = await drive_at(port, requests, rate)
    await _caught_up(clinic)
    await asyncio.sleep(2 * LOOK_EVERY)
    watching.cancel()
    return quantiles(_lags(acknowledged, await watching), n=100)[-1]


def _lags(acknowledged: Sequence[Acknowledged], reached: Sequence[Reached]) -> list[float]:
    positions = [each.position for each in reached]
    return [max(0.0, reached[bisect_left(positions, each.position)].at - each.at) for each in acknowledged]


async def _watch(clinic: BenchmarkClinic) -> list[Reached]:
    """Looks again and again how far all projections have come; until cancelled."""
    found: list[Reached] = []
    connection = await asyncpg.connect(clinic.urls.superuser)
    try:
        while True:
            position = await position_of_all(connection, clinic.organization_id)
            if not found or position > found[-1].position:
                found.append(Reached(position, time.perf_counter()))
            await asyncio.sleep(LOOK_EVERY)
    except asyncio.CancelledError:
        return found
    finally:
        await connection.close()


async def _caught_up(clinic: BenchmarkClinic) -> None:
    """Waits until all projections have come to the log's end."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        head = await clinic.system.store.log_head(clinic.organization_id)
        while await position_of_all(clinic.superuser, clinic.organization_id) < head:  # noqa: ASYNC110 nobody tells
            await asyncio.sleep(LOOK_EVERY)


async def position_of_all(connection: "asyncpg.Connection[asyncpg.Record]", organization_id: UUID) -> int:
    """The position to which all projections have come."""
    position: int = await connection.fetchval(
        "select coalesce(min(cursor.position), 0) from following.cursor"
        " join projection.build on schema_name = cursor.name"
        " where organization_id = $1 and state = 'live'",
        organization_id,
    )
    return position
