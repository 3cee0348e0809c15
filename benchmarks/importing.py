"""Import of history by NDJSON through the served API, and the same events straight into the store.

The projector is at work meanwhile in a process of its own, as `care-timeline serve` runs it.
"""

import json
import time
from collections.abc import Callable, Iterator
from itertools import count
from uuid import UUID

import httpx

from benchmarks.crowd import Coming, documented, fill, in_turn
from benchmarks.ground import BenchmarkClinic, Ground
from benchmarks.harness import Limit, Result, Rounds
from benchmarks.serving import SERVE, serving
from domain.events.base import referred
from samples.simulation import SimulatedEntry, one_client
from service.access.permissions import PERMISSIONS, STRANDS
from service.access.roles import KeyRole

DIRECT = "seal and append_bulk of the same events: no JSON, no rules, no HTTP"


async def measure(ground: Ground, rounds: Rounds, *, clients: int = 100, events: int = 60) -> list[Result]:
    """One row. `clients` are the new clients of a round, `events` each one's; they come in turn."""
    seeds = count()

    def history() -> Iterator[SimulatedEntry]:
        return new_clients(seeds, clients, events)

    async with ground.clinic() as clinic:
        _, key = await clinic.system.api_keys.create(clinic.organization_id, "ehr", KeyRole.SYSTEM, {"system/*.cu"})
        async with serving(clinic, *SERVE) as port, httpx.AsyncClient(timeout=600) as http:
            sender = Sender(http, f"http://127.0.0.1:{port}/v1/import?results=refused", key)
            imported, direct = await rounds.interleaved(
                [
                    ("import", lambda: sender.send(history)),
                    ("import, straight into the store", lambda: straight_in(clinic, history)),
                ]
            )
    measured = f"import by NDJSON, {clients:,} new clients with {events} events each"
    return [Result(measured, DIRECT, "events/s", imported, direct, Limit(0.5))]


def new_clients(seeds: Iterator[int], clients: int, events: int) -> Iterator[SimulatedEntry]:
    """What a system may import of so many clients, with so many events each, in turn: no counseling notes, no court
    orders, and nothing that is about those."""
    stories = [list(one_client(next(seeds), events)) for _ in range(clients)]
    told = list(documented(in_turn([Coming(story[0].client_id, story, 0) for story in stories])))
    left_out: set[UUID] = set()
    for entry in told:
        about = {id_ for _, id_, _ in referred(entry.event)}
        kind = entry.event.type
        if about & left_out or (kind in STRANDS and f"{STRANDS[kind]}.c" not in PERMISSIONS[KeyRole.SYSTEM]):
            left_out.add(entry.id)
    return (entry for entry in told if entry.id not in left_out)


class Sender:
    """Sends files of history."""

    def __init__(self, http: httpx.AsyncClient, address: str, key: str) -> None:
        self._http = http
        self._address = address
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/x-ndjson"}

    async def send(self, history: Callable[[], Iterator[SimulatedEntry]]) -> float:
        """Events a second. Raises AssertionError unless each is recorded."""
        lines = list(map(_line, history()))
        began = time.perf_counter()
        answer = await self._http.post(self._address, content=b"".join(lines), headers=self._headers)
        seconds = time.perf_counter() - began
        *told, end = map(json.loads, answer.text.splitlines())
        refused = [each for each in told if each["status"] == "refused"]
        assert (end["status"], end["recorded"]) == ("complete", len(lines)), refused[:3] or end
        return len(lines) / seconds


async def straight_in(clinic: BenchmarkClinic, history: Callable[[], Iterator[SimulatedEntry]]) -> float:
    """Events a second without the API."""
    entries = list(history())
    began = time.perf_counter()
    await fill(clinic, entries, {})
    return len(entries) / (time.perf_counter() - began)


def _line(entry: SimulatedEntry) -> bytes:
    event = entry.event.model_dump_json(exclude_none=True, exclude_computed_fields=True)
    ids = f'"client_id":"{entry.client_id}","id":"{entry.id}","source":"{entry.source}"'
    return f'{{{ids},"occurred_at":"{entry.occurred_at.isoformat()}","event":{event}}}\n'.encode()
