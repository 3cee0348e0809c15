"""Batcher requests that wait: every caller hears of its item, whenever it comes and whatever becomes of its group."""

import asyncio
from collections.abc import Sequence

import pytest

from service.runtime.batcher import Batcher


async def doubled(group: Sequence[int]) -> list[int]:
    await asyncio.sleep(0)
    return [2 * item for item in group]


async def test_whoever_comes_just_as_a_group_ends_is_not_forgotten() -> None:
    batcher: Batcher[int, int] = Batcher(doubled, most=10)

    async with asyncio.timeout(5):
        for item in range(200):
            assert await batcher.submit(item) == 2 * item


async def test_what_waits_is_worked_on_together_in_groups_of_so_many() -> None:
    groups: list[list[int]] = []

    async def noting(group: Sequence[int]) -> Sequence[int]:
        groups.append(list(group))
        await asyncio.sleep(0)
        return group

    batcher: Batcher[int, int] = Batcher(noting, most=3)
    assert await asyncio.gather(*map(batcher.submit, range(8))) == list(range(8))
    assert [len(group) for group in groups] == [3, 3, 2]


async def test_a_group_that_fails_fails_for_each_of_its_callers_and_the_next_goes_on() -> None:
    async def failing(group: Sequence[int]) -> Sequence[int]:
        if 1 in group:
            raise ValueError("one of them")
        return group

    batcher: Batcher[int, int] = Batcher(failing, most=2)
    said = await asyncio.gather(*map(batcher.submit, range(4)), return_exceptions=True)
    assert [type(each) for each in said] == [ValueError, ValueError, int, int]


async def test_each_item_may_fail_by_itself() -> None:
    async def work(group: Sequence[int]) -> list[int | BaseException]:
        return [KeyError(item) if item % 2 else item for item in group]

    batcher: Batcher[int, int] = Batcher(work, most=10)
    said = await asyncio.gather(*map(batcher.submit, range(3)), return_exceptions=True)
    assert [type(each) for each in said] == [int, KeyError, int]


async def test_a_caller_that_no_longer_waits_keeps_nobody_else_from_hearing() -> None:
    batcher: Batcher[int, int] = Batcher(doubled, most=10)
    gone, stays = (asyncio.create_task(batcher.submit(item)) for item in (1, 2))
    await asyncio.sleep(0)
    gone.cancel()

    assert await stays == 4
    with pytest.raises(asyncio.CancelledError):
        await gone
