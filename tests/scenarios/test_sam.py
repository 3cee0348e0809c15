"""Sam (S0): housing lost from one day to the next, a bed found by a warm handoff, 72 hours in small steps."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest_asyncio

from domain.events.crisis import CrisisContactRecorded
from domain.events.handoffs import HandoffAccepted, HandoffCompleted, HandoffRequested
from domain.events.plan import GoalClosed, GoalSet
from domain.events.record import EntryRetracted
from domain.instruments.cssrs import CssrsAnswers
from domain.vocabulary.contacts import Channel, OutreachPurpose, SessionKind
from domain.vocabulary.crisis import CrisisKind, CrisisOutcome, RiskTier
from domain.vocabulary.goals import GoalCategory, GoalOutcome
from domain.vocabulary.handoffs import HandoffUrgency
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from domain.vocabulary.record import CorrectionReason
from domain.vocabulary.triggers import Trigger
from projections.care_plan.handoff import HandoffStatus
from samples.demo.story import Step, Story, StoryWriter
from service.api.response_models import EventStatus
from service.runtime import clock
from tests.builders import crisis, intake, outreach, plan, registered, resolved, review, safety_plan, session
from tests.scenarios.circle import CASE_MANAGER, COUNSELOR, PEER, Service, Told, one_chapter, telling

SMALL_STEPS = {
    "sleep_there": GoalOutcome.ACHIEVED,
    "find_the_bus": GoalOutcome.ACHIEVED,
    "unpack": GoalOutcome.NOT_ACHIEVED,
}


def sam(client_id: UUID, now: datetime) -> Story:
    writer = StoryWriter(client_id, "America/Denver", now)
    lost, bed = writer.id("crisis"), writer.id("bed")
    return one_chapter(
        writer,
        writer.step("registered", CASE_MANAGER, 80, "09:00", registered(writer.zone.key, name="Sam Example")),
        writer.step("intake", COUNSELOR, 80, "10:00", intake()),
        writer.step("plan_1", COUNSELOR, 79, "10:00", plan()),
        writer.step("crisis", CASE_MANAGER, 9, "16:00", _housing_lost()),
        writer.step("bed", CASE_MANAGER, 9, "16:20", _to_elm_street()),
        writer.step("accepted", CASE_MANAGER, 9, "16:50", HandoffAccepted(handoff=bed, accepted_by=Role.OUTSIDE_PARTY)),
        writer.step("moved_in", CASE_MANAGER, 8, "11:00", HandoffCompleted(handoff=bed)),
        writer.step("peer_there", PEER, 8, "11:10", session(kind=SessionKind.PEER_MEETING, held_by=Role.PEER)),
        *(_small_step(writer, name) for name in SMALL_STEPS),
        writer.step("safety_plan", COUNSELOR, 8, "15:00", safety_plan(people_and_places=("The kitchen",), crisis=lost)),
        writer.step("text", PEER, 7, "17:00", outreach(True, lost, channel=Channel.TEXT)),
        writer.step("plan_2", COUNSELOR, 7, "18:00", plan(lost, writer.id("moved_in"))),
        writer.step("call", PEER, 6, "12:00", outreach(False, lost)),
        writer.step("call_again", PEER, 6, "12:00", outreach(False, lost)),
        writer.step("not_twice", PEER, 6, "12:05", _not_twice(writer)),
        *(_small_step_ends(writer, name, outcome) for name, outcome in SMALL_STEPS.items()),
        writer.step("caring_call", PEER, 4, "12:00", outreach(True, lost)),
        writer.step("resolved", CASE_MANAGER, 3, "16:00", resolved(lost, CrisisOutcome.STABILIZED)),
        writer.step("review", COUNSELOR, 3, "15:30", review(lost)),
        writer.step("caring_text", PEER, 2, "12:00", outreach(False, purpose=OutreachPurpose.CARING_CONTACT)),
    )


def _housing_lost() -> CrisisContactRecorded:
    return crisis(
        CrisisKind.LOSS_OF_HOUSING,
        noticed_by=Role.CASE_MANAGER,
        activated=(Role.COUNSELOR, Role.PEER),
        triggers=(Trigger.HOUSING_LOSS,),
        cssrs=CssrsAnswers(q1=True, q2=False, q6_ever=False),
    )


def _to_elm_street() -> HandoffRequested:
    return HandoffRequested(
        from_role=Role.CASE_MANAGER,
        to_role=Role.OUTSIDE_PARTY,
        to_party="Elm Street House",
        urgency=HandoffUrgency.CRISIS,
    )


def _small_step(writer: StoryWriter, name: str) -> Step:
    goal = GoalSet(category=GoalCategory.HOUSING, description=name.replace("_", " "), target_on=writer.day(5))
    return writer.step(name, PEER, 8, "11:30", goal)


def _small_step_ends(writer: StoryWriter, name: str, outcome: GoalOutcome) -> Step:
    return writer.step(f"{name}_ends", PEER, 5, "11:30", GoalClosed(goal=writer.id(name), outcome=outcome))


def _not_twice(writer: StoryWriter) -> EntryRetracted:
    return EntryRetracted(entry=writer.id("call_again"), reason=CorrectionReason.DUPLICATE)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def told(service: Service) -> AsyncIterator[Told]:
    async with telling(service, sam(uuid4(), clock.now())) as told:
        yield told


async def test_replayed_to_every_entry_it_is_what_was_shown_then(told: Told) -> None:
    await told.replays_to_every_moment()


async def test_the_handoff_is_requested_accepted_and_completed(told: Told) -> None:
    """R33"""
    stages = [
        (await told.care_plan(as_of=told.occurred_at(name))).handoffs[0] for name in ("bed", "accepted", "moved_in")
    ]

    assert [each.status for each in stages] == [
        HandoffStatus.REQUESTED,
        HandoffStatus.ACCEPTED,
        HandoffStatus.COMPLETED,
    ]
    assert stages[0].accept_due_at == told.occurred_at("bed") + timedelta(hours=1)
    assert (await told.obligation(ObligationKind.HANDOFF_ACCEPTANCE, "bed")).status == "met"


async def test_small_steps_appear_and_end_after_72_hours(told: Told) -> None:
    """R40"""

    def open_goals(name: str) -> int:
        shown = told.plans()[told.version(name) - 1]
        return sum(goal.closed is None for goal in shown.longer_term_goals)

    assert [open_goals(name) for name in ("peer_there", "unpack", "unpack_ends")] == [0, 3, 0]
    ended = {goal.event_id: goal.outcome for goal in (await told.care_plan()).longer_term_goals}
    assert ended == {told.id(name): outcome for name, outcome in SMALL_STEPS.items()}
    assert len((await told.milestones()).goals_reached) == 2


async def test_the_risk_is_low_and_the_review_has_a_week(told: Told) -> None:
    """R37, R44"""
    reviewed = await told.review_of("crisis")

    assert reviewed.tier is RiskTier.LOW
    assert reviewed.due_at == told.occurred_at("crisis") + timedelta(days=7)


async def test_follow_ups_stop_when_the_crisis_is_over(told: Told) -> None:
    """R42"""
    contact = ObligationKind.CRISIS_CONTACT
    before, after = told.occurred_at("resolved") - timedelta(minutes=1), told.occurred_at("resolved")

    assert (await told.obligation(contact, "crisis", 4, as_of=before)).status == "open"
    assert (await told.obligation(contact, "crisis", 4, as_of=after)).status == "released"
    much_later = await told.care_plan(as_of=after + timedelta(days=60))
    assert not [each for each in much_later.obligations if each.kind is contact and each.status in {"open", "late"}]


async def test_a_caring_text_the_day_after_asks_for_nothing_and_is_the_first_of_a_year(told: Told) -> None:
    """R42"""
    first = await told.obligation(ObligationKind.CARING_CONTACT, "resolved")
    (series,) = (await told.care_plan()).caring_contacts

    assert (first.status, first.met and first.met.event_id) == ("met", told.id("caring_text"))
    assert (series.crisis, series.made) == (told.id("crisis"), 1)


async def test_an_attempt_entered_twice_counts_once(told: Told) -> None:
    """R55"""
    then = (await told.care_plan(as_of=told.occurred_at("call"))).crises
    now = (await told.care_plan()).crises

    assert [each.attempts for each in then] == [1]
    assert [each.attempts for each in now] == [0], "the next call reached them"
    assert (await told.event("call_again")).status is EventStatus.RETRACTED
