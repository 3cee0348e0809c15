"""The lapse, and the circle of care that answers it."""

from domain.events.crisis import CrisisContactRecorded
from domain.events.crisis_cards import CrisisCardIssued
from domain.events.harm_reduction import HarmReductionProvided
from domain.events.lapses import LapseRecorded
from domain.vocabulary.contacts import Channel
from domain.vocabulary.crisis import CrisisAction, CrisisKind
from domain.vocabulary.harm_reduction import CardFormat, HarmReductionKind, Recipient
from domain.vocabulary.people import Role
from domain.vocabulary.record import Precision
from domain.vocabulary.substances import Substance
from domain.vocabulary.triggers import Emotion, Trigger
from samples.demo.cast import (
    NO_THOUGHTS_OF_SUICIDE,
    PEER,
)
from samples.demo.story import Chapter, StoryWriter


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
