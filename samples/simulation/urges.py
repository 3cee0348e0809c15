"""Urges: ridden out, or ending in a lapse from which care learns."""

from domain.events.lapses import CloseCallRecorded, LapseRecorded
from domain.vocabulary.contacts import Technique
from domain.vocabulary.crisis import CrisisKind
from domain.vocabulary.substances import OPIOIDS, Substance
from domain.vocabulary.triggers import Emotion, Trigger
from samples.simulation import hard_words, words
from samples.simulation.chance import terms
from samples.simulation.contacts import reach_out
from samples.simulation.crises import crisis_comes
from samples.simulation.next_steps import agree_next_step
from samples.simulation.overdoses import overdose
from samples.simulation.plans import agree_plan
from samples.simulation.simulated_client import SimulatedClient

_CLOSE_CALL_A_DAY = 0.0035
_LAPSE_A_DAY = 0.002
"""For each point of craving."""

_OVERDOSE = 0.25
"""Of the returns to opioids that were judged dangerous. Our choice: of people with opioid use disorder one in ten to
five tells of an overdose within a year."""


def urges_of_the_day(story: SimulatedClient) -> None:
    """Craving wanders, and falls slowly on the whole; the higher it is, the likelier are urges that nearly win."""
    chance = story.chance
    story.craving = min(9.5, max(0.5, story.craving + chance.between(-0.75, 0.73)))
    story.mood = min(9.5, max(1.0, story.mood + chance.between(-0.73, 0.75)))
    draw = chance.random() / story.craving
    if draw < _LAPSE_A_DAY:
        lapse(story)
    elif draw < _LAPSE_A_DAY + _CLOSE_CALL_A_DAY:
        _close_call(story)


def lapse(story: SimulatedClient) -> None:
    """A return to use, of what was used before or, rarely, of something else."""
    chance = story.chance
    substance = chance.one(story.substances) if chance.happens(0.93) else chance.one(terms(Substance))
    danger = substance in OPIOIDS and chance.happens(0.6)
    event = LapseRecorded(
        substances=(substance,),
        triggers=chance.some(terms(Trigger), 3),
        emotions=chance.some(terms(Emotion), 2),
        overdose_danger=danger if chance.happens(0.8) else None,
        environment=words.say(chance, hard_words.LAPSE),
        learned=words.say(chance, hard_words.LEARNED) if chance.happens(0.7) else None,
    )
    told = story.write(event, chance.between(15, 24), story.team.peer if chance.happens(0.5) else story.team.counselor)
    story.last_use = story.day
    story.craving = min(9.0, story.craving + 1.5)
    if danger:
        crisis_comes(story, CrisisKind.RETURN_TO_USE)
        if chance.happens(_OVERDOSE):
            overdose(story, substance, story.crisis.contact if story.crisis else None)
    story.later(1, reach_out)
    if chance.happens(0.4):
        story.later(chance.whole(1, 3), lambda story: agree_next_step(story, told))
    if chance.happens(0.5):
        story.later(chance.whole(2, 9), lambda story: agree_plan(story, told))


def _close_call(story: SimulatedClient) -> None:
    chance = story.chance
    event = CloseCallRecorded(
        substances=story.substances,
        triggers=chance.some(terms(Trigger), 2),
        emotions=chance.some(terms(Emotion), 2),
        worked=chance.some(terms(Technique), 2),
        what_worked=words.say(chance, hard_words.CLOSE_CALL),
    )
    story.write(event, chance.between(16, 23.5), story.team.peer)
    story.craving = max(0.5, story.craving - 0.5)
