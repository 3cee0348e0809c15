"""What a transaction raises when the database does not answer any more."""

import asyncio
from typing import Any, cast
from uuid import uuid4

import asyncpg
import pytest
from asyncpg.pool import PoolConnectionProxy

from service.database.connection import transaction


class HungServer:
    """A connection whose server took the transaction's beginning, and answers a rollback with an error or never."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def is_closed(self) -> bool:
        return False

    async def execute(self, statement: str, **_: Any) -> None:
        if statement == "rollback":
            raise self._error


@pytest.mark.parametrize(
    "error", [TimeoutError(), asyncpg.ConnectionDoesNotExistError(), asyncpg.InterfaceError("busy")]
)
@pytest.mark.parametrize("raised", [asyncio.CancelledError, LookupError])
async def test_what_ended_the_block_is_raised_whatever_comes_of_the_rollback(
    error: Exception, raised: type[BaseException]
) -> None:
    """A task that is cancelled would go on otherwise, for those who try again whatever the database raises."""
    connection = cast("PoolConnectionProxy", HungServer(error))

    with pytest.raises(raised):
        async with transaction(connection, uuid4()):
            raise raised
