"""Where a client lives: as known at intake, and as it changes; houses have rules."""

from domain.events.residence import HouseRuleNoted, ResidenceChanged
from domain.vocabulary.residence import HouseRuleKind, LeavingReason, LivingSituation
from samples.simulation.chance import terms
from samples.simulation.simulated_client import SimulatedClient

_KNOWN = 0.6
"""Our choice: not every intake asks."""

_CHANGES_A_DAY = 0.0015
"""About once in two years. Our choice: people in care move more often than others."""

_SITUATIONS = (
    *(LivingSituation.RENTED,) * 7,
    *(LivingSituation.WITH_FAMILY,) * 4,
    *(LivingSituation.OWNED, LivingSituation.OWNED, LivingSituation.SOBER_LIVING, LivingSituation.SOBER_LIVING),
    *(LivingSituation.WITH_FRIENDS_FOR_NOW, LivingSituation.EMERGENCY_SHELTER),
    *(LivingSituation.HALFWAY_HOUSE, LivingSituation.PLACE_NOT_MEANT_FOR_HABITATION),
)
"""Most live on their own or with others; about one in six has no home or no stable one. Our choice."""

_WITH_RULES = frozenset({LivingSituation.SOBER_LIVING, LivingSituation.HALFWAY_HOUSE})


def begin_to_live(story: SimulatedClient) -> None:
    """In the first days it becomes known where the client lives."""
    if story.chance.happens(_KNOWN):
        story.later(story.chance.whole(0, 10), lambda story: _live(story, None))


def residence_of_the_day(story: SimulatedClient) -> None:
    """Now and then the client lives somewhere else."""
    if story.chance.happens(_CHANGES_A_DAY):
        _live(story, story.chance.one(terms(LeavingReason)))


def _live(story: SimulatedClient, left_because: LeavingReason | None) -> None:
    chance = story.chance
    situation = chance.one(_SITUATIONS)
    hour = story.working_hour()
    event = ResidenceChanged(situation=situation, left_because=left_because)
    residence = story.write(event, hour, story.team.case_manager)
    if situation in _WITH_RULES:
        for kind in chance.some(terms(HouseRuleKind), 3):
            rule = HouseRuleNoted(residence=residence.id, kind=kind)
            story.write(rule, hour + 0.3, story.team.case_manager, residence)
