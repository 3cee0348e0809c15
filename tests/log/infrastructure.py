"""Our log as a persistence module of the eventsourcing library, for its applications and projections."""

from typing import Any
from uuid import UUID

from eventsourcing.persistence import InfrastructureFactory, NotSupportedError, ProcessRecorder, Tracking

from service.database.connection import scoped
from tests.log.recorder_adapter import StoreAggregateRecorder, StoreApplicationRecorder, StoreTrackingRecorder

COUNTED = """
create table following.counted (organization_id uuid, kind text);
grant select, insert on following.counted to care_timeline_app;
"""


class StoreFactory(InfrastructureFactory[StoreTrackingRecorder]):
    """Makes recorders over the organization STORE_ORGANIZATION of the database at STORE_URL."""

    def __init__(self, env: Any) -> None:
        super().__init__(env)
        self._where = (self.env["STORE_URL"], UUID(self.env["STORE_ORGANIZATION"]))
        self._made: list[StoreAggregateRecorder] = []

    def aggregate_recorder(self, purpose: str = "events") -> StoreAggregateRecorder:
        self._made.append(StoreAggregateRecorder(*self._where, first_version=1))
        return self._made[-1]

    def application_recorder(self) -> StoreApplicationRecorder:
        recorder = StoreApplicationRecorder(*self._where, first_version=1)
        self._made.append(recorder)
        return recorder

    def tracking_recorder(
        self, tracking_recorder_class: type[StoreTrackingRecorder] | None = None
    ) -> StoreTrackingRecorder:
        return (tracking_recorder_class or StoreTrackingRecorder)(*self._where)

    def process_recorder(self) -> ProcessRecorder:
        raise NotSupportedError("Events and tracking are not recorded in one transaction.")

    def close(self) -> None:
        for recorder in self._made:
            recorder.close()


class CountingView(StoreTrackingRecorder):
    """A view of how many events of each kind there were, counted in the transaction that moves the cursor."""

    def count(self, kind: str) -> int:
        """How many there were."""
        return self.run(self._count(kind))

    def increment(self, kind: str, tracking: Tracking) -> None:
        """One more. Raises IntegrityError when that event was counted before."""
        self.run(self._increment(kind, tracking))

    async def _count(self, kind: str) -> int:
        async with scoped(self.pool, self.organization_id) as connection:
            found: int = await connection.fetchval(
                "select count(*) from following.counted where organization_id = $1 and kind = $2",
                self.organization_id,
                kind,
            )
        return found

    async def _increment(self, kind: str, tracking: Tracking) -> None:
        async with scoped(self.pool, self.organization_id) as connection:
            await connection.execute("insert into following.counted values ($1, $2)", self.organization_id, kind)
            await self.track(connection, tracking)
