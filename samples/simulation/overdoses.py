"""Overdoses and their danger: judged at intake and later, and what is offered against it and not taken."""

from domain.events.crisis_cards import CrisisCardIssued
from domain.events.harm_reduction import HarmReductionDeclined, HarmReductionProvided
from domain.events.overdoses import OverdoseDangerAssessed, OverdoseRecorded
from domain.vocabulary.harm_reduction import DeclineReason, HarmReductionKind, SafetyOffer
from domain.vocabulary.overdoses import OverdoseIntent, OverdoseOutcome, Responder
from domain.vocabulary.people import Role
from domain.vocabulary.substances import OPIOIDS, Substance
from samples.simulation import hard_words, words
from samples.simulation.chance import terms
from samples.simulation.entry_writer import Written
from samples.simulation.simulated_client import SimulatedClient

_ASSESSED = 0.6
"""At the intake of those who use opioids. Our choice: it should be always, and is not."""

_DECLINED = 0.15
"""Our choice."""

_ENDS = (
    *(OverdoseOutcome.EMERGENCY_DEPARTMENT,) * 5,
    *(OverdoseOutcome.RECOVERED_AT_THE_SCENE,) * 4,
    *(OverdoseOutcome.HOSPITALIZED, OverdoseOutcome.UNKNOWN),
)


def judge_danger(story: SimulatedClient) -> None:
    """Whether there is danger of overdose; judged again after two months, when it has often passed."""
    chance = story.chance
    if not OPIOIDS.intersection(story.substances) or not chance.happens(_ASSESSED):
        return
    _assess(story, chance.happens(0.8))
    story.later(chance.whole(50, 70), lambda story: _assess(story, story.day - story.last_use < 30))


def overdose(story: SimulatedClient, substance: Substance, crisis: Written | None) -> None:
    """What people tell of an overdose that was survived."""
    chance = story.chance
    doses = chance.whole(0, 3)
    event = OverdoseRecorded(
        substances=(substance,),
        intent=OverdoseIntent.UNINTENTIONAL if chance.happens(0.85) else OverdoseIntent.UNKNOWN,
        naloxone_doses=doses,
        naloxone_given_by=chance.some(terms(Responder)[:6], 2) if doses else (),
        reversed=bool(doses),
        emergency_services=chance.happens(0.6),
        outcome=chance.one(_ENDS),
        crisis=crisis.id if crisis else None,
        account=words.say(chance, hard_words.CRISIS),
    )
    story.write(event, chance.between(16, 23.9), story.team.peer, *((crisis,) if crisis else ()))


def offer_naloxone(story: SimulatedClient) -> None:
    """What danger of overdose asks for goes home with the client, unless they do not want it."""
    if story.chance.happens(_DECLINED):
        _decline(story)
    else:
        _give(story)


def _give(story: SimulatedClient) -> None:
    """A kit, and most often a crisis card."""
    chance = story.chance
    hour = story.working_hour()
    kinds = (HarmReductionKind.NALOXONE_KIT, *chance.some((HarmReductionKind.OVERDOSE_EDUCATION,), 1))
    story.write(HarmReductionProvided(kinds=kinds, provided_by=Role.PEER), hour, story.team.peer)
    if chance.happens(0.85):
        story.write(CrisisCardIssued(issued_by=Role.PEER), hour + 0.2, story.team.peer)


def _decline(story: SimulatedClient) -> None:
    """The client was offered what danger of overdose asks for, and did not take it."""
    chance = story.chance
    offered = chance.some((SafetyOffer.NALOXONE_KIT, SafetyOffer.CRISIS_CARD), 2)
    event = HarmReductionDeclined(offered=offered, reason=chance.one(terms(DeclineReason)))
    story.write(event, story.working_hour(), story.team.peer)


def _assess(story: SimulatedClient, danger: bool) -> None:
    event = OverdoseDangerAssessed(danger=danger, assessed_by=Role.COUNSELOR)
    story.write(event, story.working_hour(), story.team.counselor)
    if danger and story.chance.happens(0.7):
        story.later(story.chance.whole(0, 7), offer_naloxone)
