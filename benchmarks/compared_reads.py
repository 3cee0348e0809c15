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


class Other(NamedTuple):
    """Another side, beside which ours is measured; without a limit it explains, and has one row."""

    name: str
    reader: Reader
    limit: Limit | None = None


async def compared(
    rounds: Rounds, measured: str, ours: Reader, others: Sequence[Other], *, requests: int
) -> list[Result]:
    """For each number of connections four rows beside an other with a limit, which is one on requests a second."""
    return [
        result
        for connections in CONNECTIONS
        for result in await _compared(rounds, measured, ours, others, connections, requests)
    ]


async def _compared(
    rounds: Rounds, measured: str, ours: Reader, others: Sequence[Other], connections: int, requests: int
) -> list[Result]:
    over = f"{measured}, {connections} connection{'s' if connections > 1 else ''}"
    sides = [(over, ours), *((each.name, each.reader) for each in others)]
    reached, *of_others = await rounds.interleaved(
        [(name, partial(_round, reader, connections, requests)) for name, reader in sides]
    )
    results = []
    for other, theirs in zip(others, of_others, strict=True):
        results.append(_row(over, other, "requests/s", lambda each: each.rate, reached, theirs))
        if other.limit:
            results += [
                _row(f"— {said}", other._replace(limit=None), "ms", figure, reached, theirs)
                for said, figure in _BESIDE.items()
            ]
    return results


_BESIDE: Final[dict[str, Callable[[Reached], float]]] = {
    "median": lambda each: each.p50,
    "99th percentile": lambda each: each.p99,
    "processor time of the process that answers": lambda each: each.processor,
}


def _row(
    said: str,
    other: Other,
    unit: str,
    figure: Callable[[Reached], float],
    ours: Sequence[Reached],
    theirs: Sequence[Reached],
) -> Result:
    return Result(said, other.name, unit, [*map(figure, ours)], [*map(figure, theirs)], other.limit)


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
