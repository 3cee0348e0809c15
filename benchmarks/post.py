"""POST of one event through the whole service, and through a bare FastAPI endpoint that inserts one row.

The projector is at work meanwhile in a process of its own, as `care-timeline serve` runs it.
"""

from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import islice

from benchmarks.bare_endpoint import TABLE
from benchmarks.crowd import Coming, crowd, documented, in_turn
from benchmarks.ground import BenchmarkClinic, Ground
from benchmarks.harness import Limit, Result, Rounds
from benchmarks.load import CONNECTIONS, drive, post
from benchmarks.serving import BARE_ENDPOINT, SERVE, serving
from samples.simulation import SimulatedEntry

BARE = "a bare FastAPI endpoint, one INSERT by asyncpg"


async def measure(
    ground: Ground, rounds: Rounds, *, clients: int = 208, events_before: int = 20, each: int = 300
) -> list[Result]:
    """One row: few clients with short histories. `each` is the requests of each connection in a round."""
    coming = needed(rounds, clients, each)
    async with ground.clinic() as clinic:
        following = await crowd(clinic, clients=clients, events=events_before, coming=coming)
        tokens = await clinic.tokens()
        ours, bare = Requests(following, tokens, each), Requests(following, tokens, each)
        async with serving(clinic, *SERVE) as port, bare_endpoint(clinic) as bare_port:
            reached, bare_reached = await rounds.interleaved(
                [("post", lambda: ours.post(port)), ("post, bare endpoint", lambda: bare.post_bare(bare_port))]
            )
    measured = f"POST of one event, {clients:,} clients with {events_before} events"
    return [Result(measured, BARE, "requests/s", reached, bare_reached, Limit(0.8))]


class Requests:
    """What is sent: each client's entries in order over one connection, so many for each connection in a round."""

    def __init__(self, following: Sequence[Coming], tokens: Mapping[str, str], each: int) -> None:
        self._entries = [in_turn(following[place::CONNECTIONS]) for place in range(CONNECTIONS)]
        self._authorizations = {role: f"Authorization: Bearer {token}" for role, token in tokens.items()}
        self._each = each

    def post(self, port: int, *, late_every: int = 0) -> Awaitable[float]:
        """Requests a second that the service answers; every so many-th is documented late."""
        return drive(port, self.next_round(late_every=late_every))

    def post_bare(self, port: int) -> Awaitable[float]:
        """Requests a second that the bare endpoint answers."""
        return drive(port, self.next_round("/clients"))

    def next_round(self, prefix: str = "/v1/clients", *, late_every: int = 0) -> list[list[bytes]]:
        """The requests of a round, by connection."""
        return [
            [self._request(prefix, entry) for entry in documented(islice(entries, self._each), late_every)]
            for entries in self._entries
        ]

    def _request(self, prefix: str, entry: SimulatedEntry) -> bytes:
        authorization = self._authorizations[entry.actor.role]
        return post(f"{prefix}/{entry.client_id}/events", body_of(entry), authorization)


def body_of(entry: SimulatedEntry) -> bytes:
    """The entry as it is posted."""
    event = entry.event.model_dump_json(exclude_none=True, exclude_computed_fields=True)
    return f'{{"id":"{entry.id}","occurred_at":"{entry.occurred_at.isoformat()}","event":{event}}}'.encode()


def needed(rounds: Rounds, clients: int, each: int) -> int:
    """How many entries each client has to have for all rounds."""
    return -(-each * (rounds.count + 1) // (clients // CONNECTIONS))


@asynccontextmanager
async def bare_endpoint(clinic: BenchmarkClinic) -> AsyncIterator[int]:
    """The bare endpoint, with its table in the clinic's database; its port."""
    await clinic.superuser.execute(TABLE)
    async with serving(clinic, *BARE_ENDPOINT, clinic.urls.superuser) as port:
        yield port
