"""What if another policy had always been in force: clients folded twice in memory, in several processes.

Nothing is written. The log is read as the service's own role.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from itertools import groupby
from multiprocessing import get_context
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from domain.policies import Policies
from domain.policy import Policy
from projections.projection import Projection
from projections.what_if import Differences, compare
from service.database.connection import open_pool, scoped
from service.log.keyring import ClientErased, KeyEncryptionKeys, Keyring
from service.log.organizations import Organizations
from service.log.reading import EVENTS, stored
from service.projector.client_groups import client_groups
from service.projector.folding import ProjectionFailed, fold
from service.projector.opened_events import Opened, concerning, open_event
from service.projector.rebuild_worker import Catalogue
from service.projector.relevant_events import read_by
from service.projector.united_events import unite
from service.runtime.event_loop import new_event_loop
from service.runtime.hardening import harden

EVENTS_A_CHUNK = 2_000

_EVENTS = f"{EVENTS} AND client_id = ANY($2) AND type = ANY($3) ORDER BY client_id, version"


class Question(NamedTuple):
    """Which organization, by which other policy, as it stands at which moment."""

    organization_id: UUID
    policy: Policy
    at: datetime


class Found(NamedTuple):
    """What was found of some clients."""

    clients: int
    left_out: int
    """Clients who were not folded: not to be, or a projection failed for them."""
    erased: int
    """Clients who were erased, and of whom nothing is folded any more."""
    differing: dict[UUID, Differences]
    """What differs, for each client for whom something does."""


class WhatIf:
    """Folds clients by the policies that their organization adopted and by another one, and compares."""

    def __init__(self, pool: asyncpg.Pool, keyring: Keyring, projections: Sequence[Projection[Any]]) -> None:
        self._pool = pool
        self._keyring = keyring
        self._organizations = Organizations(pool, keyring)
        self._projections = projections

    async def clients(self, organization_id: UUID) -> list[list[UUID]]:
        """The organization's clients, in groups of about as many events each."""
        async with scoped(self._pool, organization_id) as connection:
            return await client_groups(connection, organization_id, EVENTS_A_CHUNK)

    async def ask(self, question: Question, clients: Sequence[UUID]) -> Found:
        """What would differ for these clients; those whom the log does not know are not counted."""
        organization_id = question.organization_id
        kinds = frozenset[str]().union(*(projection.relevant for projection in self._projections))
        async with scoped(self._pool, organization_id) as connection:
            keys = await self._keyring.keys(organization_id, clients, connection=connection)
            found = await connection.fetch(_EVENTS, organization_id, list(clients), read_by(kinds))
            by_client = groupby(stored(found), key=lambda event: UUID(int=event.client_id.int))
            own = {client_id: list(mine) for client_id, mine in by_client}
            united = await unite(connection, self._keyring, organization_id, own, keys, types=read_by(kinds))
            policies = await self._organizations.policies(organization_id, connection=connection)
        counted, left_out, erased, differing = 0, 0, 0, {}
        for client_id, group in united.events.items():
            counted += 1
            if isinstance(united.keys.unusable.get(client_id), ClientErased):
                erased += 1
                continue
            opened = [open_event(event, united.keys) for event in group]
            try:
                differences = self._compare(question, policies, opened)
            except ProjectionFailed:
                left_out += 1
            else:
                if differences:
                    differing[client_id] = differences
        return Found(counted, left_out, erased, differing)

    def _compare(self, question: Question, policies: Policies, opened: Sequence[Opened]) -> Differences:
        found = Differences((), {})
        for projection in self._projections:
            entries = concerning(opened, projection.relevant, projection.name)
            counting, begun = projection.timeline(entries).entries, projection.begin(entries)
            as_it_is, what_if = (fold(projection, counting, numbers, begun) for numbers in (policies, question.policy))
            found += compare(projection, as_it_is, what_if, question.at)
        return found


async def ask_of_all(
    url: str,
    keks: KeyEncryptionKeys,
    question: Question,
    catalogue: Catalogue,
    groups: Sequence[Sequence[UUID]],
    *,
    processes: int | None = None,
) -> AsyncIterator[Found]:
    """What would differ for these groups of clients, each as it is found, in a process for each processor."""
    with ProcessPoolExecutor(
        processes or os.cpu_count(), get_context("spawn"), initializer=_begin, initargs=(url, keks, question, catalogue)
    ) as pool:
        try:
            futures = [asyncio.wrap_future(pool.submit(_work, list(clients))) for clients in groups]
            for finished in asyncio.as_completed(futures):
                yield await finished
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


class _Process:
    """What a worker process keeps between groups."""

    def __init__(self, url: str, keks: KeyEncryptionKeys, question: Question, catalogue: Catalogue) -> None:
        self.question = question
        self.runner = asyncio.Runner(loop_factory=new_event_loop)
        self.runner.run(self._open(url, keks, catalogue))

    async def _open(self, url: str, keks: KeyEncryptionKeys, catalogue: Catalogue) -> None:
        pool = await open_pool(url, min_size=1, max_size=1)
        self.what_if = WhatIf(pool, Keyring(pool, keks), catalogue())


_process: _Process | None = None


def _begin(url: str, keks: KeyEncryptionKeys, question: Question, catalogue: Catalogue) -> None:
    harden()
    global _process  # noqa: PLW0603 - a pool of processes has no other place for what a process keeps
    _process = _Process(url, keks, question, catalogue)


def _work(clients: list[UUID]) -> Found:
    assert _process is not None
    return _process.runner.run(_process.what_if.ask(_process.question, clients))
