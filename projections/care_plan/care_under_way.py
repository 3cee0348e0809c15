"""When care under way ends, with what belongs to it: the plan, interventions, cadence, touchpoints (R20, R61).

What was agreed in one episode of care is not carried into the next (case E1).
"""

from uuid import UUID

from domain.entry import Entry
from domain.events.base import Event
from domain.events.registration import ClientDied, EpisodeClosed, IntakeCompleted


def ends_care(episode: UUID | None, event: Event) -> bool:
    """Whether an intake, a closing or a death ends the care under way, where this is the open episode, if any is.

    The closing of another episode does not, nor the intake that follows upon care without an episode, as through a
    crisis; an intake while an episode is open does, since nobody said when that one ended.
    """
    if isinstance(event, EpisodeClosed):
        return event.intake == episode
    return episode is not None or isinstance(event, ClientDied)


def open_episode(episode: UUID | None, entry: Entry, event: Event) -> UUID | None:
    """The episode of care that is open after it."""
    if isinstance(event, IntakeCompleted):
        return entry.id
    return None if ends_care(episode, event) else episode
