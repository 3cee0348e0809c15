"""What the log says in clear: the same as the whole record would, by index alone, and once for all who wait."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import date
from uuid import UUID, uuid4

import asyncpg
import pytest
from asyncpg.pool import PoolConnectionProxy

from domain.events.catalogue import ALL_EVENTS
from domain.facts import Facts, Needs, needs
from samples.simulation import one_client, simulate
from samples.simulation.entry import SimulatedEntry
from service.care.importing import seal_entries
from service.database.connection import open_pool, scoped
from service.database.embedded import DatabaseUrls
from service.database.facts_function import FACTS_QUERY, PARAMETERS
from service.log import facts
from service.log.facts import FactReader
from service.log.keyring import KeyEncryptionKeys, Keyring
from service.log.reading import BY_INDEX
from service.log.store import EventStore
from service.log.timelines import Timelines
from service.runtime.batcher import Waiting
from tests.builders import Record, registered
from tests.system import draft

KEKS = KeyEncryptionKeys({"first": bytes(32)})
KINDS = [event_class.model_fields["type"].default for event_class in ALL_EVENTS]


@pytest.fixture
def reader(pool: asyncpg.Pool) -> FactReader:
    return FactReader(pool)


@pytest.fixture
def keyring(pool: asyncpg.Pool, database: DatabaseUrls) -> Keyring:
    return Keyring(pool, KEKS, database.owner)


async def recorded(
    store: EventStore, keyring: Keyring, organization_id: UUID, story: Sequence[SimulatedEntry]
) -> dict[UUID, Record]:
    """The story in the log, and each client's record as it is read from there as a whole."""
    versions: dict[UUID, int] = {}
    await store.append_bulk(organization_id, await seal_entries(store, keyring, organization_id, story, versions))
    records: dict[UUID, Record] = {}
    for client_id in versions:
        record = records[client_id] = Record()
        stored = await store.timeline(organization_id, client_id)
        for entry in await Timelines(store, keyring).open_notes(organization_id, client_id, stored):
            record.add(entry)
    return records


def everything_about(record: Record) -> Needs:
    """All that a decision could ever ask about these entries, and about some that are not there."""
    ids = {entry.id for entry in record.entries} | {uuid4()}
    return Needs(ids, {(id_, kind) for id_ in ids for kind in KINDS}, once=set(KINDS))


def compared(facts: Facts) -> object:
    """The facts, but for the order of answers; of what a client has once, the first that stands."""
    answers = {pair: {fact.id: fact for fact in found} for pair, found in facts.answers.items()}
    return facts.version, facts.entries, answers, {kind: list(found)[:1] for kind, found in facts.once.items()}


@pytest.mark.parametrize("seed", range(5))
async def test_the_log_says_what_the_whole_record_says(
    store: EventStore, keyring: Keyring, reader: FactReader, organization_id: UUID, seed: int
) -> None:
    records = await recorded(store, keyring, organization_id, list(one_client(seed, 60)))

    for client_id, record in records.items():
        asked = everything_about(record)
        known = await reader.read(organization_id, client_id, asked)
        assert compared(known.facts) == compared(record.facts(asked))


async def test_a_decision_over_the_log_is_the_decision_over_the_record(
    store: EventStore, keyring: Keyring, reader: FactReader, organization_id: UUID
) -> None:
    story = list(simulate(3, clients=20, events=600, start=date(2025, 1, 1), end=date(2026, 1, 1)))
    records = await recorded(store, keyring, organization_id, story)

    async def same(said: SimulatedEntry) -> None:
        asked = needs([said.draft])
        known = await reader.read(organization_id, said.client_id, asked)
        assert compared(known.facts) == compared(records[said.client_id].facts(asked))

    await asyncio.gather(*map(same, story))


async def test_a_client_sees_no_entry_of_another_and_nobody_one_of_another_organization(
    store: EventStore, keyring: Keyring, reader: FactReader, organization_id: UUID
) -> None:
    records = await recorded(store, keyring, organization_id, list(one_client(1, 20)))
    asked = everything_about(next(iter(records.values())))

    for organization, client_id in ((organization_id, uuid4()), (uuid4(), next(iter(records)))):
        known = await reader.read(organization, client_id, asked)
        assert (known.facts.version, known.facts.entries, known.key) == (0, {}, None)
        assert not any(known.facts.answers.values())
        assert not any(known.facts.once.values())


async def test_the_key_comes_with_the_facts_and_shows_when_it_was_destroyed(
    keyring: Keyring, reader: FactReader, organization_id: UUID
) -> None:
    client_id = uuid4()
    data_key = await keyring.data_key(organization_id, client_id)

    kept = (await reader.read(organization_id, client_id, Needs())).key
    assert kept
    assert await keyring.open(organization_id, kept) == data_key

    await keyring.destroy(organization_id, client_id)
    kept = (await reader.read(organization_id, client_id, Needs())).key
    assert kept
    assert kept.wrapped is None


async def test_all_who_wait_are_answered_together(
    pool: asyncpg.Pool, organization_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups: list[int] = []

    class Counting(FactReader):
        async def _read(
            self,
            connection: PoolConnectionProxy,
            organization_id: UUID,
            group: Sequence[Waiting[facts._Asked, facts.Known]],
        ) -> None:
            groups.append(len(group))
            await super()._read(connection, organization_id, group)

    reader = Counting(pool)
    asked = needs([draft(registered())])

    await asyncio.gather(*(reader.read(organization_id, uuid4(), asked) for _ in range(300)))

    assert sum(groups) == 300
    assert len(groups) <= 4


@pytest.fixture
async def fresh_pool(fresh_database: DatabaseUrls) -> AsyncIterator[asyncpg.Pool]:
    """One connection, which keeps the plans that it made, to a database that is empty."""
    async with await open_pool(fresh_database.app, min_size=1, max_size=1) as pool:
        yield pool


async def test_a_plan_made_while_the_log_was_empty_reads_by_whole_keys(fresh_pool: asyncpg.Pool) -> None:
    """The plan is kept as the log grows: it must be right whatever the sizes of the tables are."""
    query = FACTS_QUERY
    for place, name in enumerate(PARAMETERS, start=1):
        query = query.replace(name, f"${place}")
    async with scoped(fresh_pool, uuid4(), first=BY_INDEX) as connection:
        await connection.execute(f"prepare facts({', '.join(PARAMETERS.values())}) as {query}")
        nothing = ", ".join(["null"] * len(PARAMETERS))
        plan = [row[0].strip() for row in await connection.fetch(f"explain (costs off) execute facts({nothing})")]

    assert not [line for line in plan if "Seq Scan" in line or "Bitmap" in line or "Hash" in line]
    conditions = {line for line in plan if line.startswith("Index Cond")}
    assert len(conditions) >= 8
    assert not [line for line in conditions if line.count(" = ") < 2], "every look-up is by more than the organization"
