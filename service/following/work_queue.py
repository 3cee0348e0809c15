"""The organizations that have something to be followed, each in one worker's hands at a time."""

import asyncio
from uuid import UUID


class WorkQueue:
    """A queue in which each organization stands once; who is woken while worked on stands in it again afterwards."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[UUID | None] = asyncio.Queue()
        self._waiting: set[UUID] = set()
        self._worked_on: set[UUID] = set()
        self._again: set[UUID] = set()

    def wake(self, organization_id: UUID) -> None:
        """Something may be there to follow in this organization's log."""
        if organization_id in self._worked_on:
            self._again.add(organization_id)
        elif organization_id not in self._waiting:
            self._waiting.add(organization_id)
            self._queue.put_nowait(organization_id)

    async def next(self) -> UUID | None:
        """The organization that has waited longest, to be worked on until `done`; None when a worker is dismissed."""
        organization_id = await self._queue.get()
        if organization_id is not None:
            self._waiting.discard(organization_id)
            self._worked_on.add(organization_id)
        return organization_id

    def done(self, organization_id: UUID, *, more: bool) -> None:
        """The organization's turn is over; with `more` to do it takes another, after the others that wait."""
        self._worked_on.discard(organization_id)
        if more or organization_id in self._again:
            self._again.discard(organization_id)
            self.wake(organization_id)

    def dismiss(self, workers: int) -> None:
        """Have so many workers that wait be told None."""
        for _ in range(workers):
            self._queue.put_nowait(None)
