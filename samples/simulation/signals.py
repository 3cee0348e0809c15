"""Early-warning signals: somebody takes note of a check-in with strong cravings."""

from domain.events.signals import SignalAcknowledged
from domain.vocabulary.people import Role
from domain.vocabulary.signals import SignalRule
from samples.simulation.entry_writer import Written
from samples.simulation.simulated_client import SimulatedClient

STRONG = 7
"""As the default policy has it (EarlyWarningPolicy)."""

_SEEN = 0.6
"""Our choice: many are seen on the next day, some never."""


def cravings_told(story: SimulatedClient, check_in: Written, craving: int) -> None:
    """The client told of cravings in a check-in."""
    if craving < STRONG or not check_in.stands or not story.chance.happens(_SEEN):
        return

    def take_note(story: SimulatedClient) -> None:
        event = SignalAcknowledged(rule=SignalRule.HIGH_CRAVING, because=check_in.id, acknowledged_by=Role.COUNSELOR)
        story.write(event, story.working_hour(), story.team.counselor, check_in)

    story.later(1, take_note)
