"""No append waits for ever: each caller of a group gets an outcome, whatever the database answers."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.database.embedded import DatabaseUrls
from service.log.errors import DatabaseUnavailable, HeadsDiffer, IdConflict, VersionConflict
from service.log.sealed import Appended, SealedEvent
from service.log.store import EventStore
from service.log.verify import verify
from tests.databases import new_organization
from tests.log.events import sealed_event

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ORGANIZATION = UUID(int=1)
SOON = 1.0
"""Seconds within which a caller must know."""

ERRORS: list[type[BaseException]] = [
    asyncpg.UniqueViolationError,
    asyncpg.NoDataFoundError,
    asyncpg.InsufficientPrivilegeError,
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
    asyncpg.AdminShutdownError,
    asyncpg.ConnectionDoesNotExistError,
    asyncpg.InterfaceError,
    asyncpg.DataError,
    ConnectionResetError,
    TimeoutError,
    RuntimeError,
    KeyError,
    asyncio.CancelledError,
]
ANSWERS = st.one_of(st.sampled_from(["yes", "nothing", "conflict"]), st.sampled_from(ERRORS))
KNOWN = (Appended, IdConflict, VersionConflict)


class Database:
    """Stands where the connection is, and its pool; answers each statement as the next of the given answers says."""

    def __init__(self, answers: list[Any], clients: list[UUID]) -> None:
        self._answers: Iterator[Any] = iter(answers)
        self._clients = clients
        self._closed = False

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator["Database"]:
        self._closed = False
        yield self

    def is_closed(self) -> bool:
        return self._closed

    async def execute(self, statement: str) -> None:
        await self._answer()

    async def fetchrow(self, statement: str, *arguments: Any) -> dict[str, Any] | None:
        answer = await self._answer()
        return {"recorded_at": None if answer == "nothing" else NOW, "moment": NOW}

    async def fetchval(self, statement: str, *arguments: Any) -> bool:
        return await self._answer() != "yes"

    async def fetch(self, statement: str, *arguments: Any) -> list[Any]:
        answer = await self._answer()
        if "log.append" in statement:
            return [{"before": 0, "moment": NOW} if answer == "yes" else {"before": None, "moment": None}]
        if answer != "conflict" or "timeline_head" not in statement:
            return []
        return [{"client_id": client_id, "version": 9} for client_id in self._clients[::2]]

    async def _answer(self) -> str:
        await asyncio.sleep(0)
        answer = next(self._answers, "yes")
        if isinstance(answer, str):
            return answer
        self._closed = issubclass(answer, OSError | asyncpg.PostgresConnectionError)
        raise answer("no")


@given(st.lists(ANSWERS, max_size=12), st.lists(st.sampled_from([1, 1, 1, 2]), min_size=1, max_size=6))
def test_every_caller_gets_an_outcome_whatever_the_database_answers(answers: list[Any], versions: list[int]) -> None:
    clients = [uuid4() for _ in versions]
    events = [sealed_event(client, version) for client, version in zip(clients, versions, strict=True)]

    outcomes = asyncio.run(_append_all(Database(answers, clients), events))

    assert len(outcomes) == len(events)
    for outcome in outcomes:
        assert isinstance(outcome, list | Exception), outcome
        assert not isinstance(outcome, asyncio.CancelledError)


async def _append_all(database: Database, events: list[SealedEvent]) -> list[Any]:
    store = EventStore(cast("Any", database))
    callers = [asyncio.create_task(store.append(ORGANIZATION, [event])) for event in events]
    done, waiting = await asyncio.wait(callers, timeout=SOON)
    assert not waiting
    assert all(not caller.cancelled() for caller in done)
    return [caller.exception() or caller.result() for caller in callers]


@pytest.mark.parametrize("steps", range(4))
async def test_commits_that_are_cancelled_leave_nobody_waiting(steps: int) -> None:
    store = EventStore(cast("Any", Database([], [])))
    before = asyncio.all_tasks()
    callers = {
        asyncio.ensure_future(store.append(ORGANIZATION, [event]))
        for event in [sealed_event(uuid4(), 1) for _ in range(20)]
    }
    for _ in range(1 + steps):
        await asyncio.sleep(0)
    for task in asyncio.all_tasks() - before - callers:
        task.cancel()

    _, waiting = await asyncio.wait(callers, timeout=SOON)

    assert not waiting
    assert {type(caller.exception()) for caller in callers} <= {DatabaseUnavailable, type(None)}
    assert await asyncio.wait_for(store.append(ORGANIZATION, [sealed_event(uuid4(), 1)]), SOON)


async def _alter(database: DatabaseUrls, statement: str, *arguments: Any) -> None:
    superuser = await asyncpg.connect(database.superuser)
    try:
        assert await superuser.execute(statement, *arguments) == "UPDATE 1"
    finally:
        await superuser.close()


MOVE = "update log.log_head set position = position + $2 where organization_id = $1"


async def test_a_head_one_too_low_is_named_at_once_and_writes_go_on_when_it_is_mended(
    store: EventStore, organization_id: UUID, database: DatabaseUrls
) -> None:
    ada, ben = uuid4(), uuid4()
    await store.append(organization_id, [sealed_event(ada, 1), sealed_event(ada, 2)])
    await _alter(database, MOVE, organization_id, -1)

    appends = [
        store.append(organization_id, [sealed_event(ada, 3)]),
        store.append(organization_id, [sealed_event(ben, 1)]),
        store.append(organization_id, [sealed_event(ada, 2)]),
        store.append_bulk(organization_id, [sealed_event(ben, 1)]),
    ]
    outcomes = await asyncio.wait_for(asyncio.gather(*appends, return_exceptions=True), SOON)

    assert [type(outcome) for outcome in outcomes] == [HeadsDiffer, HeadsDiffer, VersionConflict, HeadsDiffer]
    assert all(outcome.written is False for outcome in outcomes if isinstance(outcome, HeadsDiffer))
    assert organization_id in await store.differing_heads()

    await _alter(database, MOVE, organization_id, 1)
    assert (await store.append(organization_id, [sealed_event(ada, 3)]))[0].position == 3
    assert organization_id not in await store.differing_heads()
    assert (await verify(store, organization_id)).intact


async def test_one_clients_head_that_does_not_fit_fails_that_clients_writes_only(
    store: EventStore, organization_id: UUID, database: DatabaseUrls
) -> None:
    ada, ben = uuid4(), uuid4()
    await store.append(organization_id, [sealed_event(ada, 1), sealed_event(ada, 2)])
    await _alter(database, "update log.timeline_head set version = 1 where client_id = $1", ada)

    appends = [
        store.append(organization_id, [sealed_event(ada, 2)]),
        store.append(organization_id, [sealed_event(ben, 1)]),
    ]
    outcomes = await asyncio.wait_for(asyncio.gather(*appends, return_exceptions=True), SOON)

    assert [type(outcome) for outcome in outcomes] == [HeadsDiffer, list]


async def test_heads_that_differ_are_found_over_all_organizations(store: EventStore, database: DatabaseUrls) -> None:
    fine, empty, low, high, none = [await new_organization(database) for _ in range(5)]
    for each in (fine, low, high):
        await store.append(each, [sealed_event(uuid4(), 1)])
    await _alter(database, MOVE, low, -1)
    await _alter(database, MOVE, high, 1)
    superuser = await asyncpg.connect(database.superuser)
    await superuser.execute("delete from log.log_head where organization_id = $1", none)
    await superuser.close()

    found = await store.differing_heads()

    assert {low, high, none} <= set(found)
    assert not {fine, empty} & set(found)
