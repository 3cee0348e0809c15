"""The lapse, and the circle of care that answers it."""

from domain.events.contacts import OutreachMade, SessionHeld
from domain.events.crisis import CrisisContactRecorded, SafetyPlanWritten
from domain.events.crisis_cards import CrisisCardIssued
from domain.events.handoffs import HandoffAccepted, HandoffCompleted, HandoffRequested
from domain.events.harm_reduction import HarmReductionProvided
from domain.events.lapses import LapseRecorded
from domain.events.plan import CadenceSet, InterventionPlanned, InterventionStopped, PlanAgreed
from domain.events.postvention import Adjustment, AdjustmentSettled, PostventionReviewed
from domain.vocabulary.contacts import Channel, SessionKind, Technique
from domain.vocabulary.crisis import CrisisAction, CrisisKind
from domain.vocabulary.handoffs import HandoffUrgency
from domain.vocabulary.harm_reduction import CardFormat, HarmReductionKind, Recipient
from domain.vocabulary.people import Role
from domain.vocabulary.plan import CadenceKind, CareStrand, Period, StopReason
from domain.vocabulary.postvention import AdjustmentKind, Settlement
from domain.vocabulary.record import Precision
from domain.vocabulary.substances import Substance
from domain.vocabulary.triggers import Emotion, Trigger
from samples.demo.story import Chapter, Step, StoryWriter
from samples.demo.the_parent.cast import (
    CASE_MANAGER,
    COUNSELOR,
    NO_THOUGHTS_OF_SUICIDE,
    PEER,
    PRESCRIBER,
)


def lapse(writer: StoryWriter) -> Chapter:
    return Chapter(
        "lapse",
        "The lapse",
        "The night after, at half past ten, she took tablets from a neighbour. In the morning she wrote to Marcus.",
        (
            writer.step(
                "lapse",
                PEER,
                36,
                "22:30",
                LapseRecorded(
                    substances=(Substance.OPIOIDS,),
                    triggers=(Trigger.PHYSICAL_PAIN, Trigger.INSOMNIA),
                    emotions=(Emotion.SHAME, Emotion.FEAR),
                    overdose_danger=True,
                    environment="At home, alone in the kitchen, the third night without sleep.",
                    response="She wrote to me at seven in the morning. She did not have to.",
                    learned="It is the nights, and the knee, more than anything.",
                ),
                "a lapse: data, not failure. After days without, the same dose is more dangerous",
                precision=Precision.APPROXIMATE,
            ),
        ),
    )


def community_centre(writer: StoryWriter) -> Chapter:
    return Chapter(
        "community_centre",
        "At the community centre",
        "They meet where she feels least watched. Marcus listens first. Then he puts a nasal spray on the table and"
        " shows her, and her sister on the phone, how to use it.",
        (
            writer.step(
                "crisis",
                PEER,
                35,
                "10:15",
                CrisisContactRecorded(
                    kinds=(CrisisKind.RETURN_TO_USE, CrisisKind.OVERDOSE_DANGER),
                    channel=Channel.IN_PERSON,
                    noticed_by=Role.PEER,
                    activated=(Role.COUNSELOR, Role.PRESCRIBER, Role.CASE_MANAGER),
                    triggers=(Trigger.PHYSICAL_PAIN, Trigger.INSOMNIA),
                    cssrs=NO_THOUGHTS_OF_SUICIDE,
                    overdose_danger=True,
                    actions=(
                        CrisisAction.SUPPORTIVE_LISTENING,
                        CrisisAction.VALIDATED,
                    ),
                    account="She kept saying she had ruined it. I told her about my own second week. Danielle"
                    " practised with the trainer spray and will sleep at her place tonight.",
                ),
                "Marcus listens",
            ),
            writer.step(
                "naloxone",
                PEER,
                35,
                "10:50",
                HarmReductionProvided(
                    kinds=(HarmReductionKind.NALOXONE_KIT, HarmReductionKind.NALOXONE_TRAINING),
                    recipients=(Recipient.CLIENT, Recipient.FAMILY),
                    provided_by=Role.PEER,
                    consent=writer.id("consent_sister"),
                    note="Two sprays went home with her. Danielle knows where they are.",
                ),
                "naloxone goes home with her; her sister learns to use it, as she allowed",
            ),
            writer.step(
                "crisis_card",
                PEER,
                35,
                "10:55",
                CrisisCardIssued(card_format=CardFormat.WALLET_CARD, issued_by=Role.PEER),
                "and a crisis card: 988, the line after hours, and what to do first",
            ),
        ),
    )


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


def review(writer: StoryWriter) -> Chapter:
    return Chapter(
        "review",
        "Looking back at the crisis, together",
        "Within three days Renee and the team sit down together: what worked, what did not, and what has to change.",
        (
            writer.step(
                "crisis_review",
                COUNSELOR,
                32,
                "09:30",
                PostventionReviewed(
                    crisis=writer.id("crisis"),
                    reviewed_by=(Role.COUNSELOR, Role.PEER, Role.PRESCRIBER, Role.CLIENT),
                    what_worked="She wrote herself, and somebody came. Naloxone was there before noon.",
                    what_did_not="Two evenings of bad sleep and a craving of 8, and nobody put them together.",
                    adjustments=(
                        Adjustment(
                            kind=AdjustmentKind.TIGHTER_EARLY_WARNING,
                            what="Two nights under four hours, and Ana calls the next morning",
                        ),
                        Adjustment(kind=AdjustmentKind.ADDRESS_PAIN, what="Physical therapy from next week"),
                        Adjustment(kind=AdjustmentKind.MORE_SESSIONS_FOR_A_WHILE, what="Weekly for two months"),
                    ),
                ),
                "the review: three things that will change",
            ),
            writer.step(
                "plan_3",
                COUNSELOR,
                29,
                "15:10",
                PlanAgreed(
                    summary="Medication, mornings after bad nights, and physical therapy twice a week.",
                    agreed_by=(Role.CLIENT, Role.COUNSELOR, Role.PEER, Role.CASE_MANAGER),
                    because_of=(writer.id("crisis_review"),),
                ),
                "version 3 carries the review out",
            ),
            *_carrying_out_the_review(writer),
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
                InterventionStopped(intervention=writer.id(before), reason=StopReason.REPLACED),
                "in the place of what was planned before",
            )
            for before in ("talks", "evening_texts")
        ),
    )


def _carrying_out_the_review(writer: StoryWriter) -> tuple[Step, ...]:
    """What changes because of the review: a call after bad nights, and sessions every week for two months."""
    because_of = (writer.id("crisis_review"),)
    call = InterventionPlanned(
        strand=CareStrand.COUNSELING, what="A call from Ana after two bad nights", because_of=because_of
    )
    weekly = CadenceSet(
        kind=CadenceKind.SESSION,
        times=1,
        per=Period.WEEK,
        by=Role.COUNSELOR,
        until=writer.day(-30),
        because_of=because_of,
    )
    return (
        writer.step("call_after_bad_nights", COUNSELOR, 29, "15:15", call, "a call after two bad nights"),
        writer.step("weekly_for_two_months", COUNSELOR, 29, "15:15", weekly, "every week, for two months"),
        _settled(writer, 1, "call_after_bad_nights", "the review's first change is carried out"),
        _settled(writer, 2, "plan_3", "physical therapy is in the plan"),
        _settled(writer, 3, "weekly_for_two_months", "and so is the third"),
    )


def _settled(writer: StoryWriter, number: int, by: str, told: str) -> Step:
    """One change that the review asked for was carried out by the step of that name."""
    event = AdjustmentSettled(
        review=writer.id("crisis_review"), number=number, how=Settlement.CARRIED_OUT, by=writer.id(by)
    )
    return writer.step(f"adjustment_{number}", COUNSELOR, 29, "15:20", event, told)
