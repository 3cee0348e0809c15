"""How events change what is kept for the milestone tracker. Nothing is ever taken away (R46)."""

from domain.entry import Entry
from domain.events.lapses import CloseCallRecorded, LapseRecorded
from domain.events.milestones import MilestoneCelebrated
from domain.events.plan import GoalClosed, GoalSet
from domain.events.registration import ClientRegistered, IntakeCompleted
from domain.policy import Policy
from domain.vocabulary import GoalOutcome
from projections.milestones.state import Celebration, CloseCall, Goal, GoalReached, Progress, Use
from projections.projection import Fold
from projections.replacing import replace

fold: Fold[Progress] = Fold()


@fold.on(ClientRegistered)
def client_registered(state: Progress, entry: Entry, event: ClientRegistered, policy: Policy) -> Progress:
    """From now on days are counted in the client's own time zone, those that have passed too."""
    return replace(state, time_zone=event.time_zone)


@fold.on(IntakeCompleted)
def intake_completed(state: Progress, entry: Entry, event: IntakeCompleted, policy: Policy) -> Progress:
    """The days of last use that were said; a substance without one has no days to count yet."""
    said = tuple(Use(entry.id, use.substance, use.last_used_on, None) for use in event.substances if use.last_used_on)
    return replace(state, uses=state.uses + said) if said else state


@fold.on(LapseRecorded)
def lapse_recorded(state: Progress, entry: Entry, event: LapseRecorded, policy: Policy) -> Progress:
    """A lapse: from its day on, days are counted anew beside those that were counted before."""
    uses = tuple(Use(entry.id, substance, None, entry.occurred_at) for substance in event.substances)
    return replace(state, uses=state.uses + uses)


@fold.on(CloseCallRecorded)
def close_call_recorded(state: Progress, entry: Entry, event: CloseCallRecorded, policy: Policy) -> Progress:
    """An urge ridden out."""
    close_call = CloseCall(entry.id, entry.occurred_at, entry.precision)
    return replace(state, close_calls=(*state.close_calls, close_call))


@fold.on(GoalSet)
def goal_set(state: Progress, entry: Entry, event: GoalSet, policy: Policy) -> Progress:
    """A goal that may be reached."""
    return replace(state, goals=(*state.goals, Goal(entry.id, event.description)))


@fold.on(GoalClosed)
def goal_closed(state: Progress, entry: Entry, event: GoalClosed, policy: Policy) -> Progress:
    """A goal closed as achieved is a milestone, unless the goal itself was retracted."""
    if event.outcome is not GoalOutcome.ACHIEVED or state.goal(event.goal) is None:
        return state
    reached = GoalReached(entry.id, event.goal, entry.occurred_at, entry.precision)
    return replace(state, goals_reached=(*state.goals_reached, reached))


@fold.on(MilestoneCelebrated)
def milestone_celebrated(state: Progress, entry: Entry, event: MilestoneCelebrated, policy: Policy) -> Progress:
    """A celebration; what it celebrates is looked up when it is shown."""
    celebration = Celebration(
        put_by=entry.id,
        at=entry.occurred_at,
        precision=entry.precision,
        days=event.days,
        substance=event.substance,
        goal=event.goal,
        own=event.own,
        how=event.how,
    )
    return replace(state, celebrations=(*state.celebrations, celebration))
