"""The feed: an organization's log by position, read in parts or followed as it grows."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final, NamedTuple
from uuid import UUID

from service.access.caller import Caller
from service.log.headers import Headers
from service.runtime.waiting import set_within
from service.subscriptions.feed_event import FeedEvent, as_told, feed_events, kinds_told
from service.subscriptions.tail import Tail, Tails

AT_ONCE: Final = 500
"""Events that a reader who follows is given at once."""


class BeyondTheEnd(Exception):
    """The position asked for is beyond the log's end: nobody has told it, unless the log was set back since."""

    def __init__(self, position: int) -> None:
        super().__init__(f"The log ends at {position}.")
        self.position = position
        """Where the log ends."""


class TooManyReaders(Exception):
    """The key follows the feed as many times at once as it may."""


class FeedPart(NamedTuple):
    """Events of the log one after the other."""

    events: list[FeedEvent]
    next: int
    """The position after which it goes on: every event up to it is here, or is not of the types asked for."""
    position: int
    """Of the last event that the log had when this was read."""

    @property
    def more(self) -> bool:
        """Whether the log went on after these."""
        return self.next < self.position


class Feed:
    """Tells what is recorded in an organization's log, in the order of positions. See Headers: nobody misses one."""

    def __init__(self, headers: Headers, tails: Tails, readers_per_key: int) -> None:
        self._headers = headers
        self._tails = tails
        self._readers_per_key = readers_per_key
        self._readers: Counter[UUID] = Counter()

    async def part(self, caller: Caller, after: int, *, limit: int, types: frozenset[str] | None = None) -> FeedPart:
        """The next events after a position, at most `limit`, as of now. Raises BeyondTheEnd, DatabaseUnavailable."""
        found = await self._headers.after(caller.organization_id, after, limit=limit, types=types)
        if after > found.position:
            raise BeyondTheEnd(found.position)
        events = as_told(feed_events(caller.organization_id, found.headers), kinds_told(caller.permissions))
        return FeedPart(events, found.through, found.position)

    @contextmanager
    def following(self, caller: Caller, after: int, types: frozenset[str] | None = None) -> Iterator["Following"]:
        """Meanwhile the caller's key follows the log from a position on. Raises TooManyReaders."""
        key = caller.subject_id
        if self._readers[key] >= self._readers_per_key:
            raise TooManyReaders
        self._readers[key] += 1
        try:
            with ExitStack() as stack:
                yield Following(self, self._tails, caller, after, types, stack)
        finally:
            self._readers[key] -= 1
            if not self._readers[key]:
                del self._readers[key]

    def readers(self, subject_id: UUID) -> int:
        """How many times at once the key follows at present."""
        return self._readers[subject_id]


class Following:
    """One reader's way along the log. It holds no event that was told: one who is slow costs no memory."""

    def __init__(
        self,
        feed: Feed,
        tails: Tails,
        caller: Caller,
        after: int,
        types: frozenset[str] | None,
        stack: ExitStack,
    ) -> None:
        self._feed = feed
        self._tails = tails
        self._caller = caller
        self._types = types
        self._stack = stack
        self._tail: Tail | None = None
        self._stirred = asyncio.Event()
        self.position = after
        """Up to which the log was told."""
        self.ended = False
        """Whether it is over, since the service stops."""

    def end(self) -> None:
        """Whoever waits waits no longer, and does not begin to."""
        self.ended = True
        self._stirred.set()

    async def next(self, *, limit: int, seconds: float) -> FeedPart:
        """The next events; when none has come after so many seconds, or it was ended, a part without any.

        Raises BeyondTheEnd, DatabaseUnavailable.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while True:
            self._stirred.clear()
            part = self._from_tail(limit)
            if part is None:
                part = await self._feed.part(self._caller, self.position, limit=limit, types=self._types)
            self.position = part.next
            if part.events or self.ended:
                return part
            if part.more:
                continue
            if self._tail is None:
                joined = self._tails.joined(self._caller.organization_id, self.position, self._stirred)
                self._tail = self._stack.enter_context(joined)
                if self._tail.position > self.position:
                    continue
            left = deadline - loop.time()
            if self.ended or left <= 0 or not await set_within(left, self._stirred):
                return part

    def _from_tail(self, limit: int) -> FeedPart | None:
        """What the tail knows after this reader's position; None where the log itself has to be asked."""
        if self._tail is None or (found := self._tail.after(self.position, limit)) is None:
            return None
        through = found[-1].position if len(found) == limit else max(self._tail.position, self.position)
        events = found if self._types is None else [event for event in found if event.type in self._types]
        events = as_told(events, kinds_told(self._caller.permissions))
        return FeedPart(events, through, max(self._tail.position, self.position))
