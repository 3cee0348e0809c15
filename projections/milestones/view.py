"""The milestone tracker as the circle of care sees it at a moment: days, steps, what was reached and celebrated."""

from datetime import date
from enum import StrEnum

from domain.policy import MilestonesPolicy
from projections.answers import Answer, At, all_answered, answered
from projections.elements import ViewContext
from projections.milestones.fold import Progress
from projections.milestones.reached import CelebrationHeld, ReachedGoal, RiddenOut
from projections.milestones.stretches import Step, Stretch, months_after, next_step


class Remission(StrEnum):
    """The words of DSM-5 for time since the last use: from 3 months early, from 12 months sustained."""

    EARLY = "early"
    SUSTAINED = "sustained"


class Track(Answer):
    """Recovery time from one substance, or from all of them together."""

    track: str
    """The substance, or overall."""
    current_days: int
    """Days since the last use, on the day asked about."""
    longest_days: int
    """Days of the longest stretch."""
    cumulative_days: int
    """Days of all stretches together."""
    remission: Remission | None
    """The DSM-5 word that the present stretch has come to, if any."""
    remission_since: date | None
    """The local day from which that word holds."""
    next_step: At[Step] | None
    """The next step of the ladder."""
    stretches: tuple[At[Stretch], ...]
    """Every stretch, earliest first; the last one goes on."""


class MilestonesAnswer(Answer):
    """A client's milestones. A lapse is data: it starts a new stretch and takes away nothing that was reached."""

    time_zone: str
    """The time zone in which the client's days are counted."""
    today: date
    """The client's day at the moment asked about."""
    tracks: tuple[Track, ...]
    """Recovery time overall, then by substance."""
    goals_reached: tuple[At[ReachedGoal], ...]
    """Goals closed as achieved, earliest first."""
    close_calls: int
    """How many urges were ridden out."""
    first_close_call: At[RiddenOut] | None
    """The first of them."""
    latest_close_call: At[RiddenOut] | None
    """The latest of them."""
    celebrations: tuple[At[CelebrationHeld], ...]
    """Celebrations, earliest first."""


def view(state: Progress, context: ViewContext) -> MilestonesAnswer:
    """The milestones as they stand at a moment."""
    today = context.day
    found: dict[str, list[Stretch]] = {track: [] for track in state.tracks.current}
    for stretch in state.tracks.stretches:
        found[stretch.track].append(stretch)
    first, latest = next(iter(state.close_calls), None), next(reversed(state.close_calls), None)
    return MilestonesAnswer(
        time_zone=context.time_zone,
        today=today,
        tracks=tuple(_track(name, stretches, today, context) for name, stretches in found.items()),
        goals_reached=all_answered(state.goals_reached, context),
        close_calls=len(state.close_calls),
        first_close_call=first and answered(first, context),
        latest_close_call=latest and answered(latest, context),
        celebrations=all_answered(state.celebrations, context),
    )


def _track(name: str, stretches: list[Stretch], today: date, context: ViewContext) -> Track:
    current = stretches[-1]
    days = [stretch.days_by(today) for stretch in stretches]
    coming = next_step(current, today)
    remission, since = _remission(current, today, context.policy.milestones)
    return Track(
        track=name,
        current_days=days[-1],
        longest_days=max(days),
        cumulative_days=sum(days),
        remission=remission,
        remission_since=since,
        next_step=coming and answered(coming, context),
        stretches=all_answered(stretches, context),
    )


def _remission(stretch: Stretch, today: date, milestones: MilestonesPolicy) -> tuple[Remission | None, date | None]:
    for word, months in (
        (Remission.SUSTAINED, milestones.sustained_remission_months),
        (Remission.EARLY, milestones.early_remission_months),
    ):
        since = months_after(stretch.started_on, months)
        if since <= today:
            return word, since
    return None, None
