"""Folds clients of an organization, as known at a position of its log, into rows. Runs in its own process."""

import asyncio
import gc
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from domain.policies import Numbers
from domain.policy import Policy
from projections.catalogue import PROJECTIONS
from service.database.connection import open_pool, scoped
from service.log.keyring import KeyEncryptionKeys, Keyring
from service.log.organizations import Organizations
from service.log.reading import EVENTS, ONE_SNAPSHOT, stored
from service.projector.client_fold import fold_client
from service.projector.folding import ProjectionFailed
from service.projector.opened_events import Opened, open_event
from service.projector.relevant_events import read_by
from service.projector.united_events import unite
from service.runtime.event_loop import new_event_loop
from service.runtime.hardening import harden

_CLIENTS = f"{EVENTS} AND client_id = ANY($2) AND position <= $3 AND type = ANY($4) ORDER BY client_id, version"


class Cohort(NamedTuple):
    """Which organization, as known at which position, and by which policy where not by those it adopted."""

    organization_id: UUID
    position: int
    policy: Policy | None = None


@dataclass(frozen=True, slots=True)
class FoldedClients:
    """What came of some clients."""

    clients: int
    rows: Mapping[str, Sequence[tuple[Any, ...]]]
    """Rows by the name of their table, each with the organization and the client first."""
    failed: int
    """How many of them a projection failed for, so that their rows do not tell everything: those who were erased, of
    whom nothing is told, are none of these."""
    erased: int


class CohortFolder:
    """Folds clients as the service's own role."""

    def __init__(self, pool: asyncpg.Pool, keyring: Keyring, cohort: Cohort) -> None:
        self._pool = pool
        self._keyring = keyring
        self._organizations = Organizations(pool, keyring)
        self._cohort = cohort
        self._types = read_by(frozenset[str]().union(*(projection.relevant for projection in PROJECTIONS)))

    async def fold(self, clients: Sequence[UUID]) -> FoldedClients:
        """The rows of these clients; of one of whom nothing was recorded yet there are none."""
        organization_id, position = self._cohort.organization_id, self._cohort.position
        async with scoped(self._pool, organization_id, first=ONE_SNAPSHOT) as connection:
            keys = await self._keyring.keys(organization_id, clients, connection=connection)
            found = stored(await connection.fetch(_CLIENTS, organization_id, list(clients), position, self._types))
            own = {
                UUID(int=client_id.int): list(mine) for client_id, mine in groupby(found, lambda event: event.client_id)
            }
            united = await unite(
                connection, self._keyring, organization_id, own, keys, types=self._types, up_to=position
            )
            numbers = self._cohort.policy or await self._organizations.policies(organization_id, connection=connection)
        rows = _Rows(organization_id, numbers)
        for client_id, events in united.events.items():
            rows.add(client_id, [open_event(event, united.keys) for event in events])
        return FoldedClients(len(clients), rows.rows, rows.failed, rows.erased)


class _Rows:
    """The rows of clients, gathered."""

    def __init__(self, organization_id: UUID, numbers: Numbers) -> None:
        self._organization_id = organization_id
        self._numbers = numbers
        self.rows: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        self.failed = self.erased = 0

    def add(self, client_id: UUID, events: Sequence[Opened]) -> None:
        """Fold a client's events, and add what comes of it."""
        if any(event.error == "ClientErased" for event in events):
            self.erased += 1
            return
        try:
            folded = [fold_client(projection, events, self._numbers).rows for projection in PROJECTIONS]
        except ProjectionFailed:
            self.failed += 1
            return
        for found in folded:
            for table, rows in found.items():
                self.rows[table.name].extend((self._organization_id, client_id, *row) for row in rows)


class _Process:
    """What a worker process keeps between groups of clients."""

    def __init__(self, url: str, keks: KeyEncryptionKeys, cohort: Cohort) -> None:
        self.runner = asyncio.Runner(loop_factory=new_event_loop)
        self.runner.run(self._open(url, keks, cohort))

    async def _open(self, url: str, keks: KeyEncryptionKeys, cohort: Cohort) -> None:
        pool = await open_pool(url, min_size=1, max_size=1)
        self.folder = CohortFolder(pool, Keyring(pool, keks), cohort)


_process: _Process | None = None


def begin(url: str, keks: KeyEncryptionKeys, cohort: Cohort) -> None:
    """Set this process up."""
    harden()
    global _process  # noqa: PLW0603 - a pool of processes has no other place for what a process keeps
    _process = _Process(url, keks, cohort)
    # As in a rebuild: looking for cycles among many objects takes an eighth of the time; between groups there are few.
    gc.freeze()
    gc.disable()


def work(clients: list[UUID]) -> FoldedClients:
    """Fold one group of clients in this process."""
    assert _process is not None
    folded = _process.runner.run(_process.folder.fold(clients))
    gc.collect()
    return folded
