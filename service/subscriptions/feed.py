"""The feed: an organization's log by position, read in parts or followed as it grows."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Final, NamedTuple
from uuid import UUID

from service.access.caller import Caller, KeyRole
from service.care.client_access import ClientAccess
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

    def __init__(self, headers: Headers, tails: Tails, clients: ClientAccess, readers_per_key: int) -> None:
        self._headers = headers
        self._tails = tails
        self._clients = clients
        self._readers_per_key = readers_per_key
        self._readers: Counter[UUID] = Counter()

    async def part(self, caller: Caller, after: int, *, limit: int, types: frozenset[str] | None = None) -> FeedPart:
        """The next events after a position, at most `limit`, as of now. Raises BeyondTheEnd, DatabaseUnavailable."""
        found = await self._headers.after(caller.organization_id, after, limit=limit, types=types)
        if after > found.position:
            raise BeyondTheEnd(found.position)
        events = await self.told(caller, feed_events(caller.organization_id, found.headers), types)
        return FeedPart(events, found.through, found.position)

    async def told(self, caller: Caller, events: Sequence[FeedEvent], types: frozenset[str] | None) -> list[FeedEvent]:
        """The events as the caller may know them.

        Where a client asked that the record be kept from them, that something was recorded; and where just some kinds
        were asked for, which would tell the kind, not even that.

        Systems are nobody from whom a record is kept, so for them nothing has to be found out.
        """
        told = as_told(events, kinds_told(caller.permissions))
        if caller.role is KeyRole.SYSTEM:
            return told
        kept = await self._clients.kept_away(caller, {each.client_id for each in events if each.client_id})
        if not kept:
            return told
        shown = (each.without_kind if each.client_id in kept else each for each in told)
        return [each for each in shown if types is None or each.client_id not in kept]

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
            part = await self._from_tail(limit)
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

    async def _from_tail(self, limit: int) -> FeedPart | None:
        """What the tail knows after this reader's position; None where the log itself has to be asked."""
        if self._tail is None or (found := self._tail.after(self.position, limit)) is None:
            return None
        through = found[-1].position if len(found) == limit else max(self._tail.position, self.position)
        events = found if self._types is None else [event for event in found if event.type in self._types]
        events = await self._feed.told(self._caller, events, self._types)
        return FeedPart(events, through, max(self._tail.position, self.position))
