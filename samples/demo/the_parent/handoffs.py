"""The handoffs after the crisis, the medication that she chooses, and the plan that says what each strand does."""

from domain.events.appointments import AppointmentMade
from domain.events.contacts import OutreachMade, SessionHeld
from domain.events.crisis import SafetyPlanWritten
from domain.events.crisis_cards import CrisisCardIssued
from domain.events.handoffs import HandoffAccepted, HandoffCompleted, HandoffRequested
from domain.events.medications import MedicationChanged, MedicationStarted
from domain.events.plan import InterventionPlanned, InterventionStopped, PlanAgreed
from domain.events.postvention import AdjustmentSettled
from domain.vocabulary.appointments import Transport
from domain.vocabulary.contacts import Channel, SessionKind, Technique
from domain.vocabulary.handoffs import HandoffUrgency
from domain.vocabulary.harm_reduction import CardFormat, Recipient
from domain.vocabulary.medications import Drug, DrugForm, MedicationChangeKind, MedicationPurpose
from domain.vocabulary.people import Role
from domain.vocabulary.plan import CareStrand, InterventionStopReason
from domain.vocabulary.postvention import Settlement
from samples.demo.cast import (
    CASE_MANAGER,
    COUNSELOR,
    PEER,
    PRESCRIBER,
)
from samples.demo.story import Chapter, Step, StoryWriter


def handoffs(writer: StoryWriter) -> Chapter:
    crisis = writer.id("crisis")
    return Chapter(
        "handoffs",
        "Nobody is handed a phone number",
        "A warm handoff ends when she has met the person, not when somebody has sent a fax. One goes to the"
        " prescriber, within the hour; one to the clinic at the lake. Marcus goes along to both.",
        (
            writer.step(
                "to_prescriber",
                COUNSELOR,
                35,
                "11:00",
                HandoffRequested(
                    from_role=Role.COUNSELOR,
                    to_role=Role.PRESCRIBER,
                    urgency=HandoffUrgency.CRISIS,
                    reason="Wants to talk about medication for opioid use disorder; pain is the driver.",
                ),
                "Ana asks the prescriber to see her",
            ),
            writer.step(
                "prescriber_accepts",
                PRESCRIBER,
                35,
                "11:35",
                HandoffAccepted(
                    handoff=writer.id("to_prescriber"),
                    accepted_by=Role.PRESCRIBER,
                    note="Tomorrow at half past nine.",
                ),
                "Dr. Osei accepts after 35 minutes",
            ),
            writer.step(
                "safety_plan",
                COUNSELOR,
                35,
                "13:00",
                SafetyPlanWritten(
                    warning_signs=("Three nights without sleep", "Not answering Danielle"),
                    own_coping=("Ice on the knee and the radio", "Writing to Mum"),
                    people_and_places=("The library with the children", "The bench outside the school"),
                    people_to_ask=("Danielle, at any hour", "Marcus, until midnight"),
                    professionals=("988", "Harbor Lane after hours: +1 555 0100"),
                    means_safety=("No tablets in the house; Danielle took what was left to the pharmacy",),
                    crisis=crisis,
                ),
                "a safety plan, in six steps and her own words",
            ),
            writer.step(
                "card_of_her_own",
                COUNSELOR,
                35,
                "13:20",
                CrisisCardIssued(
                    safety_plan=writer.id("safety_plan"),
                    card_format=CardFormat.PRINTED,
                    recipients=(Recipient.CLIENT, Recipient.FAMILY),
                    issued_by=Role.COUNSELOR,
                    consent=writer.id("consent_sister"),
                ),
                "and the card once more, now with her own plan on it; Danielle has one too",
            ),
            writer.step(
                "to_clinic",
                CASE_MANAGER,
                35,
                "14:00",
                HandoffRequested(
                    from_role=Role.CASE_MANAGER,
                    to_role=Role.OUTSIDE_PARTY,
                    to_party="Lakeside Clinic",
                    urgency=HandoffUrgency.URGENT,
                    reason="Intake for medication and pain care near her home.",
                ),
                "Priya asks the clinic at the lake to take her on",
            ),
            writer.step(
                "clinic_accepts",
                CASE_MANAGER,
                35,
                "16:20",
                HandoffAccepted(
                    handoff=writer.id("to_clinic"),
                    accepted_by=Role.OUTSIDE_PARTY,
                    note="Nurse Halima will wait at the entrance on the day after tomorrow.",
                ),
                "the clinic accepts the same day",
            ),
            writer.step(
                "clinic_booked",
                CASE_MANAGER,
                35,
                "16:25",
                AppointmentMade(
                    kind=SessionKind.INDIVIDUAL,
                    channel=Channel.IN_PERSON,
                    starts_at=writer.moment(33, "11:30"),
                    minutes=120,
                    with_role=Role.OUTSIDE_PARTY,
                    with_party="Lakeside Clinic",
                    transport=Transport.RIDE_BY_TEAM,
                    because_of=writer.id("to_clinic"),
                ),
                "the intake there is booked; Marcus drives",
            ),
            writer.step(
                "consult",
                PRESCRIBER,
                34,
                "09:30",
                SessionHeld(
                    kind=SessionKind.MEDICATION_CONSULT,
                    channel=Channel.IN_PERSON,
                    held_by=Role.PRESCRIBER,
                    minutes=45,
                    summary="Talked through the choices. She chose to begin with buprenorphine.",
                ),
                "they talk about medication; the choice is hers",
            ),
            writer.step(
                "buprenorphine",
                PRESCRIBER,
                34,
                "10:00",
                MedicationStarted(
                    drug=Drug.BUPRENORPHINE_NALOXONE,
                    form=DrugForm.FILM,
                    purpose=MedicationPurpose.OPIOID_USE_DISORDER,
                    dose="4 mg on the first day",
                ),
                "buprenorphine, from today",
            ),
            writer.step(
                "met_prescriber",
                PRESCRIBER,
                34,
                "10:15",
                HandoffCompleted(handoff=writer.id("to_prescriber"), note="Met, with Marcus in the room."),
                "she has met the prescriber: the handoff is complete",
            ),
            writer.step(
                "evening_call",
                PEER,
                33,
                "08:15",
                OutreachMade(
                    channel=Channel.PHONE,
                    made_by=Role.PEER,
                    reached=True,
                    crisis=crisis,
                    note="Slept five hours. Danielle made pancakes.",
                ),
                "Marcus calls: five hours of sleep, and pancakes",
            ),
            writer.step(
                "clinic_intake",
                CASE_MANAGER,
                33,
                "11:30",
                SessionHeld(
                    appointment=writer.id("clinic_booked"),
                    kind=SessionKind.INDIVIDUAL,
                    channel=Channel.IN_PERSON,
                    held_by=Role.OUTSIDE_PARTY,
                    minutes=120,
                ),
                "the intake at the clinic, two hours",
            ),
            writer.step(
                "met_clinic",
                CASE_MANAGER,
                33,
                "13:30",
                HandoffCompleted(
                    handoff=writer.id("to_clinic"), note="Halima was at the entrance; Renee stayed two hours."
                ),
                "she has met the clinic: the second handoff is complete",
            ),
            writer.step(
                "dose_raised",
                PRESCRIBER,
                33,
                "15:00",
                MedicationChanged(
                    medication=writer.id("buprenorphine"),
                    change=MedicationChangeKind.DOSE_RAISED,
                    dose="8 mg a day",
                    reason="Cravings in the evening on 4 mg.",
                ),
                "a little more of it, since the evenings are hard",
            ),
            writer.step(
                "plan_2",
                COUNSELOR,
                33,
                "16:00",
                PlanAgreed(
                    summary="Medication, company at night, and a way to live with the knee.",
                    agreed_by=(Role.CLIENT, Role.COUNSELOR, Role.PEER, Role.CASE_MANAGER, Role.PRESCRIBER),
                    because_of=(writer.id("lapse"), crisis, writer.id("withdrawal_review"), writer.id("met_clinic")),
                ),
                "version 2 of the plan; it says why it changed",
            ),
            *_after_the_lapse(writer),
            writer.step(
                "nights_asked_about",
                COUNSELOR,
                33,
                "17:00",
                AdjustmentSettled(
                    review=writer.id("withdrawal_review"),
                    number=1,
                    how=Settlement.CARRIED_OUT,
                    by=writer.id("plan_2"),
                ),
                "asking about sleep every evening is agreed",
            ),
        ),
    )


def _after_the_lapse(writer: StoryWriter) -> tuple[Step, ...]:
    """What each strand does by the second version of the plan."""
    planned = (
        ("medication", CareStrand.MEDICATION, "Buprenorphine with Dr. Osei and Lakeside Clinic", ()),
        (
            "living_with_pain",
            CareStrand.COUNSELING,
            "Every week with Ana: living with pain, and her mother",
            (Technique.PAIN_ALTERNATIVES, Technique.GRIEF_WORK),
        ),
        ("sleep_texts", CareStrand.PEER_SUPPORT, "A text about sleep each evening; Marcus answers", ()),
        ("therapy", CareStrand.CASE_MANAGEMENT, "Physical therapy, and childcare while she is there", ()),
        ("naloxone_at_home", CareStrand.HARM_REDUCTION, "Naloxone at home and at Danielle's", ()),
    )
    return (
        *(
            writer.step(
                name,
                COUNSELOR,
                33,
                "16:05",
                InterventionPlanned(strand=strand, what=what, techniques=techniques, because_of=(writer.id("lapse"),)),
                f"what {strand.replace('_', ' ')} does",
            )
            for name, strand, what, techniques in planned
        ),
        *(
            writer.step(
                f"{before}_stopped",
                COUNSELOR,
                33,
                "16:05",
                InterventionStopped(intervention=writer.id(before), reason=InterventionStopReason.REPLACED),
                "in the place of what was planned before",
            )
            for before in ("talks", "evening_texts")
        ),
    )
