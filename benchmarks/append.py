"""Store append by 16 writers: ours, eventsourcing's PostgresApplicationRecorder, and pgbench as the limit."""

import asyncio
import os
import re
import time
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

from eventsourcing.dcb.api import DCBRecorder
from eventsourcing.persistence import ApplicationRecorder, StoredEvent

from benchmarks.dcb_peer import append_conditionally, dcb_recorder
from benchmarks.eventsourcing_peer import factory
from benchmarks.ground import BenchmarkClinic, Ground
from benchmarks.harness import Limit, Result, Rounds
from service.log.sealed import SealedEvent

WRITERS = 16
BODY_BYTES = 600
CLIENTS_A_WRITER = 100
OCCURRED_AT = datetime(2026, 3, 1, 15, tzinfo=UTC)
KEY_ID = uuid4()

LIMIT_TABLE = """
create schema bench;
create table bench.event (like log.event including indexes including storage);
create sequence bench.position owned by bench.event.position;
"""
"""A table of the columns and indexes of log.event and nothing else: for the limits."""

# A client's versions rise one by one, as ours do; the moments and the id come from the server, the rest from pgbench.
_LIMIT_INSERT = f"""\
\\set n :n + 1
\\set version (:n - 1) / {CLIENTS_A_WRITER} + 1
\\set client :run * 1000000 + :client_id * 1000 + (:n - 1) % {CLIENTS_A_WRITER}
insert into bench.event (organization_id, position, client_id, version, id, type, schema_version, occurred_at, \
precision, recorded_at, actor_id, recorded_by, source, reference_fields, reference_ids, key_id, \
body, body_digest, leaf) values (:organization, \
nextval('bench.position'), lpad(to_hex(:client::bigint), 32, '0')::uuid, :version, gen_random_uuid(), \
'check_in_received', 1, now(), 'instant', clock_timestamp(), :key, 'counselor/ana', 'bench', \
'{{}}', '{{}}', :key, :body, :digest, :digest);
"""


async def measure(
    ground: Ground, rounds: Rounds, *, ours_each: int = 1_000, peer_each: int = 125, limit_each: int = 1_000
) -> list[Result]:
    """Three rows. The sizes are events of each writer in a round."""
    async with ground.clinic() as clinic:
        await clinic.superuser.execute(LIMIT_TABLE)
        with (
            factory(clinic.urls, pool_size=WRITERS) as peer,
            dcb_recorder(clinic.urls, pool_size=WRITERS) as conditional,
            ThreadPoolExecutor(WRITERS) as threads,
            TemporaryDirectory() as folder,
        ):
            recorder = peer.application_recorder()
            limit = Limiter(clinic, ground.programs / "pgbench", Path(folder))
            ours, peers, conditionals, limits = await rounds.interleaved(
                [
                    ("append", lambda: append_ours(clinic, ours_each)),
                    ("append, eventsourcing", lambda: append_peer(recorder, threads, peer_each)),
                    ("append, eventsourcing DCB", lambda: _append_conditionally(conditional, threads, peer_each)),
                    ("append, pgbench", lambda: limit.insert(limit_each)),
                ]
            )
    measured = f"store append, {WRITERS} concurrent writers"
    peer_name = f"eventsourcing {version('eventsourcing')} PostgresApplicationRecorder, {WRITERS} threads"
    conditional_name = f"eventsourcing {version('eventsourcing')} PostgresDCBRecorderTT, conditional, {WRITERS} threads"
    return [
        Result(measured, peer_name, "events/s", ours, peers, Limit(8)),
        Result(measured, conditional_name, "events/s", ours, conditionals, Limit(8)),
        Result(measured, f"pgbench -M prepared -c {WRITERS}, one row", "events/s", ours, limits, Limit(0.9)),
    ]


async def _append_conditionally(recorder: DCBRecorder, threads: ThreadPoolExecutor, each: int) -> float:
    return await append_conditionally(
        recorder, threads, writers=WRITERS, each=each, clients_a_writer=CLIENTS_A_WRITER, body=BODY_BYTES
    )


async def append_ours(clinic: BenchmarkClinic, each: int) -> float:
    """Events a second through EventStore.append, one a call."""
    store, organization_id = clinic.system.store, clinic.organization_id

    async def write() -> None:
        events = sealed_events(CLIENTS_A_WRITER)
        for _ in range(each):
            await store.append(organization_id, [next(events)])

    began = time.perf_counter()
    async with asyncio.TaskGroup() as writers:
        for _ in range(WRITERS):
            writers.create_task(write())
    return WRITERS * each / (time.perf_counter() - began)


def sealed_events(clients_in_turn: int) -> Iterator[SealedEvent]:
    """Events of clients in turn, each the next of its client's timeline. The body is random, as sealed bytes are."""
    body = os.urandom(BODY_BYTES)
    clients = [uuid4() for _ in range(clients_in_turn)]
    for number in count(1):
        for client in clients:
            yield SealedEvent(
                client, number, uuid4(), "check_in_received", 1, OCCURRED_AT, "instant", KEY_ID, "counselor/ana",
                None, "bench", None, None, (), KEY_ID, body,
            )  # fmt: skip


async def append_peer(recorder: ApplicationRecorder, threads: ThreadPoolExecutor, each: int) -> float:
    """Events a second through the peer's insert_events, one a call."""
    body = os.urandom(BODY_BYTES)

    def write() -> None:
        clients = [uuid4() for _ in range(CLIENTS_A_WRITER)]
        for number in range(each):
            place, client = divmod(number, CLIENTS_A_WRITER)
            recorder.insert_events([StoredEvent(clients[client], place + 1, "care:CheckInReceived", body)])

    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    await asyncio.gather(*(loop.run_in_executor(threads, write) for _ in range(WRITERS)))
    return WRITERS * each / (time.perf_counter() - began)


class Limiter:
    """pgbench: the same row into a table of the same columns and indexes, position from a sequence, no lock."""

    def __init__(self, clinic: BenchmarkClinic, pgbench: Path, folder: Path) -> None:
        self._url = clinic.urls.superuser
        self._organization = clinic.organization_id
        self._pgbench = pgbench
        self._script = folder / "insert.sql"
        self._script.write_text(_LIMIT_INSERT, encoding="utf-8")
        self._runs = count(1)

    async def insert(self, each: int) -> float:
        """Rows a second."""
        values: dict[str, int | str | UUID] = {
            "run": next(self._runs), "n": 0, "organization": self._organization, "key": KEY_ID,
            "body": rf"\x{os.urandom(BODY_BYTES).hex()}", "digest": rf"\x{os.urandom(32).hex()}",
        }  # fmt: skip
        command = [
            *(str(self._pgbench), "-n", "-M", "prepared", "-c", str(WRITERS), "-j", "2", "-t", str(each)),
            *("-f", str(self._script), *(f"-D{name}={value}" for name, value in values.items()), self._url),
        ]
        pgbench = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=STDOUT)
        said = (await pgbench.communicate())[0].decode()
        found = re.search(r"number of failed transactions: 0 .*^tps = ([\d.]+)", said, re.MULTILINE | re.DOTALL)
        assert found, said
        return float(found[1])
