"""The end of a log, read once for all who follow it in this process."""

import asyncio
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

import structlog

from service.following.wakeups import Wakeups
from service.log.headers import Headers
from service.runtime.tracebacks import describe
from service.runtime.waiting import set_within
from service.subscriptions.feed_event import FeedEvent, feed_events

_KEPT: Final = 1_000
"""Events kept for readers who are a little behind: about 1 MB. Whoever is further behind reads the log itself."""

_AT_ONCE: Final = 500
_PAUSE_SECONDS: Final = 1.0
_ANSWER_SECONDS: Final = 10.0
"""A read that takes longer hangs: it is given up, and tried again."""

log = structlog.get_logger(__name__)


class Tail:
    """The newest events of one organization's log, as far as they are not older than the first reader's visit."""

    def __init__(self, headers: Headers, wakeups: Wakeups, organization_id: UUID, position: int) -> None:
        self._headers = headers
        self._wakeups = wakeups
        self._organization_id = organization_id
        self._events: deque[FeedEvent] = deque()
        self._begins_after = position
        self.position = position
        """Of the last event that it knows."""
        self.readers: set[asyncio.Event] = set()
        """Set, each of them, when the log has grown."""
        self._reading = asyncio.create_task(self._run())

    def after(self, position: int, limit: int) -> list[FeedEvent] | None:
        """The events that it knows with a higher position, at most `limit`; None where it no longer has them all."""
        if position < self._begins_after:
            return None
        found: list[FeedEvent] = []
        for event in reversed(self._events):
            if event.position <= position:
                break
            found.append(event)
        return found[::-1][:limit]

    def close(self) -> None:
        """Read no more."""
        self._reading.cancel()

    async def _run(self) -> None:
        stirred = asyncio.Event()

        def wake(organization_id: UUID) -> None:
            if organization_id == self._organization_id:
                stirred.set()

        with self._wakeups.watch(wake, stirred.set):
            while True:
                stirred.clear()
                try:
                    async with asyncio.timeout(_ANSWER_SECONDS):
                        part = await self._headers.after(self._organization_id, self.position, limit=_AT_ONCE)
                except Exception as error:  # noqa: BLE001 whatever it is, the readers wait for what comes next
                    log.warning("feed_waits", error=describe(error))
                    await asyncio.sleep(_PAUSE_SECONDS)
                    continue
                self._add(feed_events(self._organization_id, part.headers), part.through)
                if part.through == part.position:
                    await set_within(self._wakeups.look_seconds, stirred)

    def _add(self, events: Iterable[FeedEvent], through: int) -> None:
        if through == self.position:
            return
        self._events.extend(events)
        while len(self._events) > _KEPT:
            self._begins_after = self._events.popleft().position
        self.position = through
        for reader in self.readers:
            reader.set()


class Tails:
    """The tails of the organizations whose logs somebody follows at present."""

    def __init__(self, headers: Headers, wakeups: Wakeups) -> None:
        self._headers = headers
        self._wakeups = wakeups
        self._tails: dict[UUID, Tail] = {}

    @contextmanager
    def joined(self, organization_id: UUID, position: int, stirred: asyncio.Event) -> Iterator[Tail]:
        """The organization's tail, which sets `stirred` whenever the log has grown.

        One that is made for this begins after `position`, to which the caller has read the log.
        """
        tail = self._tails.get(organization_id)
        if tail is None:
            tail = self._tails[organization_id] = Tail(self._headers, self._wakeups, organization_id, position)
        tail.readers.add(stirred)
        try:
            yield tail
        finally:
            tail.readers.discard(stirred)
            if not tail.readers:
                del self._tails[organization_id]
                tail.close()
