"""The milestone tracker as the circle of care sees it at a moment: days, steps, what was reached and celebrated."""

from datetime import date, timedelta
from uuid import UUID

from domain.vocabulary.substances import Substance
from projections.answers import Answer, At, all_answered, answered
from projections.elements import ViewContext
from projections.milestones.days import today
from projections.milestones.fold import Progress
from projections.milestones.reached import CelebrationHeld, Defined, ReachedGoal, ReachedMilestone, RiddenOut
from projections.milestones.remission import Abstinence, Remission, abstinence
from projections.milestones.stretches import Step, Stretch, next_step
from projections.milestones.uses import OVERALL
from projections.milestones.withdrawn import WithdrawnStep, withdrawn_steps


class Track(Answer):
    """Recovery time from one substance, from opioids together, or from all that count overall."""

    track: str
    """The substance, or overall."""
    current_days: int | None
    """Days since the last use, on the day asked about; null where the last use of a substance in it is not known."""
    last_use_unknown: tuple[Substance, ...]
    """The substances in it whose last use is not known."""
    longest_days: int
    """Days of the longest stretch that is known."""
    cumulative_days: int
    """Days of all stretches that are known together."""
    abstinence: Abstinence | None
    """The band to which the present stretch has come, by days alone; none overall. It is no remission."""
    abstinence_since: date | None
    """The local day from which that band holds."""
    remission: At[Remission] | None
    """What a clinician found last about the disorder; none overall, and null where none did."""
    next_step: At[Step] | None
    """The next step of the ladder."""
    stretches: tuple[At[Stretch], ...]
    """Every stretch, earliest first; the last one goes on, unless the last use is not known."""


class DefinedMilestone(Answer):
    """A milestone that the client means to reach, and whether it is reached."""

    milestone: At[Defined]
    """The milestone."""
    reached_on: date | None
    """The local day on which it was reached; null while it is not."""
    reached_event_id: UUID | None
    """The entry that says so; of days, the one that started the stretch that came to them."""


class MilestonesAnswer(Answer):
    """A client's milestones. A lapse is data: it starts a new stretch and takes away nothing that was reached."""

    time_zone: str
    """The time zone in which the client's days are counted."""
    today: date
    """The client's day at the moment asked about; days that were begun before a move stay begun."""
    tracks: tuple[Track, ...]
    """Recovery time overall, then by substance."""
    withdrawn: tuple[At[WithdrawnStep], ...]
    """Steps that had been reached as far as was known and do not count any more, each with what withdrew it."""
    goals_reached: tuple[At[ReachedGoal], ...]
    """Goals closed as achieved, earliest first."""
    milestones_reached: tuple[At[ReachedMilestone], ...]
    """Other milestones reached, such as housing secured, a micro-goal done or the client's own, earliest first."""
    milestones_defined: tuple[DefinedMilestone, ...]
    """Milestones that the client means to reach, and whether they are reached."""
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
    first, latest = next(iter(state.close_calls), None), next(reversed(state.close_calls), None)
    return MilestonesAnswer(
        time_zone=context.time_zone,
        today=today(context),
        tracks=_tracks(state, context),
        withdrawn=all_answered(withdrawn_steps(state.tracks, context), context),
        goals_reached=all_answered(state.goals_reached, context),
        milestones_reached=all_answered(state.life.reached, context),
        milestones_defined=tuple(_defined(each, state, context) for each in state.life.defined),
        close_calls=len(state.close_calls),
        first_close_call=first and answered(first, context),
        latest_close_call=latest and answered(latest, context),
        celebrations=all_answered(state.celebrations, context),
    )


def _tracks(state: Progress, context: ViewContext) -> tuple[Track, ...]:
    """Overall, then the others as they came."""
    found: dict[str, list[Stretch]] = {each.track: [] for each in state.tracks.tracks}
    for stretch in sorted(state.tracks.stretches, key=lambda stretch: stretch.started_on):
        found[stretch.track].append(stretch)
    names = sorted(found, key=lambda name: name != OVERALL)
    return tuple(_track(name, found[name], state, context) for name in names)


def _track(name: str, stretches: list[Stretch], state: Progress, context: ViewContext) -> Track:
    day = today(context)
    known = state.tracks.tracks.get(name)
    current = stretches[-1] if stretches and stretches[-1].ended_on is None else None
    days = [stretch.days_by(day) for stretch in stretches]
    coming = next_step(current, day) if current else None
    counted = current and name != OVERALL
    band, since = abstinence(current.started_on, day, current.numbers) if current and counted else (None, None)
    remission = next((each for each in reversed(state.remissions) if each.substance == name), None)
    return Track(
        track=name,
        current_days=current.days_by(day) if current else None,
        last_use_unknown=known.last_use_unknown if known else (),
        longest_days=max(days, default=0),
        cumulative_days=sum(days),
        abstinence=band,
        abstinence_since=since,
        remission=remission and answered(remission, context),
        next_step=coming and answered(coming, context),
        stretches=all_answered(stretches, context),
    )


def _defined(defined: Defined, state: Progress, context: ViewContext) -> DefinedMilestone:
    reached = state.life.reached.get(defined.reached_event_id)
    on, by = (reached.on, reached.event_id) if reached else _counted(defined, state, context)
    return DefinedMilestone(milestone=answered(defined, context), reached_on=on, reached_event_id=by)


def _counted(defined: Defined, state: Progress, context: ViewContext) -> tuple[date | None, UUID | None]:
    """The first day from its definition on that brought so many days."""
    if defined.days is None or defined.track is None:
        return None, None
    day = today(context)
    for stretch in reversed(state.tracks.of(defined.track)):
        last = (day if stretch.ended_on is None else min(day, stretch.ended_on - timedelta(days=1))).toordinal()
        on = max(stretch.started_on.toordinal() + defined.days, defined.on.toordinal())
        if on <= last:
            return date.fromordinal(on), stretch.event_id
    return None, None
