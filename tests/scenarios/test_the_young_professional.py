"""The young professional (S1), close to 90 days without alcohol: a breakup, no sleep, a text that a peer reads."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from domain.events.contacts import SessionHeld
from domain.events.crisis import CrisisContactRecorded
from domain.events.handoffs import HandoffAccepted, HandoffCompleted, HandoffRequested
from domain.events.intake import SubstanceUse
from domain.events.milestones import MilestoneCelebrated
from domain.events.plan import GoalMeasured
from domain.events.postvention import Adjustment
from domain.instruments.cssrs import CssrsAnswers
from domain.vocabulary.contacts import Channel, SessionKind, Technique
from domain.vocabulary.crisis import CrisisKind, CrisisOutcome
from domain.vocabulary.handoffs import HandoffUrgency
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from domain.vocabulary.postvention import AdjustmentKind
from domain.vocabulary.substances import Substance
from domain.vocabulary.triggers import Trigger
from samples.demo.story import Story, StoryWriter
from service.runtime import clock
from tests.builders import (
    check_in,
    crisis,
    goal_set,
    handoff,
    intake,
    outreach,
    plan,
    registered,
    resolved,
    review,
    session,
)
from tests.scenarios.circle import CASE_MANAGER, COUNSELOR, PEER, PRESCRIBER, Service, Told, one_chapter, telling


def the_young_professional(client_id: UUID, now: datetime) -> Story:
    writer = StoryWriter(client_id, "America/Chicago", now)
    text, consult, sleep_clinic = writer.id("crisis"), writer.id("consult_asked"), writer.id("sleep_clinic")
    alcohol = SubstanceUse(substance=Substance.ALCOHOL, last_used_on=writer.day(91))
    return one_chapter(
        writer,
        writer.step("registered", CASE_MANAGER, 86, "09:00", registered(writer.zone.key, name="Kit Example")),
        writer.step("intake", COUNSELOR, 86, "10:00", intake(substances=(alcohol,), triggers=(Trigger.WORK_STRESS,))),
        writer.step("sleep", COUNSELOR, 85, "10:00", goal_set(target=7, baseline=5)),
        writer.step("plan_1", COUNSELOR, 85, "10:30", plan()),
        writer.step("no_sleep", PEER, 5, "22:00", check_in(craving=7, mood=3, sleep_hours=3.5)),
        writer.step("crisis", PEER, 4, "08:40", _distress_in_a_text()),
        writer.step("same_day", COUNSELOR, 4, "13:00", _same_day_session()),
        writer.step("sleep_clinic", CASE_MANAGER, 4, "13:30", _to_the_sleep_clinic()),
        writer.step(
            "bed_free", CASE_MANAGER, 4, "15:00", HandoffAccepted(handoff=sleep_clinic, accepted_by=Role.OUTSIDE_PARTY)
        ),
        writer.step("consult_asked", COUNSELOR, 4, "13:40", handoff(HandoffUrgency.CRISIS, to_role=Role.PRESCRIBER)),
        writer.step(
            "consult_taken", PRESCRIBER, 4, "14:10", HandoffAccepted(handoff=consult, accepted_by=Role.PRESCRIBER)
        ),
        writer.step("consult", PRESCRIBER, 4, "16:00", _consult()),
        writer.step("consult_done", PRESCRIBER, 4, "16:20", HandoffCompleted(handoff=consult)),
        writer.step("skills", COUNSELOR, 4, "19:00", session(kind=SessionKind.SKILLS_CLASS)),
        writer.step("counselor_follow_up", COUNSELOR, 3, "08:30", outreach(True, text, made_by=Role.COUNSELOR)),
        writer.step("peer_call", PEER, 3, "09:00", outreach(True, text)),
        writer.step("safety_review", COUNSELOR, 3, "11:00", review(text, _touchpoints())),
        writer.step("slept_there", CASE_MANAGER, 2, "09:30", HandoffCompleted(handoff=sleep_clinic)),
        writer.step("better", PEER, 1, "08:50", check_in(craving=2, mood=6, sleep_hours=7.0)),
        writer.step("slept", COUNSELOR, 1, "09:10", GoalMeasured(goal=writer.id("sleep"), value=7)),
        writer.step("resolved", COUNSELOR, 1, "09:20", resolved(text, CrisisOutcome.AVOIDED_LAPSE)),
        writer.step("plan_2", COUNSELOR, 1, "10:00", plan(text, writer.id("safety_review"))),
        writer.step("ninety", PEER, 1, "18:00", MilestoneCelebrated(days=90, substance=Substance.ALCOHOL)),
    )


def _distress_in_a_text() -> CrisisContactRecorded:
    return crisis(
        CrisisKind.CRAVINGS,
        CrisisKind.SUDDEN_LOSS,
        channel=Channel.TEXT,
        noticed_by=Role.PEER,
        activated=(Role.COUNSELOR, Role.CASE_MANAGER, Role.PRESCRIBER),
        triggers=(Trigger.CONFLICT, Trigger.LOSS, Trigger.INSOMNIA),
        cssrs=CssrsAnswers(q1=False, q2=False, q6_ever=False),
    )


def _same_day_session() -> SessionHeld:
    techniques = (Technique.CBT, Technique.URGE_SURFING)
    return session(kind=SessionKind.SAME_DAY_EVALUATION, channel=Channel.TELEHEALTH, techniques=techniques)


def _to_the_sleep_clinic() -> HandoffRequested:
    return handoff(
        HandoffUrgency.URGENT,
        from_role=Role.CASE_MANAGER,
        to_role=Role.OUTSIDE_PARTY,
        to_party="Example sleep clinic",
    )


def _consult() -> SessionHeld:
    return session(kind=SessionKind.MEDICATION_CONSULT, channel=Channel.TELEHEALTH, held_by=Role.PRESCRIBER)


def _touchpoints() -> Adjustment:
    return Adjustment(kind=AdjustmentKind.TOUCHPOINTS_BEFORE_TRIGGERS)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def told(service: Service) -> AsyncIterator[Told]:
    async with telling(service, the_young_professional(uuid4(), clock.now())) as told:
        yield told


async def test_replayed_to_every_entry_it_is_what_was_shown_then(told: Told) -> None:
    await told.replays_to_every_moment()


async def test_ninety_days_arrive_as_their_day_begins(told: Told) -> None:
    """R46, R48"""
    track = await told.track("alcohol")
    (stretch,) = track.stretches
    ninety = next(step for step in stretch.steps if step.days == 90)

    the_evening_before = await told.track("alcohol", as_of=ninety.at - timedelta(seconds=1))
    that_day = await told.track("alcohol", as_of=ninety.at)

    assert ninety.on == told.occurred_at("ninety").astimezone(told.story.time_zone).date()
    assert the_evening_before.next_step is not None
    assert (the_evening_before.current_days, the_evening_before.next_step.days) == (89, 90)
    assert (that_day.current_days, next(step for step in that_day.stretches[0].steps if step.days == 90).reached) == (
        90,
        True,
    )
    assert [held.stretch_event_id for held in (await told.milestones()).celebrations] == [told.id("intake")]


async def test_the_crisis_ends_as_an_avoided_lapse_with_better_sleep(told: Told) -> None:
    """R11, R42"""
    plan = await told.care_plan()

    assert [each.outcome for each in plan.crises] == [CrisisOutcome.AVOIDED_LAPSE]
    assert plan.last_lapse is None
    assert [goal.reading.value for goal in plan.stabilization_goals if goal.reading] == [7]


async def test_every_step_of_the_next_morning_was_done_in_time(told: Told) -> None:
    """R42"""
    asking = {told.id(name) for name in ("crisis", "consult_asked", "sleep_clinic")}

    asked = [each for each in (await told.care_plan()).obligations if each.because in asking]

    assert len(asked) == 4 + 1 + 2 + 2
    assert {each.status for each in asked} == {"met", "released"}


@pytest.mark.parametrize(
    ("left_out", "kind", "number"),
    [
        ("peer_call", ObligationKind.CRISIS_CONTACT, 2),
        ("safety_review", ObligationKind.POSTVENTION_REVIEW, 1),
    ],
)
async def test_a_step_of_the_morning_that_is_left_out_shows_as_overdue(
    service: Service, left_out: str, kind: ObligationKind, number: int
) -> None:
    """R34, R42"""
    until_then = ("slept_there", "better", "slept", "resolved", "plan_2", "ninety")
    story = the_young_professional(uuid4(), clock.now()).without(left_out, *until_then)
    async with telling(service, story) as told:
        due = (await told.obligation(kind, "crisis", number)).due_at

        in_time = await told.obligation(kind, "crisis", number, as_of=due)
        overdue = await told.obligation(kind, "crisis", number, as_of=due + timedelta(minutes=1))

    assert (in_time.status, overdue.status) == ("open", "late")
