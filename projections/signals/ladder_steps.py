"""Steps of the recovery ladder that are near (R46, R49): the days before a step are days of pressure.

Recovery time goes on by itself, so each step that will come is kept with the moment from which it is near.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from domain.entry import Entry
from domain.events.intake import EpisodeClosed, IntakeCompleted, IntakeUpdated
from domain.events.lapses import LapseRecorded
from domain.replacing import replace
from domain.vocabulary.signals import SignalRule
from projections.care_plan.care_under_way import ends_care, episode_after
from projections.context import Context
from projections.episode_of_care import UnderWay
from projections.milestones.days import begins, zones_of
from projections.milestones.stretches import Stretch, Tracks, steps
from projections.milestones.uses import Told, told_at_intake, told_by_lapse
from projections.signals.signal import Raised, Signal, Watch, watching


@dataclass(frozen=True, slots=True)
class LadderSteps(Watch):
    """The signals of steps of the ladder."""

    tracks: Tracks = field(default_factory=Tracks)
    """Recovery time, as the milestone tracker counts it."""
    episode: UnderWay | None = None
    """The latest episode of care. While it is closed, nobody is there to see a signal."""


fold = watching(LadderSteps(), SignalRule.LADDER_STEP_NEAR)


@fold.on(IntakeCompleted)
def intake_completed(state: LadderSteps, entry: Entry, event: IntakeCompleted, context: Context) -> LadderSteps:
    """What it tells of uses; where it opens an episode, steps are watched for again."""
    state = replace(state, episode=episode_after(state.episode, entry, event, context))
    return _told(state, entry, told_at_intake(entry.id, entry, event.substances, context), context)


@fold.on(IntakeUpdated)
def intake_updated(state: LadderSteps, entry: Entry, event: IntakeUpdated, context: Context) -> LadderSteps:
    """What another sitting tells of uses."""
    return _told(state, entry, told_at_intake(event.intake, entry, event.substances, context), context)


@fold.on(LapseRecorded)
def lapse_recorded(state: LadderSteps, entry: Entry, event: LapseRecorded, context: Context) -> LadderSteps:
    """A lapse: the step that was near is not any more, and others will come."""
    return _told(state, entry, told_by_lapse(entry, event, context), context)


@fold.on(EpisodeClosed)
def episode_closed(state: LadderSteps, entry: Entry, event: EpisodeClosed, context: Context) -> LadderSteps:
    """Nobody watches for steps any more."""
    after = episode_after(state.episode, entry, event, context)
    ends = ends_care(state.episode, after, event)
    return replace(state, episode=after, raised=state.raised.released(entry) if ends else state.raised)


def _told(state: LadderSteps, entry: Entry, told: list[Told], context: Context) -> LadderSteps:
    tracks = state.tracks.tell(told, zones_of(context)) if told else state.tracks
    if state.episode and state.episode.closed:
        return replace(state, tracks=tracks)
    return replace(state, tracks=tracks, raised=_looked_ahead(state.raised, tracks, entry, context))


def _looked_ahead(raised: Raised, tracks: Tracks, entry: Entry, context: Context) -> Raised:
    """With the steps that will come. Those that were near stay, where they still come.

    Where several substances are counted from one day on, their steps fall on one, and are one signal.
    """
    going_on = (stretch for stretch in tracks.stretches if stretch.ended_on is None)
    coming = {(each.event_id, each.about_on): each for stretch in going_on for each in _near(stretch, entry, context)}
    near = {
        (each.event_id, each.about_on)
        for each in raised.open
        if each.raised_at <= entry.occurred_at and (each.event_id, each.about_on) in coming
    }
    raised = raised.cleared(entry, lambda signal: (signal.event_id, signal.about_on) not in near)
    for key, signal in sorted(coming.items(), key=lambda item: item[1].raised_at):
        if key not in near:
            raised = raised.put(signal)
    return raised


def _near(stretch: Stretch, entry: Entry, context: Context) -> Iterator[Signal]:
    """For each step that still comes: from the first of the days before it until it is reached."""
    numbers = context.policy.early_warning
    for step in steps(stretch):
        if step.days < numbers.ladder_steps_from_days or step.at <= entry.occurred_at:
            continue
        near_at = begins(step.on - timedelta(days=numbers.ladder_step_within_days), stretch.zones)
        yield Signal(
            rule=SignalRule.LADDER_STEP_NEAR,
            event_id=stretch.event_id,
            about_on=step.on,
            raised_at=max(near_at, entry.occurred_at),
            ends_at=step.at,
            behind=(stretch.event_id,),
        )
