"""Long lists are worked on slice by slice, one in memory at a time, and everything else goes on meanwhile."""

import asyncio
from collections.abc import Sequence

import pytest

from service.runtime.sliced_work import SLICE, SlicedWork

MANY = range(SLICE * 10)


async def _keep(sliced: SlicedWork, name: str, items: Sequence[object], seen: list[str]) -> None:
    async with sliced.turn(len(items)):
        await sliced.each(items, lambda _: seen.append(name))


async def test_everything_is_worked_on_in_order() -> None:
    sliced = SlicedWork()

    assert await sliced.each(MANY, lambda item: item * 2) == [item * 2 for item in MANY]
    assert await sliced.each([3, 4], str) == ["3", "4"]
    assert [item async for few in sliced.slices(MANY) for item in few] == list(MANY)
    assert await sliced.each([], str) == []


async def test_others_have_their_turn_after_every_slice() -> None:
    sliced, looks = SlicedWork(), 0
    working = asyncio.gather(*(sliced.each(MANY, str) for _ in range(5)))
    while not working.done():
        await asyncio.sleep(0)
        looks += 1

    assert looks >= len(MANY) // SLICE


async def test_one_long_list_is_in_memory_at_a_time_and_short_ones_wait_for_nobody() -> None:
    sliced, seen = SlicedWork(), list[str]()
    await asyncio.gather(
        _keep(sliced, "a", MANY, seen), _keep(sliced, "b", MANY, seen), _keep(sliced, "short", [1], seen)
    )

    assert [name for name in seen if name != "short"] == ["a"] * len(MANY) + ["b"] * len(MANY)
    assert seen.index("short") <= 2 * SLICE


async def test_who_fails_or_leaves_keeps_nobody_waiting() -> None:
    sliced, seen = SlicedWork(), list[str]()
    leaving = asyncio.create_task(_keep(sliced, "gone", MANY, seen))
    await asyncio.sleep(0)
    leaving.cancel()
    with pytest.raises(ZeroDivisionError):
        async with sliced.turn(len(MANY)):
            await sliced.each(MANY, lambda item: 1 // item)

    await _keep(sliced, "last", MANY, seen)
    assert seen.count("last") == len(MANY)
