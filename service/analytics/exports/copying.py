"""Rows as blocks of CSV, one after another: whatever their number, a few blocks are in memory."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from sqlalchemy import Select

from service.analytics.reading import STATEMENT_SECONDS, Reading
from service.database.statement import bound

BLOCK_BYTES: Final = 4_000_000
"""So much CSV is handed on at once: enough for columns to be read fast."""


async def copy_rows(reading: Reading, rows: Select[Any], take: Callable[[bytes], None], **values: object) -> None:
    """Hand the rows of a statement to `take`, which is called in a thread, block by block in their order.

    A block ends where a row ends. While one is taken in, PostgreSQL and the driver are at the next. `values` are what
    the statement binds beside the moment. Raises whatever `take` raises.
    """
    statement, arguments = bound(rows, moment=reading.moment, **values)
    with ThreadPoolExecutor(1) as thread:
        blocks = _Blocks(take, thread)
        await reading.connection.copy_from_query(
            statement, *arguments, output=blocks.add, format="csv", timeout=STATEMENT_SECONDS
        )
        await blocks.end()


class _Blocks:
    """Gathers what the driver reads, which has whole rows each time: the protocol sends each row as one message."""

    def __init__(self, take: Callable[[bytes], None], thread: ThreadPoolExecutor) -> None:
        self._take = take
        self._thread = thread
        self._gathered: list[bytes] = []
        self._bytes = 0
        self._under_way: asyncio.Future[None] | None = None

    async def add(self, rows: bytes) -> None:
        self._gathered.append(rows)
        self._bytes += len(rows)
        if self._bytes >= BLOCK_BYTES:
            await self._hand_on()

    async def end(self) -> None:
        if self._gathered:
            await self._hand_on()
        await self._taken()

    async def _hand_on(self) -> None:
        block, self._gathered, self._bytes = b"".join(self._gathered), [], 0
        await self._taken()
        self._under_way = asyncio.get_running_loop().run_in_executor(self._thread, self._take, block)

    async def _taken(self) -> None:
        if self._under_way is not None:
            await self._under_way
            self._under_way = None
