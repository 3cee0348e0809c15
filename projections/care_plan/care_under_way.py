"""When care under way ends, with what belongs to it: the plan, interventions, cadence, touchpoints (R20, R61).

What was agreed in one episode of care is not carried into the next (case E1).
"""

from domain.entry import Entry
from domain.events.base import Event
from domain.events.intake import EpisodeClosed, IntakeCompleted
from domain.events.registration import ClientDied
from projections.context import Context
from projections.episode_of_care import UnderWay, after_closing, after_intake


def episode_after(before: UnderWay | None, entry: Entry, event: Event, context: Context) -> UnderWay | None:
    """The latest episode of care after an intake, a closing or a death."""
    if isinstance(event, IntakeCompleted):
        return after_intake(before, entry, context)
    return after_closing(before, event) if isinstance(event, EpisodeClosed) else before


def ends_care(before: UnderWay | None, after: UnderWay | None, event: Event) -> bool:
    """Whether the event that leads from the one to the other ends the care under way.

    The closing of an earlier episode does not, nor another sitting of an intake, nor the intake that follows upon
    care without an episode, as through a crisis. An intake that opens an episode while one is open does, since nobody
    said when that one ended.
    """
    if isinstance(event, ClientDied):
        return True
    if isinstance(event, EpisodeClosed):
        return after is not before
    return opens_episode(before, after) and before is not None and not before.closed


def opens_episode(before: UnderWay | None, after: UnderWay | None) -> bool:
    """Whether a new episode has begun."""
    return after is not None and (before is None or after.sittings[0] != before.sittings[0])
