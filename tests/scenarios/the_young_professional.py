"""The young professional (S1) as data: the day of the text, the morning after, and the days that follow."""

from datetime import datetime
from uuid import UUID

from domain.events.appointments import AppointmentMade
from domain.events.barriers import BarrierRaised, BarrierResolved, BarrierWorkedOn
from domain.events.contacts import SessionHeld
from domain.events.crisis import CrisisContactRecorded
from domain.events.handoffs import HandoffAccepted, HandoffCompleted
from domain.events.intake import SubstanceUse
from domain.events.looking_ahead import Touchpoint, TriggerAnticipated
from domain.events.medications import MedicationStarted, MedicationStopped
from domain.events.milestones import MilestoneCelebrated
from domain.events.next_steps import NextStepDone
from domain.events.plan import GoalMeasured
from domain.events.postvention import Adjustment
from domain.events.referrals import ReferralCompleted, ReferralMade, ReferralScheduled
from domain.events.signals import SignalAcknowledged
from domain.instruments.cssrs import CssrsAnswers
from domain.vocabulary.appointments import Transport
from domain.vocabulary.barriers import Barrier, BarrierAction, BarrierOutcome
from domain.vocabulary.contacts import Channel, OutreachPurpose, SessionKind, Technique
from domain.vocabulary.crisis import CrisisKind, CrisisOutcome
from domain.vocabulary.goals import GoalCategory
from domain.vocabulary.handoffs import HandoffUrgency
from domain.vocabulary.medications import Drug, DrugForm, MedicationPurpose, MedicationStopReason
from domain.vocabulary.next_steps import NextStepKind
from domain.vocabulary.people import Role
from domain.vocabulary.plan import DayAhead
from domain.vocabulary.postvention import AdjustmentKind
from domain.vocabulary.referrals import ReferralOutcome, Service
from domain.vocabulary.signals import SignalRule
from domain.vocabulary.substances import Substance
from domain.vocabulary.triggers import Trigger
from samples.demo.story import Chapter, Step, Story, StoryWriter
from service.access.caller import KeyRole
from tests.builders import (
    appointment,
    check_in,
    crisis,
    goal_set,
    handoff,
    intake,
    next_step,
    outreach,
    plan,
    registered,
    resolved,
    review,
    session,
    settled,
)

COUNSELOR, PEER = KeyRole.COUNSELOR, KeyRole.PEER
CASE_MANAGER, PRESCRIBER = KeyRole.CASE_MANAGER, KeyRole.PRESCRIBER

TIME_ZONE = "America/Chicago"


def the_young_professional(client_id: UUID, now: datetime) -> Story:
    """The whole story, up to the ninetieth day, which was yesterday."""
    writer = StoryWriter(client_id, TIME_ZONE, now)
    told = (_coming_in(writer), _the_text(writer), _the_morning_after(writer), _the_days_after(writer))
    return Story(client_id, writer.zone, told)


def until_the_morning_after(client_id: UUID, now: datetime) -> Story:
    """The story up to the morning after the text."""
    writer = StoryWriter(client_id, TIME_ZONE, now)
    return Story(client_id, writer.zone, (_coming_in(writer), _the_text(writer), _the_morning_after(writer)))


def _coming_in(writer: StoryWriter) -> Chapter:
    alcohol = SubstanceUse(substance=Substance.ALCOHOL, last_used_on=writer.day(91))
    cravings = goal_set(GoalCategory.CRAVINGS, description="Calmer evenings", unit="0 to 10", baseline=6, target=3)
    return _chapter(
        "coming_in",
        writer.step("registered", CASE_MANAGER, 86, "09:00", registered(writer.zone.key, name="Kit Example")),
        writer.step("intake", COUNSELOR, 86, "10:00", intake(substances=(alcohol,), triggers=(Trigger.WORK_STRESS,))),
        writer.step("sleep", COUNSELOR, 85, "10:00", goal_set(target=7, baseline=5)),
        writer.step("cravings", COUNSELOR, 85, "10:10", cravings),
        writer.step("plan_1", COUNSELOR, 85, "10:30", plan()),
        writer.step("no_sleep", PEER, 5, "22:00", check_in(craving=7, mood=3, sleep_hours=3.5)),
    )


def _the_text(writer: StoryWriter) -> Chapter:
    """A peer reads distress in a text and activates the team: all of it on one day."""
    sleep_clinic, consult = writer.id("sleep_clinic"), writer.id("consult_asked")
    return _chapter(
        "the_text",
        writer.step("noticed", PEER, 4, "08:35", _noticed(writer.id("no_sleep"))),
        writer.step("crisis", PEER, 4, "08:40", _distress_in_a_text()),
        writer.step("same_day", COUNSELOR, 4, "13:00", _same_day_session()),
        writer.step("sleep_clinic", CASE_MANAGER, 4, "13:30", _to_the_sleep_clinic()),
        writer.step("no_way_there", CASE_MANAGER, 4, "13:35", _no_way_there()),
        writer.step("ride", CASE_MANAGER, 4, "13:50", _a_ride(writer)),
        writer.step("skills_booked", CASE_MANAGER, 4, "13:55", _skills_group(writer)),
        writer.step("consult_asked", COUNSELOR, 4, "13:40", handoff(HandoffUrgency.CRISIS, to_role=Role.PRESCRIBER)),
        writer.step(
            "consult_taken", PRESCRIBER, 4, "14:10", HandoffAccepted(handoff=consult, accepted_by=Role.PRESCRIBER)
        ),
        writer.step(
            "bed_free",
            CASE_MANAGER,
            4,
            "15:00",
            ReferralScheduled(referral=sleep_clinic, scheduled_on=writer.day(3)),
        ),
        writer.step("consult", PRESCRIBER, 4, "16:00", _consult()),
        writer.step("for_anxiety", PRESCRIBER, 4, "16:15", _for_acute_anxiety()),
        writer.step("consult_done", PRESCRIBER, 4, "16:20", HandoffCompleted(handoff=consult)),
        _tomorrow(writer, "peer_call", Role.PEER, "10:00", NextStepKind.CALL),
        _tomorrow(writer, "follow_up", Role.COUNSELOR, "11:00", NextStepKind.CALL),
        _tomorrow(writer, "safety_review", Role.COUNSELOR, "13:00", NextStepKind.SAFETY),
        writer.step("skills", COUNSELOR, 4, "19:00", _skills_class(writer.id("skills_booked"))),
    )


def _the_morning_after(writer: StoryWriter) -> Chapter:
    """Peer call, counselor follow-up, safety review: each was agreed the day before, with an owner and a time."""
    text = writer.id("crisis")
    after = OutreachPurpose.FOLLOW_UP
    return _chapter(
        "the_morning_after",
        writer.step("peer_call", PEER, 3, "09:00", outreach(True, text, purpose=after)),
        _done(writer, "peer_call", PEER, "09:20"),
        writer.step("follow_up", COUNSELOR, 3, "10:30", outreach(True, text, made_by=Role.COUNSELOR, purpose=after)),
        _done(writer, "follow_up", COUNSELOR, "10:45"),
        writer.step("safety_review", COUNSELOR, 3, "12:00", review(text, _touchpoints())),
        _done(writer, "safety_review", COUNSELOR, "12:40"),
    )


def _the_days_after(writer: StoryWriter) -> Chapter:
    text, reviewed = writer.id("crisis"), writer.id("safety_review")
    got = ReferralCompleted(referral=writer.id("sleep_clinic"), outcome=ReferralOutcome.RECEIVED)
    eased = BarrierResolved(barrier=writer.id("no_way_there"), outcome=BarrierOutcome.EASED)
    no_more = MedicationStopped(medication=writer.id("for_anxiety"), reason=MedicationStopReason.COURSE_COMPLETED)
    return _chapter(
        "the_days_after",
        writer.step("slept_there", CASE_MANAGER, 2, "09:30", got),
        writer.step("better", PEER, 1, "07:00", check_in(craving=2, mood=6, sleep_hours=7.0)),
        writer.step("slept", COUNSELOR, 1, "07:05", GoalMeasured(goal=writer.id("sleep"), value=7)),
        writer.step("calmer", COUNSELOR, 1, "07:06", GoalMeasured(goal=writer.id("cravings"), value=2)),
        writer.step("no_more", PRESCRIBER, 1, "09:00", no_more),
        writer.step("resolved", COUNSELOR, 1, "09:20", resolved(text, CrisisOutcome.AVOIDED_LAPSE)),
        writer.step("bus_pass", CASE_MANAGER, 1, "09:40", eased),
        writer.step("plan_2", COUNSELOR, 1, "10:00", plan(text, reviewed)),
        writer.step("meeting_at_work", COUNSELOR, 1, "10:05", _meeting_at_work(writer)),
        writer.step("settled", COUNSELOR, 1, "10:10", settled(reviewed, by=writer.id("meeting_at_work"))),
        writer.step("ninety", PEER, 1, "18:00", MilestoneCelebrated(days=90, substance=Substance.ALCOHOL)),
    )


def _chapter(name: str, *steps: Step) -> Chapter:
    return Chapter(name, "", "", steps)


def _noticed(check_in_id: UUID) -> SignalAcknowledged:
    return SignalAcknowledged(rule=SignalRule.HIGH_CRAVING, because=check_in_id, acknowledged_by=Role.PEER)


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


def _to_the_sleep_clinic() -> ReferralMade:
    return ReferralMade(service=Service.SLEEP_CLINIC, to_party="Example sleep clinic", made_by=Role.CASE_MANAGER)


def _no_way_there() -> BarrierRaised:
    return BarrierRaised(kind=Barrier.TRANSPORT, owner=Role.CASE_MANAGER, detail="No bus back after the evening group")


def _a_ride(writer: StoryWriter) -> BarrierWorkedOn:
    return BarrierWorkedOn(
        barrier=writer.id("no_way_there"),
        worked_on_by=Role.CASE_MANAGER,
        action=BarrierAction.ARRANGED_TRANSPORT,
        until=writer.day(4),
    )


def _skills_group(writer: StoryWriter) -> AppointmentMade:
    return appointment(
        writer.moment(4, "18:30"),
        kind=SessionKind.SKILLS_CLASS,
        transport=Transport.RIDE_BOOKED,
        because_of=writer.id("crisis"),
    )


def _skills_class(booked: UUID) -> SessionHeld:
    return session(kind=SessionKind.SKILLS_CLASS, appointment=booked)


def _consult() -> SessionHeld:
    return session(kind=SessionKind.MEDICATION_CONSULT, channel=Channel.TELEHEALTH, held_by=Role.PRESCRIBER)


def _for_acute_anxiety() -> MedicationStarted:
    return MedicationStarted(
        drug=Drug.OTHER,
        name="Hydroxyzine",
        form=DrugForm.TABLET,
        purpose=MedicationPurpose.ANXIETY,
        dose="25 mg in the evening, for three evenings",
    )


def _tomorrow(writer: StoryWriter, name: str, owner: Role, by: str, kind: NextStepKind) -> Step:
    """What is agreed for the morning after: who does it, and by when."""
    what = name.replace("_", " ")
    agreed = next_step(owner, kind=kind, what=what, due_at=writer.moment(3, by), because_of=writer.id("crisis"))
    return writer.step(f"{name}_agreed", COUNSELOR, 4, "17:00", agreed)


def _done(writer: StoryWriter, name: str, by: KeyRole, clock: str) -> Step:
    return writer.step(f"{name}_done", by, 3, clock, NextStepDone(step=writer.id(f"{name}_agreed")))


def _touchpoints() -> Adjustment:
    return Adjustment(kind=AdjustmentKind.TOUCHPOINTS_BEFORE_TRIGGERS)


def _meeting_at_work(writer: StoryWriter) -> TriggerAnticipated:
    """A meeting the day after tomorrow, and a contact with the peer the day before."""
    return TriggerAnticipated(
        on=writer.day(-2),
        kind=DayAhead.WORK_EVENT,
        triggers=(Trigger.WORK_STRESS, Trigger.CONFLICT),
        touchpoints=(Touchpoint(days_before=1, by=Role.PEER),),
        because_of=(writer.id("safety_review"),),
    )
