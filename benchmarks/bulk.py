"""Bulk append, 1,000 events a call: ours, and COPY of the same rows as the limit."""

import time
from datetime import UTC, datetime
from itertools import count, islice

from benchmarks.append import LIMIT_TABLE, sealed_events
from benchmarks.ground import BenchmarkClinic, Ground
from benchmarks.harness import Limit, Result, Rounds
from service.log.sealed import SealedEvent, StoredEvent

CLIENTS_A_CALL = 20


async def measure(ground: Ground, rounds: Rounds, *, events_a_call: int = 1_000, calls: int = 20) -> list[Result]:
    """One row. Sizes are those of a round."""
    async with ground.clinic() as clinic:
        await clinic.superuser.execute(LIMIT_TABLE)
        copied = Copied(clinic)
        ours, limits = await rounds.interleaved(
            [
                ("bulk", lambda: append_bulk(clinic, _batches(events_a_call, calls))),
                ("bulk, COPY", lambda: copied.copy(_batches(events_a_call, calls))),
            ]
        )
    other = "asyncpg copy_records_to_table of the same rows"
    return [Result(f"bulk append, {events_a_call:,} events a call", other, "events/s", ours, limits, Limit(0.6))]


def _batches(events_a_call: int, calls: int) -> list[list[SealedEvent]]:
    events = sealed_events(CLIENTS_A_CALL)
    return [list(islice(events, events_a_call)) for _ in range(calls)]


async def append_bulk(clinic: BenchmarkClinic, batches: list[list[SealedEvent]]) -> float:
    """Events a second through EventStore.append_bulk."""
    began = time.perf_counter()
    for batch in batches:
        await clinic.system.store.append_bulk(clinic.organization_id, batch)
    return sum(map(len, batches)) / (time.perf_counter() - began)


class Copied:
    """COPY into a table of the same columns and indexes: complete rows, digests and all, made beforehand."""

    def __init__(self, clinic: BenchmarkClinic) -> None:
        self._connection = clinic.superuser
        self._organization_id = clinic.organization_id
        self._positions = count(1)

    async def copy(self, batches: list[list[SealedEvent]]) -> float:
        """Rows a second; each call commits."""
        rows = [[self._row(event) for event in batch] for batch in batches]
        began = time.perf_counter()
        for each in rows:
            await self._connection.copy_records_to_table("event", schema_name="bench", records=each)
        return sum(map(len, rows)) / (time.perf_counter() - began)

    def _row(self, event: SealedEvent) -> StoredEvent:
        digest = bytes(32)
        position, recorded_at = next(self._positions), datetime.now(UTC)
        return StoredEvent(
            self._organization_id, position, event.client_id, event.version, event.id, event.type,
            event.schema_version, event.occurred_at, event.precision, recorded_at, event.actor_id, event.recorded_by,
            event.on_behalf_of, event.source, event.correlation_id, event.causation_id, (), (), event.key_id,
            event.body, digest, digest,
        )  # fmt: skip
