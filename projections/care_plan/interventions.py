"""Interventions: what each strand of care does, from when it was planned until it is stopped (R13)."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from domain.entry import Entry
from domain.events.base import Event, FreeText
from domain.events.intake import EpisodeClosed, IntakeCompleted
from domain.events.plan import InterventionPlanned, InterventionStopped
from domain.events.registration import ClientDied
from domain.replacing import replace
from domain.vocabulary.contacts import Technique
from domain.vocabulary.plan import CareStrand, InterventionStopReason
from projections.answers import Answer, At, all_answered
from projections.care_plan.care_under_way import ends_care, episode_after
from projections.collection import Elements
from projections.context import Context
from projections.elements import ViewContext, at_a_moment
from projections.episode_of_care import UnderWay
from projections.fold import Fold
from projections.mark import Mark, Placed, mark
from projections.strands import Strand


@dataclass(frozen=True, slots=True)
class Intervention(Placed):
    """What a strand of care does. Under way: ended_at null, and ends_at null or after now."""

    planned_at: datetime
    """When it was planned."""
    strand: CareStrand
    """The strand of care that does it."""
    what: FreeText
    """What it does, in words."""
    techniques: tuple[Technique, ...]
    """The techniques planned."""
    because_of: tuple[UUID, ...]
    """The entries that led to it, as it cites them."""
    until: date | None
    """Its last day, where it is meant for a time."""
    ends_at: datetime | None
    """The end of that day, when it ends by itself."""
    ended: Mark | None = None
    """Its stopping, or the end of the episode of care; null while it goes on, and where it ended by itself."""
    stop_reason: InterventionStopReason | None = None
    """Why it was stopped."""
    stop_note: FreeText | None = None
    """More about why."""

    @at_a_moment
    def under_way(self, context: ViewContext) -> bool:
        """Whether it goes on at the moment asked about."""
        return self.ended is None and (self.ends_at is None or context.at < self.ends_at)


@dataclass(frozen=True, slots=True)
class Interventions:
    """All interventions, and the open episode of care."""

    interventions: Elements[Intervention] = Elements()
    episode: UnderWay | None = None


class Shown(Answer):
    interventions: tuple[At[Intervention], ...]
    """What each strand of care does or did, in the order in which it was planned."""


def show(state: Interventions, context: ViewContext) -> Shown:
    """Every intervention, under way or not."""
    return Shown(interventions=all_answered(state.interventions, context))


fold = Fold(Interventions())
STRAND = Strand(fold, Shown, show)
INTERVENTION = fold.each(Intervention, lambda state: state.interventions).table("care_plan_intervention")


@fold.on(InterventionPlanned)
def intervention_planned(
    state: Interventions, entry: Entry, event: InterventionPlanned, context: Context
) -> Interventions:
    """An intervention that goes on until it is stopped, or to its last day."""
    intervention = Intervention(
        event_id=entry.id,
        correction_id=entry.correction_id,
        planned_at=entry.occurred_at,
        strand=event.strand,
        what=event.what,
        techniques=event.techniques,
        because_of=event.because_of,
        until=event.until,
        ends_at=context.end_of(event.until) if event.until else None,
    )
    return replace(state, interventions=state.interventions.put(intervention))


@fold.on(InterventionStopped)
def intervention_stopped(
    state: Interventions, entry: Entry, event: InterventionStopped, context: Context
) -> Interventions:
    """It is not carried on."""
    stopped = mark(entry)

    def stop(each: Intervention) -> Intervention:
        return replace(each, ended=each.ended or stopped, stop_reason=event.reason, stop_note=event.note)

    return replace(state, interventions=state.interventions.change(event.intervention, stop))


@fold.on(IntakeCompleted, EpisodeClosed, ClientDied)
def care_ended(state: Interventions, entry: Entry, event: Event, context: Context) -> Interventions:
    """What is under way ends with its episode of care."""
    interventions, after = state.interventions, episode_after(state.episode, entry, event, context)
    if ends_care(state.episode, after, event):
        for each in state.interventions:
            if each.ended is None and (each.ends_at is None or entry.occurred_at < each.ends_at):
                interventions = interventions.put(replace(each, ended=mark(entry)))
    return Interventions(interventions, after)
