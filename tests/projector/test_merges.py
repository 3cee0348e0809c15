"""Clients who are one person: a survivor's rows and states are folded from all, however they come to be made."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.events.base import Event
from domain.events.handoffs import HandoffAccepted
from domain.events.merging import ClientsMerged, MergeUndone
from domain.vocabulary.people import Role
from projections.catalogue import PROJECTIONS
from projections.projection import Projection
from service.access.caller import Caller
from service.bootstrap import System
from service.projector.fresh_states import FreshStates
from service.runtime import clock
from tests.builders import check_in, fold, goal_set, handoff, registered, session
from tests.projector.comparing import assert_equal_to_fresh_folds, entries_of
from tests.projector.test_projector import follower_of
from tests.system import access_to, draft


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
    await story.tell(second, HandoffAccepted(handoff=asked, accepted_by=Role.CASE_MANAGER))
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
