"""The day of the text, the morning after, and the days that follow."""

from domain.events.barriers import BarrierResolved
from domain.events.handoffs import HandoffAccepted, HandoffCompleted
from domain.events.intake import SubstanceUse
from domain.events.medications import MedicationStopped
from domain.events.milestones import MilestoneCelebrated
from domain.events.next_steps import NextStepDone
from domain.events.plan import GoalMeasured
from domain.events.referrals import ReferralCompleted, ReferralScheduled
from domain.vocabulary.barriers import BarrierOutcome
from domain.vocabulary.contacts import OutreachPurpose
from domain.vocabulary.crisis import CrisisOutcome
from domain.vocabulary.goals import GoalCategory
from domain.vocabulary.handoffs import HandoffUrgency
from domain.vocabulary.medications import MedicationStopReason
from domain.vocabulary.next_steps import NextStepKind
from domain.vocabulary.people import Role
from domain.vocabulary.referrals import ReferralOutcome
from domain.vocabulary.substances import Substance
from domain.vocabulary.triggers import Trigger
from samples.demo.cast import CASE_MANAGER, COUNSELOR, PEER, PRESCRIBER
from samples.demo.story import Chapter, Step, StoryWriter
from samples.demo.the_young_professional.what_was_done import (
    a_ride,
    consultation,
    distress_in_a_text,
    for_acute_anxiety,
    meeting_at_work,
    no_way_there,
    noticed,
    same_day_session,
    skills_class,
    skills_group,
    to_the_sleep_clinic,
    touchpoints,
)
from samples.demo.usual import (
    check_in,
    goal_set,
    handoff,
    intake,
    next_step,
    outreach,
    plan,
    registered,
    resolved,
    review,
    settled,
)
from service.access.caller import KeyRole


def coming_in(writer: StoryWriter) -> Chapter:
    alcohol = SubstanceUse(substance=Substance.ALCOHOL, last_used_on=writer.day(91))
    cravings = goal_set(GoalCategory.CRAVINGS, description="Calmer evenings", unit="0 to 10", baseline=6, target=3)
    return _chapter(
        "coming_in",
        "Coming into care",
        "Kit works hard, sleeps little, and came to stop drinking. Twelve weeks later there is one bad night.",
        writer.step(
            "registered",
            CASE_MANAGER,
            86,
            "09:00",
            registered(writer.zone.key, name="Kit Example"),
            "Kit is registered",
        ),
        writer.step(
            "intake",
            COUNSELOR,
            86,
            "10:00",
            intake(substances=(alcohol,), triggers=(Trigger.WORK_STRESS,)),
            "the intake: alcohol, last used five days before; stress at work",
        ),
        writer.step(
            "sleep", COUNSELOR, 85, "10:00", goal_set(target=7, baseline=5), "a goal: seven hours of sleep, from five"
        ),
        writer.step("cravings", COUNSELOR, 85, "10:10", cravings, "and calmer evenings, from 6 to 3"),
        writer.step("plan_1", COUNSELOR, 85, "10:30", plan(), "the first plan"),
        writer.step(
            "no_sleep",
            PEER,
            5,
            "22:00",
            check_in(craving=7, mood=3, sleep_hours=3.5),
            "day 86, a check-in: craving 7, three and a half hours of sleep",
        ),
    )


def the_text(writer: StoryWriter) -> Chapter:
    """A peer reads distress in a text and activates the team: all of it on one day."""
    sleep_clinic, consult = writer.id("sleep_clinic"), writer.id("consult_asked")
    return _chapter(
        "the_text",
        "The text",
        "Conflict, a breakup, no sleep. Marcus reads it between the lines of a text, and activates the team.",
        writer.step(
            "noticed",
            PEER,
            4,
            "08:35",
            noticed(writer.id("no_sleep")),
            "Marcus sees the signal that the check-in raised",
        ),
        writer.step(
            "crisis",
            PEER,
            4,
            "08:40",
            distress_in_a_text(),
            "and reads distress in a text: a breakup. He activates the team",
        ),
        writer.step("same_day", COUNSELOR, 4, "13:00", same_day_session(), "Ana sees Kit the same day, by video"),
        writer.step("sleep_clinic", CASE_MANAGER, 4, "13:30", to_the_sleep_clinic(), "Priya asks the sleep clinic"),
        writer.step("no_way_there", CASE_MANAGER, 4, "13:35", no_way_there(), "there is no bus back in the evening"),
        writer.step("ride", CASE_MANAGER, 4, "13:50", a_ride(writer), "Priya arranges a ride for tonight"),
        writer.step("skills_booked", CASE_MANAGER, 4, "13:55", skills_group(writer), "and books the skills class"),
        writer.step(
            "consult_asked",
            COUNSELOR,
            4,
            "13:40",
            handoff(HandoffUrgency.CRISIS, to_role=Role.PRESCRIBER),
            "Ana asks the prescriber, as a crisis",
        ),
        writer.step(
            "consult_taken",
            PRESCRIBER,
            4,
            "14:10",
            HandoffAccepted(handoff=consult, accepted_by=Role.PRESCRIBER),
            "who takes it after half an hour",
        ),
        writer.step(
            "bed_free",
            CASE_MANAGER,
            4,
            "15:00",
            ReferralScheduled(referral=sleep_clinic, scheduled_on=writer.day(3)),
            "the sleep clinic has a place tomorrow",
        ),
        writer.step("consult", PRESCRIBER, 4, "16:00", consultation(), "the consult, by video"),
        writer.step(
            "for_anxiety", PRESCRIBER, 4, "16:15", for_acute_anxiety(), "something for the anxiety, for three evenings"
        ),
        writer.step(
            "consult_done", PRESCRIBER, 4, "16:20", HandoffCompleted(handoff=consult), "so that handoff is complete"
        ),
        _tomorrow(writer, "peer_call", Role.PEER, "10:00", NextStepKind.CALL),
        _tomorrow(writer, "follow_up", Role.COUNSELOR, "11:00", NextStepKind.CALL),
        _tomorrow(writer, "safety_review", Role.COUNSELOR, "13:00", NextStepKind.SAFETY),
        writer.step("skills", COUNSELOR, 4, "19:00", skills_class(writer.id("skills_booked")), "the skills class"),
    )


def the_morning_after(writer: StoryWriter) -> Chapter:
    """Peer call, counselor follow-up, safety review: each was agreed the day before, with an owner and a time."""
    text = writer.id("crisis")
    after = OutreachPurpose.FOLLOW_UP
    return _chapter(
        "the_morning_after",
        "The morning after",
        "What was agreed for this morning has an owner and a time. Leave one out, and the record says that it is late.",
        writer.step("peer_call", PEER, 3, "09:00", outreach(True, text, purpose=after), "Marcus calls"),
        _done(writer, "peer_call", PEER, "09:20"),
        writer.step(
            "follow_up", COUNSELOR, 3, "10:30", outreach(True, text, made_by=Role.COUNSELOR, purpose=after), "Ana calls"
        ),
        _done(writer, "follow_up", COUNSELOR, "10:45"),
        writer.step(
            "safety_review",
            COUNSELOR,
            3,
            "12:00",
            review(text, touchpoints()),
            "the review: what is hard is to be met a day ahead",
        ),
        _done(writer, "safety_review", COUNSELOR, "12:40"),
    )


def the_days_after(writer: StoryWriter) -> Chapter:
    text, reviewed = writer.id("crisis"), writer.id("safety_review")
    got = ReferralCompleted(referral=writer.id("sleep_clinic"), outcome=ReferralOutcome.RECEIVED)
    eased = BarrierResolved(barrier=writer.id("no_way_there"), outcome=BarrierOutcome.EASED)
    no_more = MedicationStopped(medication=writer.id("for_anxiety"), reason=MedicationStopReason.COURSE_COMPLETED)
    return _chapter(
        "the_days_after",
        "The days after",
        "Within three days sleep is up and cravings are down; and ninety days arrive on their day.",
        writer.step("slept_there", CASE_MANAGER, 2, "09:30", got, "Kit was at the sleep clinic"),
        writer.step(
            "better",
            PEER,
            1,
            "07:00",
            check_in(craving=2, mood=6, sleep_hours=7.0),
            "a check-in: craving 2, seven hours of sleep",
        ),
        writer.step(
            "slept",
            COUNSELOR,
            1,
            "07:05",
            GoalMeasured(goal=writer.id("sleep"), value=7),
            "the goal of seven hours is met",
        ),
        writer.step(
            "calmer",
            COUNSELOR,
            1,
            "07:06",
            GoalMeasured(goal=writer.id("cravings"), value=2),
            "and evenings are calmer: 2",
        ),
        writer.step("no_more", PRESCRIBER, 1, "09:00", no_more, "the medication has run its course"),
        writer.step(
            "resolved",
            COUNSELOR,
            1,
            "09:20",
            resolved(text, CrisisOutcome.AVOIDED_LAPSE),
            "the crisis is over, and the lapse avoided",
        ),
        writer.step("bus_pass", CASE_MANAGER, 1, "09:40", eased, "a bus pass eases the barrier"),
        writer.step("plan_2", COUNSELOR, 1, "10:00", plan(text, reviewed), "version 2 of the plan"),
        writer.step(
            "meeting_at_work",
            COUNSELOR,
            1,
            "10:05",
            meeting_at_work(writer),
            "a hard meeting is ahead: Marcus will call the day before",
        ),
        writer.step(
            "settled",
            COUNSELOR,
            1,
            "10:10",
            settled(reviewed, by=writer.id("meeting_at_work")),
            "so what the review asked for is carried out",
        ),
        writer.step(
            "ninety",
            PEER,
            1,
            "18:00",
            MilestoneCelebrated(days=90, substance=Substance.ALCOHOL),
            "ninety days, celebrated",
        ),
    )


def _chapter(name: str, title: str, told: str, *steps: Step) -> Chapter:
    return Chapter(name, title, told, steps)


def _tomorrow(writer: StoryWriter, name: str, owner: Role, by: str, kind: NextStepKind) -> Step:
    """What is agreed for the morning after: who does it, and by when."""
    what = name.replace("_", " ")
    agreed = next_step(owner, kind=kind, what=what, due_at=writer.moment(3, by), because_of=writer.id("crisis"))
    return writer.step(f"{name}_agreed", COUNSELOR, 4, "17:00", agreed, f"agreed for tomorrow, {by}: {what}")


def _done(writer: StoryWriter, name: str, by: KeyRole, clock: str) -> Step:
    return writer.step(f"{name}_done", by, 3, clock, NextStepDone(step=writer.id(f"{name}_agreed")), "as agreed")
