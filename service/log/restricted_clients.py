"""Which clients may have asked for a restriction: a few among many, of whom alone a read has to find out what it says.

Who was merged with another is one of them, since the other may have asked for it.
"""

import time
from collections.abc import Callable
from typing import Final
from uuid import UUID

import asyncpg
from cachetools import TTLCache

from service.database.connection import scoped

BELIEVED_SECONDS: Final = 5.0
"""So long a process believes who they are, so that reads need not ask for it; our choice."""

_ASKED: Final = """select client_id from log.event
 where organization_id = $1 and type in ('restriction_requested', 'clients_merged')
 union
select client_id from log.event where organization_id = $1 and type in ('clients_merged', 'client_merged_into')"""
"""As the indexes event_may_restrict and event_merges have it."""


class RestrictedClients:
    """Knows them from the log, so that no projection has to have come so far. `timer` gives seconds."""

    def __init__(self, pool: asyncpg.Pool, *, timer: Callable[[], float] = time.monotonic) -> None:
        self._pool = pool
        self._believed: TTLCache[UUID, frozenset[UUID]] = TTLCache(1_000, BELIEVED_SECONDS, timer=timer)

    async def of(self, organization_id: UUID) -> frozenset[UUID]:
        """The clients of whom a restriction was ever recorded, in force or not, and both sides of merges."""
        found = self._believed.get(organization_id)
        if found is None:
            async with scoped(self._pool, organization_id) as connection:
                found = frozenset(row[0] for row in await connection.fetch(_ASKED, organization_id))
            self._believed[organization_id] = found
        return found
