"""The milestone tracker as rows for analysts."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from domain.policy import Policy
from projections.local_days import local_day
from projections.milestones.celebrations import linked
from projections.milestones.state import Celebration, Progress
from projections.milestones.stretches import Tracks, steps, tracks
from projections.milestones.tables import CELEBRATION, REACHED, STEP, STRETCH
from projections.projection import Row, Rows


def rows(state: Progress, policy: Policy) -> Rows:
    """All stretches with their steps, what else was reached, and what was celebrated."""
    zone = state.zone(policy)
    found = tracks(state, zone)
    stretches = [stretch for track in found.values() for stretch in track]
    return {
        STRETCH: [(each.track, each.started_on, each.put_by, each.ended_on, each.ended_by) for each in stretches],
        STEP: [
            (stretch.track, stretch.started_on, step.days, step.on, step.at, stretch.put_by)
            for stretch in stretches
            for step in steps(stretch, zone, policy.milestones)
        ],
        REACHED: list(_reached(state, zone)),
        CELEBRATION: [_celebration(each, state, found, zone) for each in state.celebrations],
    }


def _reached(state: Progress, zone: ZoneInfo) -> Iterator[Row]:
    for number, goal in enumerate(state.goals_reached, start=1):
        yield goal.put_by, "goal_reached", number, goal.at, goal.precision, local_day(goal.at, zone), goal.goal
    for number, call in enumerate(state.close_calls, start=1):
        yield call.put_by, "close_call_ridden_out", number, call.at, call.precision, local_day(call.at, zone), None


def _celebration(celebration: Celebration, state: Progress, found: Tracks, zone: ZoneInfo) -> Row:
    link = linked(celebration, state, found, zone)
    return (
        celebration.put_by,
        celebration.at,
        celebration.precision,
        link.on,
        celebration.days,
        link.track,
        link.stretch_put_by,
        celebration.goal,
        link.goal_reached_by,
        celebration.own is not None,
    )
