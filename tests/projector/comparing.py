"""What must hold after anything, once the log is followed: all rows and snapshots equal fresh folds of it."""

from collections.abc import Sequence
from enum import Enum
from typing import Any
from uuid import UUID

import asyncpg

from domain.entry import Entry
from domain.events.merging import ClientMergedInto, ClientSeparated, ClientsMerged, MergeUndone
from domain.events.record import RECORD_TYPES
from domain.policies import Policies
from projections.projection import Projection
from service.bootstrap import System
from service.database.connection import Connection, scoped
from service.log.keyring import DataKey
from service.projector.advance import arrivals, lands_after
from service.projector.folding import fold
from service.projector.snapshots import Snapshot, open_snapshot
from service.projector.tables import in_build

Found = dict[str, Any]


async def assert_equal_to_fresh_folds(system: System, organization_id: UUID) -> int:
    """Compare every client of the organization in every build of the system, row by row; how many there were."""
    policies = await system.organizations.policies(organization_id)
    await system.builds.refresh()
    assert system.builds.names(), "there is no build to compare"
    async with scoped(system.pool, organization_id) as connection:
        found = await connection.fetch("SELECT client_id FROM log.timeline_head WHERE client_id <> organization_id")
        clients = [record["client_id"] for record in found]
    for client_id in clients:
        entries = await entries_of(system, organization_id, client_id)
        key = await system.keyring.data_key(organization_id, client_id, create=False)
        async with scoped(system.pool, organization_id) as connection:
            for name in system.builds.names():
                followed = system.builds.followed(name)
                assert followed is not None
                projection = followed[1]
                mine = concerning(entries, projection)
                assert await stored_rows(connection, projection, name, client_id) == expected_rows(
                    projection, mine, policies
                ), f"the rows in {name} are not those of a fresh fold"
                await _compare_snapshots(connection, projection, name, client_id, mine, policies, key)
    return len(clients)


async def entries_of(system: System, organization_id: UUID, client_id: UUID) -> list[Entry]:
    """The client's entries and those of the clients merged into them, by what the entries say."""
    entries = await system.timelines.read(organization_id, client_id)
    undone = {entry.event.merge for entry in entries if isinstance(entry.event, MergeUndone)}
    for entry in list(entries):
        if isinstance(entry.event, ClientsMerged) and entry.id not in undone:
            others = await entries_of(system, organization_id, entry.event.duplicate)
            entries += [one for one in others if not isinstance(one.event, ClientMergedInto | ClientSeparated)]
    return sorted(entries, key=lambda entry: entry.position)


def concerning(entries: Sequence[Entry], projection: Projection[Any]) -> list[Entry]:
    """The client's entries that concern the projection."""
    kinds = projection.relevant | RECORD_TYPES
    return [arrival.entry for arrival in arrivals([entry for entry in entries if entry.event.type in kinds])]


async def stored_rows(connection: Connection, projection: Projection[Any], schema: str, client_id: UUID) -> Found:
    """The client's rows in each of the projection's tables in this schema, in order of their keys."""
    found: Found = {}
    for table in projection.tables:
        names = ", ".join(column.name for column in list(table.columns)[2:])
        place = in_build(table, schema).fullname
        records = await connection.fetch(f"SELECT {names} FROM {place} WHERE client_id = $1", client_id)
        found[table.name] = _sorted([tuple(record) for record in records])
    return found


def expected_rows(projection: Projection[Any], mine: Sequence[Entry], policies: Policies) -> Found:
    """The rows of a fresh fold of the entries that concern the projection, as the database gives them back."""
    rows = (
        projection.rows(fold(projection, projection.timeline(mine).entries, policies, projection.begin(mine)))
        if mine
        else {}
    )
    return {
        table.name: _sorted([tuple(map(_plain, row)) for row in rows.get(table, ())]) for table in projection.tables
    }


async def _compare_snapshots(
    connection: asyncpg.pool.PoolConnectionProxy,
    projection: Projection[Any],
    schema: str,
    client_id: UUID,
    mine: Sequence[Entry],
    policies: Policies,
    key: DataKey,
) -> None:
    """Each is the fold of what came before, and all that came later lands after it."""
    if not mine:
        return
    organization_id = await connection.fetchval("SELECT current_setting('care_timeline.organization')::uuid")
    records = await connection.fetch(
        f"SELECT client_id, version, until, key_id, state FROM {schema}.snapshot WHERE client_id = $1",
        client_id,
    )
    assert len(records) <= 4
    if any(entry.client_id != client_id for entry in mine):
        assert [record["version"] for record in records] == [0], "nothing is there to fold on from"
        return
    for record in records:
        base = open_snapshot(projection, organization_id, Snapshot(*record), key)
        assert base is not None
        before = projection.timeline([entry for entry in mine if entry.version <= base.version])
        assert base.until == before.until
        assert base.state == fold(projection, before.entries, policies, projection.begin(before.entries)), (
            f"a snapshot in {schema} is another state"
        )
        later = [arrival for arrival in arrivals(mine) if arrival.entry.version > base.version]
        assert lands_after(later, base.version, base.until)


def _plain(value: Any) -> Any:
    """As the database gives it back: lists for arrays, text for coded terms."""
    if isinstance(value, tuple | frozenset):
        return [_plain(each) for each in value]
    return value.value if isinstance(value, Enum) else value


def _sorted(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(rows, key=str)
