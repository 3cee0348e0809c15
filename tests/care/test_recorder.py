"""The recorder: decisions made upon what the log says, and made anew when others were quicker."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Literal
from uuid import UUID, uuid4

import pytest

from domain.entry import Draft, Entry
from domain.events.base import Event, KnownEntries, RefersTo
from domain.events.handoffs import HandoffAccepted
from domain.events.plan import GoalClosed, GoalMeasured, GoalSet
from domain.events.record import EntryCorrected
from domain.refusals import Refusal, Refused
from domain.vocabulary.goals import GoalOutcome
from domain.vocabulary.people import Role
from domain.vocabulary.record import CorrectionReason
from service.access.caller import Caller
from service.access.permissions import STRANDS, Resource
from service.bootstrap import System
from service.care.entry_contents import EntryContents
from service.care.errors import ClientExists, IdUsed, UnknownClient
from service.care.recorder import Recorder
from service.care.recording_steps import RecordingResult
from service.log.facts import FactReader
from service.log.pages import Pages
from service.log.sealed import StoredEvent
from service.log.timelines import Timelines
from tests.builders import check_in, goal_set, handoff, registered
from tests.system import draft


def another(system: System) -> Recorder:
    """A recorder as in another process: it shares nothing with the system's but the database."""
    return Recorder(
        system.store,
        FactReader(system.pool),
        system.keyring,
        system.timelines,
        EntryContents(Pages(system.pool), system.timelines),
        system.organizations,
        identifiers=system.identifiers,
        clients=system.accesses._clients,
    )


@pytest.fixture
async def client(system: System, counselor: Caller) -> UUID:
    client_id = uuid4()
    await system.recorder.record(counselor, client_id, [draft(registered())], new_client=True)
    return client_id


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The types of the events that are opened from now on."""
    types: list[str] = []
    original = Timelines.open

    async def noting(self: Timelines, organization_id: UUID, stored: Sequence[StoredEvent]) -> list[Entry]:
        types.extend(event.type for event in stored)
        return await original(self, organization_id, stored)

    monkeypatch.setattr(Timelines, "open", noting)
    return types


async def outcome(recorder: Recorder, caller: Caller, client_id: UUID, said: Draft) -> RecordingResult | set[str]:
    try:
        return await recorder.record(caller, client_id, [said])
    except Refused as refused:
        return {refusal.rule for _, refusal in refused.refusals}


async def test_two_processes_that_record_for_one_client_leave_no_gap(
    system: System, counselor: Caller, client: UUID
) -> None:
    recorders = (system.recorder, another(system))

    recorded = await asyncio.gather(
        *(recorder.record(counselor, client, [draft(check_in())]) for recorder in recorders for _ in range(20))
    )

    assert sorted(each.version for each in recorded) == list(range(2, 42))


async def test_of_two_processes_that_accept_one_handoff_one_is_refused(
    system: System, counselor: Caller, client: UUID
) -> None:
    for _ in range(10):
        asked = draft(handoff())
        await system.recorder.record(counselor, client, [asked])
        accepted = HandoffAccepted(handoff=asked.id, accepted_by=Role.PEER)

        outcomes = await asyncio.gather(
            *(outcome(recorder, counselor, client, draft(accepted)) for recorder in (system.recorder, another(system)))
        )

        assert [each for each in outcomes if not isinstance(each, RecordingResult)] == [{"handoff_accepted_once"}]


async def test_a_retry_in_another_process_is_the_same_entry(system: System, counselor: Caller, client: UUID) -> None:
    said = draft(check_in())

    first, again = await asyncio.gather(
        *(recorder.record(counselor, client, [said]) for recorder in (system.recorder, another(system)))
    )

    assert first.entries == again.entries
    assert sorted([first.repeated, again.repeated]) == [False, True]


async def test_half_a_repetition_is_a_conflict(system: System, counselor: Caller, client: UUID) -> None:
    said = draft(check_in())
    await system.recorder.record(counselor, client, [said])

    with pytest.raises(IdUsed) as used:
        await system.recorder.record(counselor, client, [draft(check_in()), said])

    assert used.value.entry_id == said.id


async def test_an_id_of_an_erased_client_is_used_all_the_same(system: System, counselor: Caller, client: UUID) -> None:
    erased, said = uuid4(), draft(registered())
    await system.recorder.record(counselor, erased, [said], new_client=True)
    await system.keyring.destroy(counselor.organization_id, erased)

    with pytest.raises(IdUsed):
        await system.recorder.record(counselor, client, [draft(check_in(), id_=said.id)])


async def test_a_client_is_new_once(system: System, counselor: Caller, client: UUID) -> None:
    with pytest.raises(ClientExists):
        await system.recorder.record(counselor, client, [draft(registered())], new_client=True)
    with pytest.raises(UnknownClient):
        await system.recorder.record(counselor, uuid4(), [draft(registered())])


async def test_recording_opens_nothing(system: System, counselor: Caller, client: UUID, opened: list[str]) -> None:
    asked = draft(handoff())
    await system.recorder.record(counselor, client, [asked])
    await system.recorder.record(counselor, client, [draft(HandoffAccepted(handoff=asked.id, accepted_by=Role.PEER))])
    await outcome(system.recorder, counselor, client, draft(registered()))

    assert opened == []


class TargetRaised(Event):
    """A made-up event whose rule asks what the goal says."""

    type: Literal["target_raised"] = "target_raised"
    goal: Annotated[UUID, RefersTo("goal_set", content=True)]
    target: float

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        goal = known.content_of(self.goal)
        if goal and isinstance(goal.event, GoalSet) and goal.event.target and self.target <= goal.event.target:
            yield Refusal("target_rises", "target", "Give a higher target than the goal has.")


async def test_a_rule_that_asks_what_an_entry_says_opens_that_one(
    system: System, counselor: Caller, client: UUID, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(STRANDS, "target_raised", Resource.CARE_PLAN)
    goal = draft(goal_set(target=5))
    await system.recorder.record(counselor, client, [draft(check_in()), goal, draft(check_in())])

    assert await outcome(system.recorder, counselor, client, draft(TargetRaised(goal=goal.id, target=5))) == {
        "target_rises"
    }
    assert opened == ["goal_set"]

    correction = EntryCorrected(entry=goal.id, reason=CorrectionReason.INCOMPLETE, replacement=goal_set(target=3))
    await system.recorder.record(counselor, client, [draft(correction)])
    recorded = await outcome(system.recorder, counselor, client, draft(TargetRaised(goal=goal.id, target=5)))

    assert isinstance(recorded, RecordingResult)
    assert opened == ["goal_set", "goal_set", "entry_corrected"]


async def test_g1_a_rule_that_asks_when_an_answer_occurred_opens_that_one(
    system: System, counselor: Caller, client: UUID, opened: list[str]
) -> None:
    goal = draft(goal_set())
    closing = draft(GoalClosed(goal=goal.id, outcome=GoalOutcome.ACHIEVED))
    reading = GoalMeasured(goal=goal.id, value=5)
    await system.recorder.record(counselor, client, [goal, draft(reading)])
    assert opened == []

    await system.recorder.record(counselor, client, [closing])
    before = replace(draft(reading), occurred_at=closing.occurred_at - timedelta(days=5))
    after = replace(draft(reading), occurred_at=closing.occurred_at + timedelta(seconds=1))

    assert isinstance(await outcome(system.recorder, counselor, client, before), RecordingResult)
    assert await outcome(system.recorder, counselor, client, after) == {"goal_is_open"}
    assert opened == ["goal_closed", "goal_closed"]
