"""Writers under whom processes are killed."""

import asyncio
from collections.abc import Callable, Mapping
from uuid import UUID, uuid4

import httpx

WRITERS = 8
PAUSE_SECONDS = 0.02
"""Between two recordings of a writer. Writers who take all of both processors hold up what is to start meanwhile."""
CHECK_IN = {"type": "check_in_received", "channel": "text", "craving": 4, "mood": 6}
REGISTRATION = {"type": "client_registered", "name": "Robin Example", "time_zone": "America/Chicago"}


class Load:
    """Writers, each with a client of its own, who note what was acknowledged and what they cannot know."""

    def __init__(self, key: str) -> None:
        self._headers = {"Authorization": f"Bearer {key}"}
        self.clients: list[UUID] = []
        self.acknowledged: dict[UUID, list[UUID]] = {}
        self.unknown: list[tuple[UUID, UUID]] = []
        self.refusals = 0
        """How often those who insist were told to come again."""

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

    async def insist(self, address: str, until: asyncio.Event) -> None:
        """Record until told to stop, sending again whatever is not answered until it is; so nothing stays unknown."""
        async with self._http(address) as http:
            await asyncio.gather(*(self._insist(http, client_id, until) for client_id in self.clients))

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
                await asyncio.sleep(PAUSE_SECONDS)
            else:
                assert answer.status_code == 503, answer.text
                self.unknown.append((client_id, event_id))
                return

    async def _insist(self, http: httpx.AsyncClient, client_id: UUID, until: asyncio.Event) -> None:
        while not until.is_set():
            event_id = uuid4()
            while not await self._acknowledged(http, client_id, event_id):  # noqa: ASYNC110 nobody tells
                await asyncio.sleep(0.05)
            self.acknowledged[client_id].append(event_id)
            await asyncio.sleep(PAUSE_SECONDS)

    async def _acknowledged(self, http: httpx.AsyncClient, client_id: UUID, event_id: UUID) -> bool:
        answer = await http.post(f"/v1/clients/{client_id}/events", json=_recording(event_id, CHECK_IN))
        assert answer.status_code in {200, 201, 503}, answer.text
        self.refusals += answer.status_code == 503
        return answer.status_code != 503

    def _http(self, address: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=address, headers=self._headers, timeout=60)


def _recording(event_id: UUID, event: Mapping[str, object]) -> dict[str, object]:
    return {"id": str(event_id), "occurred_at": "2026-03-01T15:00:00Z", "event": event}
