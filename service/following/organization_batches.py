"""One batch of an organization's log for each place at which its followers stand."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple
from uuid import UUID

import asyncpg
import structlog
from asyncpg.pool import PoolConnectionProxy

from service.database.connection import scoped
from service.following import cursors
from service.following.cursors import Retries
from service.log.errors import DatabaseUnavailable, answering
from service.log.reading import EVENTS, stored
from service.log.sealed import StoredEvent
from service.runtime.tracebacks import describe

Handle = Callable[[PoolConnectionProxy, UUID, Sequence[str], Sequence[StoredEvent]], Awaitable[None]]
"""What follows: called with the connection in whose transaction the cursors move, the organization, the names that
stand at this place, and the events that come next there."""

_NEXT = f"{EVENTS} and position > $2 order by position limit $3"

_NOT_THE_HANDLERS = (
    DatabaseUnavailable,
    asyncpg.PostgresConnectionError,
    asyncpg.InternalClientError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
    asyncpg.ReadOnlySQLTransactionError,
)
"""The database's troubles, of which whoever follows is not at fault: they are waited out, and not counted."""

log = structlog.get_logger(__name__)


class BatchOutcome(NamedTuple):
    """What came of a batch for each place."""

    followed: int
    """How many events were handed on."""
    more: bool
    """Whether there are more already."""


class _Step(NamedTuple):
    followed: int
    more: bool
    next_place: int | None
    """The next place further on at which names stand; None when there is none."""


class _HandlingFailed(Exception):
    def __init__(self, names: Sequence[str], place: int, next_place: int | None, error: str) -> None:
        super().__init__(error)
        self.names = names
        self.place = place
        self.next_place = next_place
        self.error = error


class OrganizationBatches:
    """Follows one organization at a time, through one connection of the pool each."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        names: Callable[[], Sequence[str]],
        handle: Handle,
        *,
        batch: int,
        durable: bool,
        retries: Retries,
    ) -> None:
        self._pool = pool
        self._names = names
        self._handle = handle
        self._batch = batch
        self._durable = durable
        self._retries = retries

    async def run(self, organization_id: UUID, stopping: asyncio.Event | None = None) -> BatchOutcome:
        """One batch for each place at which names stand, those furthest behind first.

        A batch ends where other names stand, which from there on share it: so they meet, and read the log once.
        Nobody far behind keeps the others waiting for more than a batch. Raises DatabaseUnavailable.
        """
        followed, more = 0, False
        place: int | None = 0
        while place is not None and not (stopping and stopping.is_set()):
            step = await self._step(organization_id, list(self._names()), place)
            followed += step.followed
            more = more or step.more
            place = step.next_place
        return BatchOutcome(followed, more or place is not None)

    async def is_behind(self, organization_id: UUID) -> bool:
        """Whether somebody, here or elsewhere, has something to follow now. Raises DatabaseUnavailable."""
        with answering(writing=False):
            return await cursors.is_behind(self._pool, organization_id, list(self._names()))

    async def _step(self, organization_id: UUID, names: Sequence[str], place: int) -> _Step:
        with answering(writing=False):
            try:
                return await self._attempt(organization_id, names, place)
            except _HandlingFailed as failed:
                if len(failed.names) == 1:
                    await self._note(organization_id, failed)
                    return _Step(0, more=False, next_place=failed.next_place)
                failure = failed
        # One of several that stand together must not fail the others: each gets an attempt of its own.
        alone = [await self._step(organization_id, [name], failure.place) for name in failure.names]
        return _Step(sum(each.followed for each in alone), any(each.more for each in alone), failure.next_place)

    async def _attempt(self, organization_id: UUID, names: Sequence[str], place: int) -> _Step:
        """The next batch for those furthest behind, from a place on."""
        async with scoped(self._pool, organization_id, durable=self._durable) as connection:
            locked = await cursors.lock(connection, organization_id, names, beginning=place)
            if locked.complete or not locked.head:
                return await self._batch_for_the_furthest(connection, organization_id, locked)
        await cursors.create(self._pool, organization_id, names)
        return _Step(0, more=True, next_place=None)

    async def _batch_for_the_furthest(
        self, connection: PoolConnectionProxy, organization_id: UUID, locked: cursors.LockedCursors
    ) -> _Step:
        places = [place for place in locked.places if place < locked.head]
        if not places:
            return _Step(0, more=False, next_place=None)
        place, names = places[0], locked.places[places[0]]
        next_place = next(iter([other for other in locked.places if other > place]), None)
        limit = self._batch if next_place is None else min(self._batch, next_place - place)
        events = stored(await connection.fetch(_NEXT, organization_id, place, limit))
        if not events:
            return _Step(0, more=False, next_place=next_place)
        try:
            await self._handle(connection, organization_id, names, events)
        except Exception as error:
            if isinstance(error, _NOT_THE_HANDLERS) or connection.is_closed():
                raise DatabaseUnavailable(error, written=False) from error
            raise _HandlingFailed(names, place, next_place, describe(error)) from error
        await cursors.move(connection, organization_id, names, events[-1].position)
        return _Step(len(events), events[-1].position < locked.head, next_place)

    async def _note(self, organization_id: UUID, failed: _HandlingFailed) -> None:
        (name,) = failed.names
        noted = await cursors.note_failure(self._pool, organization_id, name, failed.place, failed.error, self._retries)
        if noted is not None:
            log.error(
                "follower_parked" if noted["parked_at"] else "follower_failed",
                name=name,
                organization_id=str(organization_id),
                position=failed.place,
                failures=noted["failures"],
                retry_at=noted["retry_at"].isoformat(),
                error=failed.error,
            )
