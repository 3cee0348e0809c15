"""The projector: in step with the log whatever the order and the batches, and never in the way of recording."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from domain.entry import Draft, Entry
from domain.events.base import Event
from domain.events.contacts import CheckInReceived
from domain.events.record import EntryCorrected, EntryRetracted
from domain.refusals import Refused
from domain.vocabulary.contacts import Channel
from domain.vocabulary.record import CorrectionReason
from projections.catalogue import PROJECTIONS
from projections.rows import Rows
from service.access.caller import Caller, KeyRole
from service.access.scopes import NotPermitted
from service.bootstrap import System
from service.database.connection import scoped
from service.database.embedded import DatabaseUrls
from service.following.follower import Follower
from service.log.errors import DatabaseUnavailable, IdentifierTaken
from service.log.timelines import seal_drafts
from service.projector import advance
from service.projector.folding import ProjectionFailed
from service.projector.projector import Projector
from service.projector.status import status
from tests.builders import History, check_in, registered
from tests.projector.broken import MISSED, Broken, Delegating
from tests.projector.comparing import assert_equal_to_fresh_folds
from tests.projector.systems import system_of
from tests.strategies import histories
from tests.system import access_to, draft, follow


def follower_of(system: System, *, batch: int = 500) -> Follower:
    """Another follower, which remembers nothing yet, as a process that takes over has it."""
    projector = Projector(system.keyring, system.organizations, system.builds)
    return Follower(system.pool, system.wakeups, system.builds.names, projector.handle, batch=batch)


async def _to_mend(system: System) -> dict[str, int]:
    """How many clients readiness counts as failed, by projection, in all organizations."""
    return {each.projection: each.parked for each in await status(system.pool, system.builds)}


async def parked(system: System, organization_id: UUID) -> dict[str, int]:
    """How many clients are parked, by projection."""
    found = {}
    async with scoped(system.pool, organization_id) as connection:
        for name in system.builds.names():
            followed = system.builds.followed(name)
            assert followed is not None
            count = await connection.fetchval(f"SELECT count(*) FROM {name}.parked")
            found[followed[1].name] = count
    return found


@settings(
    max_examples=25,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(histories=st.lists(histories(min_steps=4), min_size=1, max_size=3), data=st.data())
async def test_any_interleaving_gives_the_rows_and_snapshots_of_a_fresh_fold(
    system: System, counselor: Caller, histories: list[History], data: st.DataObject
) -> None:
    """Late entries, corrections and retractions of several clients, in batches of any size, met cold or warm."""
    organization_id, prescriber = counselor.organization_id, replace(counselor, role=KeyRole.PRESCRIBER)
    with patch.object(advance, "SNAPSHOT_EVERY", data.draw(st.integers(1, 5))):
        warm = follower_of(system, batch=data.draw(st.integers(1, 7)))
        for client_id, one in _interleaved(histories, data):
            try:
                new = await system.store.head(organization_id, client_id) == 0
                await system.recorder.record(prescriber, client_id, [one], new_client=new)
            except (Refused, NotPermitted, IdentifierTaken):
                continue  # it refers to an entry that this clinic's clock has not reached, is for supervisors, or
                # another of these clients has the identifier
            chosen = data.draw(st.sampled_from(["wait", "warm", "cold"]))
            if chosen != "wait":
                await (warm if chosen == "warm" else follower_of(system)).follow(organization_id)
        await warm.follow(organization_id)
    assert await assert_equal_to_fresh_folds(system, organization_id) >= 1


def _interleaved(histories: list[History], data: st.DataObject) -> Iterator[tuple[UUID, Draft]]:
    waiting = [(uuid4(), {entry.id: uuid4() for entry in one.entries}, list(one.entries)) for one in histories]
    while waiting:
        place = data.draw(st.integers(0, len(waiting) - 1))
        client_id, ids, entries = waiting[place]
        yield client_id, _again(entries.pop(0), ids)
        if not entries:
            waiting.pop(place)


def _again(entry: Entry, ids: dict[UUID, UUID]) -> Draft:
    """The entry as a draft with a new id; references follow, a correction's replacement's too."""
    event = _moved(entry.event, ids)
    if isinstance(event, EntryCorrected) and event.replacement:
        event = event.model_copy(update={"replacement": _moved(event.replacement, ids)})
    return Draft(ids[entry.id], event, entry.occurred_at, entry.precision, "tests")


def _moved(event: Event, ids: dict[UUID, UUID]) -> Event:
    def moved(value: Any) -> Any:
        return tuple(ids[each] for each in value) if isinstance(value, tuple) else ids.get(value)

    return event.model_copy(update={field: moved(getattr(event, field)) for field in event.references()})


async def test_two_projectors_at_once_project_nothing_twice(system: System, counselor: Caller) -> None:
    organization_id = counselor.organization_id
    clients = [uuid4() for _ in range(8)]
    for client_id in clients:
        await system.recorder.record(counselor, client_id, [draft(registered())], new_client=True)
    handed: list[int] = []
    followers = [_noting(system, handed) for _ in range(2)]

    async def keep_following(follower: Follower, done: asyncio.Event) -> None:
        while not done.is_set():
            await follower.follow(organization_id)
            await asyncio.sleep(0.001)

    done = asyncio.Event()
    following = [asyncio.create_task(keep_following(follower, done)) for follower in followers]
    await asyncio.gather(
        *(
            system.recorder.record(counselor, client_id, [draft(check_in(), at=f"2026-03-{day:02}T15:00Z")])
            for day in range(1, 21)
            for client_id in clients
        )
    )
    done.set()
    await asyncio.gather(*following)
    await follow(system, organization_id)

    assert sorted(handed) == list(range(1, 8 * 21 + 1))
    assert await assert_equal_to_fresh_folds(system, organization_id) == 8


def _noting(system: System, handed: list[int]) -> Follower:
    """A projector of one build that notes what it was handed, once that is committed with the cursor."""
    projector = Projector(system.keyring, system.organizations, system.builds)
    name = system.builds.names()[0]

    async def handle(connection: Any, organization_id: UUID, names: Any, events: Any) -> None:
        await projector.handle(connection, organization_id, names, events)
        handed.extend(event.position for event in events)

    return Follower(system.pool, system.wakeups, lambda: [name], handle, batch=7)


async def test_an_effect_and_its_cursor_are_there_together_or_not_at_all(system: System, counselor: Caller) -> None:
    """What a kill between two of its effects leaves: the transaction ends with the connection."""
    organization_id, client_id = counselor.organization_id, uuid4()
    await system.recorder.record(counselor, client_id, [draft(registered())], new_client=True)
    await follow(system, organization_id)
    await system.recorder.record(counselor, client_id, [draft(check_in())])
    projector = Projector(system.keyring, system.organizations, system.builds)

    async def killed(connection: Any, organization_id: UUID, names: Any, events: Any) -> None:
        await projector.handle(connection, organization_id, names, events)
        connection.terminate()
        raise ConnectionResetError

    dying = Follower(system.pool, system.wakeups, system.builds.names, killed)
    with pytest.raises(DatabaseUnavailable):
        await dying.follow(organization_id)

    async with scoped(system.pool, organization_id) as connection:
        places = await connection.fetch("SELECT DISTINCT position FROM following.cursor")
    assert [record["position"] for record in places] == [1]
    await follow(system, organization_id)
    assert await assert_equal_to_fresh_folds(system, organization_id) == 1


async def test_a_projection_that_raises_fails_alone_and_recovers(
    system_with_broken: System, broken: Broken, counselor: Caller
) -> None:
    """Promise 2: recording never fails because something derived failed; it is visible, and catch-up repairs it."""
    system, client_id, organization_id = system_with_broken, uuid4(), counselor.organization_id
    name, other = broken.projection.name, PROJECTIONS[1].name
    healthy = uuid4()
    for each in (client_id, healthy):
        await system.recorder.record(counselor, each, [draft(registered())], new_client=True)
    await follow(system, organization_id)

    missed = await system.recorder.record(counselor, client_id, [draft(MISSED)])
    await system.recorder.record(counselor, healthy, [draft(check_in())])
    await follow(system, organization_id)

    assert await parked(system, organization_id) == {name: 1, **{each.name: 0 for each in PROJECTIONS[1:]}}
    stands = {each.projection: each for each in await status(system.pool, system.builds)}
    assert (stands[name].parked, stands[name].behind, stands[other].parked) == (1, 0, 0)
    with pytest.raises(ProjectionFailed) as failed:
        await system.projection_reader.read(access_to(organization_id), client_id, name)
    assert failed.value.entry_id == missed.entries[0].id
    assert "KeyError" in str(failed.value)
    assert "words" not in str(failed.value)
    assert (await system.projection_reader.read(access_to(organization_id), client_id, other)).version == 2

    later = await system.recorder.record(counselor, client_id, [draft(check_in())])
    await follow(system, organization_id)
    assert [well async for well in system.catch_up.retry(organization_id)] == [False]

    broken.mended = True
    assert (
        (await system.projection_reader.read(access_to(organization_id), client_id, name)).version == later.version == 3
    )
    assert [well async for well in system.catch_up.retry(organization_id)] == [True]
    assert set((await parked(system, organization_id)).values()) == {0}
    await system.recorder.record(counselor, client_id, [draft(MISSED)])
    await follow(system, organization_id)
    assert await assert_equal_to_fresh_folds(system, organization_id) == 2


async def test_retracting_the_event_at_which_a_projection_failed_leaves_it_to_catch_up(
    system_with_broken: System, broken: Broken, counselor: Caller
) -> None:
    system, client_id, organization_id = system_with_broken, uuid4(), counselor.organization_id
    await system.recorder.record(counselor, client_id, [draft(registered())], new_client=True)
    missed = await system.recorder.record(counselor, client_id, [draft(MISSED)])
    await follow(system, organization_id)
    retraction = EntryRetracted(entry=missed.entries[0].id, reason=CorrectionReason.DID_NOT_OCCUR)
    await system.recorder.record(counselor, client_id, [draft(retraction)])
    await follow(system, organization_id)

    assert (
        await system.projection_reader.read(access_to(organization_id), client_id, broken.projection.name)
    ).version == 3
    assert (await parked(system, organization_id))[broken.projection.name] == 1
    assert [well async for well in system.catch_up.retry(organization_id)] == [True]
    assert await assert_equal_to_fresh_folds(system, organization_id) == 1


async def test_rows_that_the_database_refuses_park_their_client_in_that_build_alone(
    database: DatabaseUrls, counselor: Caller
) -> None:
    first, *others = PROJECTIONS
    defect = False
    numbers = count()

    class RowsRefused(Delegating):
        def rows(self, state: Any) -> Rows:
            if not defect:
                return super().rows(state)
            table = first.tables[0]
            return {table: [(f"no uuid {next(numbers)}",) * (len(table.columns) - 2)]}

    organization_id, client_id, healthy = counselor.organization_id, uuid4(), uuid4()
    async with system_of(database, (replace(first, fold=RowsRefused(first.fold)), *others)) as system:
        for each in (client_id, healthy):
            await system.recorder.record(counselor, each, [draft(registered())], new_client=True)
        await follow(system, organization_id)
        defect = True
        await system.recorder.record(counselor, client_id, [draft(check_in())])
        await follow(system, organization_id)
        assert (await parked(system, organization_id)).pop(first.name) == 1
        assert [well async for well in system.catch_up.retry(organization_id)] == [False]
        defect = False
        await system.recorder.record(counselor, healthy, [draft(check_in())])
        await follow(system, organization_id)
        assert set((await parked(system, organization_id)).values()) == {0, 1}
        assert [well async for well in system.catch_up.retry(organization_id)] == [True]
        assert await assert_equal_to_fresh_folds(system, organization_id) == 2


async def test_a_client_whose_key_was_destroyed_is_parked_by_name(system: System, counselor: Caller) -> None:
    organization_id, client_id, healthy = counselor.organization_id, uuid4(), uuid4()
    for each in (client_id, healthy):
        await system.recorder.record(counselor, each, [draft(registered())], new_client=True)
    await system.recorder.record(counselor, client_id, [draft(check_in())])
    await system.keyring.destroy(organization_id, client_id)
    before = await _to_mend(system)

    await follow(system, organization_id)

    async with scoped(system.pool, organization_id) as connection:
        for name in system.builds.names():
            found = await connection.fetch(f"SELECT client_id, error FROM {name}.parked")
            # The last of the projections is not concerned by what was recorded.
            assert [tuple(record) for record in found] == [(client_id, "ClientErased")] or "postvention" in name
            assert await connection.fetchval(f"SELECT position FROM following.cursor WHERE name = '{name}'") == 3
    assert await _to_mend(system) == before, "an erased client is nobody's to mend"
    assert [well async for well in system.catch_up.retry(organization_id)] == []


async def test_an_event_that_cannot_be_read_parks_its_client_by_name(system: System, counselor: Caller) -> None:
    organization_id, client_id, healthy = counselor.organization_id, uuid4(), uuid4()
    for each in (client_id, healthy):
        await system.recorder.record(counselor, each, [draft(registered())], new_client=True)
    key = await system.keyring.data_key(organization_id, client_id)
    (event,) = seal_drafts(organization_id, client_id, 1, [draft(check_in())], counselor.actor, key)
    await system.store.append(organization_id, [event.sealed(organization_id, key.key, b"not what it says")])
    await system.recorder.record(counselor, healthy, [draft(check_in())])

    await follow(system, organization_id)

    name = system.builds.names()[0]
    async with scoped(system.pool, organization_id) as connection:
        (found,) = await connection.fetch(f"SELECT client_id, event_id, version, error FROM {name}.parked")
        assert tuple(found)[:3] == (client_id, event.id, 2)
        assert found["error"].startswith("EventUnreadable")
        assert await connection.fetchval(f"SELECT position FROM following.cursor WHERE name = '{name}'") == 4


async def test_the_organizations_own_timeline_is_passed_by(system: System, counselor: Caller) -> None:
    organization_id, client_id = counselor.organization_id, uuid4()
    key = await system.keyring.data_key(organization_id, organization_id)
    own = seal_drafts(organization_id, organization_id, 0, [draft(check_in())], counselor.actor, key)
    await system.store.append(organization_id, own)
    await system.recorder.record(counselor, client_id, [draft(registered())], new_client=True)

    await follow(system, organization_id)

    async with scoped(system.pool, organization_id) as connection:
        plans = await connection.fetch("SELECT client_id FROM projection.care_plan")
    assert [record["client_id"] for record in plans] == [client_id]
    assert set((await parked(system, organization_id)).values()) == {0}


async def test_a_read_sees_what_was_acknowledged_whatever_the_projector_does(system: System, counselor: Caller) -> None:
    """Promise 3, while nobody follows the log, and with an entry that lands before the newest snapshot."""
    client_id, organization_id = uuid4(), counselor.organization_id
    with patch.object(advance, "SNAPSHOT_EVERY", 2):
        await system.recorder.record(
            counselor, client_id, [draft(registered(), at="2026-03-01T15:00Z")], new_client=True
        )
        for day in range(2, 9):
            await system.recorder.record(counselor, client_id, [draft(check_in(), at=f"2026-03-{day:02}T15:00Z")])
        await follow(system, organization_id)
    for moment in ("2026-03-03T16:00Z", "2026-03-20T16:00Z"):
        await system.recorder.record(
            counselor, client_id, [draft(CheckInReceived(channel=Channel.TEXT, craving=8), at=moment)]
        )
        for projection in PROJECTIONS:
            answered = await system.projection_reader.read(access_to(organization_id), client_id, projection.name)
            known = await system.projection_reader.read(
                access_to(organization_id),
                client_id,
                projection.name,
                known_at=await system.store.settled(organization_id),
            )
            assert answered.answer.model_dump() == known.answer.model_dump()
            assert answered.version == known.version
