"""Verify after alterations of every kind, made by somebody who can do anything to the database: what it names.

What it cannot name stands here too (NOT_NAMED), so that the day it can, this table says so.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio

from domain.events.plan import GoalMeasured
from projections.catalogue import PROJECTIONS
from service.access.caller import Caller
from service.bootstrap import System
from service.database.embedded import DatabaseUrls
from service.log.header import header, leaf
from service.log.seal import seal
from tests.builders import goal_set, lapse, registered
from tests.cli.command import Command
from tests.erasing import erase
from tests.system import draft, follow

NOT_NAMED = ""


@dataclass(frozen=True)
class Clinic:
    """An organization of two clients: events 1, 2, 3 and 5 are ada's, 4 and 6 ben's."""

    database: DatabaseUrls
    organization_id: UUID
    ada: UUID
    ben: UUID

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


@pytest_asyncio.fixture(loop_scope="session")
async def clinic(database: DatabaseUrls, system: System, counselor: Caller) -> Clinic:
    """A clinic whose log was followed to its end."""
    ada, ben, record = uuid4(), uuid4(), system.recorder.record
    goal = draft(goal_set(target=7))
    await record(counselor, ada, [draft(registered()), goal], new_client=True)
    await record(counselor, ada, [draft(GoalMeasured(goal=goal.id, value=5))])
    await record(counselor, ben, [draft(registered())], new_client=True)
    await record(counselor, ada, [draft(lapse())])
    await record(counselor, ben, [draft(lapse())])
    await follow(system, counselor.organization_id)
    return Clinic(database, counselor.organization_id, ada, ben)


async def named(command: Command, clinic: Clinic, *options: str) -> str:
    """What verify names, in its own words; empty when it takes all for intact."""
    said = await command("verify", "--organization", clinic.organization_id, *options)
    found = [line for line in said.out.splitlines() if not line.startswith("Clinic: ")]
    assert said.code == (1 if found else 0), said.err
    assert "What no check can tell before checkpoints are signed" in said.err
    return "\n".join(found)


async def test_nothing_is_named_where_nothing_was_altered(command: Command, clinic: Clinic) -> None:
    assert await named(command, clinic, "--projections") == ""


async def test_what_the_projector_has_not_followed_yet_is_no_difference(
    command: Command, clinic: Clinic, system: System, counselor: Caller
) -> None:
    await system.recorder.record(counselor, clinic.ada, [draft(lapse())])
    await system.recorder.record(counselor, uuid4(), [draft(registered())], new_client=True)

    assert await named(command, clinic, "--projections") == ""


async def test_a_client_who_was_erased_is_left_out(command: Command, clinic: Clinic, system: System) -> None:
    await erase(system, clinic.organization_id, clinic.ben)

    said = await command.done("verify", "--organization", clinic.organization_id, "--projections")

    assert "Clinic: projections of 2 clients, all as a fresh fold makes them" in said
    assert f"; {len(PROJECTIONS)} left out, whose clients were erased" in said


EVENT = "update log.event set {} where position = 5 and ORG"
ITS_HEADER = "position 5: its header, recorded_at or digest is not the one its leaf was made of"

TAIL_WITH_HEADS = (
    "delete from log.event where position = 6 and ORG; update log.log_head set position = 5 where ORG;"
    " update log.timeline_head set version = 1, position = 4 where client_id = BEN"
)
ALL = (
    "delete from log.event where ORG; delete from log.reference where ORG; delete from log.timeline_head where ORG;"
    " update log.log_head set position = 0, recorded_at = 'epoch' where ORG"
)
REFERENCE_OF_5 = (
    "insert into log.reference select organization_id, target_id, 5, field, client_id, event_id, type"
    " from log.reference where ORG"
)

OF_THE_LOG = [
    ("body", EVENT.format("body = set_byte(body, 30, get_byte(body, 30) # 1)"), "position 5: its body is not the one"),
    ("body and digest", EVENT.format("body = 'x', body_digest = sha256('x')"), ITS_HEADER),
    ("digest", EVENT.format("body_digest = sha256('x')"), "position 5: its body is not the one"),
    ("leaf", EVENT.format("leaf = sha256('x')"), ITS_HEADER),
    ("recorded_at", EVENT.format("recorded_at = recorded_at + interval '1 microsecond'"), ITS_HEADER),
    ("recorded before", EVENT.format("recorded_at = 'epoch'"), "position 5: it was recorded earlier"),
    *(
        (change.partition(" ")[0], EVENT.format(change), ITS_HEADER)
        for change in (
            "id = gen_random_uuid()",
            "type = 'session_held'",
            "schema_version = 2",
            "occurred_at = occurred_at - interval '1 day'",
            "precision = 'day'",
            "actor_id = gen_random_uuid()",
            "recorded_by = 'counselor/eve'",
            "source = 'elsewhere'",
            "correlation_id = gen_random_uuid()",
            "causation_id = gen_random_uuid()",
            "reference_fields = '{goal}', reference_ids = array[id]",
            "key_id = gen_random_uuid()",
        )
    ),
    ("client", EVENT.format("client_id = BEN, version = 9"), "position 5: its version is 9"),
    ("version", EVENT.format("version = 9"), "position 5: its version is 9, after version 3"),
    ("event removed", "delete from log.event where position = 2 and ORG", "position 2: the event is missing"),
    ("tail removed", "delete from log.event where position > 4 and ORG", "position 5: 2 events are missing, up to 6"),
    ("event beyond the head", EVENT.format("position = 9"), "position 7: the log's head is at 6"),
    ("event before the first", EVENT.format("position = 0"), "position 0: 1 events stand before"),
    ("log's head raised", "update log.log_head set position = 8 where ORG", "position 7: 2 events are missing"),
    ("log's head lowered", "update log.log_head set position = 4 where ORG", "position 5: the log's head is at 4"),
    ("log's head set back", "update log.log_head set recorded_at = 'epoch' where ORG", "position 6: it was recorded"),
    ("log's head removed", "delete from log.log_head where ORG", "position 6: the log has no head"),
    (
        "timeline's head raised",
        "update log.timeline_head set version = 7 where client_id = ADA",
        "position 5: the head of a timeline is at version 7, and its last event is 4",
    ),
    (
        "timeline's head lowered",
        "update log.timeline_head set version = 3, position = 3 where client_id = ADA",
        "position 3: the head of a timeline is at version 3, and its last event is 4",
    ),
    (
        "timeline's head moved",
        "update log.timeline_head set position = 4 where client_id = ADA",
        "position 4: the head of a timeline names this position, and its last event is at 5",
    ),
    (
        "timeline's head removed",
        "delete from log.timeline_head where client_id = BEN",
        "position 4: the timeline that begins here has no head",
    ),
    (
        "timeline's head added",
        "insert into log.timeline_head values (ID_OF_IT, gen_random_uuid(), 1, 6)",
        "position 6: the head of a timeline is at version 1, and its last event is 0",
    ),
    ("reference removed", "delete from log.reference where ORG", "position 3: its reference goal is not in"),
    (
        "reference added",
        REFERENCE_OF_5,
        "position 5: log.reference has a reference goal of it that it does not make",
    ),
    (
        "reference turned",
        "update log.reference set target_id = gen_random_uuid() where ORG",
        "position 3: its reference goal is not in",
    ),
    (
        "tail removed with its heads",
        TAIL_WITH_HEADS,
        NOT_NAMED,
    ),
    (
        "all removed",
        ALL,
        NOT_NAMED,
    ),
    ("name of the organization", "update log.organization set name = 'Clinic: ' || name where ORG", NOT_NAMED),
]  # fmt: skip


@pytest.mark.parametrize(("change", "what"), [each[1:] for each in OF_THE_LOG], ids=[each[0] for each in OF_THE_LOG])
async def test_what_is_altered_in_the_log_is_named(command: Command, clinic: Clinic, change: str, what: str) -> None:
    await clinic.alter(change)

    found = await named(command, clinic)

    assert what in found
    assert what or not found


BUILD = "projection_care_plan_1"
GOAL = f"{BUILD}, position 5: the rows in care_plan_goal are not those of a fresh fold"

ANOTHER_GOAL = (
    f"insert into {BUILD}.care_plan_goal select (jsonb_populate_record(g, jsonb_build_object('event_id',"
    f" gen_random_uuid()))).* from {BUILD}.care_plan_goal g where ORG"
)
PARKED = (
    f"insert into {BUILD}.parked select ID_OF_IT, ADA, 1, ADA, 'x' from log.log_head where ORG;"
    f" delete from {BUILD}.care_plan_goal where ORG"
)

OF_THE_PROJECTIONS = [
    ("row changed", f"update {BUILD}.care_plan_goal set target = 1 where ORG", GOAL),
    ("row removed", f"delete from {BUILD}.care_plan_goal where ORG", GOAL),
    (
        "row added",
        ANOTHER_GOAL,
        GOAL,
    ),
    (
        "rows of nobody",
        f"update {BUILD}.care_plan_goal set client_id = gen_random_uuid() where ORG",
        f"{BUILD}: care_plan_goal has rows of clients without a timeline: 1",
    ),
    ("cursor set back", "update following.cursor set position = 3 where ORG", f"{BUILD}, position 3: the rows in"),
    (
        "client parked",
        PARKED,
        NOT_NAMED,  # but counted as left out, and doctor tells that the projection failed
    ),
    (
        "client's key",
        "update keyring.client_key set wrapped_key = 'x' where client_id = ADA",
        f"{BUILD}, position 5: a fresh fold fails, so nothing can be compared",
    ),
    (
        "tail removed with its heads",
        TAIL_WITH_HEADS,
        f"{BUILD}, position 4: the rows in care_plan",
    ),
    (
        "all removed",
        ALL,
        f"{BUILD}: care_plan_goal has rows of clients without a timeline: 1",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "what"), [each[1:] for each in OF_THE_PROJECTIONS], ids=[each[0] for each in OF_THE_PROJECTIONS]
)
async def test_what_is_altered_in_projections_is_named(
    command: Command, clinic: Clinic, change: str, what: str
) -> None:
    await clinic.alter(change)

    found = await named(command, clinic, "--projections")

    assert what in found
    assert what or not found


SNAPSHOT = f"update {BUILD}.snapshot set {{}} where client_id = ADA"
OF_BEN = f"(select state from {BUILD}.snapshot where client_id = BEN limit 1)"

OF_THE_SNAPSHOTS = [
    ("replaced", SNAPSHOT.format("state = 'x'"), f"{BUILD}, position 26: the snapshot at version"),
    ("of another version", SNAPSHOT.format("version = version - 1"), f"{BUILD}, position 26: the snapshot at version"),
    ("of another client", SNAPSHOT.format(f"state = {OF_BEN}"), f"{BUILD}, position 26: the snapshot at version"),
    ("of another time", SNAPSHOT.format("until = 'epoch'"), f"{BUILD}, position 26: the snapshot at version"),
    ("removed", f"delete from {BUILD}.snapshot where ORG", NOT_NAMED),  # a cache: it is made again
]


@pytest.mark.parametrize(
    ("change", "what"), [each[1:] for each in OF_THE_SNAPSHOTS], ids=[each[0] for each in OF_THE_SNAPSHOTS]
)
async def test_a_snapshot_that_is_not_that_of_a_fresh_fold_is_named(
    command: Command, clinic: Clinic, system: System, counselor: Caller, change: str, what: str
) -> None:
    for client_id in (clinic.ada, clinic.ben):
        await system.recorder.record(counselor, client_id, [draft(lapse()) for _ in range(10)])
        await system.recorder.record(counselor, client_id, [draft(lapse()) for _ in range(10)])
    await follow(system, clinic.organization_id)
    await clinic.alter(change)

    found = await named(command, clinic, "--projections")

    assert what in found
    assert what or not found


@pytest.mark.parametrize(("knows_the_key", "what"), [(False, "a fresh fold fails"), (True, NOT_NAMED)])
async def test_an_event_forged_with_its_leaf(
    command: Command, clinic: Clinic, system: System, knows_the_key: bool, what: str
) -> None:
    """Verify alone takes it for intact; folding does not, unless whoever forged it had the client's key as well."""
    (event,) = await system.store.timeline(clinic.organization_id, clinic.ben, after=1)
    forged = event._replace(recorded_by="counselor/eve")
    key = (await system.keyring.data_key(clinic.organization_id, clinic.ben)).key
    head = header(clinic.organization_id, forged)
    body = seal(key, event.opened(key), head) if knows_the_key else event.body
    async with clinic.superuser() as connection:
        await connection.execute(
            "update log.event set recorded_by = $1, body = $2::bytea, body_digest = sha256($2), leaf = $3"
            " where organization_id = $4 and position = $5",
            forged.recorded_by,
            body,
            leaf(event.position, event.recorded_at, head, sha256(body).digest()),
            clinic.organization_id,
            event.position,
        )

    assert await named(command, clinic) == NOT_NAMED
    found = await named(command, clinic, "--projections")
    assert what in found
    assert what or not found


TWICE = [
    ("log.event", "event_pkey, drop constraint event_version_key, drop constraint event_id_key", "position = 5",
     "position 5: its version is 4, after version 4 of the same client"),
    ("log.log_head", "log_head_pkey", "true", "position 6: the log has 2 heads"),
    ("log.timeline_head", "timeline_head_pkey", "client_id = ADA", "position 5: a timeline has 2 heads"),
    ("log.reference", "reference_pkey", "true", "position 3: log.reference has its reference goal 2 times"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "key", "row", "what"), TWICE, ids=[each[0] for each in TWICE])
async def test_a_row_that_is_there_twice_is_named(
    command: Command, system: System, clinic: Clinic, table: str, key: str, row: str, what: str
) -> None:
    async with clinic.superuser() as connection:
        keys = await connection.fetch(
            "select conname, pg_get_constraintdef(oid) as said from pg_constraint"
            " where conrelid = $1::text::regclass and contype in ('p', 'u')",
            table,
        )
    await clinic.alter(
        f"alter table {table} drop constraint {key}; insert into {table} select * from {table} where ORG and {row}"
    )
    try:
        assert what in await named(command, clinic)
    finally:
        await clinic.alter(f"delete from {table} where ORG")
        for name, said in keys:
            await clinic.alter(f"alter table {table} add constraint {name} {said}")
