"""Snapshots: kept every so many entries, and used only where they are what they should be."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest
from pydantic import TypeAdapter

from projections.catalogue import PROJECTIONS
from service.access.caller import Caller
from service.bootstrap import System
from service.database.connection import scoped
from service.following.follower import Follower
from service.log.keyring import DataKey
from service.projector import advance
from service.projector.advance import SNAPSHOT_EVERY, Base
from service.projector.projector import Projector
from service.projector.snapshots import Snapshot, open_snapshot, seal_snapshot
from tests.builders import check_in, moment, registered
from tests.projector.broken import Delegating
from tests.projector.comparing import assert_equal_to_fresh_folds
from tests.projector.counting import folds_counted
from tests.projector.newer import NEWER, OLD
from tests.system import access_to, draft, follow

KEY = DataKey(uuid4(), bytes(range(32)), uuid4())
ORGANIZATION, CLIENT = uuid4(), uuid4()


def sealed() -> Snapshot:
    base = Base(7, None, OLD.begin())
    return Snapshot(*seal_snapshot(OLD, ORGANIZATION, CLIENT, base, KEY)[1:])


def test_a_snapshot_opens_to_the_state_that_was_sealed() -> None:
    assert open_snapshot(OLD, ORGANIZATION, sealed(), KEY) == Base(7, None, OLD.begin())


class OfAnotherShape(Delegating):
    """The version was not raised when it changed."""

    @property
    def shape(self) -> bytes:
        return b"another"


@pytest.mark.parametrize(
    ("projection", "organization_id"),
    [
        (NEWER, ORGANIZATION),
        (replace(OLD, fold=OfAnotherShape(OLD.fold)), ORGANIZATION),
        (PROJECTIONS[1], ORGANIZATION),
        (OLD, uuid4()),
    ],
    ids=["another version", "another shape", "another projection", "another organization"],
)
def test_it_opens_for_nothing_else_than_it_was_sealed_for(projection: Any, organization_id: UUID) -> None:
    assert open_snapshot(projection, organization_id, sealed(), KEY) is None


def test_it_opens_for_no_other_client_and_key_and_not_when_it_was_changed() -> None:
    snapshot = sealed()
    assert open_snapshot(OLD, ORGANIZATION, _changed(snapshot, client_id=uuid4()), KEY) is None
    assert open_snapshot(OLD, ORGANIZATION, snapshot, KEY._replace(key_id=uuid4())) is None
    assert open_snapshot(OLD, ORGANIZATION, snapshot, KEY._replace(key=bytes(32))) is None
    assert snapshot.state is not None
    assert open_snapshot(OLD, ORGANIZATION, _changed(snapshot, state=snapshot.state[:-1] + b"x"), KEY) is None


def test_what_opens_and_is_no_such_state_is_not_used() -> None:
    with patch.object(TypeAdapter, "dump_json", return_value=b'["another shape"]'):
        snapshot = sealed()
    assert open_snapshot(OLD, ORGANIZATION, snapshot, KEY) is None


def _changed(snapshot: Snapshot, **changes: Any) -> Snapshot:
    fields = {name: getattr(snapshot, name) for name in Snapshot.__slots__}
    return Snapshot(**{**fields, **changes})


async def versions(system: System, organization_id: UUID, client_id: UUID) -> list[int]:
    """The versions of the client's snapshots in the first build."""
    async with scoped(system.pool, organization_id) as connection:
        records = await connection.fetch(
            f"SELECT version FROM {system.builds.names()[0]}.snapshot WHERE client_id = $1 ORDER BY version", client_id
        )
    return [record["version"] for record in records]


async def test_the_newest_are_kept_and_those_that_a_late_entry_undermines_are_not(
    system: System, counselor: Caller
) -> None:
    organization_id, client_id = counselor.organization_id, uuid4()
    opening = draft(registered(), at="2026-03-01T15:00Z")
    await system.recorder.record(counselor, client_id, [opening], new_client=True)
    start = moment("2026-03-02T00:00Z")
    for number in range(5 * SNAPSHOT_EVERY):
        await system.recorder.record(counselor, client_id, [draft(check_in(), at=start + timedelta(hours=number))])
        await follow(system, organization_id)
    kept = [3 * SNAPSHOT_EVERY, 4 * SNAPSHOT_EVERY, 5 * SNAPSHOT_EVERY]
    assert await versions(system, organization_id, client_id) == kept

    before_the_newest = start + timedelta(hours=5 * SNAPSHOT_EVERY - 3, minutes=30)
    await system.recorder.record(counselor, client_id, [draft(check_in(), at=before_the_newest)])
    with folds_counted() as counted:
        await follow(system, organization_id)
    assert counted[PROJECTIONS[0].name] < 3 * SNAPSHOT_EVERY, "it is folded on from the one before"
    assert await versions(system, organization_id, client_id) == [*kept[:2], 5 * SNAPSHOT_EVERY + 2]
    assert await assert_equal_to_fresh_folds(system, organization_id) == 1

    await system.recorder.record(counselor, client_id, [draft(check_in(), at="2026-03-01T16:00Z")])
    await follow(system, organization_id)
    assert not set(kept) & set(await versions(system, organization_id, client_id))
    assert await assert_equal_to_fresh_folds(system, organization_id) == 1


@pytest.mark.parametrize("damage", ["newest", "all"])
async def test_with_snapshots_damaged_reads_and_rows_are_right_all_the_same(
    system: System, counselor: Caller, damage: str
) -> None:
    organization_id, client_id = counselor.organization_id, uuid4()
    with patch.object(advance, "SNAPSHOT_EVERY", 2):
        first = draft(registered(), at="2026-03-01T15:00Z")
        await system.recorder.record(counselor, client_id, [first], new_client=True)
        for day in range(2, 9):
            await system.recorder.record(counselor, client_id, [draft(check_in(), at=f"2026-03-{day:02}T15:00Z")])
            await follow(system, organization_id)
        which = (
            "version = (SELECT max(version) FROM {0}.snapshot WHERE client_id = $1)" if damage == "newest" else "true"
        )
        async with scoped(system.pool, organization_id) as connection:
            for name in system.builds.names():
                await connection.execute(
                    f"UPDATE {name}.snapshot SET state = '\\x00' WHERE client_id = $1 AND {which.format(name)}",
                    client_id,
                )
        for projection in PROJECTIONS:
            known_at = await system.store.settled(organization_id)
            now = await system.projection_reader.read(access_to(organization_id), client_id, projection.name)
            folded = await system.projection_reader.read(
                access_to(organization_id), client_id, projection.name, known_at=known_at
            )
            assert now.answer.model_dump() == folded.answer.model_dump()
        await system.recorder.record(counselor, client_id, [draft(check_in(), at="2026-03-09T15:00Z")])
        cold = Projector(system.keyring, system.organizations, system.builds)
        await Follower(system.pool, system.wakeups, system.builds.names, cold.handle).follow(organization_id)
        for day in (10, 11):
            await system.recorder.record(counselor, client_id, [draft(check_in(), at=f"2026-03-{day}T15:00Z")])
            await follow(system, organization_id)
        assert await assert_equal_to_fresh_folds(system, organization_id) == 1
