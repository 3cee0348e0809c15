"""A soak: minutes of mixed load on `care-timeline serve`, at an even rate that it holds with ease.

Nothing is compared with a peer: the last third is compared with the middle one, what came back with what was sent, and
the log at the end with what was acknowledged. The first third is for caches to fill.
"""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, Final
from uuid import UUID

import httpx

from benchmarks.crowd import Coming, crowd, in_turn
from benchmarks.ground import BenchmarkClinic, Ground
from benchmarks.harness import Limit, Result, Rounds
from benchmarks.serving import SERVE, Server, server
from benchmarks.soak_calls import Calls, FeedReader, Tally
from benchmarks.soak_watch import Thirds, Watch, came_to, connections_of_the_service, heading, log_end, told
from benchmarks.webhook_receiver import accept
from service.access.roles import KeyRole

DEFAULT_SECONDS: Final = 600.0

WRITERS: Final = 4
READERS: Final = 4
FEED_READERS: Final = 3
IMPORT_EVERY: Final = 20.0
WRONG_KEY_EVERY: Final = 7.0
"""Seconds; below what the brake on wrong keys lets pass, so that each is looked at."""

TOLERANCE: Final = Limit(1.1, at_most=True)
"""Of the last third beside the middle one: allocators and pools breathe by some per cent; what leaks, grows on."""
UNREMARKABLE_LAG: Final = 0.25
"""Seconds: below that, what lag varies by is the machine's. Our choice, a quarter of what the row of lag allows."""

_PATIENCE_SECONDS: Final = 60.0
_SETTINGS: Final = {"CARE_TIMELINE_WEBHOOKS_OVER_HTTP": "true", "CARE_TIMELINE_WEBHOOKS_TO_PRIVATE_ADDRESSES": "true"}


async def measure(
    ground: Ground,
    rounds: Rounds,
    *,
    seconds: float = DEFAULT_SECONDS,
    every: float = 10.0,
    clients: int = 300,
    events_before: int = 100,
    writes: float = 16.0,
    reads: float = 24.0,
) -> list[Result]:
    """Nine rows, and while it lasts a line every so many seconds. `writes` and `reads` are how many a second."""
    coming = int(writes * seconds / clients) + 2
    async with ground.clinic() as clinic:
        rounds.tell("soak: filling the log")
        following = await crowd(clinic, clients=clients, events=events_before, coming=coming)
        soak = Soak(clinic, following, await clinic.tokens())
        with TemporaryDirectory(prefix="care-timeline-soak-") as folder:
            path = Path(folder) / "service.log"
            with path.open("wb") as log:
                thirds = await soak.run(log, seconds, every, writes, reads)
            soak.tally.errors.update(_errors_logged(path))
        print(f"errors: {dict(soak.tally.errors) or 'none'}; {soak.remarks()}", flush=True)
        return [*_flat(thirds), *await soak.nothing_lost()]


class Soak:
    """One soak: who calls, who follows, and what they were told."""

    def __init__(self, clinic: BenchmarkClinic, following: Sequence[Coming], tokens: Mapping[str, str]) -> None:
        self._clinic = clinic
        self._following = following
        self._tokens = tokens
        self._began_at = 0
        self._readers: list[FeedReader] = []
        self._hooked: Counter[UUID] = Counter()
        self.tally = Tally()

    async def run(self, log: IO[bytes], seconds: float, every: float, writes: float, reads: float) -> Thirds:
        """The load, from beginning to end; until what was recorded has come to everybody who follows."""
        self._began_at = await log_end(self._clinic, self._clinic.superuser)
        ours = await connections_of_the_service(self._clinic)
        loop = asyncio.get_running_loop()
        async with (
            server(self._clinic, *SERVE, settings=_SETTINGS, log=log) as started,
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{started.port}", timeout=60) as http,
            self._following_all(http),
        ):
            watch = Watch(self._clinic, started.pid, self.tally, ours)
            ends_at = loop.time() + seconds
            calls = Calls(http, self._tokens, self.tally, ends_at)
            async with asyncio.TaskGroup() as tasks:
                lagging = tasks.create_task(watch.follow_lag())
                works = (_look(watch, seconds, every), *self._load(calls, started, writes, reads))
                await asyncio.wait([tasks.create_task(work) for work in works])
                lagging.cancel()
            await self._all_told()
            ready = (await http.get("/readyz")).json()
            if parked := sum(each["parked"] for each in ready["projections"]):
                self.tally.errors["clients for whom a projection failed"] = parked
        return watch.thirds()

    def _load(self, calls: Calls, started: Server, writes: float, reads: float) -> list[Any]:
        pause, read_pause = WRITERS / writes, READERS / reads
        clients = [each.client_id for each in self._following]
        return [
            *(
                calls.record(in_turn(self._following[place::WRITERS]), pause, place * pause / WRITERS)
                for place in range(WRITERS)
            ),
            *(calls.read(clients[place:], read_pause, place * read_pause / READERS) for place in range(READERS)),
            calls.bring_history(f"http://127.0.0.1:{started.port}", IMPORT_EVERY),
            calls.try_wrong_keys(WRONG_KEY_EVERY),
        ]

    @asynccontextmanager
    async def _following_all(self, http: httpx.AsyncClient) -> AsyncIterator[None]:
        """Readers of the feed and a receiver of webhooks, from before the first call until all is told."""
        receiver = await asyncio.start_server(partial(accept, heard=self._hear), "127.0.0.1", 0)
        token = self._tokens[KeyRole.SYSTEM]
        url = f"http://127.0.0.1:{receiver.sockets[0].getsockname()[1]}/hook"
        made = await http.post("/v1/webhooks", json={"url": url}, headers={"Authorization": f"Bearer {token}"})
        assert made.status_code == 201, made.text
        self._readers = [FeedReader(http, token, self.tally.errors, self._began_at) for _ in range(FEED_READERS)]
        listening = [asyncio.create_task(reader.listen()) for reader in self._readers]
        try:
            yield
        finally:
            for task in listening:
                task.cancel()
            await asyncio.wait(listening)
            receiver.close()

    def _hear(self, body: bytes) -> None:
        self._hooked[UUID(json.loads(body)["id"])] += 1

    async def _all_told(self) -> None:
        """Waits until everybody who follows has come to the end; whoever has not by then has lost something."""
        clinic = self._clinic
        end = await log_end(clinic, clinic.superuser)
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await came_to(clinic.superuser, clinic.organization_id, end)
                while (  # noqa: ASYNC110 nobody tells
                    len(self._hooked) < end - self._began_at or any(reader.last < end for reader in self._readers)
                ):
                    await asyncio.sleep(0.05)
        except TimeoutError:
            self.tally.errors["not all was told in time"] += 1

    async def nothing_lost(self) -> list[Result]:
        """Four rows: whatever was sent, acknowledged and told, beside what should have been."""
        found = await self._clinic.superuser.fetch(
            "select id, position from log.event where organization_id = $1 and position > $2",
            self._clinic.organization_id,
            self._began_at,
        )
        log = {row["id"]: row["position"] for row in found}
        said = self.tally.acknowledged
        once = sum(event_id in log and position in {None, log[event_id]} for event_id, position in said.items())
        positions = sorted(log.values())
        streamed = sum(reader.positions == positions for reader in self._readers)
        hooked = len(log.keys() & self._hooked.keys())
        sent, wrong = self.tally.sent, self.tally.errors.total()
        return [
            _all("requests and streams that ended as they should", "all", sent - wrong, sent),
            _all("events in the log that were acknowledged", "all there, all acknowledged", once, len(log | said)),
            _all("readers of the feed who were told each event once, in order", "all", streamed, len(self._readers)),
            _all("events of which the webhook was told", "all", hooked, len(log)),
        ]

    def remarks(self) -> str:
        """What is no error, and worth knowing."""
        again = sum(reader.ended_well for reader in self._readers)
        repeated = self._hooked.total() - len(self._hooked)
        acknowledged = len(self.tally.acknowledged)
        return (
            f"{self.tally.sent:,} requests, {acknowledged:,} events acknowledged;"
            f" streams that the service ended as it says: {again}; webhook messages that came again: {repeated}"
        )


async def _look(watch: Watch, seconds: float, every: float) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    print(heading(), flush=True)
    for number in range(1, int(seconds / every) + 1):
        await asyncio.sleep(began + number * every - loop.time())
        print(told(await watch.look(number * every)), flush=True)


def _flat(thirds: Thirds) -> list[Result]:
    """Five rows: the last third beside the middle one."""
    print("\n".join(["", "first, middle and last third:", heading(), *map(told, thirds), ""]), flush=True)
    _, middle, last = thirds

    def row(measured: str, unit: str, field: str, least: float = 0.0) -> Result:
        mine, other = (max(least, float(getattr(each, field))) for each in (last, middle))
        return Result(f"soak, last third: {measured}", "the middle third", unit, [mine], [other], TOLERANCE)

    return [
        row("memory of the API's process", "MiB", "api_memory"),
        row("memory of the projector's process", "MiB", "projector_memory"),
        row("connections to PostgreSQL", "", "connections"),
        row("open files", "", "files"),
        row(f"lag of the projector, {UNREMARKABLE_LAG} s or more", "s", "lag", UNREMARKABLE_LAG),
    ]


def _all(measured: str, other: str, ours: int, others: int) -> Result:
    return Result(f"soak: {measured}", other, "", [ours], [others], Limit(1))


def _errors_logged(path: Path) -> Counter[str]:
    """What the service's own log calls an error, by what it says."""
    errors: Counter[str] = Counter()
    with path.open(encoding="utf-8") as lines:
        for said in lines:
            try:
                entry = json.loads(said)
            except json.JSONDecodeError:
                errors["log: no JSON"] += 1
                continue
            if entry.get("level") in {"error", "critical"}:
                errors[f"log: {entry['event']}"] += 1
    return errors
