"""The weeks after the crisis, and what is told only once there is trust."""

from datetime import datetime

from domain.events.barriers import BarrierRaised, BarrierResolved
from domain.events.contacts import SessionHeld, SessionMissed
from domain.events.crisis import CrisisResolved
from domain.events.lapses import CloseCallRecorded, LapseRecorded
from domain.events.milestones import MilestoneCelebrated
from domain.events.plan import GoalMeasured
from domain.events.referrals import ReferralAccepted, ReferralCompleted, ReferralMade
from domain.vocabulary.barriers import Barrier, BarrierOutcome
from domain.vocabulary.contacts import Channel, SessionKind, Technique
from domain.vocabulary.crisis import CrisisOutcome
from domain.vocabulary.people import Role
from domain.vocabulary.record import Precision
from domain.vocabulary.referrals import ReferralOutcome, Service
from domain.vocabulary.substances import Substance
from domain.vocabulary.triggers import Emotion, Trigger
from samples.demo.cast import (
    CASE_MANAGER,
    COUNSELOR,
    PEER,
    TIME_ZONE,
)
from samples.demo.story import Chapter, Step, Story, StoryWriter


def four_weeks(writer: StoryWriter) -> Chapter:
    return Chapter(
        "four_weeks",
        "Four weeks",
        "Every week she comes. They work on living with the knee, and they talk about her mother.",
        (
            _session(
                writer,
                "session_1",
                29,
                "What pain says and what it does not. First exercises for the night.",
                (Technique.PAIN_ALTERNATIVES, Technique.MINDFULNESS),
                "week 1: what pain says, and what it does not",
            ),
            _reading(writer, "sleep_1", "sleep", 29, 4.5, "sleep: four and a half hours a night"),
            writer.step(
                "physical_therapy_begun",
                CASE_MANAGER,
                25,
                "16:00",
                ReferralCompleted(referral=writer.id("physical_therapy"), outcome=ReferralOutcome.GOES_ON),
                "physical therapy has begun, twice a week from now on",
            ),
            _session(
                writer,
                "session_2",
                22,
                "Her mother's last winter. She brought a photograph.",
                (Technique.GRIEF_WORK,),
                "week 2: she brings a photograph of her mother",
            ),
            _reading(writer, "walk_1", "pain", 22, 12, "she walks twelve minutes"),
            writer.step(
                "close_call",
                PEER,
                18,
                "22:50",
                CloseCallRecorded(
                    substances=(Substance.OPIOIDS,),
                    triggers=(Trigger.PHYSICAL_PAIN,),
                    emotions=(Emotion.FEAR,),
                    worked=(Technique.URGE_SURFING, Technique.PAIN_ALTERNATIVES),
                    what_worked="Ice, the radio, and forty minutes of texting until it passed.",
                ),
                "an urge at night, ridden out: ice, the radio, forty minutes of texting",
            ),
            _session(
                writer,
                "session_3",
                15,
                "Letter to her mother. Walking further than the corner.",
                (Technique.GRIEF_WORK, Technique.PAIN_ALTERNATIVES),
                "week 3: a letter to her mother",
            ),
            _reading(writer, "cravings_1", "cravings", 15, 4, "evenings: craving 4, down from 8"),
            *_childcare(writer),
            _session(
                writer,
                "session_4",
                8,
                "Read the letter aloud. Slept seven hours afterwards.",
                (Technique.GRIEF_WORK,),
                "week 4: she reads the letter aloud",
            ),
            _reading(writer, "sleep_2", "sleep", 8, 6.5, "sleep: six and a half hours a night"),
            _reading(writer, "walk_2", "pain", 8, 22, "she walks twenty-two minutes, nearly to the school"),
        ),
    )


def thirty_days(writer: StoryWriter) -> Chapter:
    return Chapter(
        "thirty_days",
        "Thirty days",
        "The crisis is over when the team and she say so, not when the calendar does.",
        (
            writer.step(
                "crisis_passed",
                COUNSELOR,
                6,
                "14:50",
                CrisisResolved(
                    crisis=writer.id("crisis"),
                    outcome=CrisisOutcome.STABILIZED,
                    note="She said it first.",
                ),
                "the crisis is resolved; the follow-ups that it asked for stop",
            ),
            writer.step(
                "celebration",
                PEER,
                4,
                "17:30",
                MilestoneCelebrated(
                    days=30,
                    substance=Substance.OPIOIDS,
                    how="Cake on the bench outside the school, both children, Danielle, a candle that would not light.",
                ),
                "thirty days: cake on the bench outside the school",
            ),
        ),
    )


def _childcare(writer: StoryWriter) -> tuple[Step, ...]:
    """A class missed for want of childcare: the barrier, the referral because of it, and how both end."""
    barrier, club = writer.id("no_sitter"), writer.id("to_the_club")
    asked = ReferralMade(
        service=Service.CHILDCARE, to_party="Maple Street after-school club", made_by=Role.CASE_MANAGER, barrier=barrier
    )
    goes_on = ReferralCompleted(referral=club, outcome=ReferralOutcome.GOES_ON)
    removed = BarrierResolved(barrier=barrier, outcome=BarrierOutcome.REMOVED, referral=club)
    return (
        writer.step(
            "missed",
            CASE_MANAGER,
            12,
            "17:00",
            SessionMissed(
                kind=SessionKind.SKILLS_CLASS,
                channel=Channel.IN_PERSON,
                barrier=Barrier.CHILDCARE,
                note="Her sitter was ill.",
            ),
            "a class missed for want of childcare",
        ),
        writer.step(
            "no_sitter",
            CASE_MANAGER,
            12,
            "17:05",
            BarrierRaised(kind=Barrier.CHILDCARE, owner=Role.CASE_MANAGER, detail="One sitter, and nobody else."),
            "that stands in her way again and again: Priya takes it on",
        ),
        writer.step("to_the_club", CASE_MANAGER, 11, "10:00", asked, "the next morning she asks the after-school club"),
        writer.step("club_accepts", CASE_MANAGER, 11, "10:50", ReferralAccepted(referral=club), "they have two places"),
        writer.step(
            "childcare",
            CASE_MANAGER,
            11,
            "11:00",
            SessionHeld(
                kind=SessionKind.CASE_MANAGEMENT,
                channel=Channel.PHONE,
                held_by=Role.CASE_MANAGER,
                minutes=25,
                summary="Two places at the after-school club, paid for this year; physical therapy continues.",
            ),
            "she calls Renee: both places are paid for this year",
        ),
        writer.step("club_begins", CASE_MANAGER, 9, "16:00", goes_on, "the children's first afternoon at the club"),
        writer.step("sitter_found", CASE_MANAGER, 9, "16:05", removed, "childcare stands in the way no more"),
    )


def told_late(story: Story, now: datetime) -> Step:
    """What Renee tells weeks later, when she trusts enough to: she used once more, the evening after the consult."""
    writer = StoryWriter(story.client_id, TIME_ZONE, now)
    return writer.step(
        "told_late",
        COUNSELOR,
        34,
        "21:00",
        LapseRecorded(
            substances=(Substance.OPIOIDS,),
            triggers=(Trigger.PHYSICAL_PAIN,),
            emotions=(Emotion.SHAME,),
            overdose_danger=False,
            response="Told me today, six weeks in, unasked. Danielle had been there; the spray was in reach.",
            learned="The first evening on a low dose is the hardest. We will plan for it with the next person.",
        ),
        "occurred 34 days ago, recorded now",
        precision=Precision.APPROXIMATE,
    )


def _session(
    writer: StoryWriter, name: str, days_ago: int, summary: str, techniques: tuple[Technique, ...], told: str
) -> Step:
    return writer.step(
        name,
        COUNSELOR,
        days_ago,
        "14:00",
        SessionHeld(
            kind=SessionKind.INDIVIDUAL,
            channel=Channel.IN_PERSON,
            held_by=Role.COUNSELOR,
            minutes=50,
            techniques=techniques,
            summary=summary,
        ),
        told,
    )


def _reading(writer: StoryWriter, name: str, goal: str, days_ago: int, value: float, told: str) -> Step:
    measured = GoalMeasured(goal=writer.id(goal), value=value)
    return writer.step(name, COUNSELOR, days_ago, "14:55", measured, told)
