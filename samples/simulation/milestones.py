"""Celebrations: of days, of goals reached, of something of their own."""

from domain.events.milestones import MilestoneCelebrated
from samples.simulation import words
from samples.simulation.entry_writer import Written
from samples.simulation.simulated_client import SimulatedClient

_CELEBRATED = {7: 0.2, 30: 0.6, 60: 0.4, 90: 0.7, 180: 0.6, 365: 0.8, 730: 0.8}
"""How often a step of the ladder is celebrated."""

_OWN_A_DAY = 0.0015


def milestones_of_the_day(story: SimulatedClient) -> None:
    """Celebrate the step that today brings, or something of their own."""
    chance = story.chance
    days = story.day - story.last_use
    if days in _CELEBRATED and chance.happens(_CELEBRATED[days]):
        substance = story.substances[0] if chance.happens(0.6) else None
        _celebrate(story, MilestoneCelebrated(days=days, substance=substance, how=words.say(chance, words.CELEBRATED)))
    elif chance.happens(_OWN_A_DAY):
        _celebrate(story, MilestoneCelebrated(own=words.say(chance, words.OWN_MILESTONE)))


def celebrate_goal(story: SimulatedClient, goal: Written) -> None:
    """A goal was reached, and there is a cake."""
    event = MilestoneCelebrated(goal=goal.id, how=words.say(story.chance, words.CELEBRATED))
    _celebrate(story, event, goal)


def _celebrate(story: SimulatedClient, event: MilestoneCelebrated, *about: Written) -> None:
    story.write(event, story.working_hour(), story.team.peer, *about)
