"""Batching requests that wait: every caller hears of its item, whenever it comes and whatever becomes of its group."""

import asyncio
from collections.abc import Awaitable
from typing import TypeAlias
from uuid import UUID

import pytest

from service.runtime.batcher import MOST_GROUPS, Abandoned, Batcher, Groups, Waiting

HERE, THERE = UUID(int=1), UUID(int=2)
Group: TypeAlias = list[Waiting[int, int]]
SOON = 5.0


async def doubled(_: UUID, groups: Groups[int, int]) -> None:
    async for group in groups:
        await double(group)


async def double(group: Group) -> None:
    await asyncio.sleep(0)
    for waiting in group:
        waiting.succeed(2 * waiting.item)


class Noting:
    """Doubles, and notes each group."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []

    async def __call__(self, _: UUID, groups: Groups[int, int]) -> None:
        async for group in groups:
            self.groups.append([waiting.item for waiting in group])
            await double(group)


async def outcomes(batcher: Batcher[int, int], items: range) -> list[int | BaseException]:
    submitted: list[Awaitable[int]] = [batcher.submit(HERE, item) for item in items]
    async with asyncio.timeout(SOON):
        return await asyncio.gather(*submitted, return_exceptions=True)


async def test_whoever_comes_just_as_a_group_ends_is_not_forgotten() -> None:
    batcher: Batcher[int, int] = Batcher(doubled, most=10)

    async with asyncio.timeout(SOON):
        for item in range(200):
            assert await batcher.submit(HERE, item) == 2 * item
            for _ in range(item % 5):
                await asyncio.sleep(0)


async def test_what_waits_is_worked_on_together_in_groups_of_so_many() -> None:
    work = Noting()

    assert await outcomes(Batcher(work, most=3), range(8)) == [2 * item for item in range(8)]
    assert [len(group) for group in work.groups] == [3, 3, 2]


async def test_a_group_weighs_so_much_at_most_or_is_one_that_weighs_more() -> None:
    work = Noting()

    await outcomes(Batcher(work, most=4, weight=lambda item: item), range(1, 6))

    assert work.groups == [[1, 2], [3], [4], [5]]


async def test_work_is_begun_anew_after_so_many_groups_since_it_may_hold_what_others_wait_for() -> None:
    begun = []

    async def work(organization_id: UUID, groups: Groups[int, int]) -> None:
        begun.append(organization_id)
        await doubled(organization_id, groups)

    items = range(2 * MOST_GROUPS + 1)

    assert await outcomes(Batcher(work, most=1), items) == [2 * item for item in items]
    assert len(begun) == 3


async def test_one_organization_does_not_wait_for_another() -> None:
    hold = asyncio.Event()

    async def work(organization_id: UUID, groups: Groups[int, int]) -> None:
        if organization_id == HERE:
            await hold.wait()
        await doubled(organization_id, groups)

    batcher: Batcher[int, int] = Batcher(work, most=10)
    held = asyncio.create_task(batcher.submit(HERE, 1))
    await asyncio.sleep(0)

    assert await asyncio.wait_for(batcher.submit(THERE, 2), SOON) == 4
    hold.set()
    assert await held == 2


async def test_a_group_that_fails_fails_for_each_of_its_callers_and_the_next_goes_on() -> None:
    async def failing(_: UUID, groups: Groups[int, int]) -> None:
        async for group in groups:
            if any(waiting.item == 1 for waiting in group):
                raise ValueError("one of them")
            await double(group)

    said = await outcomes(Batcher(failing, most=2), range(4))

    assert [type(each) for each in said] == [ValueError, ValueError, int, int]


async def test_each_item_may_fail_by_itself_and_those_told_keep_what_they_were_told() -> None:
    async def work(_: UUID, groups: Groups[int, int]) -> None:
        async for first, second, _third in groups:
            first.succeed(7)
            second.fail(KeyError(1))
            raise ValueError("then this")

    said = await outcomes(Batcher(work, most=10), range(3))

    assert [type(each) for each in said] == [int, KeyError, ValueError]


async def test_work_that_tells_nobody_is_an_error_and_no_waiting() -> None:
    async def idle(_: UUID, groups: Groups[int, int]) -> None: ...

    async def forgetful(_: UUID, groups: Groups[int, int]) -> None:
        async for _group in groups:
            pass

    for work in (idle, forgetful):
        said = await outcomes(Batcher(work, most=1), range(3))
        assert [type(each) for each in said] == [RuntimeError] * 3


async def test_work_may_end_between_groups_and_is_begun_anew() -> None:
    async def once(_: UUID, groups: Groups[int, int]) -> None:
        async for group in groups:
            await double(group)
            return

    assert await outcomes(Batcher(once, most=1), range(3)) == [0, 2, 4]


async def test_work_that_cannot_begin_fails_for_those_who_wait_and_not_for_ever() -> None:
    async def failing(_: UUID, groups: Groups[int, int]) -> None:
        raise ConnectionError("no database")

    said = await outcomes(Batcher(failing, most=2), range(3))

    assert [type(each) for each in said] == [ConnectionError] * 3


async def test_a_caller_that_no_longer_waits_is_left_out_and_keeps_nobody_else_from_hearing() -> None:
    work = Noting()
    batcher: Batcher[int, int] = Batcher(work, most=1)
    begun, gone, stays = (asyncio.create_task(batcher.submit(HERE, item)) for item in (1, 2, 3))
    await asyncio.sleep(0)
    gone.cancel()

    assert [await begun, await stays] == [2, 6]
    with pytest.raises(asyncio.CancelledError):
        await gone
    assert work.groups == [[1], [3]]


async def test_work_for_which_nobody_waits_any_more_is_given_up_and_those_who_come_next_do_not_wait_for_it() -> None:
    hangs = asyncio.Event()
    given_up: list[Group] = []

    async def work(_: UUID, groups: Groups[int, int]) -> None:
        async for group in groups:
            if group[0].item < 0:
                try:
                    hangs.set()
                    await asyncio.Event().wait()
                finally:
                    given_up.append(group)
                    await asyncio.sleep(0.01)  # as a connection takes to be given up
            await double(group)

    batcher: Batcher[int, int] = Batcher(work, most=2)
    first, second, waits = (asyncio.create_task(batcher.submit(HERE, item)) for item in (-1, -2, 3))
    await hangs.wait()
    first.cancel()
    await asyncio.sleep(0)
    assert not given_up, "one of them still waits"
    second.cancel()

    async with asyncio.timeout(SOON):
        assert await waits == 6
        assert await batcher.submit(HERE, 4) == 8
    assert len(given_up) == 1
    assert first.cancelled()


async def test_work_that_goes_on_all_the_same_is_given_up_anew_for_the_next_group() -> None:
    begun = asyncio.Queue[int]()

    async def work(_: UUID, groups: Groups[int, int]) -> None:
        async for group in groups:
            begun.put_nowait(group[0].item)
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                for waiting in group:
                    waiting.fail(ConnectionError("as it is told"))

    batcher: Batcher[int, int] = Batcher(work, most=1)
    callers = [asyncio.create_task(batcher.submit(HERE, item)) for item in range(3)]
    async with asyncio.timeout(SOON):
        for item, caller in enumerate(callers):
            assert await begun.get() == item
            caller.cancel()


@pytest.mark.parametrize(("steps", "begun"), [(0, {False}), (1, {True, False})])
async def test_when_the_loop_ends_every_caller_hears_that_nobody_works_on_it(steps: int, begun: set[bool]) -> None:
    async def endless(_: UUID, groups: Groups[int, int]) -> None:
        await asyncio.Event().wait()

    batcher: Batcher[int, int] = Batcher(endless, most=2)
    before = asyncio.all_tasks()
    callers = {asyncio.create_task(batcher.submit(HERE, item)) for item in range(4)}
    for _ in range(1 + steps):
        await asyncio.sleep(0)
    for task in asyncio.all_tasks() - before - callers:
        task.cancel()

    async with asyncio.timeout(SOON):
        said = await asyncio.gather(*callers, return_exceptions=True)

    assert {each.begun for each in said if isinstance(each, Abandoned)} == begun
    assert len([each for each in said if isinstance(each, Abandoned)]) == 4


async def test_closing_waits_for_what_is_under_way_and_takes_nothing_more() -> None:
    batcher: Batcher[int, int] = Batcher(doubled, most=10)
    caller = asyncio.create_task(batcher.submit(HERE, 1))
    await asyncio.sleep(0)

    await batcher.close()

    assert caller.done() or await caller == 2
    with pytest.raises(RuntimeError, match="closed"):
        await batcher.submit(HERE, 2)
