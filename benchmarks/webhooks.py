"""Webhooks delivered a second to one receiver, beside bare posts of as many bodies to the same."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from subprocess import PIPE
from uuid import uuid4

import httpx

from benchmarks.ground import BenchmarkClinic, Ground, record
from benchmarks.harness import Limit, Result, Rounds
from samples.simulation import one_client
from service.access.caller import SCOPES_OF_ROLE, Caller, KeyRole
from service.subscriptions.webhook_receivers import Receivers
from service.subscriptions.webhook_sender import AT_ONCE, WebhookSender

_BODY = b"x" * 420  # as long as a message
_PATIENCE_SECONDS = 30.0


async def measure(ground: Ground, rounds: Rounds, *, events: int = 2_000) -> list[Result]:
    """One row: claimed, signed, sent, accepted and written down, from a queue that is full."""
    async with ground.clinic() as clinic, _receiver() as url, httpx.AsyncClient() as http:
        await record(clinic, list(one_client(1, events)))
        system, organization_id = clinic.system, clinic.organization_id
        await system.follower().follow(organization_id)
        caller = Caller(organization_id, uuid4(), "bench", KeyRole.SYSTEM, SCOPES_OF_ROLE[KeyRole.SYSTEM])
        webhook, _ = await system.webhooks.create(caller, url, None, "")
        receivers = Receivers(allow_private=True)

        async def delivered() -> float:
            await system.webhook_deliveries.again_after(organization_id, webhook.webhook_id, 0)
            return await _deliver(clinic, receivers, events)

        async def posted() -> float:
            began = time.perf_counter()
            await asyncio.gather(*(_post(http, url, events // AT_ONCE) for _ in range(AT_ONCE)))
            return events // AT_ONCE * AT_ONCE / (time.perf_counter() - began)

        of_webhooks, of_posts = await rounds.interleaved([("webhooks", delivered), ("bare posts", posted)])
        await receivers.close()
    other = f"bare posts by httpx, {AT_ONCE} at a time, nothing written down"
    return [Result("webhooks delivered to one receiver", other, "messages/s", of_webhooks, of_posts, Limit(0.5))]


async def _deliver(clinic: BenchmarkClinic, receivers: Receivers, events: int) -> float:
    system = clinic.system
    sender = WebhookSender(system.pool, system.webhook_queue, system.webhooks, receivers, keep=timedelta(days=1_000))
    began = time.perf_counter()
    sent = await sender.send_due()
    took = time.perf_counter() - began
    assert sent == events, "each was accepted at once"
    return sent / took


async def _post(http: httpx.AsyncClient, url: str, count: int) -> None:
    for _ in range(count):
        assert (await http.post(url, content=_BODY)).status_code == 204


@asynccontextmanager
async def _receiver() -> AsyncIterator[str]:
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "benchmarks.webhook_receiver", stdout=PIPE)
    try:
        assert process.stdout
        async with asyncio.timeout(_PATIENCE_SECONDS):
            port = int(await process.stdout.readline())
        yield f"http://127.0.0.1:{port}/hook"
    finally:
        process.terminate()
        await process.wait()
