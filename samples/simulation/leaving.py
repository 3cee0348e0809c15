"""Moving away, leaving care, and dying."""

from domain.events.intake import EpisodeClosed
from domain.events.registration import ClientDied, ClientMoved
from domain.vocabulary.intake import Aftercare, DischargeReason
from domain.vocabulary.plan import Environment
from samples.simulation.chance import terms
from samples.simulation.looking_ahead import write_prevention_plan
from samples.simulation.simulated_client import SimulatedClient

_DIES = 0.02
"""Of those whose care ends. Our choice: rare, and often enough for a clinic of 200 clients to have one."""

_MOVES_A_DAY = 0.0003
"""About one in ten a year moves to another time zone. Our choice, and more than really do: a record must bear it."""

_ZONES = ("America/New_York", "America/Denver", "America/Phoenix", "America/Los_Angeles")

_REASONS = (
    *(DischargeReason.COMPLETED,) * 9,
    *(DischargeReason.LEFT_BY_OWN_CHOICE,) * 6,
    *(DischargeReason.TRANSFERRED,) * 5,
    *(DischargeReason.LOST_CONTACT,) * 2,
    *(DischargeReason.ENDED_BY_PROGRAMME, DischargeReason.INCARCERATED, DischargeReason.OTHER),
)
"""Our choice: about four in ten completed, a quarter left, a fifth transferred."""


def moves_of_the_day(story: SimulatedClient) -> None:
    """Rarely, the client moves to where the clocks differ, and cares for what is different there."""
    chance = story.chance
    if not chance.happens(_MOVES_A_DAY):
        return
    story.write(ClientMoved(time_zone=chance.one(_ZONES)), story.working_hour(), story.team.case_manager)
    if chance.happens(0.6):
        story.later(chance.whole(1, 14), lambda story: write_prevention_plan(story, Environment.NEW_HOME))


def lose_contact(story: SimulatedClient) -> None:
    """The client stays away, and the episode is closed."""
    _close(story, DischargeReason.LOST_CONTACT)


def leave(story: SimulatedClient) -> None:
    """Care comes to its end."""
    chance = story.chance
    if chance.happens(_DIES):
        story.write(ClientDied(), story.working_hour(), story.team.counselor)
    else:
        _close(story, chance.one(_REASONS))


def _close(story: SimulatedClient, reason: DischargeReason) -> None:
    if story.intake:
        planned = reason in (DischargeReason.COMPLETED, DischargeReason.TRANSFERRED)
        event = EpisodeClosed(
            intake=story.intake.id,
            reason=reason,
            level=story.level,
            aftercare=story.chance.some(terms(Aftercare)[:-1], 3) if planned else (),
        )
        story.write(event, story.working_hour(), story.team.counselor, story.intake)
