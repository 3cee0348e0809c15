"""Each measure runs, in a tiny size, and gives its rows. How fast anything is, `make bench` tells."""

from collections.abc import AsyncIterator, Awaitable, Callable
from io import StringIO

import pytest
import pytest_asyncio
from rich.console import Console

from benchmarks import (
    append,
    bulk,
    cohort,
    feed,
    importing,
    lag,
    many,
    post,
    projecting,
    proofs,
    reading,
    reads,
    rebuild,
    soak,
    timeline,
    verifying,
    webhooks,
)
from benchmarks.ground import Ground
from benchmarks.harness import Limit, Result, Rounds
from benchmarks.machine import machine
from benchmarks.table import markdown, screen

Measure = Callable[..., Awaitable[list[Result]]]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ground(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ground]:
    async with Ground(tmp_path_factory.mktemp("ground")).running() as ground:
        yield ground


@pytest.mark.parametrize(
    ("measure", "sizes", "rows"),
    [
        pytest.param(append.measure, {"ours_each": 3, "peer_each": 1, "limit_each": 2}, 3, id="append"),
        pytest.param(bulk.measure, {"events_a_call": 30, "calls": 2}, 1, id="bulk"),
        pytest.param(timeline.measure, {"events": 30, "clients": 2, "reads_each": 1}, 1, id="timeline"),
        pytest.param(post.measure, {"clients": 16, "events_before": 3, "each": 2}, 1, id="post"),
        pytest.param(reads.measure, {"clients": 2, "events": 10, "plans": 1, "requests": 64}, 27, id="reads"),
        pytest.param(
            many.measure,
            {"clients": 16, "events_before": 4, "each": 1, "followed": 16, "peer_events": 100},
            4,
            id="many",
        ),
        pytest.param(lag.measure, {"clients": 16, "events_before": 3, "each": 2}, 1, id="lag"),
        pytest.param(reading.measure, {"long": 30, "short": 5, "reads_a_round": 2}, 1, id="reading"),
        pytest.param(rebuild.measure, {"events": 300, "peer_events": 100, "processes": 1}, 1, id="rebuild"),
        pytest.param(cohort.measure, {"events": 300, "processes": 1}, 1, id="cohort"),
        pytest.param(feed.measure, {"events": 20, "readers": 4, "readers_a_key": 2, "at_once": 10}, 1, id="feed"),
        pytest.param(proofs.measure, {"each": 2, "events": 600, "proofs": 2}, 2, id="proofs"),
        pytest.param(verifying.measure, {"events": 20, "clients": 2}, 1, id="verifying"),
        pytest.param(webhooks.measure, {"events": 20}, 1, id="webhooks"),
        pytest.param(projecting.measure, {"long": 30, "short": 5, "events_a_round": 3}, 1, id="projecting"),
        pytest.param(importing.measure, {"clients": 2, "events": 10}, 1, id="import"),
    ],
)
async def test_a_measure_gives_its_rows(ground: Ground, measure: Measure, sizes: dict[str, int], rows: int) -> None:
    results = await measure(ground, Rounds(1), **sizes)

    assert len(results) == rows
    for result in results:
        assert all(figure > 0 for figure in (*result.ours, *result.others))
        assert len(result.ratios) == 1


async def test_a_soak_finds_nothing_lost_and_looks_at_what_should_stay_flat(
    ground: Ground, capsys: pytest.CaptureFixture[str]
) -> None:
    results = await soak.measure(
        ground, Rounds(1), seconds=1.5, every=0.25, clients=8, events_before=4, writes=24, reads=24
    )

    of_thirds, of_everything = results[:5], results[5:]
    assert all(result.ours[0] > 0 for result in of_thirds)
    assert [result.ratio for result in of_everything] == [1] * 4, capsys.readouterr().out


async def test_the_table_names_the_machine_and_says_what_falls_short(ground: Ground) -> None:
    results = [
        Result("quick", "the peer", "events/s", [30.0, 10.0, 20.0], [10.0, 10.0, 10.0], Limit(2)),
        Result("slow", "the limit", "s", [3.0, 1.0, 2.0], [1.0, 1.0, 1.0], Limit(1.5, at_most=True)),
    ]
    page = markdown(results, await machine(ground), 3)

    assert "| quick | the peer | events/s | 20 | 10 | 2 (1–3) | at least 2 | holds |" in page
    assert "| slow | the limit | s | 2 | 1 | 2 (1–3) | at most 1.5 | short |" in page
    assert "synchronous_commit on" in page
    shown = StringIO()
    Console(width=200, file=shown).print(screen(results))
    assert "short" in shown.getvalue()


async def test_sides_take_turns_and_the_first_round_does_not_count() -> None:
    ran: list[str] = []

    def side(name: str) -> tuple[str, Callable[[], Awaitable[float]]]:
        async def run() -> float:
            ran.append(name)
            return float(len(ran))

        return name, run

    figures = await Rounds(2).interleaved([side("a"), side("b")])

    assert ran == ["a", "b"] * 3
    assert figures == [[3.0, 5.0], [4.0, 6.0]]
