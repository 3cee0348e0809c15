"""Sends what is queued for webhooks, wherever the projector runs."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg
import structlog

from service.database.connection import scoped
from service.runtime import clock
from service.runtime.tracebacks import describe
from service.runtime.waiting import set_within
from service.subscriptions.webhook_attempts import GONE, Attempt, Claimed, claim, note
from service.subscriptions.webhook_messages import message_of, signed_headers, test_message
from service.subscriptions.webhook_queue import WebhookQueue
from service.subscriptions.webhook_receivers import Outcome, Receivers
from service.subscriptions.webhook_waiting import asked_wait
from service.subscriptions.webhooks import Webhooks, stop

AT_ONCE: Final = 8
"""How many messages are under way to one receiver at a time; the next begins when one of them has ended."""

MOST_WEBHOOKS_AT_ONCE: Final = 50
_LOOK_SECONDS: Final = 1.0
_COMMIT_SECONDS: Final = 0.01  # what was queued is seen once the follower's transaction has ended
_TIDY_SECONDS: Final = 3_600.0

_Target = tuple[UUID, UUID]

log = structlog.get_logger(__name__)


class WebhookSender:
    """Sends deliveries that are due, each webhook by itself: one that hangs keeps no other waiting."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        queue: WebhookQueue,
        webhooks: Webhooks,
        receivers: Receivers,
        *,
        keep: timedelta,
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        """`keep` is how long deliveries that are over stand in the record."""
        self._pool = pool
        self._queue = queue
        self._webhooks = webhooks
        self._receivers = receivers
        self._keep = keep
        self._now = now
        self._sending: dict[_Target, asyncio.Task[None]] = {}
        self._again: set[_Target] = set()
        self._tidied = float("-inf")

    async def run(self, stopping: asyncio.Event) -> None:
        """Send until `stopping` is set; what is under way then is cut off, and due again at once."""
        ending = asyncio.create_task(stopping.wait())
        try:
            while not stopping.is_set():
                self._queue.queued.clear()
                await self._look()
                queued = asyncio.create_task(set_within(_LOOK_SECONDS, self._queue.queued))
                await asyncio.wait([queued, ending], return_when=asyncio.FIRST_COMPLETED)
                queued.cancel()
                await asyncio.sleep(_COMMIT_SECONDS)
        finally:
            ending.cancel()
            under_way = list(self._sending.values())
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)

    async def send_due(self) -> int:
        """Send what is due now, to every webhook, one after another; how many messages were sent."""
        sent = 0
        for target in await self._due():
            while batch := await self._send_batch(*target):
                sent += batch
        return sent

    async def send_test(self, organization_id: UUID, webhook_id: UUID) -> Outcome:
        """Send a message that tells of nothing, once, and say what came of it. Raises UnknownWebhook."""
        webhook = await self._webhooks.get(organization_id, webhook_id)
        now = self._now()
        async with scoped(self._pool, organization_id) as connection:
            keys = await self._webhooks.secrets_of(connection, organization_id, webhook_id, now)
        message = test_message(organization_id, now)
        body = message.model_dump_json()
        return await self._receivers.post(webhook.url, signed_headers(message, body, now, keys), body)

    async def tidy(self) -> int:
        """Remove deliveries, of all organizations, that have been over for long enough; how many."""
        gone: int = await self._pool.fetchval("select subscription.tidy($1)", self._now() - self._keep)
        return gone

    async def _look(self) -> None:
        try:
            for target in await self._due():
                if target in self._sending:
                    self._again.add(target)  # it may have looked just before
                elif len(self._sending) < MOST_WEBHOOKS_AT_ONCE:
                    self._sending[target] = asyncio.create_task(self._drain(target))
            now = asyncio.get_running_loop().time()
            if now - self._tidied > _TIDY_SECONDS:
                self._tidied = now
                await self.tidy()
        except Exception as error:  # noqa: BLE001 whatever it is, the next look may go well
            log.warning("webhooks_interrupted", error=describe(error))

    async def _due(self) -> list[_Target]:
        rows = await self._pool.fetch("select organization_id, webhook_id from subscription.due($1)", self._now())
        return [(UUID(int=row[0].int), UUID(int=row[1].int)) for row in rows]

    async def _drain(self, target: _Target) -> None:
        try:
            more = True
            while more:
                self._again.discard(target)
                more = bool(await self._send_batch(*target)) or target in self._again
        except Exception as error:  # noqa: BLE001 whatever it is, the other webhooks go on, and this one at the next look
            log.warning("webhook_interrupted", webhook_id=str(target[1]), error=describe(error))
        finally:
            del self._sending[target]

    async def _send_batch(self, organization_id: UUID, webhook_id: UUID) -> int:
        """Send the next messages to a webhook; how many were sent."""
        now = self._now()
        async with scoped(self._pool, organization_id, durable=False) as connection:
            found = await claim(connection, organization_id, webhook_id, now)
            if found is None or not found[1]:
                return 0
            keys = await self._webhooks.secrets_of(connection, organization_id, webhook_id, now)
        url, claimed = found
        batch = _Batch(self._receivers, organization_id, url, keys, self._now)
        try:
            await batch.send(claimed)
        finally:
            await self._note(organization_id, webhook_id, batch.attempts, claimed)
        return len(batch.attempts)

    async def _note(
        self, organization_id: UUID, webhook_id: UUID, attempts: list[Attempt], claimed: list[Claimed]
    ) -> None:
        sent = {each.claimed.event.position for each in attempts}
        unsent = [each for each in claimed if each.event.position not in sent]
        now = self._now()
        async with scoped(self._pool, organization_id) as connection:
            failed_for_long = await note(connection, organization_id, webhook_id, attempts, unsent, now)
        if not failed_for_long:
            return
        async with scoped(self._pool, organization_id) as connection:
            disabled = await stop(connection, organization_id, webhook_id, "disabled", now)
        if disabled:
            log.error("webhook_disabled", organization_id=str(organization_id), webhook_id=str(webhook_id))


class _Batch:
    """Messages to one receiver, begun in their order, some at a time."""

    def __init__(
        self,
        receivers: Receivers,
        organization_id: UUID,
        url: str,
        keys: tuple[bytes, ...],
        now: Callable[[], datetime],
    ) -> None:
        self.attempts: list[Attempt] = []
        """What came of those that were sent to the end."""
        self._receivers = receivers
        self._organization_id = organization_id
        self._url = url
        self._keys = keys
        self._now = now
        self._places = asyncio.Semaphore(AT_ONCE)

    async def send(self, claimed: list[Claimed]) -> None:
        """Send them; the others are left for later where those that were sent first all failed, where the receiver asks
        to wait, and where it says that it is gone.
        """
        async with asyncio.TaskGroup() as group:
            for each in claimed:
                group.create_task(self._send(each))

    async def _send(self, claimed: Claimed) -> None:
        async with self._places:
            if self._stopped():
                return
            began_at = self._now()
            message = message_of(self._organization_id, claimed.event)
            body = message.model_dump_json()
            headers = signed_headers(message, body, began_at, self._keys)
            outcome = await self._receivers.post(self._url, headers, body)
            self.attempts.append(Attempt(claimed, began_at, outcome))

    def _stopped(self) -> bool:
        outcomes = [each.outcome for each in self.attempts]
        if any(outcome.status == GONE or asked_wait(outcome, self._now()) for outcome in outcomes):
            return True
        return bool(outcomes) and not any(outcome.accepted for outcome in outcomes)
