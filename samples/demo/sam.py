"""Sam: housing lost from one day to the next, a bed found by a warm handoff, 72 hours in small steps (S0).

Every person, place and word in it is made up.
"""

from datetime import datetime
from uuid import UUID

from domain.events.barriers import BarrierRaised, BarrierResolved, BarrierWorkedOn
from domain.events.handoffs import HandoffAccepted, HandoffCompleted, HandoffRequested
from domain.events.looking_ahead import RelapsePreventionPlanWritten
from domain.events.next_steps import NextStepAgreed, NextStepDone
from domain.events.record import EntryRetracted
from domain.events.referrals import ReferralCompleted, ReferralMade, ReferralScheduled
from domain.events.residence import HouseRuleNoted, ResidenceChanged
from domain.events.supports import SupportAdded
from domain.instruments.cssrs import CssrsAnswers
from domain.vocabulary.appointments import Transport
from domain.vocabulary.barriers import Barrier, BarrierAction, BarrierOutcome
from domain.vocabulary.contacts import Channel, OutreachPurpose, SessionKind
from domain.vocabulary.crisis import CrisisKind, CrisisOutcome
from domain.vocabulary.handoffs import HandoffUrgency
from domain.vocabulary.next_steps import NextStepKind
from domain.vocabulary.people import Role
from domain.vocabulary.plan import Environment
from domain.vocabulary.record import CorrectionReason
from domain.vocabulary.referrals import ReferralOutcome
from domain.vocabulary.referrals import Service as ReferredTo
from domain.vocabulary.residence import HouseRuleKind, LeavingReason, LivingSituation
from domain.vocabulary.supports import SupportKind, SupportRole
from domain.vocabulary.triggers import Trigger
from samples.demo.cast import CASE_MANAGER, COUNSELOR, PEER
from samples.demo.story import Chapter, Story, StoryWriter
from samples.demo.usual import (
    appointment,
    crisis,
    intake,
    next_step,
    outreach,
    plan,
    registered,
    resolved,
    review,
    safety_plan,
    session,
)

ELM_STREET = "Elm Street House"
SMALL_STEPS = ("sleep_there", "find_the_bus", "unpack")
"""What Sam sets out to do in the first 72 hours, each an entry of its own; the last one is left undone."""


def sam(client_id: UUID, now: datetime) -> Story:
    """The story of this client, over the eleven weeks before `now`."""
    writer = StoryWriter(client_id, "America/Denver", now)
    chapters = (_coming_in, _housing_lost, _a_bed_is_found, _sam_moves_in, _until_it_passes)
    return Story(client_id, writer.zone, tuple(chapter(writer) for chapter in chapters))


def _coming_in(writer: StoryWriter) -> Chapter:
    return Chapter(
        "coming_in",
        "Coming into care",
        "Sam lives in a rented flat, alone.",
        (
            writer.step(
                "registered",
                CASE_MANAGER,
                80,
                "09:00",
                registered(writer.zone.key, name="Sam Example"),
                "Sam is registered",
            ),
            writer.step("intake", COUNSELOR, 80, "10:00", intake(), "the intake"),
            writer.step(
                "rented",
                CASE_MANAGER,
                80,
                "11:00",
                ResidenceChanged(situation=LivingSituation.RENTED),
                "Sam rents a flat",
            ),
            writer.step("plan_1", COUNSELOR, 79, "10:00", plan(), "the first plan"),
            writer.step(
                "prevention_1",
                COUNSELOR,
                79,
                "10:30",
                _prevention(Environment.HOME),
                "what makes evenings alone hard, and what helps",
            ),
        ),
    )


def _housing_lost(writer: StoryWriter) -> Chapter:
    on_the_street = crisis(
        CrisisKind.LOSS_OF_HOUSING,
        noticed_by=Role.CASE_MANAGER,
        activated=(Role.COUNSELOR, Role.PEER),
        triggers=(Trigger.HOUSING_LOSS,),
        cssrs=CssrsAnswers(q1=True, q2=False, q6_ever=False),
    )
    without_a_place = ResidenceChanged(situation=LivingSituation.UNKNOWN, left_because=LeavingReason.LOST_HOUSING)
    return Chapter(
        "housing_lost",
        "Housing lost",
        "From one day to the next there is no place to live, and with it goes much that held the days together.",
        (
            writer.step(
                "crisis", CASE_MANAGER, 9, "16:00", on_the_street, "Sam calls from the street: the flat is lost"
            ),
            writer.step("lost", CASE_MANAGER, 9, "16:05", without_a_place, "so there is no place to live"),
            writer.step(
                "barrier",
                CASE_MANAGER,
                9,
                "16:10",
                BarrierRaised(kind=Barrier.HOUSING, owner=Role.CASE_MANAGER),
                "the barrier is on the record, and is Priya's to work on",
            ),
        ),
    )


def _a_bed_is_found(writer: StoryWriter) -> Chapter:
    referral, bed = writer.id("referral"), writer.id("bed")
    housing = ReferralMade(
        service=ReferredTo.SOBER_LIVING, to_party=ELM_STREET, made_by=Role.CASE_MANAGER, barrier=writer.id("barrier")
    )
    over_to_elm_street = HandoffRequested(
        from_role=Role.CASE_MANAGER, to_role=Role.OUTSIDE_PARTY, to_party=ELM_STREET, urgency=HandoffUrgency.CRISIS
    )
    ride = next_step(
        kind=NextStepKind.TRANSPORT,
        what="A ride there",
        due_at=writer.moment(8, "10:00"),
        because_of=writer.id("crisis"),
    )
    meeting = appointment(
        writer.moment(8, "11:10"),
        kind=SessionKind.PEER_MEETING,
        with_role=Role.PEER,
        transport=Transport.RIDE_BOOKED,
        because_of=bed,
    )
    return Chapter(
        "a_bed_is_found",
        "A bed is found",
        "A referral, and a handoff that somebody has to accept: within an hour, or the record says that it is late.",
        (
            writer.step("referral", CASE_MANAGER, 9, "16:15", housing, "Priya asks Elm Street House"),
            writer.step(
                "bed",
                CASE_MANAGER,
                9,
                "16:20",
                over_to_elm_street,
                "and hands Sam over to them, as a crisis: an answer within the hour",
            ),
            writer.step(
                "accepted",
                CASE_MANAGER,
                9,
                "16:50",
                HandoffAccepted(handoff=bed, accepted_by=Role.OUTSIDE_PARTY),
                "after half an hour they accept",
            ),
            writer.step(
                "expected",
                CASE_MANAGER,
                9,
                "16:50",
                ReferralScheduled(referral=referral, scheduled_on=writer.day(8)),
                "they expect Sam tomorrow",
            ),
            writer.step("ride", CASE_MANAGER, 9, "17:00", ride, "a ride there is agreed"),
            writer.step("meeting_booked", PEER, 9, "17:10", meeting, "Marcus will be there when Sam comes"),
            writer.step(
                "ride_booked", CASE_MANAGER, 9, "17:20", NextStepDone(step=writer.id("ride")), "the ride is booked"
            ),
            writer.step(
                "ride_arranged",
                CASE_MANAGER,
                9,
                "17:20",
                _work(writer, BarrierAction.ARRANGED_TRANSPORT),
                "so this much of the barrier is worked on",
            ),
        ),
    )


def _sam_moves_in(writer: StoryWriter) -> Chapter:
    lost, home = writer.id("crisis"), writer.id("home")
    there = session(kind=SessionKind.PEER_MEETING, held_by=Role.PEER, appointment=writer.id("meeting_booked"))
    received = ReferralCompleted(referral=writer.id("referral"), outcome=ReferralOutcome.RECEIVED)
    removed = BarrierResolved(
        barrier=writer.id("barrier"), outcome=BarrierOutcome.REMOVED, referral=writer.id("referral")
    )
    sober_living = ResidenceChanged(situation=LivingSituation.SOBER_LIVING, place=ELM_STREET)
    curfew = HouseRuleNoted(residence=home, kind=HouseRuleKind.CURFEW, detail="In by ten")
    cook = SupportAdded(kind=SupportKind.FRIEND, name="The cook", roles=(SupportRole.LISTENS,))
    prevention = _prevention(Environment.SOBER_LIVING, lost, writer.id("moved_in"))
    return Chapter(
        "sam_moves_in",
        "Moving in",
        "Marcus is there when Sam arrives. The next three days are cut into steps small enough to take.",
        (
            writer.step("home", CASE_MANAGER, 8, "11:00", sober_living, "Sam moves in"),
            writer.step(
                "moved_in",
                CASE_MANAGER,
                8,
                "11:00",
                HandoffCompleted(handoff=writer.id("bed")),
                "the handoff is complete",
            ),
            writer.step("received", CASE_MANAGER, 8, "11:05", received, "the referral's loop is closed"),
            writer.step("removed", CASE_MANAGER, 8, "11:05", removed, "and the barrier gone"),
            writer.step("peer_there", PEER, 8, "11:10", there, "Marcus is there"),
            writer.step("curfew", PEER, 8, "11:20", curfew, "in by ten: a rule of the house"),
            writer.step("cook", PEER, 8, "11:25", cook, "the cook listens"),
            *(
                writer.step(name, PEER, 8, "11:30", _small_step(name, lost), f"a small step: {name.replace('_', ' ')}")
                for name in SMALL_STEPS
            ),
            writer.step(
                "safety_plan",
                COUNSELOR,
                8,
                "15:00",
                safety_plan(people_and_places=("The kitchen",), crisis=lost),
                "the safety plan now has the kitchen in it",
            ),
            writer.step(
                "prevention_2",
                COUNSELOR,
                8,
                "15:30",
                prevention,
                "and relapse prevention is written anew for the new place",
            ),
        ),
    )


def _until_it_passes(writer: StoryWriter) -> Chapter:
    lost = writer.id("crisis")
    not_twice = EntryRetracted(entry=writer.id("call_again"), reason=CorrectionReason.DUPLICATE)
    return Chapter(
        "until_it_passes",
        "Until it passes",
        "Texts and calls go on until it is over. One was written down twice: the record keeps both, and counts one.",
        (
            writer.step(
                "slept", PEER, 7, "09:00", NextStepDone(step=writer.id("sleep_there")), "the first night is done"
            ),
            writer.step(
                "text", PEER, 7, "17:00", outreach(True, lost, channel=Channel.TEXT), "Marcus texts, and Sam answers"
            ),
            writer.step("plan_2", COUNSELOR, 7, "18:00", plan(lost, writer.id("moved_in")), "version 2 of the plan"),
            writer.step("call", PEER, 6, "12:00", outreach(False, lost), "Marcus calls, in vain"),
            writer.step("call_again", PEER, 6, "12:00", outreach(False, lost), "the call is written down twice"),
            writer.step(
                "not_twice", PEER, 6, "12:05", not_twice, "which is marked as an error; both stay in the record"
            ),
            writer.step(
                "bus_found", PEER, 6, "18:00", NextStepDone(step=writer.id("find_the_bus")), "Sam has found the bus"
            ),
            writer.step("caring_call", PEER, 4, "12:00", outreach(True, lost), "Marcus reaches Sam"),
            writer.step(
                "resolved", CASE_MANAGER, 3, "16:00", resolved(lost, CrisisOutcome.STABILIZED), "the crisis is over"
            ),
            writer.step("review", COUNSELOR, 3, "15:30", review(lost), "the review, with Sam"),
            writer.step(
                "caring_text",
                PEER,
                2,
                "12:00",
                outreach(False, purpose=OutreachPurpose.CARING_CONTACT),
                "a text that asks for nothing",
            ),
        ),
    )


def _prevention(environment: Environment, *because_of: UUID) -> RelapsePreventionPlanWritten:
    return RelapsePreventionPlanWritten(
        environment=environment,
        triggers=(Trigger.HOUSING_LOSS,) if because_of else (Trigger.LONELINESS,),
        around=("The first night in a new place",) if because_of else ("Evenings alone",),
        coping=("Sit in the kitchen",) if because_of else ("Ring a friend",),
        written_by=(Role.CLIENT, Role.COUNSELOR),
        because_of=because_of,
    )


def _work(writer: StoryWriter, action: BarrierAction) -> BarrierWorkedOn:
    return BarrierWorkedOn(barrier=writer.id("barrier"), worked_on_by=Role.CASE_MANAGER, action=action)


def _small_step(name: str, lost: UUID) -> NextStepAgreed:
    return next_step(Role.CLIENT, what=name.replace("_", " "), micro_goal=True, because_of=lost)
