"""What a celebration celebrates (R48)."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from projections.local_days import local_day
from projections.milestones.state import Celebration, Progress
from projections.milestones.stretches import OVERALL, Stretch, Tracks


class Link(NamedTuple):
    """The local day of a celebration, and the entries that put there what it celebrates, where there are any."""

    on: date
    track: str | None
    stretch_put_by: UUID | None
    goal_reached_by: UUID | None


def linked(celebration: Celebration, state: Progress, found: Tracks, zone: ZoneInfo) -> Link:
    """What the celebration belongs to. Days of no named substance are those of the overall track."""
    on = local_day(celebration.at, zone)
    goal = next((reached.put_by for reached in state.goals_reached if reached.goal == celebration.goal), None)
    if celebration.days is None:
        return Link(on, None, None, goal)
    track = celebration.substance or OVERALL
    stretch = _stretch(found.get(track, ()), celebration.days, on)
    return Link(on, track, stretch.put_by if stretch else None, goal)


def _stretch(stretches: Iterable[Stretch], days: int, on: date) -> Stretch | None:
    """The latest stretch that had so many days by then; or else, since theirs it is to say, the latest begun."""
    begun = [stretch for stretch in stretches if stretch.started_on <= on]
    had = [stretch for stretch in begun if stretch.days(on) >= days]
    return next(reversed(had or begun), None)
