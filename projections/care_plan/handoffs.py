"""Warm handoffs: requested, accepted, completed when the client has met the receiver, or fallen through (R33-R35)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.entry import Entry
from domain.events.handoffs import (
    HandoffAccepted,
    HandoffCompleted,
    HandoffDeclined,
    HandoffLost,
    HandoffRequested,
    HandoffWithdrawn,
)
from domain.events.intake import EpisodeClosed
from domain.events.registration import ClientDied
from domain.policy import Policy
from domain.replacing import replace
from domain.vocabulary.handoffs import HandoffUrgency
from projections.answers import Answer, At, all_answered
from projections.care_plan.endings import care_ended
from projections.care_plan.handoff import Handoff, asked_for, asked_for_within_the_episode
from projections.collection import Elements
from projections.context import Context
from projections.elements import ViewContext
from projections.fold import Fold
from projections.local_days import day_after, end_of_day, local_day, working_days_later
from projections.mark import mark
from projections.strands import Strand


@dataclass(frozen=True, slots=True)
class Handoffs:
    """All handoffs."""

    handoffs: Elements[Handoff] = Elements()


class Shown(Answer):
    handoffs: tuple[At[Handoff], ...]
    """Every handoff, in the order of the requests."""


def show(state: Handoffs, context: ViewContext) -> Shown:
    """Every handoff."""
    return Shown(handoffs=all_answered(state.handoffs, context))


fold = Fold(Handoffs())
STRAND = Strand(fold, Shown, show)
handoffs = fold.each(Handoff, lambda state: state.handoffs)
HANDOFF = handoffs.table("care_plan_handoff")
handoffs.ask(asked_for)


@fold.on(HandoffRequested)
def handoff_requested(state: Handoffs, entry: Entry, event: HandoffRequested, context: Context) -> Handoffs:
    """A handoff that waits to be accepted; the one instead of which it is made is not waited for any more."""
    known = state.handoffs
    if event.instead_of:
        replaced = mark(entry)
        known = known.change(event.instead_of, lambda each: replace(each, replaced=each.replaced or replaced))
    handoff = Handoff(
        event_id=entry.id,
        correction_id=entry.correction_id,
        requested_at=entry.occurred_at,
        from_role=event.from_role,
        to_role=event.to_role,
        to_party=event.to_party,
        urgency=event.urgency,
        from_setting=event.from_setting,
        to_setting=event.to_setting,
        leaves_on=event.leaves_on,
        instead_of=event.instead_of,
        accept_due_at=_asked_by(event.urgency, context.known_by(entry), context.policy),
    )
    return Handoffs(known.put(handoff))


@fold.on(HandoffAccepted)
def handoff_accepted(state: Handoffs, entry: Entry, event: HandoffAccepted, context: Context) -> Handoffs:
    """The receiver took the client on."""

    def accepted(handoff: Handoff) -> Handoff:
        return replace(
            handoff,
            accepted=mark(entry),
            accepted_by_role=event.accepted_by,
            meet_due_at=_met_by(handoff, entry, context),
        )

    return Handoffs(state.handoffs.change(event.handoff, accepted))


@fold.on(HandoffDeclined)
def handoff_declined(state: Handoffs, entry: Entry, event: HandoffDeclined, context: Context) -> Handoffs:
    """The receiver could not take the client on: another one has to be asked."""

    def declined(handoff: Handoff) -> Handoff:
        due_at = _asked_by(handoff.urgency, context.known_by(entry), context.policy)
        return replace(handoff, declined=mark(entry), decline_reason=event.reason, new_receiver_due_at=due_at)

    return Handoffs(state.handoffs.change(event.handoff, declined))


@fold.on(HandoffLost)
def handoff_lost(state: Handoffs, entry: Entry, event: HandoffLost, context: Context) -> Handoffs:
    """It fell through: another receiver has to be asked."""

    def lost(handoff: Handoff) -> Handoff:
        due_at = _asked_by(handoff.urgency, context.known_by(entry), context.policy)
        return replace(handoff, lost=mark(entry), loss_reason=event.reason, new_receiver_due_at=due_at)

    return Handoffs(state.handoffs.change(event.handoff, lost))


@fold.on(HandoffWithdrawn)
def handoff_withdrawn(state: Handoffs, entry: Entry, event: HandoffWithdrawn, context: Context) -> Handoffs:
    """Nobody is asked any more."""

    def withdrawn(handoff: Handoff) -> Handoff:
        return replace(handoff, withdrawn=mark(entry), withdrawal_reason=event.reason)

    return Handoffs(state.handoffs.change(event.handoff, withdrawn))


@fold.on(HandoffCompleted)
def handoff_completed(state: Handoffs, entry: Entry, event: HandoffCompleted, context: Context) -> Handoffs:
    """The client has met the receiver."""
    day = context.day(entry)

    def completed(handoff: Handoff) -> Handoff:
        gap = None if handoff.leaves_on is None else max(0, (day - handoff.leaves_on).days)
        return replace(handoff, completed=mark(entry), gap_days=gap)

    return Handoffs(state.handoffs.change(event.handoff, completed))


@fold.on(EpisodeClosed)
def episode_closed(state: Handoffs, entry: Entry, event: EpisodeClosed, context: Context) -> Handoffs:
    """What was under way is not waited for any more, except a transition to another setting: it is the closing that
    leaves the client in between (R35; our choice)."""
    return Handoffs(care_ended(state.handoffs, asked_for_within_the_episode, mark(entry)))


@fold.on(ClientDied)
def client_died(state: Handoffs, entry: Entry, event: ClientDied, context: Context) -> Handoffs:
    """Nothing is waited for any more."""
    return Handoffs(care_ended(state.handoffs, asked_for, mark(entry)))


def _asked_by(urgency: HandoffUrgency, since: datetime, policy: Policy) -> datetime:
    """By when a handoff must be accepted, and a new receiver asked: within hours, on the same day, or on a working day
    of the organization. What is urgent late in the evening has some hours all the same (H5)."""
    within, zone = policy.handoffs, policy.working_days.zone
    if urgency is HandoffUrgency.CRISIS:
        return since + timedelta(hours=within.crisis_accepted_within_hours)
    if urgency is HandoffUrgency.URGENT:
        soonest = since + timedelta(hours=within.urgent_accepted_in_no_less_than_hours)
        return max(soonest, end_of_day(local_day(since, zone), zone))
    return working_days_later(since, within.routine_accepted_within_working_days, policy.working_days)


def _met_by(handoff: Handoff, accepted: Entry, context: Context) -> datetime:
    """By when the client must have met who accepted: counted from that or, in a transition, from leaving the setting;
    for who has left it already it is as pressing as in a crisis."""
    within, since = context.policy.handoffs, context.known_by(accepted)
    if handoff.leaves_on:
        soonest = since + timedelta(hours=within.crisis_met_within_hours)
        return max(soonest, context.end_of(day_after(handoff.leaves_on, within.met_after_leaving_within_days)))
    if handoff.urgency is HandoffUrgency.CRISIS:
        return since + timedelta(hours=within.crisis_met_within_hours)
    if handoff.urgency is HandoffUrgency.URGENT:
        return since + timedelta(hours=within.urgent_met_within_hours)
    return context.end_of(context.day(accepted) + timedelta(days=within.routine_met_within_days))
