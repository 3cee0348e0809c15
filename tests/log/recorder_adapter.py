"""The store as recorders of the eventsourcing library: synchronous, for the library's own test cases."""

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar
from uuid import UUID

from asyncpg.pool import PoolConnectionProxy
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    IntegrityError,
    Notification,
    Recorder,
    Tracking,
    TrackingRecorder,
)
from eventsourcing.persistence import StoredEvent as LibraryEvent

from service.database.connection import open_pool, scoped
from service.following.cursors import cursors
from service.following.wakeups import Wakeups
from service.log.sealed import StoredEvent
from service.log.store import EventStore
from tests.log.events import sealed_event
from tests.log.subscription import StoreSubscription

Result = TypeVar("Result")


class StoreRecorder(Recorder):
    """One organization of a database, reached from threads: an event loop of its own runs what they ask for."""

    def __init__(self, url: str, organization_id: UUID) -> None:
        self.organization_id = organization_id
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self.pool = self.run(open_pool(url))
        self.wakeups = Wakeups(url)
        self._store = EventStore(self.pool, self.wakeups.appended)
        self._closed = False

    def close(self) -> None:
        """Closes the store and its pool, and ends the thread; a second time does nothing."""
        if self._closed:
            return
        self._closed = True
        self.run(self._store.close())
        self.run(self.wakeups.close())
        self.run(self.pool.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        """What the coroutine returns."""
        return self.start(coroutine).result()

    def start(self, coroutine: Coroutine[Any, Any, Result]) -> "Future[Result]":
        """Begins to run a coroutine."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)


class StoreAggregateRecorder(StoreRecorder, AggregateRecorder):
    """Originators are clients; their versions begin with `first_version`, ours with 1. Bodies are taken as they are."""

    def __init__(self, url: str, organization_id: UUID, first_version: int = 0) -> None:
        super().__init__(url, organization_id)
        self._later = 1 - first_version

    def insert_events(self, stored_events: Sequence[LibraryEvent], **kwargs: Any) -> Sequence[int] | None:
        self._append(stored_events)
        return None

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[LibraryEvent]:
        assert isinstance(originator_id, UUID)
        after = 0 if gt is None else gt + self._later
        up_to = None if lte is None else lte + self._later
        stored = self.run(self._store.timeline(self.organization_id, originator_id, after=after, up_to=up_to))
        events = [
            LibraryEvent(event.client_id, event.version - self._later, event.type, event.body) for event in stored
        ]
        return (events[::-1] if desc else events)[:limit]

    def _append(self, events: Sequence[LibraryEvent]) -> list[int]:
        sealed = [
            sealed_event(
                UUID(str(event.originator_id)), event.originator_version + self._later, body=event.state
            )._replace(type=event.topic)
            for event in events
        ]
        return [place.position for place in self.run(self._store.append(self.organization_id, sealed))]


class StoreApplicationRecorder(StoreAggregateRecorder, ApplicationRecorder):
    """Notifications are the events of the log; their ids are positions."""

    def insert_events(self, stored_events: Sequence[LibraryEvent], **kwargs: Any) -> Sequence[int] | None:
        return self._append(stored_events)

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        after = 0 if start is None else start - inclusive_of_start
        found: list[Notification] = []
        while len(found) < limit and (stop is None or after < stop):
            batch = self.run(self._store.log(self.organization_id, after=after, limit=limit))
            found += [
                self.notification(event)
                for event in batch
                if (not topics or event.type in topics) and (stop is None or event.position <= stop)
            ]
            if len(batch) < limit:
                break
            after = batch[-1].position
        return found[:limit]

    def max_notification_id(self) -> int | None:
        return self.run(self._store.log_head(self.organization_id)) or None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> StoreSubscription:
        return StoreSubscription(self, gt, topics)

    def notification(self, event: StoredEvent) -> Notification:
        """The event of the log as the library knows it."""
        return Notification(event.client_id, event.version - self._later, event.type, event.body, event.position)


class StoreTrackingRecorder(StoreRecorder, TrackingRecorder):
    """What tracks an application is a follower of its name; the tracked id is the position of its cursor."""

    def insert_tracking(self, tracking: Tracking) -> None:
        self.run(self._insert(tracking))

    def max_tracking_id(self, application_name: str) -> int | None:
        found = self.run(cursors(self.pool, self.organization_id, [application_name]))
        return found[0].position if found else None

    async def _insert(self, tracking: Tracking) -> None:
        async with scoped(self.pool, self.organization_id) as connection:
            await self.track(connection, tracking)

    async def track(self, connection: PoolConnectionProxy, tracking: Tracking) -> None:
        """Moves the cursor further on, never back, within the caller's transaction. Raises IntegrityError."""
        moved = await connection.execute(
            "insert into following.cursor as c (organization_id, name, position) values ($1, $2, $3)"
            " on conflict (organization_id, name) do update set position = excluded.position"
            " where c.position < excluded.position",
            self.organization_id,
            tracking.application_name,
            tracking.notification_id,
        )
        if moved != "INSERT 0 1":
            raise IntegrityError("The cursor has come that far before.")
