"""How events change what was measured (R53)."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from domain.entry import Entry
from domain.events.contacts import CheckInReceived, OutreachMade, SessionHeld, SessionMissed
from domain.events.crisis import CrisisContactRecorded
from domain.events.intake import EpisodeClosed, IntakeCompleted
from domain.events.lapses import LapseRecorded
from domain.events.milestones import MilestoneDefined, MilestoneReached
from domain.events.plan import GoalMeasured, GoalSet
from domain.events.registration import ClientDied
from domain.events.residence import ResidenceChanged
from domain.events.screening import ScreeningScored
from domain.events.supports import SupportMeetingAttended
from domain.instruments.screener import scored
from domain.replacing import replace
from domain.vocabulary.goals import GoalCategory
from domain.vocabulary.intake import DischargeReason
from domain.vocabulary.milestones import LifeMilestone
from projections.collection import Elements
from projections.context import Context
from projections.elements import KEY
from projections.episode_of_care import UnderWay, after_closing, after_intake
from projections.fold import Fold
from projections.mark import mark
from projections.outcomes.contacts import Contact, contact
from projections.outcomes.measured import (
    NOT_A_NUMBER,
    OF_LIFE,
    Measured,
    Outcome,
    OutcomeMeasure,
    Retention,
    Value,
    outcomes,
)


@dataclass(frozen=True, slots=True)
class GoalKnown:
    """A goal of which there may be readings."""

    event_id: Annotated[UUID, KEY]
    category: GoalCategory


@dataclass(frozen=True, slots=True)
class MilestoneKnown:
    """A milestone that the client means to reach, and that tells of housing, work or school."""

    event_id: Annotated[UUID, KEY]
    kind: LifeMilestone


@dataclass(frozen=True, slots=True)
class Outcomes:
    """All that was measured, the contacts, and the episodes."""

    measured: Elements[Measured] = Elements()
    contacts: Elements[Contact] = Elements()
    retention: Elements[Retention] = Elements()
    under_way: UnderWay | None = None
    goals: Elements[GoalKnown] = Elements()
    milestones: Elements[MilestoneKnown] = Elements()


fold = Fold(Outcomes())
OUTCOME = fold.each(Measured, lambda state: state.measured).parts("outcome", Outcome, outcomes)
CONTACT = fold.each(Contact, lambda state: state.contacts).table("outcome_contact")
RETENTION = fold.each(Retention, lambda state: state.retention).table("outcome_retention")


@fold.on(CheckInReceived)
def check_in_received(state: Outcomes, entry: Entry, event: CheckInReceived, context: Context) -> Outcomes:
    """Craving, mood and sleep, as far as the client told them."""
    state = _in_contact(state, entry, event, context)
    told = (
        (OutcomeMeasure.CRAVING, event.craving),
        (OutcomeMeasure.MOOD, event.mood),
        (OutcomeMeasure.SLEEP_HOURS, event.sleep_hours),
    )
    return _measured(state, entry, context, *(Value(of, float(said)) for of, said in told if said is not None))


@fold.on(ScreeningScored)
def screening_scored(state: Outcomes, entry: Entry, event: ScreeningScored, context: Context) -> Outcomes:
    """Scores; a range where questions were not answered, never a score that was not given."""
    scores = [each for each in scored(event.answers) if each.measure not in NOT_A_NUMBER]
    return _measured(
        state,
        entry,
        context,
        *(
            Value(OutcomeMeasure(each.measure), _number(each.score))
            if each.score is not None
            else Value(OutcomeMeasure(each.measure), None, _number(each.lowest), _number(each.highest))
            for each in scores
        ),
    )


def _number(score: int | None) -> float | None:
    return None if score is None else float(score)


@fold.on(LapseRecorded)
def lapse_recorded(state: Outcomes, entry: Entry, event: LapseRecorded, context: Context) -> Outcomes:
    """Days of use, up to the last day of the lapse; one day where none was said."""
    day = context.day(entry)
    days = (max(event.until or day, day) - day).days + 1
    return _measured(state, entry, context, Value(OutcomeMeasure.DAYS_OF_USE, float(days)))


@fold.on(SessionHeld)
def session_held(state: Outcomes, entry: Entry, event: SessionHeld, context: Context) -> Outcomes:
    """Engagement: the client was there."""
    state = _in_contact(state, entry, event, context)
    return _measured(state, entry, context, Value(OutcomeMeasure.SESSIONS_HELD, 1.0))


@fold.on(SessionMissed)
def session_missed(state: Outcomes, entry: Entry, event: SessionMissed, context: Context) -> Outcomes:
    """Engagement: the client could not come."""
    state = _in_contact(state, entry, event, context)
    return _measured(state, entry, context, Value(OutcomeMeasure.SESSIONS_MISSED, 1.0))


@fold.on(OutreachMade)
def outreach_made(state: Outcomes, entry: Entry, event: OutreachMade, context: Context) -> Outcomes:
    """Somebody reached out."""
    return _in_contact(state, entry, event, context)


@fold.on(CrisisContactRecorded)
def crisis_contact_recorded(state: Outcomes, entry: Entry, event: CrisisContactRecorded, context: Context) -> Outcomes:
    """Somebody was with the client in a crisis."""
    return _in_contact(state, entry, event, context)


@fold.on(SupportMeetingAttended)
def support_meeting_attended(
    state: Outcomes, entry: Entry, event: SupportMeetingAttended, context: Context
) -> Outcomes:
    """Self-help: a meeting of a support group."""
    return _measured(state, entry, context, Value(OutcomeMeasure.SUPPORT_MEETINGS, 1.0))


@fold.on(GoalSet)
def goal_set(state: Outcomes, entry: Entry, event: GoalSet, context: Context) -> Outcomes:
    """A goal, of which readings may come."""
    return replace(state, goals=state.goals.put(GoalKnown(entry.id, event.category)))


@fold.on(GoalMeasured)
def goal_measured(state: Outcomes, entry: Entry, event: GoalMeasured, context: Context) -> Outcomes:
    """A reading, unless the goal itself was retracted."""
    goal = state.goals.get(event.goal)
    if goal is None:
        return state
    return _measured(state, entry, context, Value(OutcomeMeasure.GOAL_READING, float(event.value)), goal=goal)


@fold.on(MilestoneDefined)
def milestone_defined(state: Outcomes, entry: Entry, event: MilestoneDefined, context: Context) -> Outcomes:
    """One that may be reached."""
    if event.kind not in OF_LIFE:
        return state
    return replace(state, milestones=state.milestones.put(MilestoneKnown(entry.id, event.kind)))


@fold.on(MilestoneReached)
def milestone_reached(state: Outcomes, entry: Entry, event: MilestoneReached, context: Context) -> Outcomes:
    """Housing, work or school, where it was one of these."""
    defined = state.milestones.get(event.milestone)
    measure = OF_LIFE.get(defined.kind) if defined else event.kind and OF_LIFE.get(event.kind)
    return _measured(state, entry, context, Value(measure, 1.0)) if measure else state


@fold.on(ResidenceChanged)
def residence_changed(state: Outcomes, entry: Entry, event: ResidenceChanged, context: Context) -> Outcomes:
    """Housing: whether the client can stay there as long as they choose."""
    return _measured(state, entry, context, Value(OutcomeMeasure.STABLE_HOUSING, float(event.stable)))


@fold.on(IntakeCompleted)
def intake_completed(state: Outcomes, entry: Entry, event: IntakeCompleted, context: Context) -> Outcomes:
    """An episode begins, unless this was another sitting of its intake; one that was not closed ends with it."""
    under_way = after_intake(state.under_way, entry, context)
    if len(under_way.sittings) > 1:
        return replace(state, under_way=under_way)
    state = _ended(state, entry, context, None)
    opened = Retention(entry.id, entry.correction_id, entry.occurred_at, context.day(entry))
    return replace(state, under_way=under_way, retention=state.retention.put(opened))


@fold.on(EpisodeClosed)
def episode_closed(state: Outcomes, entry: Entry, event: EpisodeClosed, context: Context) -> Outcomes:
    """The episode ended, where it is the one under way; an earlier one had ended with the next intake."""
    closed = after_closing(state.under_way, event)
    if closed is state.under_way:
        return state
    return replace(_ended(state, entry, context, event.reason), under_way=closed)


@fold.on(ClientDied)
def client_died(state: Outcomes, entry: Entry, event: ClientDied, context: Context) -> Outcomes:
    """Care ended with the client's life."""
    return _ended(state, entry, context, None)


def _ended(state: Outcomes, entry: Entry, context: Context, reason: DischargeReason | None) -> Outcomes:
    def end(retention: Retention) -> Retention:
        if retention.ended:
            return retention
        return replace(retention, ended=mark(entry), ended_on=context.day(entry), reason=reason)

    opened_by = state.under_way.sittings[0] if state.under_way else None
    return replace(state, retention=state.retention.change(opened_by, end))


def _in_contact(
    state: Outcomes,
    entry: Entry,
    event: SessionHeld | SessionMissed | CheckInReceived | OutreachMade | CrisisContactRecorded,
    context: Context,
) -> Outcomes:
    return replace(state, contacts=state.contacts.put(contact(entry, event, context)))


def _measured(
    state: Outcomes, entry: Entry, context: Context, *values: Value, goal: GoalKnown | None = None
) -> Outcomes:
    if not values:
        return state
    measured = Measured(
        event_id=entry.id,
        correction_id=entry.correction_id,
        at=entry.occurred_at,
        on=context.day(entry),
        values=values,
        goal=goal.event_id if goal else None,
        goal_category=goal.category if goal else None,
    )
    return replace(state, measured=state.measured.put(measured))
