"""What was noticed, asked for and given: the events of the story that have more to say."""

from uuid import UUID

from domain.events.appointments import AppointmentMade
from domain.events.barriers import BarrierRaised, BarrierWorkedOn
from domain.events.contacts import SessionHeld
from domain.events.crisis import CrisisContactRecorded
from domain.events.looking_ahead import Touchpoint, TriggerAnticipated
from domain.events.medications import MedicationStarted
from domain.events.postvention import Adjustment
from domain.events.referrals import ReferralMade
from domain.events.signals import SignalAcknowledged
from domain.instruments.cssrs import CssrsAnswers
from domain.vocabulary.appointments import Transport
from domain.vocabulary.barriers import Barrier, BarrierAction
from domain.vocabulary.contacts import Channel, SessionKind, Technique
from domain.vocabulary.crisis import CrisisKind
from domain.vocabulary.medications import Drug, DrugForm, MedicationPurpose
from domain.vocabulary.people import Role
from domain.vocabulary.plan import DayAhead
from domain.vocabulary.postvention import AdjustmentKind
from domain.vocabulary.referrals import Service
from domain.vocabulary.signals import SignalRule
from domain.vocabulary.triggers import Trigger
from samples.demo.story import StoryWriter
from samples.demo.usual import (
    appointment,
    crisis,
    session,
)


def noticed(check_in_id: UUID) -> SignalAcknowledged:
    return SignalAcknowledged(rule=SignalRule.HIGH_CRAVING, because=check_in_id, acknowledged_by=Role.PEER)


def distress_in_a_text() -> CrisisContactRecorded:
    return crisis(
        CrisisKind.CRAVINGS,
        CrisisKind.SUDDEN_LOSS,
        channel=Channel.TEXT,
        noticed_by=Role.PEER,
        activated=(Role.COUNSELOR, Role.CASE_MANAGER, Role.PRESCRIBER),
        triggers=(Trigger.CONFLICT, Trigger.LOSS, Trigger.INSOMNIA),
        cssrs=CssrsAnswers(q1=False, q2=False, q6_ever=False),
    )


def same_day_session() -> SessionHeld:
    techniques = (Technique.CBT, Technique.URGE_SURFING)
    return session(kind=SessionKind.SAME_DAY_EVALUATION, channel=Channel.TELEHEALTH, techniques=techniques)


def to_the_sleep_clinic() -> ReferralMade:
    return ReferralMade(service=Service.SLEEP_CLINIC, to_party="Example sleep clinic", made_by=Role.CASE_MANAGER)


def no_way_there() -> BarrierRaised:
    return BarrierRaised(kind=Barrier.TRANSPORT, owner=Role.CASE_MANAGER, detail="No bus back after the evening group")


def a_ride(writer: StoryWriter) -> BarrierWorkedOn:
    return BarrierWorkedOn(
        barrier=writer.id("no_way_there"),
        worked_on_by=Role.CASE_MANAGER,
        action=BarrierAction.ARRANGED_TRANSPORT,
        until=writer.day(4),
    )


def skills_group(writer: StoryWriter) -> AppointmentMade:
    return appointment(
        writer.moment(4, "18:30"),
        kind=SessionKind.SKILLS_CLASS,
        transport=Transport.RIDE_BOOKED,
        because_of=writer.id("crisis"),
    )


def skills_class(booked: UUID) -> SessionHeld:
    return session(kind=SessionKind.SKILLS_CLASS, appointment=booked)


def consultation() -> SessionHeld:
    return session(kind=SessionKind.MEDICATION_CONSULT, channel=Channel.TELEHEALTH, held_by=Role.PRESCRIBER)


def for_acute_anxiety() -> MedicationStarted:
    return MedicationStarted(
        drug=Drug.OTHER,
        name="Hydroxyzine",
        form=DrugForm.TABLET,
        purpose=MedicationPurpose.ANXIETY,
        dose="25 mg in the evening, for three evenings",
    )


def touchpoints() -> Adjustment:
    return Adjustment(kind=AdjustmentKind.TOUCHPOINTS_BEFORE_TRIGGERS)


def meeting_at_work(writer: StoryWriter) -> TriggerAnticipated:
    """A meeting the day after tomorrow, and a contact with the peer the day before."""
    return TriggerAnticipated(
        on=writer.day(-2),
        kind=DayAhead.WORK_EVENT,
        triggers=(Trigger.WORK_STRESS, Trigger.CONFLICT),
        touchpoints=(Touchpoint(days_before=1, by=Role.PEER),),
        because_of=(writer.id("safety_review"),),
    )
