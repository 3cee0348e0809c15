"""Milestones: named beforehand and reached, celebrated, and remission as a clinician finds it."""

from domain.events.milestones import MilestoneCelebrated, MilestoneDefined, MilestoneReached, RemissionRecorded
from domain.vocabulary.milestones import DiagnosedSeverity, LifeMilestone, RemissionState
from domain.vocabulary.people import Role
from samples.simulation import care_words, words
from samples.simulation.chance import terms
from samples.simulation.entry_writer import Written
from samples.simulation.simulated_client import SimulatedClient

_CELEBRATED = {7: 0.2, 30: 0.6, 60: 0.4, 90: 0.7, 180: 0.6, 365: 0.8, 730: 0.8}
"""How often a step of the ladder is celebrated."""

_FOUND = {95: RemissionState.EARLY, 370: RemissionState.SUSTAINED}
"""When a clinician looks: after three months, and after a year (DSM-5)."""

_OWN_A_DAY = 0.0015

_NAMED = 0.3
"""Our choice."""


def milestones_of_the_day(story: SimulatedClient) -> None:
    """Celebrate the step that today brings, or something of their own."""
    chance = story.chance
    days = story.day - story.last_use
    if days in _CELEBRATED and chance.happens(_CELEBRATED[days]):
        substance = story.substances[0] if chance.happens(0.6) else None
        _celebrate(story, MilestoneCelebrated(days=days, substance=substance, how=words.say(chance, words.CELEBRATED)))
    elif days in _FOUND and chance.happens(0.5):
        _find_remission(story, _FOUND[days])
    elif chance.happens(_OWN_A_DAY):
        _celebrate(story, MilestoneCelebrated(own=words.say(chance, words.OWN_MILESTONE)))
    elif chance.happens(_OWN_A_DAY):
        _reach(story, MilestoneReached(kind=chance.one(terms(LifeMilestone)[:5])))


def name_milestones(story: SimulatedClient) -> None:
    """Some say in the first weeks what they mean to reach; most reach it."""
    if story.chance.happens(_NAMED):
        story.later(story.chance.whole(3, 30), _name)


def celebrate_goal(story: SimulatedClient, goal: Written) -> None:
    """A goal was reached, and there is a cake."""
    event = MilestoneCelebrated(goal=goal.id, how=words.say(story.chance, words.CELEBRATED))
    _celebrate(story, event, goal)


def _name(story: SimulatedClient) -> None:
    chance = story.chance
    counted = chance.happens(0.3)
    event = MilestoneDefined(
        kind=LifeMilestone.OWN if counted else chance.one(terms(LifeMilestone)),
        name=words.say(chance, care_words.MILESTONE),
        days=chance.one((10, 40, 50, 150)) if counted else None,
    )
    named = story.write(event, story.working_hour(), story.team.peer)
    if not counted and chance.happens(0.6):
        reached = MilestoneReached(milestone=named.id, how=words.say(chance, words.CELEBRATED))
        story.later(chance.whole(5, 90), lambda story: _reach(story, reached, named))


def _reach(story: SimulatedClient, event: MilestoneReached, *about: Written) -> None:
    story.write(event, story.working_hour(), story.team.peer, *about)


def _find_remission(story: SimulatedClient, remission: RemissionState) -> None:
    chance = story.chance
    event = RemissionRecorded(
        substance=story.substances[0],
        diagnosed=chance.one(terms(DiagnosedSeverity)),
        remission=remission if chance.happens(0.85) else RemissionState.NOT_IN_REMISSION,
        found_by=Role.PRESCRIBER,
    )
    story.write(event, story.working_hour(), story.team.prescriber)


def _celebrate(story: SimulatedClient, event: MilestoneCelebrated, *about: Written) -> None:
    story.write(event, story.working_hour(), story.team.peer, *about)
