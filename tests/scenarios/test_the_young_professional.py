"""The young professional (S1), close to 90 days without alcohol: a breakup, no sleep, a text that a peer reads."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
import pytest_asyncio

from domain.vocabulary.appointments import Transport
from domain.vocabulary.barriers import Barrier, BarrierOutcome
from domain.vocabulary.crisis import CrisisOutcome
from domain.vocabulary.medications import MedicationPurpose, MedicationStatus
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from domain.vocabulary.referrals import Service
from projections.care_plan.appointments import AppointmentStatus
from projections.care_plan.referrals import ReferralStatus
from projections.obligations import ObligationStatus
from samples.demo.the_young_professional import the_young_professional
from service.runtime import clock
from tests.builders import only
from tests.scenarios.circle import Service as RunningService
from tests.scenarios.circle import Told, telling

MINUTE = timedelta(minutes=1)
WITHIN = timedelta(hours=72)
"""S1: in that time, better sleep and fewer cravings."""

CALL_TOMORROW = (ObligationKind.NEXT_STEP, "peer_call_agreed", 1)
FOLLOW_UP_TOMORROW = (ObligationKind.NEXT_STEP, "follow_up_agreed", 1)
REVIEW_TOMORROW = (ObligationKind.NEXT_STEP, "safety_review_agreed", 1)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def told(service: RunningService) -> AsyncIterator[Told]:
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


async def test_the_crisis_ends_as_an_avoided_lapse_with_better_sleep_and_fewer_cravings(told: Told) -> None:
    """R11, R42"""
    plan = await told.care_plan(as_of=told.occurred_at("crisis") + WITHIN)
    goals = {goal.event_id: goal for goal in (*plan.stabilization_goals, *plan.longer_term_goals)}
    readings = {name: goals[told.id(name)].reading for name in ("sleep", "cravings")}

    assert {name: reading.value for name, reading in readings.items() if reading} == {"sleep": 7, "cravings": 2}
    in_the_end = await told.care_plan()
    assert [each.outcome for each in in_the_end.crises] == [CrisisOutcome.AVOIDED_LAPSE]
    assert in_the_end.last_lapse is None
    assert (await told.track("alcohol", as_of=told.occurred_at("ninety"))).current_days == 90


async def test_somebody_drives_to_the_evening_group(told: Told) -> None:
    """R28, R58"""
    that_afternoon = await told.care_plan(as_of=told.occurred_at("skills_booked"))
    in_the_end = await told.care_plan()

    booked, kept = only(that_afternoon.appointments), only(in_the_end.appointments)
    assert (booked.status, booked.transport) == (AppointmentStatus.BOOKED, Transport.RIDE_BOOKED)
    assert kept.status is AppointmentStatus.KEPT
    assert kept.kept is not None
    assert kept.kept.event_id == told.id("skills")
    assert (await told.obligation(ObligationKind.APPOINTMENT, "skills_booked")).status == "met"
    barrier = only(in_the_end.barriers)
    assert (barrier.kind, barrier.outcome) == (Barrier.TRANSPORT, BarrierOutcome.EASED)
    assert [step.in_force for step in that_afternoon.barrier_steps] == [True]
    assert [step.in_force for step in in_the_end.barrier_steps] == [False], "the ride was for that evening"


async def test_a_bed_at_the_sleep_clinic_the_next_night(told: Told) -> None:
    """R29"""
    moments = ("sleep_clinic", "bed_free", "slept_there")
    referrals = [only((await told.care_plan(as_of=told.occurred_at(each))).referrals) for each in moments]

    assert {each.service for each in referrals} == {Service.SLEEP_CLINIC}
    stages = [ReferralStatus.MADE, ReferralStatus.SCHEDULED, ReferralStatus.COMPLETED]
    assert [each.status for each in referrals] == stages
    for kind in (ObligationKind.REFERRAL_ANSWER, ObligationKind.REFERRAL_OUTCOME):
        assert (await told.obligation(kind, "sleep_clinic")).status == "met"


async def test_a_medication_for_the_acute_anxiety_and_no_longer(told: Told) -> None:
    """R18"""
    taken = only((await told.care_plan(as_of=told.occurred_at("skills"))).medications)
    in_the_end = only((await told.care_plan()).medications)

    assert (taken.purpose, taken.status) == (MedicationPurpose.ANXIETY, MedicationStatus.TAKEN)
    assert in_the_end.status is MedicationStatus.STOPPED


async def test_everything_that_the_crisis_asked_for_was_done_in_time(told: Told) -> None:
    """R40, R42"""
    morning = ("peer_call_agreed", "follow_up_agreed", "safety_review_agreed")
    asking = (*morning, "crisis", "consult_asked", "sleep_clinic", "no_way_there", "skills_booked")
    ids = {told.id(name): name for name in asking}

    obligations = (await told.care_plan()).obligations
    asked = [(ids[each.because], each.status) for each in obligations if each.because in ids]

    assert {name for name, _ in asked} == set(asking)
    assert {status for _, status in asked} == {"met", "released"}
    assert {status for name, status in asked if name in morning} == {"met"}


async def test_what_the_review_asked_for_is_a_contact_before_the_next_hard_day(told: Told) -> None:
    """R26, R45"""
    review = (await told.review_of("crisis")).review
    touchpoint = await told.obligation(ObligationKind.TRIGGER_TOUCHPOINT, "meeting_at_work")

    assert review is not None
    assert [each.carried_out_by for each in review.adjustments] == [told.id("meeting_at_work")]
    assert (touchpoint.status, touchpoint.owner) == (ObligationStatus.OPEN, Role.PEER)
    assert only((await told.care_plan()).triggers_ahead).ahead


@pytest.mark.parametrize(
    ("left_out", "overdue"),
    [
        (("peer_call",), [CALL_TOMORROW]),
        (("follow_up",), [FOLLOW_UP_TOMORROW]),
        (("safety_review",), [REVIEW_TOMORROW, (ObligationKind.POSTVENTION_REVIEW, "crisis", 1)]),
        (
            ("peer_call", "follow_up"),
            [CALL_TOMORROW, FOLLOW_UP_TOMORROW, (ObligationKind.CRISIS_CONTACT, "crisis", 2)],
        ),
    ],
)
async def test_a_step_of_the_morning_that_is_left_out_shows_as_overdue(
    service: RunningService, left_out: tuple[str, ...], overdue: list[tuple[ObligationKind, str, int]]
) -> None:
    """R34, R40, R42"""
    whole = the_young_professional(uuid4(), clock.now())
    until_the_morning_after = replace(whole, chapters=whole.chapters[:3])
    story = until_the_morning_after.without(*left_out, *(f"{name}_done" for name in left_out))
    async with telling(service, story) as told:
        for kind, because, number in overdue:
            due = (await told.obligation(kind, because, number)).due_at

            in_time = await told.obligation(kind, because, number, as_of=due)
            too_late = await told.obligation(kind, because, number, as_of=due + MINUTE)

            assert (in_time.status, too_late.status) == ("open", "late")
        done = {CALL_TOMORROW, FOLLOW_UP_TOMORROW, REVIEW_TOMORROW} - set(overdue)
        for kind, because, number in done:
            assert (await told.obligation(kind, because, number)).status == "met", because
