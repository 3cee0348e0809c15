"""The store as a recorder of the eventsourcing library: synchronous, for the library's own test cases."""

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from typing import Any, NoReturn, TypeVar
from uuid import UUID

from eventsourcing.persistence import AggregateRecorder, ApplicationRecorder, Notification, NotSupportedError
from eventsourcing.persistence import StoredEvent as LibraryEvent

from service.database.connection import open_pool
from service.log.sealed import StoredEvent
from service.log.store import EventStore
from tests.store.events import sealed_event

Result = TypeVar("Result")


class StoreAggregateRecorder(AggregateRecorder):
    """Originators are clients; their versions begin with 0, ours with 1. Bodies are taken as they are."""

    def __init__(self, url: str, organization_id: UUID) -> None:
        self._organization_id = organization_id
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._pool = self._run(open_pool(url))
        self._store = EventStore(self._pool)

    def close(self) -> None:
        """Closes the store and its pool, and ends the thread."""
        self._run(self._store.close())
        self._run(self._pool.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

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
        after = 0 if gt is None else gt + 1
        up_to = None if lte is None else lte + 1
        stored = self._run(self._store.timeline(self._organization_id, originator_id, after=after, up_to=up_to))
        events = [LibraryEvent(event.client_id, event.version - 1, event.type, event.body) for event in stored]
        return (events[::-1] if desc else events)[:limit]

    def _append(self, events: Sequence[LibraryEvent]) -> list[int]:
        sealed = [
            sealed_event(UUID(str(event.originator_id)), event.originator_version + 1, body=event.state)._replace(
                type=event.topic
            )
            for event in events
        ]
        return [place.position for place in self._run(self._store.append(self._organization_id, sealed))]

    def _run(self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()


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
            batch = self._run(self._store.log(self._organization_id, after=after, limit=limit))
            found += [
                _notification(event)
                for event in batch
                if (not topics or event.type in topics) and (stop is None or event.position <= stop)
            ]
            if len(batch) < limit:
                break
            after = batch[-1].position
        return found[:limit]

    def max_notification_id(self) -> int | None:
        return self._run(self._store.log_head(self._organization_id)) or None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> NoReturn:
        raise NotSupportedError("The log is followed by asking for what comes after a position.")


def _notification(event: StoredEvent) -> Notification:
    return Notification(event.client_id, event.version - 1, event.type, event.body, event.position)
