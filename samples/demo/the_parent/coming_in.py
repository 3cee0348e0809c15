"""How Renee comes into care: a crisis contact first, then a registration, an intake and a first plan."""

from domain.events.consents import ConsentGranted
from domain.events.contacts import CheckInReceived, OutreachMade
from domain.events.crisis import CrisisContactRecorded, CrisisResolved
from domain.events.intake import IntakeCompleted, SubstanceUse
from domain.events.plan import CadenceSet, GoalSet, InterventionPlanned, PlanAgreed
from domain.events.postvention import Adjustment, PostventionReviewed
from domain.events.record import EntryCorrected
from domain.events.registration import ClientRegistered
from domain.vocabulary.consents import ConsentPurpose, ConsentScope, SignerAuthority
from domain.vocabulary.contacts import Channel, Technique
from domain.vocabulary.crisis import CrisisAction, CrisisKind, CrisisOutcome
from domain.vocabulary.goals import GoalCategory
from domain.vocabulary.intake import Condition, Driver, EntryRoute, SocialNeed, StageOfChange
from domain.vocabulary.people import Role
from domain.vocabulary.plan import CadenceKind, CareStrand, Period
from domain.vocabulary.postvention import AdjustmentKind
from domain.vocabulary.record import CorrectionReason
from domain.vocabulary.substances import Substance, UseFrequency, UseRoute
from domain.vocabulary.triggers import Trigger
from samples.demo.cast import (
    CASE_MANAGER,
    COUNSELOR,
    NO_THOUGHTS_OF_SUICIDE,
    ORGANIZATION,
    PEER,
    TIME_ZONE,
)
from samples.demo.story import Chapter, StoryWriter


def way_in(writer: StoryWriter) -> Chapter:
    return Chapter(
        "way_in",
        "The way in",
        "Renee had an operation on her knee. The tablets that helped became tablets she could not do without, and"
        " when they ran out her body let her know. On the bench outside her children's school, Marcus,"
        " a peer specialist, sat down beside her. Nobody asked for a form: the contact is her first entry, and the"
        " registration follows when she is ready.",
        (
            writer.step(
                "withdrawal",
                PEER,
                42,
                "15:40",
                CrisisContactRecorded(
                    kinds=(CrisisKind.ACUTE_WITHDRAWAL,),
                    channel=Channel.IN_PERSON,
                    noticed_by=Role.PEER,
                    activated=(Role.COUNSELOR, Role.CASE_MANAGER),
                    triggers=(Trigger.WITHDRAWAL, Trigger.PHYSICAL_PAIN),
                    cssrs=NO_THOUGHTS_OF_SUICIDE,
                    actions=(CrisisAction.SUPPORTIVE_LISTENING, CrisisAction.VALIDATED, CrisisAction.BREATHING),
                    account="Shaking and sweating since last night. Said she was ashamed to be seen. We breathed"
                    " together for a while, then she told me about the operation.",
                ),
                "Marcus notices; the crisis contact comes before everything else",
            ),
            writer.step(
                "registered",
                CASE_MANAGER,
                42,
                "17:05",
                ClientRegistered(
                    name="Renee Carter",
                    preferred_name="Renee",
                    birth_date=writer.day(38 * 365),
                    pronouns="she/her",
                    time_zone=TIME_ZONE,
                    phone="+1 555 0142",
                ),
                "Priya, her case manager, registers her",
            ),
            writer.step(
                "withdrawal_call",
                PEER,
                41,
                "08:30",
                OutreachMade(
                    channel=Channel.PHONE,
                    made_by=Role.PEER,
                    reached=True,
                    crisis=writer.id("withdrawal"),
                    note="She slept two hours. She will come at ten if somebody waits at the door. I will.",
                ),
                "Marcus calls in the morning, and waits at the door",
            ),
        ),
    )


def intake(writer: StoryWriter) -> Chapter:
    return Chapter(
        "intake",
        "Somebody to talk to",
        "Ana, her counselor, asks about the whole of her life: the pain, the nights, her mother, who died last year,"
        " and what she is doing all this for.",
        (
            writer.step(
                "intake",
                COUNSELOR,
                41,
                "10:00",
                IntakeCompleted(
                    entry_route=EntryRoute.CRISIS,
                    substances=(
                        SubstanceUse(
                            substance=Substance.OPIOIDS,
                            route=UseRoute.ORAL,
                            frequency=UseFrequency.DAILY,
                            last_used_on=writer.day(44),
                        ),
                    ),
                    conditions=(Condition.CHRONIC_PAIN,),
                    drivers=(Driver.PAIN, Driver.GRIEF, Driver.ISOLATION),
                    social_needs=(SocialNeed.CHILDCARE, SocialNeed.TRANSPORT),
                    triggers=(Trigger.PHYSICAL_PAIN, Trigger.INSOMNIA, Trigger.LONELINESS),
                    protective_factors="Her two children; her sister Danielle, who lives ten minutes away.",
                    strengths="She has asked for help, twice in two days.",
                    readiness=StageOfChange.PREPARATION,
                    own_reasons="To sit through a school play without counting the hours.",
                    medical="Knee operation eight weeks ago; pain at night and on stairs.",
                ),
                "the intake: pain, grief, two children, and her own reasons",
            ),
            writer.step(
                "consent_clinic",
                CASE_MANAGER,
                41,
                "11:15",
                ConsentGranted(
                    discloser=ORGANIZATION,
                    recipients=("Lakeside Clinic",),
                    purpose=ConsentPurpose.TREATMENT,
                    scope=(ConsentScope.CARE_PLAN, ConsentScope.MEDICATION, ConsentScope.CRISIS),
                    signed_on=writer.day(41),
                    signed_by="Renee Carter",
                    signed_as=SignerAuthority.CLIENT,
                    right_to_revoke_told=True,
                    redisclosure_told=True,
                    expires_on=writer.day(41 - 365),
                ),
                "Renee lets the clinic at the lake know what it needs to know",
            ),
            writer.step(
                "consent_sister",
                CASE_MANAGER,
                41,
                "11:20",
                ConsentGranted(
                    discloser=ORGANIZATION,
                    recipients=("Danielle Carter",),
                    purpose=ConsentPurpose.FAMILY_INVOLVEMENT,
                    scope=(ConsentScope.CRISIS, ConsentScope.CONTACT_ONLY),
                    signed_on=writer.day(41),
                    signed_by="Renee Carter",
                    signed_as=SignerAuthority.CLIENT,
                    right_to_revoke_told=True,
                    redisclosure_told=True,
                    expires_on=writer.day(41 - 365),
                ),
                "and wants her sister to be told in a crisis",
            ),
        ),
    )


def first_plan(writer: StoryWriter) -> Chapter:
    return Chapter(
        "first_plan",
        "The first plan",
        "Three goals in her own words, each with a number that can be seen to move, and a plan that she agreed to.",
        (
            writer.step(
                "sleep",
                COUNSELOR,
                40,
                "14:10",
                GoalSet(
                    category=GoalCategory.SLEEP,
                    description="Sleep six hours a night",
                    unit="hours a night",
                    baseline=3,
                    target=6,
                    target_on=writer.day(-30),
                ),
                "goal: sleep six hours a night",
            ),
            writer.step(
                "pain",
                COUNSELOR,
                40,
                "14:15",
                GoalSet(
                    category=GoalCategory.PAIN,
                    description="Walk the children to school and back",
                    unit="minutes of walking",
                    baseline=5,
                    target=25,
                    target_on=writer.day(-30),
                ),
                "goal: walk the children to school",
            ),
            writer.step(
                "cravings",
                COUNSELOR,
                40,
                "14:20",
                GoalSet(
                    category=GoalCategory.CRAVINGS,
                    description="Evenings that are not about tablets",
                    unit="craving, 0 to 10",
                    baseline=8,
                    target=3,
                    target_on=writer.day(-30),
                ),
                "goal: quieter evenings",
            ),
            writer.step(
                "plan_1",
                COUNSELOR,
                40,
                "15:00",
                PlanAgreed(
                    summary="Get through the first weeks: rest, company in the evening, and somebody to call.",
                    agreed_by=(Role.CLIENT, Role.COUNSELOR, Role.PEER),
                    because_of=(writer.id("withdrawal"), writer.id("intake")),
                ),
                "version 1 of the plan, agreed by Renee, Ana and Marcus",
            ),
            writer.step(
                "talks",
                COUNSELOR,
                40,
                "15:05",
                InterventionPlanned(
                    strand=CareStrand.COUNSELING,
                    what="One session a week with Ana",
                    techniques=(Technique.MOTIVATIONAL_INTERVIEWING,),
                ),
                "what counseling does",
            ),
            writer.step(
                "weekly",
                COUNSELOR,
                40,
                "15:05",
                CadenceSet(kind=CadenceKind.SESSION, times=1, per=Period.WEEK, by=Role.COUNSELOR),
                "how often: once a week",
            ),
            writer.step(
                "evening_texts",
                COUNSELOR,
                40,
                "15:10",
                InterventionPlanned(
                    strand=CareStrand.PEER_SUPPORT,
                    what="A text to Marcus when the children are in bed",
                ),
                "what peer support does",
            ),
            writer.step(
                "evening_1",
                PEER,
                40,
                "20:40",
                CheckInReceived(
                    channel=Channel.TEXT,
                    automated=False,
                    craving=5,
                    mood=5,
                    sleep_hours=4.0,
                    words="Long day. Kids are asleep.",
                ),
                "her first evening text: craving 5",
            ),
            writer.step(
                "withdrawal_passed",
                COUNSELOR,
                38,
                "16:00",
                CrisisResolved(
                    crisis=writer.id("withdrawal"),
                    outcome=CrisisOutcome.ENTERED_CARE,
                    note="The shaking has passed. She wants to go on.",
                ),
                "the first crisis has passed: she has entered care",
            ),
            writer.step(
                "withdrawal_review",
                COUNSELOR,
                38,
                "16:30",
                PostventionReviewed(
                    crisis=writer.id("withdrawal"),
                    reviewed_by=(Role.COUNSELOR, Role.PEER, Role.CLIENT),
                    what_worked="Nobody asked for a form before listening.",
                    what_did_not="Her nights: pain and no sleep, and nobody awake.",
                    adjustments=(
                        Adjustment(kind=AdjustmentKind.TIGHTER_EARLY_WARNING, what="Ask about sleep every evening"),
                    ),
                ),
                "what worked is written down, and what did not: the nights",
            ),
            writer.step(
                "evening_2",
                PEER,
                37,
                "21:20",
                CheckInReceived(
                    channel=Channel.TEXT,
                    automated=False,
                    craving=3,
                    mood=3,
                    sleep_hours=2.5,
                    words="Knee is bad. Can't sleep again.",
                ),
                "her second: her knee, no sleep, craving 3",
            ),
            writer.step(
                "evening_2_corrected",
                PEER,
                36,
                "08:10",
                EntryCorrected(
                    entry=writer.id("evening_2"),
                    reason=CorrectionReason.WRONG_CONTENT,
                    replacement=CheckInReceived(
                        channel=Channel.TEXT,
                        automated=False,
                        craving=8,
                        mood=3,
                        sleep_hours=2.5,
                        words="Knee is bad. Can't sleep again.",
                    ),
                ),
                "Marcus reads it again: she wrote 8. The 3 stays in the record, the 8 counts",
            ),
        ),
    )
