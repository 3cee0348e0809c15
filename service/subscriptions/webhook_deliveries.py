"""The record of deliveries: what was told to a webhook, each attempt, and telling it again."""

from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import asyncpg

from service.database.connection import scoped
from service.runtime import clock
from service.subscriptions.webhook_queue import followed, queue_between
from service.subscriptions.webhooks import UnknownWebhook

_HERE = "select exists (select from subscription.webhook where organization_id = $1 and webhook_id = $2)"
_PAGE = """
select d.position, e.id as event_id, e.client_id, e.type, d.tries, d.due_at, d.delivered_at, d.given_up_at
  from subscription.delivery d join log.event e on e.organization_id = $1 and e.position = d.position
 where d.organization_id = $1 and d.webhook_id = $2 and d.position < $3
   and ($4::text is null or $4 = case when d.due_at is not null then 'waiting'
                                      when d.given_up_at is not null then 'given_up' else 'delivered' end)
 order by d.position desc limit $5
"""
_ATTEMPTS = """
select position, began_at, milliseconds, status, error from subscription.attempt
 where organization_id = $1 and webhook_id = $2 and position = any($3) order by position, began_at
"""
_POSITION = "select position from log.event where organization_id = $1 and id = $2"
BEYOND: Final = 2**62


class UnknownDelivery(LookupError):
    """The organization's log has no such event that the webhook is told of."""


class MadeAttempt(NamedTuple):
    """One attempt."""

    began_at: datetime
    milliseconds: int
    status: int | None
    error: str | None


class Delivery(NamedTuple):
    """How telling one event to one webhook stands."""

    position: int
    event_id: UUID
    client_id: UUID
    type: str
    tries: int
    due_at: datetime | None
    delivered_at: datetime | None
    given_up_at: datetime | None
    attempts: tuple[MadeAttempt, ...]


class Deliveries:
    """Reads the record of deliveries, and has things delivered again. Raises UnknownWebhook."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def page(
        self, organization_id: UUID, webhook_id: UUID, *, before: int | None, state: str | None, limit: int
    ) -> list[Delivery]:
        """Deliveries before a position, the newest first; `state` is waiting, delivered or given_up."""
        ours = organization_id, webhook_id
        async with scoped(self._pool, organization_id) as connection:
            if not await connection.fetchval(_HERE, *ours):
                raise UnknownWebhook
            rows = await connection.fetch(_PAGE, *ours, BEYOND if before is None else before, state, limit)
            attempts = await connection.fetch(_ATTEMPTS, *ours, [row["position"] for row in rows])
        made: dict[int, list[Any]] = {}
        for position, *attempt in attempts:
            made.setdefault(position, []).append(MadeAttempt(*attempt))
        return [Delivery._make((*row, tuple(made.get(row["position"], ())))) for row in rows]

    async def again(self, organization_id: UUID, webhook_id: UUID, event_id: UUID) -> None:
        """Have one event told again, now. Raises UnknownDelivery."""
        async with scoped(self._pool, organization_id) as connection:
            until = await followed(connection, organization_id)
            if not await connection.fetchval(_HERE, organization_id, webhook_id):
                raise UnknownWebhook
            position: int | None = await connection.fetchval(_POSITION, organization_id, event_id)
            if position is None or position > until:
                raise UnknownDelivery
            now = clock.now()
            if not await queue_between(connection, organization_id, webhook_id, position - 1, position, now):
                raise UnknownDelivery

    async def again_after(self, organization_id: UUID, webhook_id: UUID, after: int) -> int:
        """Have all told again that was recorded after a position, now; how many events."""
        async with scoped(self._pool, organization_id) as connection:
            until = await followed(connection, organization_id)
            if not await connection.fetchval(_HERE, organization_id, webhook_id):
                raise UnknownWebhook
            return await queue_between(connection, organization_id, webhook_id, after, until, clock.now())
