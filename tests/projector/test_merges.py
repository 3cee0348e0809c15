"""Clients who are one person: a survivor's rows and states are folded from all, however they come to be made."""

from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest

from domain.events.base import Event
from domain.events.handoffs import HandoffAccepted
from domain.events.merging import ClientsMerged, MergeUndone
from domain.policy import Policy
from domain.vocabulary.people import Role
from projections.care_plan import CARE_PLAN
from projections.catalogue import PROJECTIONS
from projections.projection import Projection
from service.access.caller import Caller
from service.bootstrap import System
from service.database.connection import Connection, open_pool, scoped
from service.deployment_keys import key_encryption_keys
from service.log.keyring import Keyring
from service.projector.fresh_states import FreshStates
from service.projector.rebuild_worker import Chunk, Rebuilder, Target, _Copy
from service.projector.what_if import Question, WhatIf
from service.runtime import clock
from tests.builders import check_in, crisis, fold, goal_set, handoff, registered, session
from tests.erasing import erase
from tests.projector.broken import MISSED, Broken
from tests.projector.comparing import assert_equal_to_fresh_folds, concerning, entries_of
from tests.projector.test_projector import follower_of, parked
from tests.system import access_to, draft, follow

ACCEPTED = partial(HandoffAccepted, accepted_by=Role.CASE_MANAGER)


@asynccontextmanager
async def rebuilder_of(system: System) -> AsyncIterator[Rebuilder]:
    """What rebuilds, as the owner."""
    owner = system.settings.owner_database_url
    assert owner is not None
    async with await open_pool(owner.get_secret_value(), min_size=1, max_size=1) as pool:
        yield Rebuilder(pool, Keyring(pool, key_encryption_keys(system.settings)), PROJECTIONS)


class Story:
    """Clients of an organization to whom things happen, and the projector that follows."""

    def __init__(self, system: System, caller: Caller) -> None:
        self.system = system
        self.caller = caller
        self.organization_id = caller.organization_id
        self.warm = follower_of(system, batch=2)
        self.fresh_states = FreshStates(system.pool, system.keyring, system.organizations, system.builds, system.sliced)

    async def tell(self, client_id: UUID, *events: Event, at: datetime | None = None) -> UUID:
        """Record what happened; the id of the last entry."""
        new = await self.system.store.head(self.organization_id, client_id) == 0
        drafts = [draft(event, at) for event in events]
        await self.system.recorder.record(self.caller, client_id, drafts, new_client=new)
        return drafts[-1].id

    async def client(self, *events: Event) -> UUID:
        """A new client, registered a while ago."""
        client_id = uuid4()
        await self.tell(client_id, registered(), *events, at=clock.now() - timedelta(days=30))
        return client_id

    async def check(self, *, cold: bool = False) -> None:
        """That rows, snapshots and fresh reads are all those of the folds of all who are one person."""
        await (follower_of(self.system) if cold else self.warm).follow(self.organization_id)
        assert await assert_equal_to_fresh_folds(self.system, self.organization_id)
        for client_id in await self.clients():
            for projection in PROJECTIONS:
                assert await self.fresh(client_id, projection) == await self.folded(client_id, projection)

    async def clients(self) -> list[UUID]:
        query = "select client_id from log.timeline_head where organization_id = $1 and client_id <> $1"
        return [UUID(int=row[0].int) for row in await self.system.store.rows(self.organization_id, query)]

    async def fresh(self, client_id: UUID, projection: Projection[Any]) -> object:
        found = await self.fresh_states.read(self.organization_id, client_id, projection)
        assert found
        return projection.rows(found.state)

    async def folded(self, client_id: UUID, projection: Projection[Any]) -> object:
        entries = await entries_of(self.system, self.organization_id, client_id)
        policies = await self.system.organizations.policies(self.organization_id)
        counting = projection.timeline(entries).entries
        return projection.rows(fold(projection, counting, policies))

    async def plan(self, client_id: UUID, known_at: datetime | None = None) -> Any:
        access = access_to(self.organization_id)
        return (await self.system.projection_reader.read(access, client_id, "care_plan", known_at=known_at)).answer


@pytest.fixture
async def story(system: System, counselor: Caller) -> Story:
    await system.builds.refresh()
    return Story(system, counselor)


def goals(plan: Any) -> int:
    """How many goals it has."""
    return len((*plan.stabilization_goals, *plan.longer_term_goals))


async def test_a_survivor_is_folded_from_all_who_are_one_person_whatever_comes_when(story: Story) -> None:
    first, second, third = [await story.client(goal_set(), *[check_in()] * count) for count in (9, 1, 2)]
    asked = await story.tell(second, handoff())
    await story.check()
    before = (await story.system.store.log(story.organization_id, limit=100))[-1].recorded_at

    merge = await story.tell(first, ClientsMerged(duplicate=second))
    await story.check()
    await story.tell(second, ACCEPTED(handoff=asked))
    await story.check(cold=True)
    assert all(each.accepted for each in (await story.plan(first)).handoffs), "it is accepted where it was asked for"
    assert goals(await story.plan(first)) == 2
    assert goals(await story.plan(first, known_at=before)) == 1, "nobody knew of it"

    await story.tell(first, session(), at=clock.now() - timedelta(days=40))
    await story.tell(third, ClientsMerged(duplicate=first))
    await story.check()
    assert goals(await story.plan(third)) == 3

    await story.tell(first, MergeUndone(merge=merge))
    await story.check()
    assert [goals(await story.plan(client_id)) for client_id in (first, second, third)] == [1, 1, 2]
    await story.tell(second, check_in())
    await story.check(cold=True)


async def test_a_build_from_the_log_has_the_rows_that_the_projector_made(story: Story) -> None:
    first, second = await story.client(goal_set()), await story.client(check_in(craving=9), goal_set())
    asked = await story.tell(second, handoff())
    await story.tell(first, ClientsMerged(duplicate=second))
    last = await story.system.store.log_head(story.organization_id)
    await story.tell(second, ACCEPTED(handoff=asked))
    targets = (Target("rebuilt", CARE_PLAN.name, last), Target("rebuilt", CARE_PLAN.name, last + 1))
    made = [await _copied(story, (first, second), target) for target in targets]

    entries = await entries_of(story.system, story.organization_id, first)
    policies = await story.system.organizations.policies(story.organization_id)
    for rows, known in zip(made, (entries[:-1], entries), strict=True):
        expected = CARE_PLAN.rows(fold(CARE_PLAN, CARE_PLAN.timeline(concerning(known, CARE_PLAN)).entries, policies))
        assert {name: sorted(found, key=str) for name, found in rows.items() if found} == {
            table.name: sorted(found, key=str) for table, found in expected.items() if found
        }


async def _copied(story: Story, clients: tuple[UUID, ...], target: Target) -> dict[str, list[Any]]:
    """The rows of the first of the clients that a rebuild would copy."""
    copied: dict[str, list[Any]] = defaultdict(list)

    async def copy(self: _Copy, connection: Connection) -> None:
        for (_, table), records in self._records.items():
            copied[table] += [record[2:] for record in records if record[1] == clients[0]]

    with patch.object(_Copy, "write", copy):
        async with rebuilder_of(story.system) as rebuilder:
            await rebuilder.rebuild(Chunk(story.organization_id, clients, (target,), 0))
    assert [record[0] for record in copied.pop("snapshot")] == [0]
    return copied


async def test_where_a_projection_fails_for_one_it_does_for_the_survivor_until_both_are_caught_up(
    system_with_broken: System, broken: Broken, counselor: Caller
) -> None:
    await system_with_broken.builds.refresh()
    story = Story(system_with_broken, counselor)
    first, second = await story.client(), await story.client(MISSED)
    asked = await story.tell(second, handoff())
    await story.tell(first, ClientsMerged(duplicate=second))
    await story.warm.follow(story.organization_id)
    assert (await parked(story.system, story.organization_id))["care_plan"] == 2

    await story.tell(second, ACCEPTED(handoff=asked))
    await story.warm.follow(story.organization_id)
    broken.mended = True
    done = [well async for well in story.system.catch_up.retry(story.organization_id)]
    assert done == [True, True]
    await story.check()


async def test_a_survivor_who_is_erased_holds_nobody_up(story: Story) -> None:
    first, second, other = [uuid4() for _ in range(3)]
    for client_id in (first, second, other):
        await story.tell(client_id, crisis())
    await story.tell(first, ClientsMerged(duplicate=second))
    await erase(story.system, story.organization_id, first)
    await story.tell(other, check_in())

    await story.warm.follow(story.organization_id)
    with patch.object(_Copy, "write"):
        async with rebuilder_of(story.system) as rebuilder:
            done = await rebuilder.rebuild(
                Chunk(story.organization_id, (first,), (Target("rebuilt", "milestones", 9),), 0)
            )

    found = await story.system.comparison.compare(story.organization_id)
    assert (done.parked, found.clients, found.differences) == (0, 3, []), "who was erased is nobody's to mend"


async def test_another_policy_would_have_asked_the_survivor_for_what_was_told_of_the_other(story: Story) -> None:
    first, second = await story.client(), await story.client(handoff())
    await story.tell(first, ClientsMerged(duplicate=second))
    slower = Policy.model_validate({"handoffs": {"routine_accepted_within_working_days": 5}})
    what_if = WhatIf(story.system.pool, story.system.keyring, PROJECTIONS)

    found = await what_if.ask(Question(story.organization_id, slower, clock.now()), [first])

    assert (found.clients, found.left_out) == (1, 0)
    assert found.differing[first].obligations


async def test_verify_finds_what_somebody_changed_in_a_survivors_rows(story: Story) -> None:
    first, second = await story.client(), await story.client(goal_set())
    await story.tell(first, ClientsMerged(duplicate=second))
    await follow(story.system, story.organization_id)
    compared = await story.system.comparison.compare(story.organization_id)
    assert (compared.clients, compared.left_out, compared.differences) == (2, 0, [])

    schema = await _schema(story.system, CARE_PLAN)
    async with scoped(story.system.pool, story.organization_id) as connection:
        await connection.execute(f"DELETE FROM {schema}.care_plan_goal WHERE client_id = $1", first)
    found = await story.system.comparison.compare(story.organization_id)
    assert [each.what for each in found.differences] == ["the rows in care_plan_goal are not those of a fresh fold"]


async def _schema(system: System, projection: Projection[Any]) -> str:
    build = await system.builds.to_read(projection.name)
    assert build
    return build.schema
