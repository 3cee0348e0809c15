"""Long lists are worked on in turns, and everything else goes on meanwhile."""

import asyncio

import pytest

from service.runtime.turns import SLICE, Turns

MANY = range(SLICE * 10)


async def test_everything_is_worked_on_in_order() -> None:
    turns = Turns()

    assert await turns.work_on(MANY, lambda item: item * 2) == [item * 2 for item in MANY]
    assert await turns.work_on([3, 4], str) == ["3", "4"]
    assert await turns.whole(MANY, sum) == sum(MANY)


async def test_others_have_their_turn_after_every_slice() -> None:
    turns, looks = Turns(), 0
    working = asyncio.gather(*(turns.work_on(MANY, str) for _ in range(5)))
    while not working.done():
        await asyncio.sleep(0)
        looks += 1

    assert looks >= 5 * len(MANY) // SLICE


async def test_one_list_is_worked_on_at_a_time() -> None:
    turns, seen = Turns(), list[str]()
    await asyncio.gather(
        turns.work_on(MANY, lambda _: seen.append("a")),
        turns.whole(MANY, lambda _: seen.append("b")),
        turns.work_on(MANY, lambda _: seen.append("c")),
    )

    assert seen == ["a"] * len(MANY) + ["b"] + ["c"] * len(MANY)


async def test_who_fails_or_leaves_keeps_nobody_waiting() -> None:
    turns = Turns()
    leaving = asyncio.create_task(turns.work_on(MANY, str))
    await asyncio.sleep(0)
    leaving.cancel()
    with pytest.raises(ZeroDivisionError):
        await turns.work_on(MANY, lambda item: 1 // item)

    assert len(await turns.work_on(MANY, str)) == len(MANY)
