"""An organization's rows as they stood at a past position or moment, or as they would by another policy.

Every client is folded from the log, in several processes, as far as was known then. The rows go into temporary tables
of one connection, so whatever is asked of the rows as they are can be asked of these, and nothing is left to tidy up.
"""

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import aclosing, asynccontextmanager
from datetime import datetime
from itertools import islice
from multiprocessing import get_context
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from analytics.view import Sources
from domain.policy import Policy
from projections.catalogue import PROJECTIONS
from service.analytics.cohort_worker import Cohort, FoldedClients, begin, work
from service.analytics.reading import FIRST, MOMENT, NEVER, RECORDED_AT, Reading
from service.database.connection import Connection, open_pool, transaction
from service.log.keyring import KeyEncryptionKeys
from service.projector.client_groups import client_groups
from service.projector.tables import in_build
from service.runtime import clock

TEMPORARY: Final = "pg_temp"
"""The schema of a connection's own temporary tables."""

EVENTS_A_GROUP: Final = 4_000
"""So many events of clients are folded together, about: as in a rebuild."""

_POSTGRESQL: Final = postgresql.dialect()  # type: ignore[no-untyped-call]
_TABLES: Final = [in_build(table, TEMPORARY) for projection in PROJECTIONS for table in projection.tables]
_SOURCES: Final = Sources({projection.name: TEMPORARY for projection in PROJECTIONS}, MOMENT)
_VERSIONS: Final = {projection.name: projection.version for projection in PROJECTIONS}
_POSITION: Final = "select max(position) from log.event where organization_id = $1 and recorded_at <= $2"


class Past(NamedTuple):
    """As known at which position of the log, or by which moment, at which it is also judged."""

    position: int | None = None
    moment: datetime | None = None
    policy: Policy | None = None
    """By which policy; None for those that the organization had adopted."""


class NoSuchPosition(Exception):
    """The log has not come so far, or begins later."""

    def __init__(self, position: int) -> None:
        super().__init__(f"There is no event at position {position:,} of the organization's log.")


class FoldingProgress(NamedTuple):
    """How many clients were folded, of how many."""

    done: int
    total: int
    failed: int = 0
    """For how many of them a projection failed: they are left out."""
    erased: int = 0
    """How many of them were erased since: they are left out."""

    def and_of(self, folded: FoldedClients) -> "FoldingProgress":
        """With these clients."""
        return FoldingProgress(
            self.done + folded.clients, self.total, self.failed + folded.failed, self.erased + folded.erased
        )


class PastReadings:
    """Reads rows as they stood, as the service's own role at the database with this address."""

    def __init__(self, url: str, keks: KeyEncryptionKeys, processes: int | None = None) -> None:
        self._url = url
        self._keks = keks
        self._processes = processes

    @asynccontextmanager
    async def as_known(
        self, organization_id: UUID, past: Past, tell: Callable[[FoldingProgress], None] = lambda progress: None
    ) -> AsyncIterator[Reading]:
        """A reading of all projections as known then; `tell` is called as clients are folded. Raises NoSuchPosition."""
        async with await open_pool(self._url, min_size=1, max_size=1) as pool, pool.acquire() as connection:
            async with transaction(connection, organization_id):
                position, moment = await _when(connection, organization_id, past)
                groups = await client_groups(connection, organization_id, EVENTS_A_GROUP)
            for table in _TABLES:
                await connection.execute(str(CreateTable(table).compile(dialect=_POSTGRESQL)))
            async with aclosing(self._folded(Cohort(organization_id, position, past.policy), groups)) as folding:
                progress = FoldingProgress(0, sum(map(len, groups)))
                tell(progress)
                async for folded in folding:
                    for name, rows in folded.rows.items():
                        await connection.copy_records_to_table(name, schema_name=TEMPORARY, records=rows)
                    progress = progress.and_of(folded)
                    tell(progress)
            await connection.execute(f"analyze {', '.join(table.fullname for table in _TABLES)}")
            async with transaction(connection, organization_id, first=FIRST):
                yield Reading(organization_id, connection, _SOURCES, position, moment, _VERSIONS, progress.failed)

    async def _folded(self, cohort: Cohort, groups: Sequence[list[UUID]]) -> AsyncGenerator[FoldedClients, None]:
        """Each group as it is folded, in a process for each processor."""
        count = self._processes or os.cpu_count() or 1
        with ProcessPoolExecutor(
            count, get_context("spawn"), initializer=begin, initargs=(self._url, self._keks, cohort)
        ) as processes:
            waiting = iter(groups)
            # No more than the processes need to stay at work: what is folded waits here in memory.
            under_way = {asyncio.wrap_future(processes.submit(work, group)) for group in islice(waiting, 2 * count)}
            try:
                while under_way:
                    done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                    for group in islice(waiting, len(done)):
                        under_way.add(asyncio.wrap_future(processes.submit(work, group)))
                    for finished in done:
                        yield finished.result()
            except BaseException:
                processes.shutdown(cancel_futures=True)
                raise


async def _when(connection: Connection, organization_id: UUID, past: Past) -> tuple[int, datetime]:
    """The position, and the moment by which rows are judged."""
    if past.position is None:
        moment = past.moment or clock.now()
        return await connection.fetchval(_POSITION, organization_id, moment) or 0, moment
    if past.position == 0:
        return 0, past.moment or NEVER
    recorded_at = await connection.fetchval(RECORDED_AT, organization_id, past.position)
    if recorded_at is None:
        raise NoSuchPosition(past.position)
    return past.position, past.moment or recorded_at
