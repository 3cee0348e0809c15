"""How events change what is kept for the milestone tracker. Nothing is ever taken away (R46)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from domain.entry import Entry
from domain.events.base import Event
from domain.events.intake import EpisodeClosed, IntakeCompleted, IntakeUpdated
from domain.events.lapses import CloseCallRecorded, LapseRecorded
from domain.events.milestones import MilestoneCelebrated, MilestoneDefined, MilestoneReached, RemissionRecorded
from domain.events.next_steps import NextStepAgreed, NextStepDone
from domain.events.plan import GoalClosed, GoalSet
from domain.events.residence import ResidenceChanged
from domain.events.supports import SupportMeetingAttended
from domain.replacing import replace
from domain.vocabulary.goals import GoalOutcome
from projections.collection import Elements
from projections.columns import table
from projections.context import Context
from projections.episode_of_care import UnderWay, after_closing, after_intake
from projections.fold import Fold
from projections.milestones import life
from projections.milestones.days import zones_of
from projections.milestones.life import Life
from projections.milestones.reached import (
    CelebrationHeld,
    Defined,
    Goal,
    Reached,
    ReachedGoal,
    ReachedKind,
    ReachedMilestone,
    RiddenOut,
)
from projections.milestones.remission import Remission
from projections.milestones.stretches import Step, Stretch, Track, Tracks, steps
from projections.milestones.uses import OVERALL, Told, told_at_intake, told_by_lapse


@dataclass(frozen=True, slots=True)
class Progress:
    """A client's way so far; everything in the order in which it happened."""

    tracks: Tracks = field(default_factory=Tracks)
    episode: UnderWay | None = None
    remissions: Elements[Remission] = Elements()
    goals: Elements[Goal] = Elements()
    goals_reached: Elements[ReachedGoal] = Elements()
    life: Life = field(default_factory=Life)
    close_calls: Elements[RiddenOut] = Elements()
    celebrations: Elements[CelebrationHeld] = Elements()
    last_celebrated_on: date = date.min


fold = Fold(Progress(), version=3)

TRACK = fold.each(Track, lambda state: state.tracks.tracks).table("milestone_track")
_stretches = fold.each(Stretch, lambda state: state.tracks.stretches)
STRETCH = _stretches.table("milestone_stretch")
STEP = _stretches.parts("milestone_step", Step, steps)
REMISSION = fold.each(Remission, lambda state: state.remissions).table("milestone_remission")
REACHED = table("milestone_reached", Reached)
fold.each(ReachedGoal, lambda state: state.goals_reached).rows_of(REACHED, Reached)
fold.each(ReachedMilestone, lambda state: state.life.reached).rows_of(REACHED, Reached)
fold.each(RiddenOut, lambda state: state.close_calls).rows_of(REACHED, Reached)
DEFINED = fold.each(Defined, lambda state: state.life.defined).table("milestone_defined")
CELEBRATION = fold.each(CelebrationHeld, lambda state: state.celebrations).table("milestone_celebration")


@fold.on(IntakeCompleted)
def intake_completed(state: Progress, entry: Entry, event: IntakeCompleted, context: Context) -> Progress:
    """What it tells of uses, and of which the last is not known. An intake of several sittings is one (X12)."""
    intake = _intake_of(state, entry, event, context)
    state = replace(state, episode=after_intake(state.episode, entry, context))
    return _told(state, told_at_intake(intake, entry, event.substances, context), context)


@fold.on(EpisodeClosed)
def episode_closed(state: Progress, entry: Entry, event: EpisodeClosed, context: Context) -> Progress:
    """The next intake is none of its sittings."""
    return replace(state, episode=after_closing(state.episode, event))


@fold.on(IntakeUpdated)
def intake_updated(state: Progress, entry: Entry, event: IntakeUpdated, context: Context) -> Progress:
    """What another sitting tells of uses."""
    intake = _intake_of(state, entry, event, context)
    return _told(state, told_at_intake(intake, entry, event.substances, context), context)


@fold.on(LapseRecorded)
def lapse_recorded(state: Progress, entry: Entry, event: LapseRecorded, context: Context) -> Progress:
    """A lapse: from its last day on, days are counted anew beside those that were counted before."""
    return _told(state, told_by_lapse(entry, event, context), context)


@fold.on_former(IntakeCompleted, IntakeUpdated)
def intake_formerly_told(state: Progress, entry: Entry, event: Event, context: Context) -> Progress:
    """What an intake told of uses before it was corrected or retracted: steps may have rested on it (M12)."""
    assert isinstance(event, IntakeCompleted | IntakeUpdated)
    told = told_at_intake(_intake_of(state, entry, event, context), entry, event.substances, context)
    return replace(state, tracks=state.tracks.heard(told))


@fold.on_former(LapseRecorded)
def lapse_formerly_told(state: Progress, entry: Entry, event: LapseRecorded, context: Context) -> Progress:
    """What a lapse told of uses before it was corrected or retracted (M11)."""
    return replace(state, tracks=state.tracks.heard(told_by_lapse(entry, event, context)))


def _intake_of(state: Progress, entry: Entry, event: IntakeCompleted | IntakeUpdated, context: Context) -> UUID:
    """The intake of which it tells more: the first sitting of the episode's, or itself."""
    if isinstance(event, IntakeCompleted):
        return after_intake(state.episode, entry, context).sittings[0]
    sittings = state.episode.sittings if state.episode else ()
    return sittings[0] if event.intake in sittings else event.intake


@fold.on(RemissionRecorded)
def remission_recorded(state: Progress, entry: Entry, event: RemissionRecorded, context: Context) -> Progress:
    """What a clinician found; days do not change it."""
    remission = Remission(
        event_id=entry.id,
        correction_id=entry.correction_id,
        substance=event.substance,
        state=event.remission,
        diagnosed=event.diagnosed,
        on_maintenance_therapy=event.on_maintenance_therapy,
        in_controlled_environment=event.in_controlled_environment,
        found_by=event.found_by,
        at=entry.occurred_at,
        on=context.day(entry),
        note=event.note,
    )
    return replace(state, remissions=state.remissions.put(remission))


@fold.on(MilestoneDefined)
def milestone_defined(state: Progress, entry: Entry, event: MilestoneDefined, context: Context) -> Progress:
    """A milestone that may be reached."""
    return _lived(state, life.defined(state.life, entry, event, context))


@fold.on(MilestoneReached)
def milestone_reached(state: Progress, entry: Entry, event: MilestoneReached, context: Context) -> Progress:
    """A milestone of life recorded by hand."""
    return _lived(state, life.recorded(state.life, entry, event, context))


@fold.on(ResidenceChanged)
def residence_changed(state: Progress, entry: Entry, event: ResidenceChanged, context: Context) -> Progress:
    """Housing may be secured, or lost."""
    return _lived(state, life.moved(state.life, entry, event, context))


@fold.on(SupportMeetingAttended)
def support_meeting_attended(
    state: Progress, entry: Entry, event: SupportMeetingAttended, context: Context
) -> Progress:
    """The first is a milestone."""
    return _lived(state, life.met_a_support_group(state.life, entry, context))


@fold.on(NextStepAgreed)
def next_step_agreed(state: Progress, entry: Entry, event: NextStepAgreed, context: Context) -> Progress:
    """A micro-goal may be done."""
    return _lived(state, life.micro_goal_agreed(state.life, entry, event.what)) if event.micro_goal else state


@fold.on(NextStepDone)
def next_step_done(state: Progress, entry: Entry, event: NextStepDone, context: Context) -> Progress:
    """A micro-goal done is a small step."""
    return _lived(state, life.step_done(state.life, entry, event.step, context))


def _lived(state: Progress, after: Life) -> Progress:
    return state if after is state.life else replace(state, life=after)


@fold.on(CloseCallRecorded)
def close_call_recorded(state: Progress, entry: Entry, event: CloseCallRecorded, context: Context) -> Progress:
    """An urge ridden out."""
    ridden_out = RiddenOut(
        event_id=entry.id,
        kind=ReachedKind.CLOSE_CALL_RIDDEN_OUT,
        number=len(state.close_calls) + 1,
        at=entry.occurred_at,
        precision=entry.precision,
        on=context.day(entry),
        goal=None,
        milestone=None,
    )
    return replace(state, close_calls=state.close_calls.put(ridden_out))


@fold.on(GoalSet)
def goal_set(state: Progress, entry: Entry, event: GoalSet, context: Context) -> Progress:
    """A goal that may be reached."""
    return replace(state, goals=state.goals.put(Goal(entry.id, event.description)))


@fold.on(GoalClosed)
def goal_closed(state: Progress, entry: Entry, event: GoalClosed, context: Context) -> Progress:
    """A goal closed as achieved is a milestone, unless the goal itself was retracted."""
    goal = state.goals.get(event.goal)
    if event.outcome is not GoalOutcome.ACHIEVED or goal is None:
        return state
    reached = ReachedGoal(
        event_id=entry.id,
        kind=ReachedKind.GOAL_REACHED,
        number=len(state.goals_reached) + 1,
        at=entry.occurred_at,
        precision=entry.precision,
        on=context.day(entry),
        goal=event.goal,
        milestone=None,
        description=goal.description,
    )
    celebrations = state.celebrations
    for each in celebrations:
        if each.goal == event.goal and each.goal_reached_event_id is None:
            celebrations = celebrations.put(replace(each, goal_reached_event_id=goal.reached_event_id or entry.id))
    return replace(
        state,
        goals=state.goals.put(replace(goal, reached_event_id=goal.reached_event_id or entry.id)),
        goals_reached=state.goals_reached.put(reached),
        celebrations=celebrations,
    )


@fold.on(MilestoneCelebrated)
def milestone_celebrated(state: Progress, entry: Entry, event: MilestoneCelebrated, context: Context) -> Progress:
    """A celebration, linked to what it celebrates (R48)."""
    goal = state.goals.get(event.goal)
    celebration = CelebrationHeld(
        event_id=entry.id,
        at=entry.occurred_at,
        precision=entry.precision,
        on=context.day(entry),
        days=event.days,
        substance=event.substance,
        goal=event.goal,
        milestone=event.milestone,
        own=event.own,
        how=event.how,
        goal_reached_event_id=goal.reached_event_id if goal else None,
    )
    return replace(
        state,
        celebrations=state.celebrations.put(_linked(celebration, state.tracks)),
        last_celebrated_on=max(celebration.on, state.last_celebrated_on),
    )


def _told(state: Progress, told: Iterable[Told], context: Context) -> Progress:
    """After an entry that tells of uses. Days celebrated from the first of them on may belong to another stretch."""
    told = list(told)
    if not told:
        return state
    # An intake may tell from where on days are known at all, so it concerns every day before it.
    since = min(date.min if each.intake else each.began_on for each in told)
    return _linked_again(replace(state, tracks=state.tracks.tell(told, zones_of(context))), since)


def _linked_again(state: Progress, since: date) -> Progress:
    """With the celebrations from that day on linked to the stretches as they are now."""
    if since > state.last_celebrated_on:
        return state
    celebrations = state.celebrations
    for each in celebrations:
        if each.on >= since and (linked := _linked(each, state.tracks)) != each:
            celebrations = celebrations.put(linked)
    return replace(state, celebrations=celebrations)


def _linked(celebration: CelebrationHeld, tracks: Tracks) -> CelebrationHeld:
    """The latest stretch that had so many days by then; or else, since theirs it is to say, the latest begun.

    Days of no named substance are those of the overall track. The day of the next use counts here: it was celebrated
    on trust, and stays so.
    """
    days = celebration.days
    if days is None:
        return celebration
    track = celebration.substance or OVERALL
    begun = [stretch for stretch in tracks.of(track) if stretch.started_on <= celebration.on]
    had = (
        stretch
        for stretch in begun
        if (min(celebration.on, stretch.ended_on or celebration.on) - stretch.started_on).days >= days
    )
    stretch = next(had, begun[0] if begun else None)
    return replace(celebration, track=track, stretch_event_id=stretch.event_id if stretch else None)
