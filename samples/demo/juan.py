"""Juan, tapered from opioids with medication: conflict at home, intense craving, and a circle that holds (S0).

Every person, place and word in it is made up.
"""

from datetime import datetime
from uuid import UUID

from domain.events.consents import ConsentGranted
from domain.events.crisis import CrisisContactRecorded
from domain.events.intake import SubstanceUse
from domain.events.lapses import CloseCallRecorded
from domain.events.medications import MedicationChanged, MedicationStarted, MedicationStopped
from domain.events.next_steps import NextStepAgreed, NextStepDone
from domain.events.plan import CadenceSet, InterventionPlanned
from domain.events.postvention import Adjustment
from domain.events.referrals import ReferralAccepted, ReferralMade
from domain.events.supports import SupportAdded
from domain.instruments.cssrs import CssrsAnswers
from domain.vocabulary.appointments import Transport
from domain.vocabulary.contacts import Channel, SessionKind, Technique
from domain.vocabulary.crisis import CrisisAction, CrisisKind, CrisisOutcome
from domain.vocabulary.medications import (
    Drug,
    DrugForm,
    MedicationChangeKind,
    MedicationPurpose,
    MedicationStopReason,
)
from domain.vocabulary.next_steps import NextStepKind
from domain.vocabulary.people import Role
from domain.vocabulary.plan import CadenceKind, CareStrand, Period
from domain.vocabulary.postvention import AdjustmentKind
from domain.vocabulary.referrals import Service as ReferredTo
from domain.vocabulary.substances import Substance
from domain.vocabulary.supports import SupportKind, SupportRole
from domain.vocabulary.triggers import Trigger
from samples.demo.cast import CASE_MANAGER, COUNSELOR, PEER, PRESCRIBER
from samples.demo.story import Chapter, Story, StoryWriter
from samples.demo.usual import (
    appointment,
    consent,
    crisis,
    crisis_card,
    intake,
    naloxone_kit,
    next_step,
    outreach,
    plan,
    registered,
    resolved,
    review,
    safety_plan,
    session,
    settled,
)

AT_HOME = "Shouting at home"
FAMILY = Adjustment(kind=AdjustmentKind.ADDRESS_RELATIONSHIPS)


def juan(client_id: UUID, now: datetime) -> Story:
    """The story of this client, over the two months before `now`."""
    writer = StoryWriter(client_id, "America/Los_Angeles", now)
    chapters = (_coming_in, _the_taper, _the_evening, _the_next_day, _what_is_learned)
    return Story(client_id, writer.zone, tuple(chapter(writer) for chapter in chapters))


def _coming_in(writer: StoryWriter) -> Chapter:
    opioids = SubstanceUse(substance=Substance.OPIOIDS, last_used_on=writer.day(95))
    return Chapter(
        "coming_in",
        "Coming into care",
        "Juan comes five weeks after the last opioids. What sets him off are quarrels at home.",
        (
            writer.step(
                "registered",
                CASE_MANAGER,
                60,
                "10:00",
                registered(writer.zone.key, name="Juan Example"),
                "Juan is registered",
            ),
            writer.step(
                "intake",
                COUNSELOR,
                60,
                "11:00",
                intake(substances=(opioids,), triggers=(Trigger.CONFLICT,)),
                "the intake: opioids, last used five weeks before; quarrels set him off",
            ),
            writer.step(
                "plan_1",
                COUNSELOR,
                58,
                "11:00",
                plan(summary="Go on from the taper."),
                "the first plan: go on from the taper",
            ),
            writer.step(
                "safety_plan_1",
                COUNSELOR,
                57,
                "11:00",
                safety_plan(warning_signs=(AT_HOME,)),
                "his safety plan begins with the shouting at home",
            ),
        ),
    )


def _the_taper(writer: StoryWriter) -> Chapter:
    started = MedicationStarted(
        drug=Drug.BUPRENORPHINE_NALOXONE, form=DrugForm.FILM, purpose=MedicationPurpose.OPIOID_USE_DISORDER
    )
    medication = writer.id("medication")
    lowered = MedicationChanged(
        medication=medication, change=MedicationChangeKind.TAPER_BEGUN, taper_ends_on=writer.day(10)
    )
    stopped = MedicationStopped(medication=medication, reason=MedicationStopReason.TAPER_COMPLETED)
    return Chapter(
        "the_taper",
        "The taper",
        "Medication carries him, and ends step by step. That brings danger of overdose: so naloxone, and a card.",
        (
            writer.step("medication", PRESCRIBER, 56, "09:00", started, "buprenorphine with naloxone, as a film"),
            writer.step("taper", PRESCRIBER, 40, "09:00", lowered, "the taper begins"),
            writer.step(
                "session",
                COUNSELOR,
                30,
                "11:00",
                session(techniques=(Technique.DISTRESS_TOLERANCE,)),
                "a session on standing what hurts until it passes",
            ),
            writer.step("tapered", PRESCRIBER, 10, "09:00", stopped, "the last dose: the taper is done"),
            writer.step("naloxone", PEER, 10, "09:30", naloxone_kit(), "Marcus gives him naloxone to take home"),
            writer.step(
                "card", PEER, 10, "09:40", crisis_card(safety_plan=writer.id("safety_plan_1")), "and a crisis card"
            ),
        ),
    )


def _the_evening(writer: StoryWriter) -> Chapter:
    evening = writer.id("crisis")
    same_day = appointment(
        writer.moment(3, "19:00"),
        kind=SessionKind.GROUP,
        with_role=Role.PEER,
        transport=Transport.RIDE_BY_TEAM,
        because_of=evening,
    )
    group = session(kind=SessionKind.GROUP, held_by=Role.PEER, appointment=writer.id("group_booked"))
    ridden_out = CloseCallRecorded(
        substances=(Substance.OPIOIDS,),
        triggers=(Trigger.CONFLICT,),
        worked=(Technique.URGE_SURFING, Technique.DISTRESS_TOLERANCE),
    )
    return Chapter(
        "the_evening",
        "The evening",
        "Shouting at home. He calls before anything happens, and his circle moves.",
        (
            writer.step(
                "crisis",
                COUNSELOR,
                3,
                "17:10",
                _conflict_at_home(),
                "he calls: shouting at home, and the craving is back. Not at risk of suicide",
            ),
            writer.step(
                "group_booked",
                PEER,
                3,
                "17:40",
                same_day,
                "Marcus books the group of the same evening, and will fetch him",
            ),
            writer.step(
                "family_step",
                CASE_MANAGER,
                3,
                "18:00",
                _a_family_check_in(writer),
                "Priya will sit down with his family by the day after tomorrow",
            ),
            writer.step(
                "respite_step",
                CASE_MANAGER,
                3,
                "18:00",
                _ask_about_respite(writer),
                "and ask where he could stay for some nights",
            ),
            writer.step("group", PEER, 3, "19:00", group, "he is at the group"),
            writer.step(
                "ridden_out", PEER, 3, "22:00", ridden_out, "at ten he rides the wave out, with what he has practised"
            ),
        ),
    )


def _the_next_day(writer: StoryWriter) -> Chapter:
    evening = writer.id("crisis")
    sister = SupportAdded(
        kind=SupportKind.FAMILY,
        name="Juan's sister",
        roles=(SupportRole.JOINS_FAMILY_SESSIONS, SupportRole.GIVES_SHELTER),
    )
    respite = ReferralMade(service=ReferredTo.RESPITE_CARE, to_party="Harbor Respite House", made_by=Role.CASE_MANAGER)
    wave_added = safety_plan(warning_signs=(AT_HOME,), own_coping=("A walk", "Ride the wave"), crisis=evening)
    family = session(kind=SessionKind.FAMILY_OR_COUPLES, held_by=Role.CASE_MANAGER)
    return Chapter(
        "the_next_day",
        "The next day",
        "His family is asked in, with his consent, and a bed is looked for in case he needs one.",
        (
            writer.step(
                "family_asked",
                CASE_MANAGER,
                2,
                "09:00",
                outreach(True, evening, made_by=Role.CASE_MANAGER),
                "Priya reaches him",
            ),
            writer.step(
                "consent",
                CASE_MANAGER,
                2,
                "09:10",
                _with_his_sister(writer),
                "he consents: his sister may know of the plan",
            ),
            writer.step(
                "sister", CASE_MANAGER, 2, "09:15", sister, "his sister will join family sessions, and has a sofa"
            ),
            writer.step("respite", CASE_MANAGER, 2, "09:30", respite, "Priya asks Harbor Respite House"),
            writer.step(
                "respite_asked",
                CASE_MANAGER,
                2,
                "09:35",
                NextStepDone(step=writer.id("respite_step")),
                "so that is asked",
            ),
            writer.step(
                "safety_plan_2", COUNSELOR, 2, "10:00", wave_added, "the safety plan has one more line: ride the wave"
            ),
            writer.step(
                "respite_there",
                CASE_MANAGER,
                2,
                "15:00",
                ReferralAccepted(referral=writer.id("respite")),
                "Harbor Respite House would take him",
            ),
            writer.step("family", CASE_MANAGER, 2, "17:00", family, "the family sits down together"),
            writer.step(
                "family_met",
                CASE_MANAGER,
                2,
                "18:00",
                NextStepDone(step=writer.id("family_step")),
                "so the family check-in is done",
            ),
        ),
    )


def _what_is_learned(writer: StoryWriter) -> Chapter:
    evening, reviewed = writer.id("crisis"), writer.id("review")
    weekly = InterventionPlanned(strand=CareStrand.FAMILY, what="A check-in each week", because_of=(evening,))
    cadence = CadenceSet(
        kind=CadenceKind.FAMILY_SESSION, times=1, per=Period.WEEK, by=Role.CASE_MANAGER, because_of=(evening,)
    )
    return Chapter(
        "what_is_learned",
        "What is learned",
        "Nothing was used, so the days count on. What the evening taught becomes part of the plan.",
        (
            writer.step(
                "review",
                COUNSELOR,
                1,
                "10:00",
                review(evening, FAMILY),
                "the review: what happens at home has to change",
            ),
            writer.step(
                "resolved",
                COUNSELOR,
                1,
                "10:30",
                resolved(evening, CrisisOutcome.AVOIDED_LAPSE),
                "the crisis is over, and the lapse avoided",
            ),
            writer.step(
                "plan_2",
                COUNSELOR,
                1,
                "11:00",
                plan(evening, reviewed),
                "version 2 of the plan, because of the evening",
            ),
            writer.step("family_check_in", CASE_MANAGER, 1, "11:10", weekly, "a check-in with the family"),
            writer.step("weekly", CASE_MANAGER, 1, "11:10", cadence, "every week"),
            writer.step(
                "family_planned",
                COUNSELOR,
                1,
                "11:10",
                settled(reviewed, by=writer.id("plan_2")),
                "so what the review asked for is carried out",
            ),
        ),
    )


def _a_family_check_in(writer: StoryWriter) -> NextStepAgreed:
    return next_step(
        kind=NextStepKind.FAMILY_CHECK_IN,
        what="Sit down with his sister",
        due_at=writer.moment(1, "12:00"),
        because_of=writer.id("crisis"),
    )


def _ask_about_respite(writer: StoryWriter) -> NextStepAgreed:
    return next_step(
        kind=NextStepKind.RESPITE,
        what="Ask where he could stay for a few nights",
        due_at=writer.moment(2, "17:00"),
        because_of=writer.id("crisis"),
    )


def _with_his_sister(writer: StoryWriter) -> ConsentGranted:
    return consent(writer.day(-180).isoformat(), recipients=("Juan's sister",), signed_on=writer.day(2))


def _conflict_at_home() -> CrisisContactRecorded:
    return crisis(
        CrisisKind.CRAVINGS,
        channel=Channel.PHONE,
        noticed_by=Role.CLIENT,
        activated=(Role.PEER, Role.CASE_MANAGER),
        triggers=(Trigger.CONFLICT,),
        cssrs=CssrsAnswers(q1=False, q2=False, q6_ever=False),
        overdose_danger=False,
        actions=(CrisisAction.DE_ESCALATED, CrisisAction.URGE_SURFING),
    )
