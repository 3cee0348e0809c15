"""What the service must have left behind when nobody asks anything of it: nothing."""

import asyncio
from collections.abc import AsyncIterator, MutableMapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import structlog

from service.bootstrap import System
from service.database.protection import ORGANIZATION_SETTING

_PATIENCE_SECONDS = 10.0


@asynccontextmanager
async def nothing_left_behind(system: System) -> AsyncIterator[None]:
    """Afterwards no task goes on that was not there before, every connection is back and says nothing about anybody,
    and nothing was logged as an error."""
    before = asyncio.all_tasks()
    with structlog.testing.capture_logs() as logged:
        yield
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while _left(asyncio.all_tasks() - before) or not _all_back(system):  # noqa: ASYNC110 nobody tells
                await asyncio.sleep(0.01)
    await connections_at_rest(system)
    assert _errors(logged) == []


async def connections_at_rest(system: System) -> None:
    """Every connection that the pools hold is outside a transaction and set to no organization."""
    for pool in (system.pool, system.log_pool):
        async with AsyncExitStack() as stack:
            for _ in range(pool.get_size()):
                connection = await stack.enter_async_context(pool.acquire())
                assert not connection.is_in_transaction()
                assert not await connection.fetchval("select current_setting($1, true)", ORGANIZATION_SETTING)


def _left(tasks: set["asyncio.Task[Any]"]) -> list["asyncio.Task[Any]"]:
    return [task for task in tasks if not task.done()]


def _all_back(system: System) -> bool:
    return all(pool.get_idle_size() == pool.get_size() for pool in (system.pool, system.log_pool))


def _errors(logged: Sequence[MutableMapping[str, Any]]) -> list[MutableMapping[str, Any]]:
    return [
        each
        for each in logged
        if each["log_level"] in {"error", "critical"} or (each["event"] == "request" and each["status"] == 500)
    ]
