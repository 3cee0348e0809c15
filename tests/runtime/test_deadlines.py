"""Waits end in time for an answer."""

import asyncio

import pytest

from service.runtime.deadlines import at_most, ending_in, seconds_left


async def test_work_without_a_deadline_waits_as_long_as_it_likes() -> None:
    assert seconds_left() is None
    assert at_most(5) == 5


async def test_waits_take_half_of_what_is_left_at_most() -> None:
    with ending_in(4):
        assert seconds_left() == pytest.approx(4, abs=0.5)
        assert at_most(5) == pytest.approx(2, abs=0.5)
        assert at_most(0.1) == 0.1
        assert await asyncio.create_task(_left()) == pytest.approx(4, abs=0.5), "tasks that it starts belong to it"
    assert seconds_left() is None


async def _left() -> float | None:
    return seconds_left()


async def test_nothing_is_left_of_a_deadline_that_is_over() -> None:
    with ending_in(-1):
        assert seconds_left() == at_most(5) == 0
