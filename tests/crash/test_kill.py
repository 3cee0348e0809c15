"""Promise 1: an acknowledged event is durable, exactly once, whatever is killed."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import psutil
import pytest

from service.bootstrap import running
from service.settings import Settings
from tests.projector.comparing import assert_equal_to_fresh_folds
from tests.service_process import ServiceProcess

WRITERS = 8
CHECK_IN = {"type": "check_in_received", "channel": "text", "craving": 4, "mood": 6}
REGISTRATION = {"type": "client_registered", "name": "Robin Example", "time_zone": "America/Chicago"}


class Load:
    """Writers, each with a client of its own, who note what was acknowledged and what they cannot know."""

    def __init__(self, key: str) -> None:
        self._headers = {"Authorization": f"Bearer {key}"}
        self.clients: list[UUID] = []
        self.acknowledged: dict[UUID, list[UUID]] = {}
        self.unknown: list[tuple[UUID, UUID]] = []

    async def begin(self, address: str) -> None:
        """Make the clients."""
        async with self._http(address) as http:
            for _ in range(WRITERS):
                client_id = uuid4()
                body = {"client_id": str(client_id), "events": [_recording(uuid4(), REGISTRATION)]}
                (await http.post("/v1/clients", json=body)).raise_for_status()
                self.clients.append(client_id)
                self.acknowledged[client_id] = []

    async def run(self, address: str, until: asyncio.Event) -> None:
        """Record until told to stop or until the service is gone."""
        async with self._http(address) as http:
            await asyncio.gather(*(self._write(http, client_id, until) for client_id in self.clients))

    def more_than(self, further: int) -> Callable[[], bool]:
        """Whether so many more have been acknowledged by then, than by now."""
        enough = sum(map(len, self.acknowledged.values())) + further
        return lambda: sum(map(len, self.acknowledged.values())) > enough

    async def repeat_unknown(self, address: str) -> None:
        """What a careful caller does after a crash: send again what was not answered."""
        async with self._http(address) as http:
            for client_id, event_id in self.unknown:
                answer = await http.post(f"/v1/clients/{client_id}/events", json=_recording(event_id, CHECK_IN))
                assert answer.status_code in {200, 201}, answer.text
                self.acknowledged[client_id].append(event_id)
        self.unknown.clear()

    async def assert_each_once(self, address: str) -> int:
        """Every acknowledged event stands in its timeline once, without gaps; how many there are."""
        count = 0
        async with self._http(address) as http:
            for client_id, ids in self.acknowledged.items():
                found: list[dict[str, object]] = []
                while page := (await http.get(
                    f"/v1/clients/{client_id}/events", params={"after": len(found), "limit": 1000}
                )).json()["events"]:  # fmt: skip
                    found += page
                assert [entry["version"] for entry in found] == list(range(1, len(found) + 1))
                assert sorted(str(entry["id"]) for entry in found[1:]) == sorted(map(str, ids))
                count += len(ids)
        return count

    async def _write(self, http: httpx.AsyncClient, client_id: UUID, until: asyncio.Event) -> None:
        while not until.is_set():
            event_id = uuid4()
            try:
                answer = await http.post(f"/v1/clients/{client_id}/events", json=_recording(event_id, CHECK_IN))
            except httpx.TransportError:
                self.unknown.append((client_id, event_id))
                return
            if answer.status_code == 201:
                self.acknowledged[client_id].append(event_id)
            else:
                assert answer.status_code == 503, answer.text
                self.unknown.append((client_id, event_id))
                return

    def _http(self, address: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=address, headers=self._headers, timeout=60)


def _recording(event_id: UUID, event: Mapping[str, object]) -> dict[str, object]:
    return {"id": str(event_id), "occurred_at": "2026-03-01T15:00:00Z", "event": event}


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[ServiceProcess]:
    """A service over a new data folder, with one organization."""
    service = ServiceProcess(tmp_path)
    service.command("organizations", "create", "Riverbend", "--time-zone", "America/Chicago")
    yield service
    await service.stop()


@pytest.mark.parametrize("victim", ["service", "PostgreSQL"])
async def test_what_was_acknowledged_survives_a_kill(service: ServiceProcess, victim: str, tmp_path: Path) -> None:
    load = Load(service.command("keys", "create", "--role", "system", "--name", "text-line"))
    await service.start()
    await load.begin(service.address)
    writing = asyncio.create_task(load.run(service.address, asyncio.Event()))
    await _until(load.more_than(20 * WRITERS))

    if victim == "service":
        await service.kill()
    else:
        assert service.kill_postgresql() > 1
    await writing
    if victim == "PostgreSQL":
        await service.kill()
    assert load.unknown, "nobody was writing when it was killed"

    await service.start()
    before = sum(map(len, load.acknowledged.values()))
    await load.repeat_unknown(service.address)
    assert await load.assert_each_once(service.address) == before + WRITERS
    await service.caught_up()
    service.command("verify")
    async with running(Settings(data_dir=tmp_path)) as system:
        (organization_id,) = await system.organizations.ids()
        assert await assert_equal_to_fresh_folds(system, organization_id) == WRITERS


@pytest.mark.parametrize("role", ["api", "projector"])
async def test_a_process_that_is_killed_is_started_again_and_nothing_is_lost(
    service: ServiceProcess, role: str, tmp_path: Path
) -> None:
    load = Load(service.command("keys", "create", "--role", "system", "--name", "text-line"))
    await service.start("--workers", "2")
    await load.begin(service.address)
    stop = asyncio.Event()
    writing = asyncio.create_task(load.run(service.address, stop))
    for _ in range(2):
        await _until(load.more_than(10 * WRITERS))
        before = {each.pid for each in service.processes(role)}
        service.processes(role)[0].kill()
        await _until(partial(_another_runs, service, role, before))
        if writing.done():  # all of them were connected to the process that was killed
            await load.repeat_unknown(service.address)
            writing = asyncio.create_task(load.run(service.address, stop))
    stop.set()
    await writing

    await load.repeat_unknown(service.address)
    assert await load.assert_each_once(service.address) == sum(map(len, load.acknowledged.values()))
    await service.caught_up()
    service.command("verify")
    async with running(Settings(data_dir=tmp_path)) as system:
        (organization_id,) = await system.organizations.ids()
        assert await assert_equal_to_fresh_folds(system, organization_id) == WRITERS


async def test_when_the_parent_is_killed_its_processes_end_by_themselves(service: ServiceProcess) -> None:
    await service.start("--workers", "2")
    started = [*service.processes("api"), *service.processes("projector")]
    assert len(started) == 3

    await service.kill()

    gone, alive = await asyncio.to_thread(psutil.wait_procs, started, timeout=30)
    assert (len(gone), alive) == (3, [])


def _another_runs(service: ServiceProcess, role: str, before: set[int]) -> bool:
    return len({each.pid for each in service.processes(role)} - before) == 1


async def _until(condition: Callable[[], bool]) -> None:
    for _ in range(600):
        if condition():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not come so far in half a minute")
