"""An organization with a webhook, its receiver, and what sends to it under a clock of the test's."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest_asyncio

from service.access.caller import SCOPES_OF_ROLE, Caller, KeyRole
from service.bootstrap import System
from service.following.follower import Follower
from service.subscriptions.webhook_deliveries import Delivery
from service.subscriptions.webhook_queue import FOLLOWER
from service.subscriptions.webhook_receivers import Receivers
from service.subscriptions.webhook_sender import WebhookSender
from service.subscriptions.webhooks import Webhook
from tests.log.events import sealed_event
from tests.subscriptions.receiving import Clock, Receiver, receiving

ANSWER_SECONDS = 0.3


@dataclass(frozen=True)
class Hooked:
    """An organization whose webhook leads to the receiver."""

    system: System
    caller: Caller
    receiver: Receiver
    clock: Clock
    sender: WebhookSender
    webhook_id: UUID
    secret: str

    @property
    def organization_id(self) -> UUID:
        return self.caller.organization_id

    async def record(self, count: int = 1) -> list[UUID]:
        """Record so many events, of one client; their ids."""
        client_id = uuid4()
        events = [sealed_event(client_id, version) for version in range(1, count + 1)]
        await self.system.store.append(self.organization_id, events)
        return [event.id for event in events]

    async def follow(self) -> None:
        """Queue what was recorded."""
        await webhooks_follower(self.system).follow(self.organization_id)

    async def send(self) -> int:
        """Queue what was recorded, and send what is due; how many messages were sent."""
        await self.follow()
        return await self.sender.send_due()

    async def send_for_days(self, days: float, hours: float = 1.0) -> None:
        """Look for what is due every so many hours, for days."""
        for _ in range(int(days * 24 / hours)):
            self.clock.pass_(hours=hours)
            await self.sender.send_due()

    async def webhook(self) -> Webhook:
        return await self.system.webhooks.get(self.organization_id, self.webhook_id)

    async def deliveries(self) -> list[Delivery]:
        """The record, the oldest first."""
        found = await self.system.webhook_deliveries.page(
            self.organization_id, self.webhook_id, before=None, state=None, limit=1_000
        )
        return found[::-1]


def webhooks_follower(system: System) -> Follower:
    """Follows for webhooks alone: these events say nothing that a projection could read."""
    return Follower(system.pool, system.wakeups, lambda: [FOLLOWER], system.handle)


def sender_of(system: System, clock: Clock, receivers: Receivers) -> WebhookSender:
    return WebhookSender(
        system.pool, system.webhook_queue, system.webhooks, receivers, keep=timedelta(days=30), now=clock.now
    )


@pytest_asyncio.fixture(loop_scope="session")
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


@pytest_asyncio.fixture(loop_scope="session")
async def hooked(system: System, organization_id: UUID, receiver: Receiver) -> AsyncIterator[Hooked]:
    """A webhook for everything that is recorded."""
    caller = Caller(organization_id, uuid4(), "lee", KeyRole.SUPERVISOR, SCOPES_OF_ROLE[KeyRole.SUPERVISOR])
    webhook, secret = await system.webhooks.create(caller, receiver.url, None, "Scheduling")
    clock, receivers = Clock(), Receivers(allow_private=True, answer_seconds=ANSWER_SECONDS)
    sender = sender_of(system, clock, receivers)
    yield Hooked(system, caller, receiver, clock, sender, webhook.webhook_id, secret)
    await receivers.close()
    await system.webhooks.delete(organization_id, webhook.webhook_id)


def restarted(hooked: Hooked, system: System, receivers: Receivers) -> Hooked:
    """The same, as a process finds it that was started later."""
    return replace(hooked, system=system, sender=sender_of(system, hooked.clock, receivers))
