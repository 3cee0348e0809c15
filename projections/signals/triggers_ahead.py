"""Days ahead that may bring cravings or distress, once they are near (R26, R49)."""

from dataclasses import dataclass
from datetime import timedelta

from domain.entry import Entry
from domain.events.base import Event
from domain.events.intake import EpisodeClosed, IntakeCompleted
from domain.events.looking_ahead import TriggerAnticipated, TriggerPassed
from domain.replacing import replace
from domain.vocabulary.signals import SignalRule
from projections.care_plan.care_under_way import ends_care, episode_after
from projections.context import Context
from projections.episode_of_care import UnderWay
from projections.signals.signal import Signal, Watch, watching


@dataclass(frozen=True, slots=True)
class TriggersNear(Watch):
    """The signals of days ahead."""

    episode: UnderWay | None = None
    """The latest episode of care."""


fold = watching(TriggersNear(), SignalRule.TRIGGER_AHEAD)


@fold.on(TriggerAnticipated)
def trigger_anticipated(state: TriggersNear, entry: Entry, event: TriggerAnticipated, context: Context) -> TriggersNear:
    """From the first of the days before it, or from when it was seen coming, until the day is over."""
    near_on = event.on - timedelta(days=context.policy.early_warning.trigger_within_days)
    signal = Signal(
        rule=SignalRule.TRIGGER_AHEAD,
        event_id=entry.id,
        about_on=event.on,
        raised_at=max(context.start_of(near_on), entry.occurred_at),
        ends_at=context.end_of(event.on),
        behind=(entry.id,),
    )
    if signal.ended_by(signal.raised_at):
        return state
    return replace(state, raised=state.raised.put(signal))


@fold.on(TriggerPassed)
def trigger_passed(state: TriggersNear, entry: Entry, event: TriggerPassed, context: Context) -> TriggersNear:
    """The day has passed, or will not come."""
    return replace(state, raised=state.raised.cleared(entry, lambda signal: signal.event_id == event.trigger))


@fold.on(IntakeCompleted, EpisodeClosed)
def care_ended(state: TriggersNear, entry: Entry, event: Event, context: Context) -> TriggersNear:
    """Signals are released with the episode of care, as the touchpoints before the day are."""
    after = episode_after(state.episode, entry, event, context)
    ends = ends_care(state.episode, after, event) and not isinstance(event, IntakeCompleted)
    return replace(state, episode=after, raised=state.raised.released(entry) if ends else state.raised)
