"""The parent (S1): opioids after surgery, a crisis as the way in, a lapse, handoffs, four weeks, thirty days."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from care_timeline_client import ProblemError
from domain.events.contacts import CheckInReceived
from domain.events.harm_reduction import HarmReductionProvided
from domain.vocabulary.consents import ConsentPurpose
from domain.vocabulary.contacts import Channel, SessionKind, Technique
from domain.vocabulary.harm_reduction import HarmReductionKind, Recipient
from domain.vocabulary.intake import EntryRoute
from domain.vocabulary.medications import Drug, MedicationChangeKind, MedicationPurpose, MedicationStatus
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from domain.vocabulary.plan import CadenceKind, Period
from domain.vocabulary.referrals import ReferralOutcome, Service
from projections.care_plan.appointments import AppointmentStatus
from projections.care_plan.handoff import HandoffStatus
from projections.care_plan.referrals import ReferralStatus
from projections.obligations import ObligationStatus
from samples.demo.the_parent import the_parent, told_late
from service.api.response_models import EventStatus
from service.runtime import clock
from tests.builders import only
from tests.scenarios.circle import Service as RunningService
from tests.scenarios.circle import Told, telling

MINUTE = timedelta(minutes=1)
INDIVIDUAL_SESSIONS = (SessionKind.INDIVIDUAL, Channel.IN_PERSON)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def told(service: RunningService) -> AsyncIterator[Told]:
    """The whole story, told; and then what is told late."""
    now = clock.now()
    async with telling(service, the_parent(uuid4(), now)) as told:
        await told.record(told_late(told.story, now))
        yield told


async def test_replayed_to_every_entry_it_is_what_was_shown_then(told: Told) -> None:
    await told.replays_to_every_moment()


async def test_the_way_in_is_a_crisis_before_any_registration(told: Told) -> None:
    """R08, R43"""
    first, second, *_ = told.plans()

    assert first.client is None
    assert first.crises[0].noticed_by is Role.PEER
    assert second.client is not None
    episode = told.plans()[-1].episode
    assert episode is not None
    assert episode.entry_route is EntryRoute.CRISIS


async def test_danger_of_overdose_asks_for_naloxone_and_a_crisis_card_until_they_are_given(told: Told) -> None:
    """R32"""
    asks = [(plan.naloxone_needed, plan.crisis_card_needed) for plan in told.plans()]
    lapse, kit, card = (told.version(step) for step in ("lapse", "naloxone", "crisis_card"))

    assert asks[: lapse - 1] == [(False, False)] * (lapse - 1)
    assert asks[lapse - 1 : kit - 1] == [(True, True)] * (kit - lapse)
    assert asks[kit - 1 : card - 1] == [(False, True)] * (card - kit)
    assert asks[card - 1 :] == [(False, False)] * (len(asks) - card + 1)
    a_day_later = told.occurred_at("lapse") + timedelta(days=1, minutes=1)
    for kind in (ObligationKind.NALOXONE, ObligationKind.CRISIS_CARD):
        assert (
            await told.obligation(kind, "lapse", as_of=a_day_later, known_at=told.recorded_at("lapse"))
        ).status == "late"
        assert (await told.obligation(kind, "lapse")).status == "met"


async def test_the_family_is_taught_with_consent(told: Told) -> None:
    """R09, R19"""
    plan = await told.care_plan(as_of=told.occurred_at("naloxone"))

    taught = only(plan.harm_reduction)
    assert taught.event_id == told.id("naloxone")
    assert HarmReductionKind.NALOXONE_TRAINING in taught.kinds
    assert Recipient.FAMILY in taught.recipients
    consent = only([each for each in plan.consents if each.event_id == taught.consent])
    assert (consent.in_force, consent.purpose) == (True, ConsentPurpose.FAMILY_INVOLVEMENT)


@pytest.mark.parametrize("named", [None, uuid4()])
async def test_without_a_consent_the_family_is_not_taught(told: Told, named: UUID | None) -> None:
    """R09, R19: none is named, or one that nobody gave."""
    taught = told.story.step("naloxone")
    assert isinstance(taught.event, HarmReductionProvided)
    event = taught.event.model_copy(update={"consent": named})
    before = await told.care_plan()

    with pytest.raises(ProblemError) as refused:
        await told.api.record(replace(taught, draft=replace(taught.draft, id=uuid4(), event=event)))

    assert refused.value.kind == "refused"
    assert (await told.care_plan()).harm_reduction == before.harm_reduction


async def test_the_crisis_card_is_outdated_by_the_next_safety_plan(told: Told) -> None:
    """R41"""
    card = only((await told.care_plan(as_of=told.occurred_at("crisis_card"))).crisis_cards)
    later = only((await told.care_plan(as_of=told.occurred_at("safety_plan"))).crisis_cards)

    assert (card.event_id, card.outdated) == (told.id("crisis_card"), None)
    assert later.outdated is not None
    assert later.outdated.event_id == told.id("safety_plan")


async def test_the_next_crisis_card_holds_her_own_plan_and_her_sister_has_one_with_consent(told: Told) -> None:
    """R41"""
    _, card = (await told.care_plan()).crisis_cards

    assert (card.event_id, card.safety_plan) == (told.id("card_of_her_own"), told.id("safety_plan"))
    assert (card.recipients, card.consent) == ((Recipient.CLIENT, Recipient.FAMILY), told.id("consent_sister"))
    assert card.outdated is None


async def test_the_medication_that_she_chose_is_taken_on(told: Told) -> None:
    """R18"""
    begun = only((await told.care_plan(as_of=told.occurred_at("buprenorphine"))).medications)
    now = await told.care_plan()
    course, change = only(now.medications), only(now.medication_changes)

    assert (begun.drug, begun.purpose) == (Drug.BUPRENORPHINE_NALOXONE, MedicationPurpose.OPIOID_USE_DISORDER)
    assert (begun.dose, begun.changed) == ("4 mg on the first day", None)
    assert (course.dose, course.status) == ("8 mg a day", MedicationStatus.TAKEN)
    assert (change.event_id, change.change) == (told.id("dose_raised"), MedicationChangeKind.DOSE_RAISED)


async def test_four_weekly_sessions_as_the_cadence_says(told: Told) -> None:
    """R14, R22, R23"""
    held = [told.story.step(f"session_{week}") for week in (1, 2, 3, 4)]
    days = [step.draft.occurred_at.astimezone(told.story.time_zone).date() for step in held]
    now = await told.care_plan()
    last_day = only([each for each in now.cadences if each.event_id == told.id("weekly_for_two_months")]).ends_at
    assert last_day is not None
    afterwards = await told.care_plan(as_of=last_day)

    assert {later - earlier for earlier, later in pairwise(days)} == {timedelta(weeks=1)}
    assert {Technique.PAIN_ALTERNATIVES, Technique.GRIEF_WORK} <= {each.technique for each in now.techniques_used}
    assert [(each.kind, each.times, each.per) for each in now.cadences] == [(CadenceKind.SESSION, 1, Period.WEEK)]
    assert [each.event_id for each in afterwards.cadences] == [told.id("weekly")], "two months, and no longer"
    individual = only([each for each in now.sessions if (each.kind, each.channel) == INDIVIDUAL_SESSIONS])
    assert individual.held == 5, "four with the counselor, and the intake at the clinic"


async def test_physical_therapy_and_childcare_are_found(told: Told) -> None:
    """R28, R29"""
    moments = ("missed", "no_sitter", "to_the_club", "sitter_found")
    barriers = [(await told.care_plan(as_of=told.occurred_at(moment))).barriers for moment in moments]
    now = await told.care_plan()
    therapy, club = now.referrals

    assert barriers[0] == ()
    assert [only(each).status for each in barriers[1:]] == ["raised", "worked_on", "resolved"]
    assert (club.barrier, only(now.barriers).resolving_referral) == (told.id("no_sitter"), club.event_id)
    assert [(each.service, each.status, each.outcome) for each in (therapy, club)] == [
        (Service.PHYSICAL_THERAPY, ReferralStatus.COMPLETED, ReferralOutcome.GOES_ON),
        (Service.CHILDCARE, ReferralStatus.COMPLETED, ReferralOutcome.GOES_ON),
    ]
    for referral in ("physical_therapy", "to_the_club"):
        assert (await told.obligation(ObligationKind.REFERRAL_OUTCOME, referral)).status == "met"


async def test_the_intake_at_the_clinic_is_booked_and_kept(told: Told) -> None:
    """R33, R58"""
    booked = only((await told.care_plan(as_of=told.occurred_at("clinic_booked"))).appointments)
    kept = only((await told.care_plan()).appointments)

    assert (booked.status, booked.because_of) == (AppointmentStatus.BOOKED, told.id("to_clinic"))
    assert kept.status is AppointmentStatus.KEPT
    assert (await told.obligation(ObligationKind.APPOINTMENT, "clinic_booked")).status == "met"


async def test_the_lapse_starts_a_new_stretch_and_keeps_the_old(told: Told) -> None:
    """R30, R46"""
    before = await told.track("opioids", as_of=told.occurred_at("lapse") - MINUTE)
    after = await told.track("opioids", known_at=told.recorded_at("celebration"))

    (only_stretch,) = before.stretches
    old, new = after.stretches
    assert (only_stretch.days, only_stretch.ended_on) == (8, None)
    assert (old.days, old.ended_event_id) == (7, told.id("lapse"))
    assert [step.days for step in old.steps if step.reached] == [1, 7]
    assert (new.event_id, new.days, new.ended_on) == (told.id("lapse"), 36, None)
    assert (after.longest_days, after.cumulative_days) == (36, 43)


async def test_what_is_told_late_changes_the_past_and_not_what_was_known(told: Told) -> None:
    """R56"""
    known = await told.track("opioids", known_at=told.recorded_at("told_late") - timedelta(microseconds=1))
    now = await told.track("opioids")

    assert [stretch.days for stretch in known.stretches] == [7, 36]
    assert [stretch.days for stretch in now.stretches] == [7, 1, 34]
    assert now.cumulative_days == known.cumulative_days - 1, "the day that is told of late"
    assert [held.days for held in (await told.milestones()).celebrations] == [30]


async def test_the_handoffs_complete(told: Told) -> None:
    """R33"""
    moments = ("to_prescriber", "prescriber_accepts", "met_prescriber")
    stages = [(await told.care_plan(as_of=told.occurred_at(moment))).handoffs[0].status for moment in moments]

    assert stages == [HandoffStatus.REQUESTED, HandoffStatus.ACCEPTED, HandoffStatus.COMPLETED]
    assert {handoff.status for handoff in (await told.care_plan()).handoffs} == {HandoffStatus.COMPLETED}
    for handoff in ("to_prescriber", "to_clinic"):
        assert (await told.obligation(ObligationKind.HANDOFF_ACCEPTANCE, handoff)).status == "met"
        assert (await told.obligation(ObligationKind.CLIENT_MEETING, handoff)).status == "met"


async def test_the_review_is_open_then_held_then_carried_out_by_the_plan(told: Told) -> None:
    """R44, R45"""
    waiting = await told.review_of("crisis", as_of=told.occurred_at("plan_2"))
    late = await told.review_of("crisis", as_of=waiting.due_at + MINUTE, known_at=told.recorded_at("plan_2"))
    held = await told.review_of("crisis", as_of=told.occurred_at("crisis_review"))
    carried_out = await told.review_of("crisis")

    assert (waiting.status, waiting.due_at) == (ObligationStatus.OPEN, told.occurred_at("crisis") + timedelta(hours=72))
    assert late.status is ObligationStatus.LATE
    assert held.status is ObligationStatus.MET
    assert held.review is not None
    assert all(adjustment.open for adjustment in held.review.adjustments)
    assert carried_out.review is not None
    assert {each.carried_out_by for each in carried_out.review.adjustments} == {
        told.id(step) for step in ("call_after_bad_nights", "plan_3", "weekly_for_two_months")
    }


async def test_the_plan_says_why_it_changed(told: Told) -> None:
    """R10"""
    plan = (await told.care_plan(as_of=told.occurred_at("plan_2"))).plan

    assert plan is not None
    assert plan.version == 2
    assert {told.id("lapse"), told.id("crisis")} <= set(plan.because_of)


async def test_a_correction_counts_and_the_original_stays(told: Told) -> None:
    """R55"""
    check_in = await told.event("evening_2")

    assert check_in.status is EventStatus.CORRECTED
    assert check_in.effective is not None
    bodies = [check_in.original.event, check_in.effective.event]
    assert [body.craving for body in bodies if isinstance(body, CheckInReceived)] == [3, 8]
