"""Mia (S0), trauma and alcohol: panic at work, a voice on the phone, a session the next day, a change of shift."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest_asyncio

from domain.events.consents import ConsentGranted
from domain.events.handoffs import HandoffAccepted, HandoffCompleted
from domain.events.intake import IntakeCompleted, SubstanceUse
from domain.events.plan import InterventionPlanned
from domain.instruments.cssrs import CssrsAnswers
from domain.vocabulary.consents import ConsentPurpose, ConsentScope
from domain.vocabulary.contacts import Channel, Technique
from domain.vocabulary.crisis import CrisisAction, CrisisKind, CrisisOutcome, RiskTier
from domain.vocabulary.handoffs import HandoffUrgency
from domain.vocabulary.intake import Condition, Driver
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from domain.vocabulary.plan import CareStrand
from domain.vocabulary.substances import Substance
from domain.vocabulary.triggers import Trigger
from samples.demo.story import Story, StoryWriter
from service.runtime import clock
from tests.builders import consent, crisis, handoff, intake, only, outreach, plan, registered, resolved, review, session
from tests.scenarios.circle import CASE_MANAGER, COUNSELOR, PEER, Service, Told, one_chapter, telling

EMPLOYER = "Example Stores, human resources"


def mia(client_id: UUID, now: datetime) -> Story:
    writer = StoryWriter(client_id, "America/New_York", now)
    panic, booked = writer.id("crisis"), writer.id("booked")
    return one_chapter(
        writer,
        writer.step("registered", CASE_MANAGER, 40, "09:00", registered(writer.zone.key, name="Mia Example")),
        writer.step("intake", COUNSELOR, 40, "10:00", _trauma_and_alcohol(writer)),
        writer.step("plan_1", COUNSELOR, 39, "10:00", plan()),
        writer.step(
            "crisis",
            CASE_MANAGER,
            4,
            "11:20",
            crisis(
                CrisisKind.PANIC,
                channel=Channel.PHONE,
                noticed_by=Role.CLIENT,
                activated=(Role.CASE_MANAGER, Role.PEER),
                triggers=(Trigger.TRAUMA_REMINDER, Trigger.WORK_STRESS),
                cssrs=CssrsAnswers(q1=False, q2=False, q6_ever=False),
                overdose_danger=False,
                actions=(CrisisAction.GROUNDED, CrisisAction.BREATHING),
            ),
        ),
        writer.step(
            "booked",
            CASE_MANAGER,
            4,
            "11:50",
            handoff(HandoffUrgency.URGENT, from_role=Role.CASE_MANAGER, to_role=Role.COUNSELOR),
        ),
        writer.step("accepted", COUNSELOR, 4, "12:30", HandoffAccepted(handoff=booked, accepted_by=Role.COUNSELOR)),
        writer.step("for_the_employer", CASE_MANAGER, 4, "15:00", _for_the_employer(writer)),
        writer.step("next_day", COUNSELOR, 3, "09:00", session(techniques=(Technique.GROUNDING,))),
        writer.step("met", COUNSELOR, 3, "09:50", HandoffCompleted(handoff=booked)),
        writer.step("plan_2", COUNSELOR, 3, "10:00", plan(panic)),
        writer.step("early_shift", CASE_MANAGER, 3, "10:30", _change_of_shift(writer, panic)),
        writer.step("peer_call", PEER, 2, "18:00", outreach(True, panic)),
        writer.step("review", COUNSELOR, 1, "09:00", review(panic)),
        writer.step("resolved", COUNSELOR, 1, "09:30", resolved(panic, CrisisOutcome.STABILIZED)),
    )


def _trauma_and_alcohol(writer: StoryWriter) -> IntakeCompleted:
    alcohol = SubstanceUse(substance=Substance.ALCOHOL, last_used_on=writer.day(70))
    return intake(substances=(alcohol,), conditions=(Condition.PTSD,), drivers=(Driver.TRAUMA,))


def _for_the_employer(writer: StoryWriter) -> ConsentGranted:
    return consent(
        writer.day(-30).isoformat(),
        recipients=(EMPLOYER,),
        purpose=ConsentPurpose.EMPLOYER,
        scope=(ConsentScope.ATTENDANCE,),
        signed_on=writer.day(4),
    )


def _change_of_shift(writer: StoryWriter, panic: UUID) -> InterventionPlanned:
    return InterventionPlanned(
        strand=CareStrand.CASE_MANAGEMENT, what="The early shift", until=writer.day(-10), because_of=(panic,)
    )


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def told(service: Service) -> AsyncIterator[Told]:
    async with telling(service, mia(uuid4(), clock.now())) as told:
        yield told


async def test_replayed_to_every_entry_it_is_what_was_shown_then(told: Told) -> None:
    await told.replays_to_every_moment()


async def test_she_is_found_not_to_be_at_risk(told: Told) -> None:
    """R37"""
    found = only((await told.care_plan()).crises)

    assert (found.tier, found.unanswered) == (RiskTier.NONE_FOUND, ())


async def test_the_session_of_the_next_day_is_due_and_met(told: Told) -> None:
    """R33, R42"""
    in_between = told.occurred_at("for_the_employer")
    contact, meeting = ObligationKind.CRISIS_CONTACT, ObligationKind.CLIENT_MEETING

    due = await told.obligation(contact, "crisis", as_of=in_between)
    assert (due.status, due.due_at) == ("open", told.occurred_at("crisis") + timedelta(hours=24))
    assert (await told.obligation(meeting, "booked", as_of=in_between)).status == "open"

    met = await told.obligation(contact, "crisis")
    assert met.met is not None
    assert (met.status, met.met.event_id) == ("met", told.id("next_day"))
    assert (await told.obligation(meeting, "booked")).status == "met"


async def test_the_employer_may_be_shown_attendance_and_nothing_else(told: Told) -> None:
    """R09"""
    plan = await told.care_plan()

    granted = only([each for each in plan.consents if EMPLOYER in each.recipients])
    assert (granted.scope, granted.in_force) == ((ConsentScope.ATTENDANCE,), True)
    assert (await told.care_plan(as_of=granted.ends_at)).consents[0].in_force is False


async def test_the_change_of_shift_is_planned_because_of_the_crisis_and_ends_by_itself(told: Told) -> None:
    """R10, R13"""
    shown = await told.care_plan()

    assert shown.plan is not None
    assert shown.plan.because_of == (told.id("crisis"),)
    shift = only(shown.interventions)
    assert (shift.event_id, shift.because_of, shift.under_way) == (told.id("early_shift"), (told.id("crisis"),), True)
    assert shift.ends_at is not None
    assert not only((await told.care_plan(as_of=shift.ends_at)).interventions).under_way
