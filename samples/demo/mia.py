"""Mia, trauma and alcohol: panic at work, a voice on the phone, a session the next day, a change of shift (S0).

Every person, place and word in it is made up.
"""

from datetime import datetime
from uuid import UUID

from domain.events.consents import ConsentGranted
from domain.events.intake import IntakeCompleted, SubstanceUse
from domain.events.next_steps import NextStepAgreed, NextStepDone
from domain.events.plan import InterventionPlanned
from domain.instruments.cssrs import CssrsAnswers
from domain.vocabulary.appointments import Transport
from domain.vocabulary.consents import ConsentPurpose, ConsentScope
from domain.vocabulary.contacts import Channel, Technique
from domain.vocabulary.crisis import CrisisAction, CrisisKind, CrisisOutcome
from domain.vocabulary.intake import Condition, Driver
from domain.vocabulary.next_steps import NextStepKind
from domain.vocabulary.people import Role
from domain.vocabulary.plan import CareStrand
from domain.vocabulary.substances import Substance
from domain.vocabulary.triggers import Trigger
from samples.demo.cast import CASE_MANAGER, COUNSELOR, PEER
from samples.demo.story import Chapter, Story, StoryWriter
from samples.demo.usual import (
    appointment,
    consent,
    crisis,
    intake,
    next_step,
    outreach,
    plan,
    registered,
    resolved,
    review,
    session,
)

EMPLOYER = "Example Stores, human resources"


def mia(client_id: UUID, now: datetime) -> Story:
    """The story of this client, over the six weeks before `now`."""
    writer = StoryWriter(client_id, "America/New_York", now)
    chapters = (_coming_in, _panic_at_work, _the_next_day, _afterwards)
    return Story(client_id, writer.zone, tuple(chapter(writer) for chapter in chapters))


def _coming_in(writer: StoryWriter) -> Chapter:
    return Chapter(
        "coming_in",
        "Coming into care",
        "Mia lives with trauma, and for some time lived with alcohol. She has a job that she wants to keep.",
        (
            writer.step(
                "registered",
                CASE_MANAGER,
                40,
                "09:00",
                registered(writer.zone.key, name="Mia Example"),
                "Mia is registered",
            ),
            writer.step(
                "intake",
                COUNSELOR,
                40,
                "10:00",
                _trauma_and_alcohol(writer),
                "the intake: trauma, and alcohol, last used a month before",
            ),
            writer.step("plan_1", COUNSELOR, 39, "10:00", plan(), "the first plan"),
        ),
    )


def _panic_at_work(writer: StoryWriter) -> Chapter:
    panic = writer.id("crisis")
    on_the_phone = crisis(
        CrisisKind.PANIC,
        channel=Channel.PHONE,
        noticed_by=Role.CLIENT,
        activated=(Role.CASE_MANAGER, Role.PEER),
        triggers=(Trigger.TRAUMA_REMINDER, Trigger.WORK_STRESS),
        cssrs=CssrsAnswers(q1=False, q2=False, q6_ever=False),
        overdose_danger=False,
        actions=(CrisisAction.GROUNDED, CrisisAction.BREATHING),
    )
    therapy = appointment(writer.moment(3, "09:00"), transport=Transport.PUBLIC_TRANSPORT, because_of=panic)
    return Chapter(
        "panic_at_work",
        "Panic at work",
        "Something at work brings it all back. Priya stays on the phone with her until she can feel the floor again.",
        (
            writer.step(
                "crisis",
                CASE_MANAGER,
                4,
                "11:20",
                on_the_phone,
                "she calls from work in panic: grounding, step by step. Not at risk",
            ),
            writer.step("booked", CASE_MANAGER, 4, "11:50", therapy, "Priya books therapy for the next morning"),
            writer.step(
                "shift",
                CASE_MANAGER,
                4,
                "12:00",
                _change_of_shift(writer, panic),
                "and will ask for the early shift, for two weeks",
            ),
            writer.step(
                "for_the_employer",
                CASE_MANAGER,
                4,
                "15:00",
                _for_the_employer(writer),
                "Mia consents: her employer may be shown attendance, nothing else",
            ),
        ),
    )


def _the_next_day(writer: StoryWriter) -> Chapter:
    panic = writer.id("crisis")
    speaking_up = InterventionPlanned(
        strand=CareStrand.PEER_SUPPORT,
        what="Say what is needed at work, and no more than she is comfortable with",
        until=writer.day(-20),
        because_of=(panic,),
    )
    therapy = session(appointment=writer.id("booked"), techniques=(Technique.GROUNDING, Technique.TRAUMA_INFORMED))
    return Chapter(
        "the_next_day",
        "The next day",
        "She is seen within a day. At work, her shift changes for two weeks, and nobody there need know why.",
        (
            writer.step("next_day", COUNSELOR, 3, "09:00", therapy, "the session of the next morning"),
            writer.step("plan_2", COUNSELOR, 3, "10:00", plan(panic), "version 2 of the plan, because of the panic"),
            writer.step("speaking_up", PEER, 3, "10:10", speaking_up, "Marcus practises with her what to say at work"),
            writer.step(
                "shift_changed",
                CASE_MANAGER,
                3,
                "14:00",
                NextStepDone(step=writer.id("shift")),
                "the early shift is hers",
            ),
        ),
    )


def _afterwards(writer: StoryWriter) -> Chapter:
    panic = writer.id("crisis")
    return Chapter(
        "afterwards",
        "Afterwards",
        "A call, a look back, and the crisis is over.",
        (
            writer.step("peer_call", PEER, 2, "18:00", outreach(True, panic), "Marcus calls, and reaches her"),
            writer.step("review", COUNSELOR, 1, "09:00", review(panic), "the review, with her"),
            writer.step(
                "resolved", COUNSELOR, 1, "09:30", resolved(panic, CrisisOutcome.STABILIZED), "the crisis is over"
            ),
        ),
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


def _change_of_shift(writer: StoryWriter, panic: UUID) -> NextStepAgreed:
    return next_step(
        kind=NextStepKind.WORK_ADJUSTMENT,
        what="Ask for the early shift for two weeks",
        due_at=writer.moment(2, "17:00"),
        until=writer.day(-10),
        because_of=panic,
    )
