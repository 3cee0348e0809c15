"""Stopping: what has begun ends, what is new is refused with a word, and nothing is answered 500."""

import asyncio
import signal
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx
import pytest

from service.database.embedded import EmbeddedPostgres
from tests.crash.load import CHECK_IN, WRITERS, Load
from tests.service_process import ServiceProcess


@pytest.mark.parametrize("options", [(), ("--workers", "2")])
async def test_under_load_requests_are_answered_or_refused(
    service: ServiceProcess, key: str, options: tuple[str, ...]
) -> None:
    await service.start(*options)
    load = Load(key)
    await load.begin(service.address)
    # Asserts that every answer is 201 or 503.
    writing = [asyncio.create_task(load.run(service.address, asyncio.Event())) for _ in range(3)]
    await asyncio.sleep(1)

    assert await service.stop() == 0
    await asyncio.gather(*writing)
    assert load.unknown, "nobody was writing when it stopped"

    await service.start()
    await load.repeat_unknown(service.address)
    assert await load.assert_each_once(service.address) == sum(map(len, load.acknowledged.values())) > WRITERS


async def test_what_has_begun_ends_and_what_is_new_is_refused(
    service: ServiceProcess, key: str, tmp_path: Path
) -> None:
    load = Load(key)
    await service.start()
    await load.begin(service.address)
    path = f"/v1/clients/{load.clients[0]}/events"
    event = {"id": str(uuid4()), "occurred_at": "2026-03-01T15:00:00Z", "event": CHECK_IN}
    owner = await asyncpg.connect(EmbeddedPostgres(tmp_path).urls("care_timeline").superuser)
    async with httpx.AsyncClient(base_url=service.address, headers={"Authorization": f"Bearer {key}"}) as http:
        await http.get("/healthz")  # a connection that is kept
        async with owner.transaction():
            await owner.execute("lock table log.event in access exclusive mode")
            begun = asyncio.create_task(http.post(path, json=event, timeout=30))
            await asyncio.sleep(0.5)
            service.send_signal(signal.SIGTERM)
            await asyncio.sleep(0.2)
            refused = [await http.get("/healthz") for _ in range(2)]
        answered = await begun
    await owner.close()

    assert answered.status_code == 201
    for answer in refused:
        assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
        assert answer.json()["type"] == "/v1/problems/stopping"
        assert int(answer.headers["retry-after"]) > 0
        assert "x-request-id" in answer.headers
    assert await service.stop() == 0


async def test_what_does_not_end_within_the_grace_is_ended_without_a_500(
    service: ServiceProcess, key: str, tmp_path: Path
) -> None:
    load = Load(key)
    await service.start(before="import service.serving.api as a; a.GRACE_SECONDS = 1; ")
    await load.begin(service.address)
    path = f"/v1/clients/{load.clients[0]}/events"
    event = {"id": str(uuid4()), "occurred_at": "2026-03-01T15:00:00Z", "event": CHECK_IN}
    superuser = await asyncpg.connect(EmbeddedPostgres(tmp_path).urls("care_timeline").superuser)
    http = httpx.AsyncClient(base_url=service.address, headers={"Authorization": f"Bearer {key}"})
    async with http, superuser.transaction():
        await superuser.execute("lock table log.event in access exclusive mode")
        begun = asyncio.create_task(http.post(path, json=event, timeout=30))
        await asyncio.sleep(0.5)
        service.send_signal(signal.SIGTERM)
        answer = await begun
    await superuser.close()

    assert (answer.status_code, answer.json()["type"]) == (503, "/v1/problems/stopping")
    assert int(answer.headers["retry-after"]) > 0
    assert await service.stop() == 0
