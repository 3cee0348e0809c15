"""A subscription of the eventsourcing library, answered by a follower of our log."""

import asyncio
import queue
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from asyncpg.pool import PoolConnectionProxy
from eventsourcing.persistence import Notification, Subscription

from service.database.connection import scoped
from service.following.cursors import place
from service.following.follower import Follower
from service.log.sealed import StoredEvent

if TYPE_CHECKING:
    from tests.log.recorder_adapter import StoreApplicationRecorder


class StoreSubscription(Subscription["StoreApplicationRecorder"]):
    """Follows one organization's log under a name of its own; what it is handed waits here to be iterated over."""

    def __init__(self, recorder: "StoreApplicationRecorder", gt: int | None, topics: Sequence[str]) -> None:
        super().__init__(recorder, gt, topics)
        self._name = f"subscription {uuid4()}"
        self._handed: queue.Queue[Notification | None] = queue.Queue()
        self._stirred = asyncio.Event()
        self._following = recorder.start(self._follow())
        self._following.add_done_callback(lambda _: self._handed.put(None))

    def __next__(self) -> Notification:
        notification = None if self._has_been_stopped else self._handed.get()
        if notification is None or self._has_been_stopped:
            raise StopIteration
        return notification

    def __exit__(self, *args: object, **kwargs: Any) -> None:
        super().__exit__(*args, **kwargs)
        self._following.result()

    def stop(self) -> None:
        if not self._has_been_stopped:
            super().stop()
            self._recorder.start(self._stir())

    async def _stir(self) -> None:
        self._stirred.set()

    async def _follow(self) -> None:
        recorder = self._recorder
        follower = Follower(recorder.pool, recorder.wakeups, lambda: [self._name], self._hand_over)
        async with scoped(recorder.pool, recorder.organization_id) as connection:
            await place(connection, recorder.organization_id, self._name, self._last_notification_id or 0)
        with recorder.wakeups.watch(self._wake, self._stirred.set):
            while not self._has_been_stopped:
                self._stirred.clear()
                await follower.follow(recorder.organization_id)
                with suppress(TimeoutError):
                    async with asyncio.timeout(recorder.wakeups.look_seconds):
                        await self._stirred.wait()

    def _wake(self, organization_id: UUID) -> None:
        if organization_id == self._recorder.organization_id:
            self._stirred.set()

    async def _hand_over(
        self, _: PoolConnectionProxy, __: UUID, ___: Sequence[str], events: Sequence[StoredEvent]
    ) -> None:
        for event in events:
            if not self._topics or event.type in self._topics:
                self._handed.put(self._recorder.notification(event))
