"""Logs that do not end where their head says: found at start and by readiness, told in the service's log."""

import asyncio
import time
from uuid import UUID

import structlog

from service.log.store import EventStore

TO_DO = (
    "Nothing is recorded there until it is mended: run care-timeline verify, find out who changed it, and put"
    " log.log_head right. Recording then goes on without a restart."
)

log = structlog.get_logger(__name__)


class Heads:
    """Looks over all organizations whether each log ends where its head says, and remembers for a while.

    A restored backup or a hand in the database can part the two. Nobody may learn of that only when their first
    event is refused.
    """

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self._differing: frozenset[UUID] = frozenset()
        self._looked_at: float | None = None
        self._looking = asyncio.Lock()

    async def differing(self, *, older_than: float = 0.0) -> frozenset[UUID]:
        """The organizations whose log does not end where its head says; each is logged when it is first found.

        What was found less than `older_than` seconds ago is believed. One statement, however many organizations
        there are and however many ask. Raises DatabaseUnavailable.
        """
        async with self._looking:
            if self._looked_at is None or time.monotonic() - self._looked_at >= older_than:
                self._found(frozenset(await self._store.differing_heads()))
                self._looked_at = time.monotonic()
        return self._differing

    def _found(self, differing: frozenset[UUID]) -> None:
        for organization_id in sorted(differing - self._differing):
            log.error("heads_differ", organization_id=str(organization_id), to_do=TO_DO)
        for organization_id in sorted(self._differing - differing):
            log.info("heads_mended", organization_id=str(organization_id))
        self._differing = differing
