"""How events change what is kept for the milestone tracker. Nothing is ever taken away (R46)."""

from dataclasses import dataclass, field
from datetime import date

from domain.entry import Entry
from domain.events.intake import IntakeCompleted
from domain.events.lapses import CloseCallRecorded, LapseRecorded
from domain.events.milestones import MilestoneCelebrated
from domain.events.plan import GoalClosed, GoalSet
from domain.replacing import replace
from domain.vocabulary.goals import GoalOutcome
from domain.vocabulary.substances import Substance
from projections.collection import Elements
from projections.columns import table
from projections.context import Context
from projections.fold import Fold
from projections.milestones.reached import CelebrationHeld, Goal, Reached, ReachedGoal, ReachedKind, RiddenOut
from projections.milestones.stretches import OVERALL, Step, Stretch, Tracks, Uses, steps


@dataclass(frozen=True, slots=True)
class Progress:
    """A client's way so far; everything in the order in which it happened."""

    uses: Elements[Uses] = Elements()
    tracks: Tracks = field(default_factory=Tracks)
    goals: Elements[Goal] = Elements()
    goals_reached: Elements[ReachedGoal] = Elements()
    close_calls: Elements[RiddenOut] = Elements()
    celebrations: Elements[CelebrationHeld] = Elements()
    last_celebrated_on: date = date.min


fold = Fold(Progress())

_stretches = fold.each(Stretch, lambda state: state.tracks.stretches)
STRETCH = _stretches.table("milestone_stretch")
STEP = _stretches.parts("milestone_step", Step, steps)
REACHED = table("milestone_reached", Reached)
fold.each(ReachedGoal, lambda state: state.goals_reached).rows_of(REACHED, Reached)
fold.each(RiddenOut, lambda state: state.close_calls).rows_of(REACHED, Reached)
CELEBRATION = fold.each(CelebrationHeld, lambda state: state.celebrations).table("milestone_celebration")


@fold.on(IntakeCompleted)
def intake_completed(state: Progress, entry: Entry, event: IntakeCompleted, context: Context) -> Progress:
    """The days of last use that were said; a substance without one has no days to count yet."""
    said: dict[Substance, date] = {}
    for use in event.substances:
        if use.last_used_on:
            said[use.substance] = max(use.last_used_on, said.get(use.substance) or date.min)
    return _told(state, Uses(entry.id, said), context) if said else state


@fold.on(LapseRecorded)
def lapse_recorded(state: Progress, entry: Entry, event: LapseRecorded, context: Context) -> Progress:
    """A lapse: from its day on, days are counted anew beside those that were counted before."""
    return _told(state, Uses(entry.id, dict.fromkeys(event.substances, context.day(entry))), context)


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
        own=event.own,
        how=event.how,
        goal_reached_event_id=goal.reached_event_id if goal else None,
    )
    return replace(
        state,
        celebrations=state.celebrations.put(_linked(celebration, state.tracks)),
        last_celebrated_on=max(celebration.on, state.last_celebrated_on),
    )


def _told(state: Progress, uses: Uses, context: Context) -> Progress:
    """After an entry that tells of uses. Only a day before the last celebration can be one that was celebrated."""
    tracks = state.tracks.told(uses, context)
    told = replace(state, uses=state.uses.put(uses), tracks=tracks)
    return told if tracks is state.tracks else _linked_again(told, min(uses.days().values()))


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

    Days of no named substance are those of the overall track.
    """
    days = celebration.days
    if days is None:
        return celebration
    track = celebration.substance or OVERALL
    begun = [stretch for stretch in tracks.of(track) if stretch.started_on <= celebration.on]
    had = (stretch for stretch in begun if stretch.days_by(celebration.on) >= days)
    stretch = next(had, begun[0] if begun else None)
    return replace(celebration, track=track, stretch_event_id=stretch.event_id if stretch else None)
