"""Sam (S0): housing lost from one day to the next, a bed found by a warm handoff, 72 hours in small steps."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import uuid4

import pytest_asyncio

from domain.vocabulary.appointments import Transport
from domain.vocabulary.barriers import Barrier, BarrierAction, BarrierOutcome
from domain.vocabulary.crisis import RiskTier
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from domain.vocabulary.plan import Environment
from domain.vocabulary.residence import HouseRuleKind, LivingSituation
from domain.vocabulary.supports import SupportKind
from projections.care_plan.appointments import AppointmentStatus
from projections.care_plan.barriers import BarrierStatus
from projections.care_plan.handoff import HandoffStatus
from projections.care_plan.referrals import ReferralStatus
from projections.milestones.reached import ReachedKind
from samples.demo.sam import SMALL_STEPS, sam
from service.api.response_models import EventStatus
from service.runtime import clock
from tests.builders import only
from tests.scenarios.circle import Service, Told, telling


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


async def test_the_referral_is_sped_up_and_its_loop_closed(told: Told) -> None:
    """R29"""
    stages = [
        told.of((await told.care_plan(as_of=told.occurred_at(name))).referrals, "referral").status
        for name in ("referral", "expected", "received")
    ]

    assert stages == [ReferralStatus.MADE, ReferralStatus.SCHEDULED, ReferralStatus.COMPLETED]
    assert (await told.obligation(ObligationKind.REFERRAL_ANSWER, "referral")).status == "met"
    assert (await told.obligation(ObligationKind.REFERRAL_OUTCOME, "referral")).status == "met"


async def test_the_barrier_is_raised_worked_on_and_removed_by_the_referral(told: Told) -> None:
    """R28"""
    stages = [only((await told.care_plan(as_of=told.occurred_at(n))).barriers).status for n in ("barrier", "referral")]
    barrier = only((await told.care_plan()).barriers)

    assert stages == [BarrierStatus.RAISED, BarrierStatus.WORKED_ON]
    assert (barrier.kind, barrier.status) == (Barrier.HOUSING, BarrierStatus.RESOLVED)
    assert (barrier.outcome, barrier.resolving_referral) == (BarrierOutcome.REMOVED, told.id("referral"))
    assert only((await told.care_plan()).barrier_steps).action is BarrierAction.ARRANGED_TRANSPORT
    assert (await told.obligation(ObligationKind.BARRIER_WORK, "barrier")).status == "met"


async def test_transport_is_a_next_step_done_in_time_and_the_peer_meets_sam_there(told: Told) -> None:
    """R40, R58"""
    ride = await told.obligation(ObligationKind.NEXT_STEP, "ride")
    assert (ride.status, ride.owner) == ("met", Role.CASE_MANAGER)

    meeting = told.of((await told.care_plan()).appointments, "meeting_booked")
    assert (meeting.status, meeting.transport) == (AppointmentStatus.KEPT, Transport.RIDE_BOOKED)
    assert meeting.kept is not None
    assert meeting.kept.event_id == told.id("peer_there")


async def test_sam_has_no_place_for_a_night_and_then_one_that_lasts(told: Told) -> None:
    """R21, R47"""
    lived = [
        (await told.care_plan(as_of=told.occurred_at(name))).residence for name in ("intake", "rented", "lost", "home")
    ]
    assert [each and (each.situation, each.stable) for each in lived] == [
        None,
        (LivingSituation.RENTED, True),
        (LivingSituation.UNKNOWN, False),
        (LivingSituation.SOBER_LIVING, True),
    ]
    assert only((await told.care_plan()).house_rules).kind is HouseRuleKind.CURFEW
    secured, *small_steps = (await told.milestones()).milestones_reached
    assert (secured.kind, secured.event_id) == (ReachedKind.HOUSING_SECURED, told.id("home"))
    assert {each.kind for each in small_steps} == {ReachedKind.SMALL_STEP}
    assert [each.how for each in small_steps] == ["sleep there", "find the bus"]


async def test_relapse_prevention_is_written_anew_for_the_new_place(told: Told) -> None:
    """R15"""
    shown = await told.care_plan()
    before, now = only(shown.earlier_relapse_prevention_plans), shown.relapse_prevention_plan

    assert now is not None
    assert (before.version, before.environment) == (1, Environment.HOME)
    assert (now.version, now.environment) == (2, Environment.SOBER_LIVING)
    assert now.because_of == (told.id("crisis"), told.id("moved_in"))
    assert (set(before.around) & set(now.around), set(before.coping) & set(now.coping)) == (set(), set())
    assert only(shown.supports).kind is SupportKind.FRIEND


async def test_micro_goals_appear_and_expire_by_themselves_after_72_hours(told: Told) -> None:
    """R40"""
    expiry = told.occurred_at("unpack") + timedelta(hours=72)

    async def micro_goals(at: datetime) -> list[str]:
        shown = (await told.care_plan(as_of=at)).next_steps
        return [each.status.value for each in shown if each.micro_goal]

    assert await micro_goals(told.occurred_at("peer_there")) == []
    assert await micro_goals(told.occurred_at("unpack")) == ["open", "open", "open"]
    assert await micro_goals(expiry) == ["done", "done", "open"]
    assert await micro_goals(expiry + timedelta(microseconds=1)) == ["done", "done", "expired"]
    owed = {each.because for each in (await told.care_plan()).obligations}
    assert not owed & {told.id(name) for name in SMALL_STEPS}, "they are Sam's own: nobody owes them, none is late"


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
