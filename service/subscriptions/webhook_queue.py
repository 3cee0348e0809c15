"""What is to be delivered: queued for each webhook in the transaction in which the log is followed.

The follower's cursor and the queue move together, so no event is passed over and none is queued twice, wherever a
process dies. Whoever pauses or resumes a webhook holds the cursor meanwhile, and knows to an event what was queued.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from asyncpg.pool import PoolConnectionProxy

from service.log.sealed import StoredEvent
from service.runtime import clock

FOLLOWER: Final = "webhooks"
"""The name under which the log is followed for webhooks."""

_QUEUE = """
insert into subscription.delivery (organization_id, webhook_id, position, due_at)
select w.organization_id, w.webhook_id, e.position, $4
  from subscription.webhook w
  join unnest($2::bigint[], $3::text[]) as e(position, type)
    on e.position > w.position and (w.types is null or e.type = any(w.types))
 where w.organization_id = $1 and w.state = 'active'
    on conflict do nothing
"""

_FOLLOWED = "select position from following.cursor where organization_id = $1 and name = $2 for update"

_QUEUE_BETWEEN = """
insert into subscription.delivery as d (organization_id, webhook_id, position, due_at)
select w.organization_id, w.webhook_id, e.position, $5
  from subscription.webhook w
  join log.event e on e.organization_id = w.organization_id and (w.types is null or e.type = any(w.types))
 where w.organization_id = $1 and w.webhook_id = $2 and e.position > $3 and e.position <= $4
    on conflict (organization_id, webhook_id, position)
       do update set due_at = excluded.due_at, tries = 0, first_tried_at = null, given_up_at = null
"""


class WebhookQueue:
    """Follows the log for webhooks, and tells the sender of this process when something was queued."""

    def __init__(self) -> None:
        self.queued = asyncio.Event()

    async def handle(
        self, connection: PoolConnectionProxy, organization_id: UUID, events: Sequence[StoredEvent]
    ) -> None:
        """Queue events for the webhooks that are to be told of them, within the follower's transaction."""
        positions, types = [event.position for event in events], [event.type for event in events]
        done = await connection.execute(_QUEUE, organization_id, positions, types, clock.now())
        if done != "INSERT 0 0":
            self.queued.set()


async def followed(connection: PoolConnectionProxy, organization_id: UUID) -> int:
    """Up to which position events are queued. Nothing more is, until the transaction ends."""
    position: int | None = await connection.fetchval(_FOLLOWED, organization_id, FOLLOWER)
    return position or 0


async def queue_between(
    connection: PoolConnectionProxy, organization_id: UUID, webhook_id: UUID, after: int, until: int, due_at: datetime
) -> int:
    """Queue the webhook's kinds of event after one position up to another, also what was delivered; how many."""
    done = await connection.execute(_QUEUE_BETWEEN, organization_id, webhook_id, after, until, due_at)
    return int(done.rpartition(" ")[2])
