"""What projecting costs: only projections that an event concerns, and no statement for each client."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Table

from domain.events.record import EntryCorrected, EntryRetracted
from domain.vocabulary.record import CorrectionReason
from projections.catalogue import PROJECTIONS
from projections.obligations import ObligationStatus
from projections.projection import Projection
from projections.rows import Rows
from service.access.caller import SCOPES_OF_ROLE, Caller, KeyRole
from service.bootstrap import System, prepare
from service.database.connection import open_pool
from service.database.embedded import DatabaseUrls, EmbeddedPostgres
from service.following.follower import Follower
from service.projector.projector import Projector
from service.runtime import clock
from tests.builders import check_in, crisis, moment, registered
from tests.databases import new_database, new_organization
from tests.projections.reading import mark
from tests.projector.broken import Delegating
from tests.projector.comparing import assert_equal_to_fresh_folds
from tests.projector.counting import folds_counted
from tests.projector.systems import system_of
from tests.system import access_to, draft, follow


def cold(system: System) -> Follower:
    """A follower that remembers nothing."""
    projector = Projector(system.keyring, system.organizations, system.builds)
    return Follower(system.pool, system.wakeups, system.builds.names, projector.handle)


async def statements_of(system: System, database: DatabaseUrls, organization_id: UUID) -> int:
    """How many statements a follower that remembers nothing needs to follow what is there."""
    asked: list[object] = []
    async with await open_pool(database.app, min_size=1, max_size=1) as pool:
        async with pool.acquire() as connection:
            connection.add_query_logger(asked.append)
        projector = Projector(system.keyring, system.organizations, system.builds)
        await Follower(pool, system.wakeups, system.builds.names, projector.handle).follow(organization_id)
    return len(asked)


async def test_a_late_entry_is_folded_again_by_the_projections_that_it_concerns_alone(
    system: System, counselor: Caller
) -> None:
    organization_id, client_id = counselor.organization_id, uuid4()
    await system.recorder.record(counselor, client_id, [draft(registered(), at="2026-03-01T15:00Z")], new_client=True)
    for day in range(2, 25):
        await system.recorder.record(counselor, client_id, [draft(check_in(), at=f"2026-03-{day:02}T15:00Z")])
    await follow(system, organization_id)
    concerned = {one.name for one in PROJECTIONS if check_in().type in one.relevant}
    assert concerned < {one.name for one in PROJECTIONS}

    await system.recorder.record(counselor, client_id, [draft(check_in(), at="2026-03-03T16:00Z")])
    with folds_counted() as counted:
        await cold(system).follow(organization_id)

    assert {name for name, count in counted.items() if count} == concerned


async def test_a_read_goes_on_from_the_one_before_and_says_what_the_whole_timeline_says(
    system: System, counselor: Caller
) -> None:
    organization_id, client_id = counselor.organization_id, uuid4()
    access, name = access_to(organization_id), "care_plan"
    await system.recorder.record(counselor, client_id, [draft(registered(), at="2026-03-01T15:00Z")], new_client=True)
    check_ins = [draft(check_in(), at=f"2026-03-{day:02}T15:00Z") for day in range(2, 6)]
    for each in check_ins:
        await system.recorder.record(counselor, client_id, [each])
    await system.projection_reader.read(access, client_id, name)
    wrong = EntryCorrected(
        entry=check_ins[-1].id, reason=CorrectionReason.WRONG_TIME, occurred_at=moment("2026-03-05T18:00Z")
    )

    folds = []
    for more in (
        [],
        [draft(check_in(), at="2026-03-06T15:00Z")],
        [draft(check_in(), at="2026-03-02T18:00Z")],
        [draft(wrong)],
        [draft(EntryRetracted(entry=check_ins[0].id, reason=CorrectionReason.DID_NOT_OCCUR))],
        [],
    ):
        for each in more:
            await system.recorder.record(counselor, client_id, [each])
        with folds_counted() as counted:
            read = await system.projection_reader.read(access, client_id, name)
        folds.append(counted[name])
        known_at = await system.store.settled(organization_id)
        folded = await system.projection_reader.read(access, client_id, name, known_at=known_at)
        assert read.answer.model_dump() == folded.answer.model_dump()

    assert folds[:2] == [0, 1], "nothing is folded twice"
    assert all(count > 1 for count in folds[2:5]), "what lands before it is folded anew"
    assert folds[5] == 0


async def test_an_answer_is_made_once_until_something_comes_due_or_is_recorded(
    system: System, counselor: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    client_id, access = uuid4(), access_to(counselor.organization_id)

    async def read(now: datetime) -> Any:
        with monkeypatch.context() as patched:
            patched.setattr(clock, "now", lambda: now)
            return (await system.projection_reader.read(access, client_id, "care_plan")).answer

    drafts = [draft(registered(), at="2026-03-01T15:00Z"), draft(crisis(), at="2026-03-10T18:00Z")]
    await system.recorder.record(counselor, client_id, drafts, new_client=True)
    made = await read(moment("2026-03-10T18:30Z"))
    due_at = min(each.due_at for each in made.obligations)
    late_at = due_at + timedelta(microseconds=1)

    again, late = await read(due_at - timedelta(microseconds=1)), await read(late_at)
    await system.recorder.record(counselor, client_id, [draft(check_in(), at="2026-03-10T18:20Z")])
    told = await read(late_at)

    assert again is made
    assert {each.status for each in made.obligations} == {ObligationStatus.OPEN}
    assert [each.status for each in late.obligations if each.due_at == due_at] == [ObligationStatus.LATE]
    assert made.last_contact != told.last_contact == mark(told.last_contact.event_id, "2026-03-10T18:20Z")


class _Tableless(Delegating):
    """Folds as another does, and shows nothing: many can stand beside one another."""

    @property
    def tables(self) -> tuple[Table, ...]:
        return ()

    def rows(self, state: Any) -> Rows:
        return {}


async def test_a_late_entry_costs_the_same_however_many_projections_it_does_not_concern(
    server: EmbeddedPostgres,
) -> None:
    unconcerned = next(one for one in PROJECTIONS if check_in().type not in one.relevant)
    concerned = [one for one in PROJECTIONS if check_in().type in one.relevant]
    others = [replace(unconcerned, name=f"other_{n}", fold=_Tableless(unconcerned.fold)) for n in range(12)]

    alone, beside_many = (
        await _cost_of_a_late_entry(server, concerned),
        await _cost_of_a_late_entry(server, [*concerned, unconcerned, *others]),
    )

    assert beside_many == alone
    assert alone.folded > 0
    assert alone.statements > 0


class _Cost(NamedTuple):
    statements: int
    folded: int


async def _cost_of_a_late_entry(server: EmbeddedPostgres, projections: Sequence[Projection[Any]]) -> _Cost:
    """What a late entry asks of a follower that remembers nothing, with these projections."""
    database = await new_database(server, template="template0")
    await prepare(database.owner, projections)
    organization_id, client_id = await new_organization(database), uuid4()
    counselor = Caller(organization_id, uuid4(), "ana", KeyRole.COUNSELOR, SCOPES_OF_ROLE[KeyRole.COUNSELOR])
    async with system_of(database, projections) as system:
        opening = draft(registered(), at="2026-03-01T15:00Z")
        await system.recorder.record(counselor, client_id, [opening], new_client=True)
        for day in range(2, 25):
            await system.recorder.record(counselor, client_id, [draft(check_in(), at=f"2026-03-{day:02}T15:00Z")])
        await follow(system, organization_id)
        assert len(system.builds.names()) == len(projections)
        await system.recorder.record(counselor, client_id, [draft(check_in(), at="2026-03-03T16:00Z")])
        with folds_counted() as counted:
            statements = await statements_of(system, database, organization_id)
        await assert_equal_to_fresh_folds(system, organization_id)
    return _Cost(statements, sum(counted.values()))


async def test_many_clients_take_no_more_statements_than_one(
    system: System, counselor: Caller, database: DatabaseUrls
) -> None:
    organization_id = counselor.organization_id
    clients = [uuid4() for _ in range(40)]
    for client_id in clients:
        await system.recorder.record(counselor, client_id, [draft(registered())], new_client=True)
    await follow(system, organization_id)

    async def recorded(some: list[UUID]) -> int:
        for client_id in some:
            await system.recorder.record(counselor, client_id, [draft(check_in(), at=clock.now() - timedelta(hours=1))])
        return await statements_of(system, database, organization_id)

    one, many = await recorded(clients[:1]), await recorded(clients)
    assert 0 < many <= one
