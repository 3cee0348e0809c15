"""A clinic whose record somebody alters who can do anything to the database, and what verify then names."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID, uuid4

import asyncpg
import pytest_asyncio

from domain.events.plan import GoalMeasured
from service.access.access_records import Asked
from service.access.caller import Caller, KeyRole
from service.audit.client_head_check import HeldHead
from service.audit.tree_check import Held
from service.bootstrap import System
from service.database.embedded import DatabaseUrls
from service.doctor import database as guards
from service.log.header import header, leaf
from service.log.sealed import StoredEvent
from tests.builders import goal_set, lapse, registered
from tests.system import access_to, draft

NOT_NAMED = ""

Change = Callable[[list[StoredEvent]], list[StoredEvent]]


@dataclass(frozen=True)
class Clinic:
    """An organization of two clients: events 1, 2, 3 and 5 are ada's, 4 and 6 ben's. Checkpoints are of 4 and of 6."""

    database: DatabaseUrls
    system: System
    organization_id: UUID
    ada: UUID
    ben: UUID
    in_hand: Sequence[Held] = ()
    """The last checkpoints of the log and of accesses, as somebody has kept them."""

    @asynccontextmanager
    async def superuser(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection past every trigger, policy and foreign key."""
        connection = await asyncpg.connect(self.database.superuser)
        try:
            await connection.execute("set session_replication_role = replica")
            yield connection
        finally:
            await connection.close()

    async def alter(self, statements: str) -> None:
        """Run statements, in which ORG, ADA and BEN stand for the organization's rows and the clients."""
        async with self.superuser() as connection:
            for statement in statements.split(";"):
                done = await connection.execute(
                    statement.replace("ORG", f"organization_id = '{self.organization_id}'")
                    .replace("ID_OF_IT", f"'{self.organization_id}'::uuid")
                    .replace("ADA", f"'{self.ada}'::uuid")
                    .replace("BEN", f"'{self.ben}'::uuid")
                )
                assert done.split()[-1] != "0", f"{statement} altered nothing"

    async def rewrite(self, change: Change) -> None:
        """Write the log anew as changed: positions, digests, leaves, heads and references fit, and the old tiles go."""
        events = change(await self.system.store.log(self.organization_id, limit=1_000))
        rows = [_fitting(event, position) for position, event in enumerate(events, start=1)]
        async with self.superuser() as connection:
            for table in ("event", "timeline_head", "reference"):
                await connection.execute(f"delete from log.{table} where organization_id = $1", self.organization_id)
            await connection.execute("delete from audit.tile where organization_id = $1", self.organization_id)
            await connection.copy_records_to_table(
                "event", schema_name="log", columns=StoredEvent._fields, records=rows
            )
            await connection.execute(_HEADS.format(self.organization_id))

    async def named(self, in_hand: Sequence[Held] | None = None, heads: Sequence[HeldHead] = ()) -> str:
        """What verify names with the checkpoints in hand, and with heads of clients."""
        held = self.in_hand if in_hand is None else in_hand
        verified = await self.system.verifier.verify(self.organization_id, held, heads)
        checks = [await guards.isolation(self.system.pool), await guards.catalogue(self.system.pool)]
        found = [f"position {position}: {what}" for position, what in verified.findings]
        return "\n".join([*found, *verified.beside, *(each.said for each in checks if not each.good)])


_HEADS = """
with e as (select * from log.event where organization_id = '{0}'), heads as (
  insert into log.timeline_head (organization_id, client_id, version, position)
  select organization_id, client_id, max(version), max(position) from e group by 1, 2),
made as (
  insert into log.reference (organization_id, target_id, position, field, client_id, event_id, type)
  select organization_id, target_id, position, field, client_id, id, type
    from e cross join lateral unnest(reference_fields, reference_ids) as own(field, target_id))
update log.log_head h
   set position = coalesce((select max(position) from e), 0),
       recorded_at = coalesce((select max(recorded_at) from e), 'epoch')
 where h.organization_id = '{0}'"""


def _fitting(event: StoredEvent, position: int) -> StoredEvent:
    digest = sha256(event.body).digest()
    its_leaf = leaf(position, event.recorded_at, header(event.organization_id, event), digest)
    return event._replace(position=position, body_digest=digest, leaf=its_leaf)


@pytest_asyncio.fixture(loop_scope="session")
async def clinic(database: DatabaseUrls, system: System, counselor: Caller) -> Clinic:
    """A clinic of whose record checkpoints were signed, and were kept elsewhere."""
    organization_id, record = counselor.organization_id, system.recorder.record
    ada, ben = uuid4(), uuid4()
    goal = draft(goal_set(target=7))
    await record(counselor, ada, [draft(registered()), goal], new_client=True)
    await record(counselor, ada, [draft(GoalMeasured(goal=goal.id, value=5))])
    await record(counselor, ben, [draft(registered())], new_client=True)
    await system.checkpoint_signer.make(organization_id)
    await record(counselor, ada, [draft(lapse())])
    await record(counselor, ben, [draft(lapse())])
    await system.api_keys.create(organization_id, "ana", KeyRole.COUNSELOR)
    for version in (1, 2):
        await system.accesses.keep(access_to(organization_id), Asked("timeline"), [ben], version=version)
    kept = [await each.make(organization_id) for each in (system.checkpoint_signer, system.access_checkpoint_signer)]
    in_hand = [Held(each.checkpoint, "the checkpoint in hand") for each in kept]
    return Clinic(database, system, organization_id, ada, ben, in_hand)
