"""POST of one event through the whole service, and through a bare FastAPI endpoint that inserts one row."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from itertools import islice

from benchmarks.bare_endpoint import TABLE
from benchmarks.ground import Clinic, Ground, record
from benchmarks.harness import Limit, Result, Rounds
from benchmarks.load import drive, post
from service.care.caller import KeyRole
from service.simulation import SimulatedEntry, one_client

CONNECTIONS = 16

_SERVE = "from service.cli.main import app; app()"


async def measure(
    ground: Ground,
    rounds: Rounds,
    *,
    clients_each: int = 13,
    events_before: int = 20,
    ours_each: int = 260,
    bare_each: int = 520,
) -> list[Result]:
    """One row. Sizes are those of each connection, requests in a round."""
    async with ground.clinic() as clinic:
        await clinic.superuser.execute(TABLE)
        needed = events_before + -(-max(ours_each, bare_each) * (rounds.count + 1) // clients_each)
        stories = [list(one_client(seed, needed)) for seed in range(CONNECTIONS * clients_each)]
        for story in stories:
            await record(clinic, story[:events_before])
        await clinic.system.projector.refold(clinic.organization_id, [story[0].client_id for story in stories])
        _, token = await clinic.system.api_keys.create(clinic.organization_id, "bench", KeyRole.COUNSELOR)
        following = [[story[events_before:] for story in stories[place::CONNECTIONS]] for place in range(CONNECTIONS)]
        ours_sent, bare_sent = (
            [_requests(prefix, token, each) for each in following] for prefix in ("/v1/clients", "/clients")
        )
        async with (
            _serving(clinic, "-c", _SERVE, "serve", "--port", "0") as ours,
            _serving(clinic, "-m", "benchmarks.bare_endpoint", clinic.urls.superuser) as bare,
        ):
            ours_reached, bare_reached = await rounds.interleaved(
                [
                    ("post", lambda: drive(ours, [list(islice(each, ours_each)) for each in ours_sent])),
                    ("post, bare endpoint", lambda: drive(bare, [list(islice(each, bare_each)) for each in bare_sent])),
                ]
            )
    measured = f"POST of one event, the whole path, {CONNECTIONS} connections"
    return [
        Result(
            measured,
            "a bare FastAPI endpoint, one INSERT by asyncpg",
            "requests/s",
            ours_reached,
            bare_reached,
            Limit(0.4),
        )
    ]


def _requests(prefix: str, token: str, stories: Sequence[Sequence[SimulatedEntry]]) -> Iterator[bytes]:
    """The next entry of each of these clients in turn."""
    for entries in zip(*stories, strict=True):
        for entry in entries:
            event = entry.event.model_dump_json(exclude_none=True, exclude_computed_fields=True)
            body = f'{{"id":"{entry.id}","occurred_at":"{entry.occurred_at.isoformat()}","event":{event}}}'.encode()
            yield post(f"{prefix}/{entry.client_id}/events", body, f"Authorization: Bearer {token}")


@asynccontextmanager
async def _serving(clinic: Clinic, *arguments: str) -> AsyncIterator[int]:
    """A server in a process of its own; the port on which it listens."""
    assert clinic.settings.key_encryption_keys
    environment = {
        **os.environ,
        "CARE_TIMELINE_DATABASE_URL": clinic.urls.app,
        "CARE_TIMELINE_KEY_ENCRYPTION_KEYS": clinic.settings.key_encryption_keys.get_secret_value(),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout
    try:
        said = (await process.stdout.readline()).decode()
        found = re.search(r"(\d+)\s*$", said)
        assert found, f"{arguments} did not start: {said}"
        yield int(found[1])
    finally:
        process.terminate()
        await process.wait()
