"""The load of a soak: callers of every kind, each at its own even pace, who count what comes back."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from itertools import count
from typing import Final
from uuid import UUID

import httpx

from benchmarks.crowd import documented
from benchmarks.importing import Sender, new_clients
from benchmarks.post import body_of
from domain.vocabulary.record import CorrectionReason
from samples.simulation import SimulatedEntry
from service.access.roles import KeyRole
from service.runtime import clock

LATE_EVERY: Final = 10
REPEATED_EVERY: Final = 15
CORRECTED_EVERY: Final = 12
IMPORTED_CLIENTS: Final = 3
IMPORTED_EVENTS: Final = 20

_CORRECTED: Final = frozenset({"check_in_received", "session_held", "outreach_made"})
_FIRST_IMPORTED: Final = 1_000_000
"""The first seed of imported clients, far from those of the crowd."""

_OF_A_CLIENT: Final = ("events?limit=50", "care-plan", "milestones", "signals", "outcomes", "crisis-card", "summary")
_LISTS: Final = ("/v1/worklist", "/v1/caseload", "/v1/signals")


async def paced(pause: float, ends_at: float, offset: float = 0.0) -> AsyncIterator[int]:
    """Counts, once every so many seconds, until the loop's clock comes to `ends_at`; what is missed is not made up."""
    loop = asyncio.get_running_loop()
    moment = loop.time() + offset
    for number in count(1):
        if moment >= ends_at:
            return
        await asyncio.sleep(moment - loop.time())
        yield number
        moment = max(moment + pause, loop.time())


class Tally:
    """What came back."""

    def __init__(self) -> None:
        self.sent = 0
        self.errors: Counter[str] = Counter()
        self.seconds: dict[str, list[float]] = {"read": [], "write": []}
        """How long each answer took that came as it should."""
        self.acknowledged: dict[UUID, int | None] = {}
        """The position of each event of which an answer said that it is recorded; None where it did not say."""

    def acknowledge(self, event_id: UUID, position: int | None) -> None:
        """An answer says that this is recorded. Where another said so, both must name one position."""
        if self.acknowledged.setdefault(event_id, position) != position:
            self.errors["a repeat was told another position"] += 1


class Calls:
    """Requests over HTTP, counted and timed."""

    def __init__(self, http: httpx.AsyncClient, tokens: Mapping[str, str], tally: Tally, ends_at: float) -> None:
        self._http = http
        self._tokens = tokens
        self._tally = tally
        self._ends_at = ends_at

    async def record(self, entries: Iterator[SimulatedEntry], pause: float, offset: float) -> None:
        """Records one entry after the other, some late, some twice; and corrections."""
        told = documented(entries, LATE_EVERY)
        async for number in paced(pause, self._ends_at, offset):
            entry = next(told)
            await self._record(entry, 201)
            if number % REPEATED_EVERY == 0:
                await self._record(entry, 200)
            if number % CORRECTED_EVERY < 4 and entry.event.type in _CORRECTED:
                await self._correct(entry)

    async def read(self, clients: Sequence[UUID], pause: float, offset: float) -> None:
        """Reads one thing about one client, then another about another; lists and pages of the feed between."""
        after = 0
        async for number in paced(pause, self._ends_at, offset):
            if number % 5 == 0:
                await self._get(_LISTS[number // 5 % len(_LISTS)])
            elif number % 5 == 1:
                answer = await self._get(f"/v1/events?after={after}&limit=50")
                page = answer.json() if answer else {"more": False}
                after = page["next"] if page["more"] else 0
            else:
                client_id = clients[number * 7 % len(clients)]
                await self._get(f"/v1/clients/{client_id}/{_OF_A_CLIENT[number % len(_OF_A_CLIENT)]}")

    async def bring_history(self, address: str, pause: float) -> None:
        """Imports a few new clients now and then."""
        seeds = count(_FIRST_IMPORTED)
        sender = Sender(self._http, f"{address}/v1/import?results=refused", self._tokens[KeyRole.SYSTEM])
        async for _ in paced(pause, self._ends_at, pause / 2):
            entries = list(new_clients(seeds, IMPORTED_CLIENTS, IMPORTED_EVENTS))
            self._tally.sent += 1
            try:
                await sender.send(entries.__iter__)
            except (AssertionError, httpx.HTTPError) as error:
                self._tally.errors[f"import: {type(error).__name__}"] += 1
            else:
                for entry in entries:
                    self._tally.acknowledge(entry.id, None)

    async def try_wrong_keys(self, pause: float) -> None:
        """Comes with a key that nobody was given, now and then."""
        async for number in paced(pause, self._ends_at, pause / 2):
            await self._call("GET", "/v1/worklist", f"ct_wrong_{number}", 401)

    async def _record(self, entry: SimulatedEntry, expected: int) -> None:
        await self._post(entry, self._tokens[entry.actor.role], body_of(entry), expected)

    async def _correct(self, entry: SimulatedEntry) -> None:
        event = {
            "type": "entry_corrected",
            "entry": str(entry.id),
            "reason": CorrectionReason.WRONG_CONTENT,
            "replacement": entry.event.model_dump(mode="json", exclude_none=True, exclude_computed_fields=True),
        }
        body = json.dumps({"occurred_at": clock.now().isoformat(), "event": event}).encode()
        await self._post(entry, self._tokens[KeyRole.SUPERVISOR], body, 201)

    async def _post(self, entry: SimulatedEntry, token: str, body: bytes, expected: int) -> None:
        answer = await self._call("POST", f"/v1/clients/{entry.client_id}/events", token, expected, body)
        for event in answer.json()["events"] if answer else ():
            self._tally.acknowledge(UUID(event["id"]), event["position"])

    async def _get(self, path: str) -> httpx.Response | None:
        return await self._call("GET", path, self._tokens[KeyRole.COUNSELOR], 200)

    async def _call(
        self, method: str, path: str, token: str, expected: int, body: bytes | None = None
    ) -> httpx.Response | None:
        headers = {"Authorization": f"Bearer {token}", **({"Content-Type": "application/json"} if body else {})}
        tally = self._tally
        tally.sent += 1
        began = time.perf_counter()
        try:
            answer = await self._http.request(method, path, content=body, headers=headers)
        except httpx.HTTPError as error:
            tally.errors[f"{method} {_what(path)}: {type(error).__name__}"] += 1
            return None
        if answer.status_code != expected:
            slug = answer.json().get("type", "") if "json" in answer.headers.get("content-type", "") else ""
            tally.errors[f"{method} {_what(path)}: {answer.status_code} {slug.rpartition('/')[2]}".rstrip()] += 1
            return None
        tally.seconds["write" if body else "read"].append(time.perf_counter() - began)
        return answer


def _what(path: str) -> str:
    """What a path asks for, without whose it is."""
    return path.partition("?")[0].rpartition("/")[2]


class FeedReader:
    """A reader of the feed's server-sent events, who connects again as EventSource does."""

    def __init__(self, http: httpx.AsyncClient, token: str, errors: Counter[str], after: int) -> None:
        self._http = http
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
        self._errors = errors
        self.last = after
        self.positions: list[int] = []
        self.ended_well = 0
        """How many streams the service ended as it says that it does."""

    async def listen(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self._one_stream()
            except httpx.HTTPError as error:
                self._errors[f"stream: {type(error).__name__}"] += 1
            await asyncio.sleep(1)

    async def _one_stream(self) -> None:
        headers = {**self._headers, "Last-Event-ID": str(self.last)}
        async with self._http.stream("GET", "/v1/events", headers=headers) as answer:
            if answer.status_code != 200:
                self._errors[f"stream: {answer.status_code}"] += 1
                return
            async for line in answer.aiter_lines():
                if line.startswith("id: "):
                    self.last = int(line[len("id: ") :])
                    self.positions.append(self.last)
        self.ended_well += 1
