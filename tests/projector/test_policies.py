"""Organizations adopt policies in the log: from then on they apply, and what was there stays as it was (B1, R63)."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from domain.policy import Policy
from domain.refusals import Refused
from projections.catalogue import PROJECTIONS, catalogue
from service.access.caller import Caller, operator
from service.bootstrap import System, prepare
from service.database.connection import scoped
from service.database.embedded import DatabaseUrls
from service.log.organizations import Organizations
from service.log.verify import verify
from service.projector.folding import ProjectionFailed
from service.projector.rebuild import rebuild
from service.runtime import clock
from tests.builders import check_in, crisis, moment, outreach, plan, registered
from tests.projector.comparing import assert_equal_to_fresh_folds
from tests.projector.systems import system_of
from tests.projector.test_builds import KEKS, a_counselor
from tests.system import access_to, draft, follow

TWELVE_HOURS = Policy.model_validate({"crisis": {"contact_within_hours": [12], "attempts_before_not_reached": 1}})


async def in_crisis(system: System, counselor: Caller) -> UUID:
    """A client in a crisis, whom nobody could reach so far."""
    client_id, contact = uuid4(), draft(crisis(), at="2026-03-10T18:00Z")
    tried = draft(outreach(reached=False, crisis=contact.id), at="2026-03-10T20:00Z")
    started = [draft(registered(), at="2026-03-01T12:00Z"), draft(plan(), at="2026-03-02T12:00Z"), contact, tried]
    await system.recorder.record(counselor, client_id, started, new_client=True)
    return client_id


async def answers(system: System, organization_id: UUID, client_id: UUID, **when: Any) -> list[bytes]:
    """What each projection answers."""
    caller = access_to(organization_id)
    read = [await system.projection_reader.read(caller, client_id, one.name, **when) for one in PROJECTIONS]
    return [each.answer.model_dump_json().encode() for each in read]


async def contacts_due(system: System, organization_id: UUID) -> list[Any]:
    """When contacts after crises are due, by the rows that analysts see."""
    async with scoped(system.pool, organization_id) as connection:
        records = await connection.fetch(
            "SELECT due_at FROM projection.obligation WHERE kind = 'crisis_contact' ORDER BY due_at"
        )
    return [record["due_at"] for record in records]


async def test_b1_adopting_a_policy_leaves_every_earlier_known_at_answer_byte_for_byte(
    system: System, counselor: Caller
) -> None:
    organization_id = counselor.organization_id
    client_id = await in_crisis(system, counselor)
    await follow(system, organization_id)
    known_at = await system.store.settled(organization_id)
    as_of = moment("2026-03-11T12:00Z")
    before = await answers(system, organization_id, client_id, known_at=known_at)
    before += await answers(system, organization_id, client_id, known_at=known_at, as_of=as_of)
    due = await contacts_due(system, organization_id)

    await system.policy_adopter.adopt(
        operator(organization_id), TWELVE_HOURS, in_force_from=moment("2026-01-01T00:00Z")
    )
    await follow(system, organization_id)

    after = await answers(system, organization_id, client_id, known_at=known_at)
    after += await answers(system, organization_id, client_id, known_at=known_at, as_of=as_of)
    assert after == before
    assert await contacts_due(system, organization_id) == due


async def test_b1_what_is_kept_and_a_fresh_fold_agree_before_and_after_without_a_rebuild(
    fresh_database: DatabaseUrls,
) -> None:
    """Of clients known before, in memory and in snapshots, and of new ones; in this process and in another."""
    counselor = await a_counselor(fresh_database)
    organization_id = counselor.organization_id
    async with system_of(fresh_database) as system, system_of(fresh_database) as another:
        clients = [await in_crisis(system, counselor) for _ in range(3)]
        await follow(system, organization_id)
        await answers(another, organization_id, clients[0])

        await system.policy_adopter.adopt(
            operator(organization_id), TWELVE_HOURS, in_force_from=moment("2026-03-11T00:00Z")
        )
        late = draft(crisis(), at="2026-03-12T18:00Z")
        await system.recorder.record(counselor, clients[0], [late])
        clients.append(await in_crisis(system, counselor))

        assert await prepare(fresh_database.owner) == [], "nothing stands to be built"
        fresh = [await answers(another, organization_id, client_id) for client_id in clients]
        await follow(system, organization_id)
        assert await assert_equal_to_fresh_folds(system, organization_id) == len(clients)
        assert (await another.comparison.compare(organization_id)).differences == []
        assert [await answers(system, organization_id, client_id) for client_id in clients] == fresh
        assert moment("2026-03-13T06:00Z") in await contacts_due(system, organization_id)

        rows = await contacts_due(system, organization_id)
        async for _ in rebuild(fresh_database.owner, KEKS, [one.name for one in PROJECTIONS], catalogue, processes=1):
            pass
        await system.builds.refresh()
        assert await contacts_due(system, organization_id) == rows
        assert await assert_equal_to_fresh_folds(system, organization_id) == len(clients)


async def test_r63_what_is_shown_now_is_shown_by_the_policy_in_force_now(system: System, counselor: Caller) -> None:
    """Here the zone in which the days of a client are counted whose own is not known yet."""
    organization_id, client_id = counselor.organization_id, uuid4()
    await system.recorder.record(counselor, client_id, [draft(crisis())], new_client=True)

    async def time_zone(**when: Any) -> str:
        read = await system.projection_reader.read(access_to(organization_id), client_id, "milestones", **when)
        found: str = read.answer.time_zone  # type: ignore[attr-defined]
        return found

    assert await time_zone() == "America/Chicago"
    known_at = await system.store.settled(organization_id)
    moved = Policy.model_validate({"working_days": {"time_zone": "Asia/Kathmandu"}})
    await system.policy_adopter.adopt(operator(organization_id), moved)

    assert await time_zone() == "Asia/Kathmandu"
    assert await time_zone(known_at=known_at) == "America/Chicago"


async def test_r63_recording_is_decided_by_the_policy_in_force_now_whichever_process_it_was_adopted_in(
    database: DatabaseUrls, system: System, counselor: Caller
) -> None:
    organization_id = counselor.organization_id
    client_id = await in_crisis(system, counselor)
    ahead = draft(check_in(), at=clock.now() + timedelta(minutes=30))
    with pytest.raises(Refused, match="not_in_the_future"):
        await system.recorder.record(counselor, client_id, [ahead])

    async with system_of(database) as another:
        lenient = Policy.model_validate({"recording": {"future_tolerance_minutes": 60}})
        await another.policy_adopter.adopt(operator(organization_id), lenient)

    assert (await system.recorder.record(counselor, client_id, [ahead])).version == 5


async def test_recording_asks_for_policies_only_when_one_was_adopted(
    database: DatabaseUrls, system: System, counselor: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That the organization's timeline went on is told by the statement that brings the facts."""
    client_id = await in_crisis(system, counselor)
    read, asked = Organizations._read, []

    async def counted(*arguments: Any) -> Any:
        asked.append(arguments)
        return await read(*arguments)

    monkeypatch.setattr(Organizations, "_read", counted)
    for _ in range(3):
        await system.recorder.record(counselor, client_id, [draft(check_in())])
    assert asked == []

    async with system_of(database) as another:
        await another.policy_adopter.adopt(operator(counselor.organization_id), TWELVE_HOURS)
    asked.clear()
    for _ in range(3):
        await system.recorder.record(counselor, client_id, [draft(check_in())])
    assert len(asked) == 1


async def test_r63_an_adoption_counts_from_its_moment_on_and_in_its_own_organization_only(
    system: System, counselor: Caller, database: DatabaseUrls
) -> None:
    organization_id, others = counselor.organization_id, (await a_counselor(database)).organization_id
    now = clock.now()
    tomorrow = now + timedelta(days=1)
    await system.policy_adopter.adopt(operator(organization_id), TWELVE_HOURS, in_force_from=tomorrow)

    policies = await system.organizations.policies(organization_id)
    assert policies.at(now) == Policy().in_time_zone("America/Chicago")
    assert policies.at(tomorrow) == TWELVE_HOURS.in_time_zone("America/Chicago")
    assert (await system.organizations.policies(others)).adoptions == ()


async def test_a_policy_may_say_where_the_organizations_days_are_counted(system: System, counselor: Caller) -> None:
    organization_id = counselor.organization_id
    moved = Policy.model_validate({"working_days": {"time_zone": "Asia/Kathmandu"}})
    await system.policy_adopter.adopt(operator(organization_id), moved)
    await system.policy_adopter.adopt(operator(organization_id), TWELVE_HOURS)

    policies = await system.organizations.policies(organization_id)
    assert [each.policy.working_days.time_zone for each in policies.adoptions] == ["Asia/Kathmandu"] * 2
    assert policies.before.working_days.time_zone == "America/Chicago"


async def test_r63_adoptions_stand_in_the_log_like_everything_else(system: System, counselor: Caller) -> None:
    organization_id = counselor.organization_id
    entry = await system.policy_adopter.adopt(operator(organization_id), TWELVE_HOURS, note="Agreed by the board.")

    (read,) = await system.timelines.read(organization_id, organization_id)

    assert read == entry
    assert (read.event.type, read.recorded_by, read.client_id) == ("policy_adopted", "system/operator", organization_id)
    assert (await verify(system.store, organization_id)).intact


async def test_a_policy_that_cannot_be_read_stops_no_recording_and_nothing_is_told_by_guessed_numbers(
    fresh_database: DatabaseUrls,
) -> None:
    """What was recorded before it was adopted is told as it was."""
    counselor = await a_counselor(fresh_database)
    organization_id = counselor.organization_id
    async with system_of(fresh_database) as system:
        client_id = await in_crisis(system, counselor)
        known_at = await system.store.settled(organization_id)
        before = await answers(system, organization_id, client_id, known_at=known_at)
        adopted = await system.policy_adopter.adopt(operator(organization_id), TWELVE_HOURS)
    superuser = await asyncpg.connect(fresh_database.superuser)
    await superuser.execute("set session_replication_role = replica")
    await superuser.execute(
        "update log.event set body = set_byte(body, 40, 255 - get_byte(body, 40)) where id = $1", adopted.id
    )
    await superuser.close()

    async with system_of(fresh_database) as system:
        assert (await system.recorder.record(counselor, client_id, [draft(crisis())])).version == 5
        assert await answers(system, organization_id, client_id, known_at=known_at) == before
        with pytest.raises(ProjectionFailed, match="PolicyUnreadable"):
            await answers(system, organization_id, client_id)
        await follow(system, organization_id)
        assert await system.catch_up.parked(organization_id) == sum(
            one.relevant >= {"crisis_contact_recorded"} for one in PROJECTIONS
        )
