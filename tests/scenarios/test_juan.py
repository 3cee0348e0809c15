"""Juan (S0), tapered from opioids with medication: conflict at home, intense craving, and a circle that holds."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest_asyncio

from domain.vocabulary.crisis import CrisisOutcome
from domain.vocabulary.medications import (
    MedicationStatus,
)
from domain.vocabulary.next_steps import NextStepKind
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from domain.vocabulary.plan import CadenceKind, CareStrand, Period
from domain.vocabulary.referrals import Service as ReferredTo
from domain.vocabulary.supports import SupportRole
from projections.care_plan.appointments import AppointmentStatus
from projections.care_plan.referrals import ReferralStatus
from samples.demo.juan import juan
from service.runtime import clock
from tests.builders import (
    only,
)
from tests.scenarios.circle import Service, Told, telling


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def told(service: Service) -> AsyncIterator[Told]:
    async with telling(service, juan(uuid4(), clock.now())) as told:
        yield told


async def test_replayed_to_every_entry_it_is_what_was_shown_then(told: Told) -> None:
    await told.replays_to_every_moment()


async def test_there_is_no_lapse_and_the_stretch_is_unbroken(told: Told) -> None:
    """R31, R46"""
    track = await told.track("opioids")

    (stretch,) = track.stretches
    assert (stretch.days, stretch.ended_on) == (95, None)
    assert (await told.milestones()).close_calls == 1
    assert all(plan.last_lapse is None for plan in told.plans())


async def test_the_plans_new_version_cites_the_crisis(told: Told) -> None:
    """R10"""
    plan = (await told.care_plan()).plan

    assert plan is not None
    assert (plan.version, plan.event_id) == (2, told.id("plan_2"))
    assert told.id("crisis") in plan.because_of


async def test_the_safety_plan_grows_by_a_version(told: Told) -> None:
    """R39"""
    before = (await told.care_plan(as_of=told.occurred_at("crisis"))).safety_plan
    after = (await told.care_plan()).safety_plan

    assert before is not None
    assert after is not None
    assert (before.version, after.version) == (1, 2)
    assert set(before.own_coping) < set(after.own_coping)


async def test_the_crisis_ends_as_an_avoided_lapse_and_its_review_is_carried_out(told: Told) -> None:
    """R42, R45"""
    reviewed = await told.review_of("crisis")

    assert reviewed.resolved is not None
    assert reviewed.resolved.outcome is CrisisOutcome.AVOIDED_LAPSE
    assert reviewed.review is not None
    assert [each.carried_out_by for each in reviewed.review.adjustments] == [told.id("plan_2")]


async def test_the_group_of_the_same_day_is_booked_and_kept_and_is_the_first_contact(told: Told) -> None:
    """R42, R58"""
    booked = only((await told.care_plan(as_of=told.occurred_at("group_booked"))).appointments)
    group = only((await told.care_plan()).appointments)
    contact = await told.obligation(ObligationKind.CRISIS_CONTACT, "crisis")

    assert (booked.status, group.status) == (AppointmentStatus.BOOKED, AppointmentStatus.KEPT)
    assert (group.because_of, group.starts_at) == (told.id("crisis"), told.occurred_at("group"))
    assert (await told.obligation(ObligationKind.APPOINTMENT, "group_booked")).status == "met"
    assert contact.met is not None
    assert contact.met.event_id == told.id("group")


async def test_a_family_check_in_and_respite_are_owed_by_the_case_manager_and_done_in_time(told: Told) -> None:
    """R40"""
    for step, by in (("family_step", "family_met"), ("respite_step", "respite_asked")):
        before = await told.obligation(ObligationKind.NEXT_STEP, step, as_of=told.occurred_at("ridden_out"))
        after = await told.obligation(ObligationKind.NEXT_STEP, step)
        assert (before.status, before.owner) == ("open", Role.CASE_MANAGER)
        assert after.met is not None
        assert (after.status, after.met.event_id) == ("met", told.id(by))
    kinds = [each.kind for each in (await told.care_plan()).next_steps]
    assert kinds == [NextStepKind.FAMILY_CHECK_IN, NextStepKind.RESPITE]


async def test_a_family_check_in_left_undone_is_late(service: Service) -> None:
    """R40"""
    async with telling(service, juan(uuid4(), clock.now()).without("family_met")) as told:
        assert (await told.obligation(ObligationKind.NEXT_STEP, "family_step")).status == "late"


async def test_respite_is_asked_for_and_answered_by_an_outside_party(told: Told) -> None:
    """R29"""
    asked = only((await told.care_plan(as_of=told.occurred_at("respite"))).referrals)
    there = only((await told.care_plan()).referrals)

    assert (asked.service, asked.status, there.status) == (
        ReferredTo.RESPITE_CARE,
        ReferralStatus.MADE,
        ReferralStatus.ACCEPTED,
    )
    assert (await told.obligation(ObligationKind.REFERRAL_ANSWER, "respite")).status == "met"


async def test_the_family_joins_with_consent_and_is_met_each_week(told: Told) -> None:
    """R09, R13, R14, R16"""
    shown = await told.care_plan()

    consented, sister = only(shown.consents), only(shown.supports)
    assert (consented.recipients, consented.in_force) == ((sister.name,), True)
    assert consented.granted_at < told.occurred_at("family")
    assert SupportRole.JOINS_FAMILY_SESSIONS in sister.roles
    assert only(shown.interventions).strand is CareStrand.FAMILY
    weekly = only(shown.cadences)
    assert (weekly.kind, weekly.times, weekly.per) == (CadenceKind.FAMILY_SESSION, 1, Period.WEEK)
    assert weekly.because_of == (told.id("crisis"),)


async def test_after_the_taper_naloxone_and_a_crisis_card_are_asked_for_and_given(told: Told) -> None:
    """R18, R32, R41"""
    then, now = await told.care_plan(as_of=told.occurred_at("tapered")), await told.care_plan()

    assert [only(each.medications).status for each in (then, now)] == [MedicationStatus.STOPPED] * 2
    assert (then.naloxone_needed, then.crisis_card_needed) == (True, True)
    assert (now.naloxone_needed, now.crisis_card_needed) == (False, False)
    for kind in (ObligationKind.NALOXONE, ObligationKind.CRISIS_CARD):
        assert (await told.obligation(kind, "tapered")).status == "met"
