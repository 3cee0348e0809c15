"""Reads through the whole service and through a bare FastAPI endpoint, over few connections and over many."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import cycle, islice
from statistics import quantiles
from typing import Final, NamedTuple

import psutil

from benchmarks.harness import Limit, Result, Rounds
from benchmarks.load import drive_timed
from benchmarks.serving import Server

CONNECTIONS: Final = (1, 8, 32)
"""Over so many connections at once a read is measured."""

REQUESTS: Final = 1_200
"""So many are sent in a round."""

_TICK: Final = 0.01
"""The system counts processor time in such steps, in seconds; less than one is told as one."""


class Reached(NamedTuple):
    """What a side reached in a round: requests a second, and milliseconds."""

    rate: float
    p50: float
    p99: float
    processor: float
    """What a request cost the process that answers; what it costs the database comes on top."""


class Reader(NamedTuple):
    """One side: who answers, and what it is asked in turn."""

    server: Server
    asked: Sequence[bytes]


async def compared(
    rounds: Rounds, measured: str, other: str, *, ours: Reader, bare: Reader, limit: Limit, requests: int
) -> list[Result]:
    """Four rows for each number of connections; the limit is one on requests a second."""
    return [
        result
        for connections in CONNECTIONS
        for result in await _compared(rounds, measured, other, (ours, bare), connections, limit, requests)
    ]


async def _compared(
    rounds: Rounds,
    measured: str,
    other: str,
    sides: tuple[Reader, Reader],
    connections: int,
    limit: Limit,
    requests: int,
) -> list[Result]:
    ours, bare = await rounds.interleaved(
        [
            (f"{name}, {connections} connections", partial(_round, side, connections, requests))
            for name, side in zip((measured, other), sides, strict=True)
        ]
    )
    over = f"{measured}, {connections} connection{'s' if connections > 1 else ''}"

    def row(said: str, unit: str, figure: Callable[[Reached], float], limit: Limit | None = None) -> Result:
        return Result(said, other, unit, [*map(figure, ours)], [*map(figure, bare)], limit)

    return [
        row(over, "requests/s", lambda each: each.rate, limit),
        row("— median", "ms", lambda each: each.p50),
        row("— 99th percentile", "ms", lambda each: each.p99),
        row("— processor time of the process that answers", "ms", lambda each: each.processor),
    ]


async def _round(reader: Reader, connections: int, requests: int) -> Reached:
    asked = list(islice(cycle(reader.asked), requests))
    process = psutil.Process(reader.server.pid)
    before = process.cpu_times()
    driven = await drive_timed(
        reader.server.port, [asked[place::connections] for place in range(connections)], status=b"200"
    )
    after = process.cpu_times()
    processor = max(after.user + after.system - before.user - before.system, _TICK)
    percentiles = quantiles(driven.took, n=100, method="inclusive")
    return Reached(driven.rate, percentiles[49] * 1e3, percentiles[98] * 1e3, processor / requests * 1e3)
