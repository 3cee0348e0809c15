"""Long lists are worked on slice by slice, and everything else goes on meanwhile."""

import asyncio

import pytest

from service.runtime.sliced_work import SLICE, SlicedWork

MANY = range(SLICE * 10)


async def test_everything_is_worked_on_in_order() -> None:
    sliced = SlicedWork()

    assert await sliced.each(MANY, lambda item: item * 2) == [item * 2 for item in MANY]
    assert await sliced.each([3, 4], str) == ["3", "4"]
    assert await sliced.whole(MANY, sum) == sum(MANY)


async def test_others_have_their_turn_after_every_slice() -> None:
    sliced, looks = SlicedWork(), 0
    working = asyncio.gather(*(sliced.each(MANY, str) for _ in range(5)))
    while not working.done():
        await asyncio.sleep(0)
        looks += 1

    assert looks >= 5 * len(MANY) // SLICE


async def test_one_list_is_worked_on_at_a_time() -> None:
    sliced, seen = SlicedWork(), list[str]()
    await asyncio.gather(
        sliced.each(MANY, lambda _: seen.append("a")),
        sliced.whole(MANY, lambda _: seen.append("b")),
        sliced.each(MANY, lambda _: seen.append("c")),
    )

    assert seen == ["a"] * len(MANY) + ["b"] + ["c"] * len(MANY)


async def test_who_fails_or_leaves_keeps_nobody_waiting() -> None:
    sliced = SlicedWork()
    leaving = asyncio.create_task(sliced.each(MANY, str))
    await asyncio.sleep(0)
    leaving.cancel()
    with pytest.raises(ZeroDivisionError):
        await sliced.each(MANY, lambda item: 1 // item)

    assert len(await sliced.each(MANY, str)) == len(MANY)
