"""Somebody who goes on recording while a backup is taken, and remembers what was acknowledged."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

import asyncpg

from domain.entry import Draft
from domain.events.base import Event
from domain.vocabulary.record import Precision
from samples.demo.usual import check_in, registered
from service.access.caller import Caller, importing_operator
from service.bootstrap import System
from service.log.errors import DatabaseUnavailable
from service.runtime import clock

EVENTS_OF_A_CLIENT = 10


@dataclass
class Writer:
    """Records one event after the other, until the database is gone."""

    system: System
    organization_id: UUID
    acknowledged: list[tuple[int, datetime]] = field(default_factory=list)
    """The position of each event that was acknowledged, and when."""

    async def write(self) -> None:
        """Record until the database does not answer any more."""
        caller = importing_operator(self.organization_id)
        try:
            while True:
                client_id = uuid4()
                await self._record(caller, client_id, registered(), new_client=True)
                for _ in range(EVENTS_OF_A_CLIENT - 1):
                    await self._record(caller, client_id, check_in(craving=3))
                    await asyncio.sleep(0)
        except (DatabaseUnavailable, asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
            return

    async def _record(self, caller: Caller, client_id: UUID, event: Event, *, new_client: bool = False) -> None:
        draft = Draft(uuid4(), event, clock.now(), Precision.INSTANT, "drill")
        recorded = await self.system.recorder.record(caller, client_id, [draft], new_client=new_client)
        self.acknowledged += [(each.position, clock.now()) for each in recorded.entries]
