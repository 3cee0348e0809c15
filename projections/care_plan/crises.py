"""Crises: met, followed up, resolved and reviewed (R36-R38, R42-R44). What one is stands in `crisis`."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from domain.entry import Entry
from domain.events.base import Event
from domain.events.contacts import CheckInReceived, OutreachMade, SessionHeld
from domain.events.crisis import CrisisContactRecorded, CrisisResolved
from domain.events.postvention import PostventionReviewed
from domain.events.registration import ClientDied
from domain.replacing import replace
from domain.vocabulary.crisis import CrisisOutcome, RiskTier
from domain.vocabulary.people import TEAM
from projections.answers import Answer, At, all_answered
from projections.care_plan.crisis import Crises, Crisis, CrisisContact, Search, asked_for, asks
from projections.context import Context
from projections.crisis_chains import united
from projections.elements import ViewContext
from projections.fold import Fold
from projections.follow_ups import FollowUp, FollowUps, met, released
from projections.mark import Mark, mark
from projections.reaching import reached_by_the_team
from projections.strands import Strand


class Shown(Answer):
    crises: tuple[At[Crisis], ...]
    """Every crisis, in order."""


def show(state: Crises, context: ViewContext) -> Shown:
    """Every crisis."""
    return Shown(crises=all_answered(state.crises, context))


fold = Fold(Crises(), version=2)
STRAND: Final = Strand(fold, Shown, show)
crises = fold.each(Crisis, lambda state: state.crises)
CRISIS = crises.table("care_plan_crisis")
CRISIS_CONTACT = crises.parts("care_plan_crisis_contact", CrisisContact, lambda crisis: crisis.contacts)
crises.ask(asked_for)


@fold.on(CrisisContactRecorded)
def crisis_contact_recorded(state: Crises, entry: Entry, event: CrisisContactRecorded, context: Context) -> Crises:
    """A crisis begins, or goes on. Whoever met the client in person follows up what was open before (C2)."""
    if reached_by_the_team(event):
        state = _reached(state, entry, context, state.asking)
    state = replace(state, chains=state.chains.joined_by(entry, event))
    crisis = state.crises.get(state.chains.crisis_of(entry.id))
    gone_on = _gone_on(crisis, entry, context) if crisis else _begun(entry, event, context)
    return _put(state, _told(gone_on, entry, event, context))


def _begun(entry: Entry, event: CrisisContactRecorded, context: Context) -> Crisis:
    """A crisis with its follow-ups and its review; what its contacts tell comes next."""
    return Crisis(
        event_id=entry.id,
        correction_id=entry.correction_id,
        at=entry.occurred_at,
        noticed_by=event.noticed_by,
        follow_ups=_follow_ups(entry, context, first_step=1),
        reviews=(),
        review_counts_from=context.known_by(entry),
    )


def _gone_on(crisis: Crisis, entry: Entry, context: Context) -> Crisis:
    """A crisis of which there is a further contact: nothing more is owed, unless it had passed (our choice).

    Then it is followed up anew. Who was lost is found; attempts count from here.
    """
    said = mark(entry)
    crisis = replace(crisis, attempts=0, not_reached=False, searches=_found(crisis.searches, said))
    if crisis.resolved is None:
        return crisis
    before = released(crisis.follow_ups, said)
    anew = _follow_ups(entry, context, first_step=len(before) + 1)
    return replace(crisis, resolved=None, outcome=None, follow_ups=(*before, *anew))


def _told(crisis: Crisis, entry: Entry, event: CrisisContactRecorded, context: Context) -> Crisis:
    """With what a contact tells. A review is owed from the first contact that was not reviewed yet (X2)."""
    risk = crisis.risk.joined_by(event)
    found = risk.triage
    reviews, counts_from = crisis.reviews, crisis.review_counts_from
    if not reviews or not reviews[-1].waits:
        counts_from = context.known_by(entry)
        due_at = context.policy.review_due_at(counts_from, found.not_excluded)
        reviews = (*reviews, FollowUp(len(reviews) + 1, entry.occurred_at, due_at))
    elif found.not_excluded is not crisis.not_excluded:
        due_at = context.policy.review_due_at(counts_from, found.not_excluded)
        reviews = (*reviews[:-1], reviews[-1]._replace(due_at=due_at))
    contact = CrisisContact(
        event_id=entry.id,
        correction_id=entry.correction_id,
        crisis=crisis.event_id,
        at=entry.occurred_at,
        channel=event.channel,
        kinds=event.kinds,
        noticed_by=event.noticed_by,
        activated=event.activated,
        triggers=event.triggers,
        actions=event.actions,
        account=event.account,
    )
    return replace(
        crisis,
        risk=risk,
        kinds=risk.kinds,
        tier=found.tier,
        at_least=found.at_least,
        not_excluded=found.not_excluded,
        unanswered=found.unanswered,
        cssrs=risk.cssrs,
        overdose_danger=risk.overdose_danger,
        activated=united(crisis.activated, event.activated),
        triggers=united(crisis.triggers, event.triggers),
        actions=united(crisis.actions, event.actions),
        contacts=(*crisis.contacts, contact),
        reviews=reviews,
        review_counts_from=counts_from,
    )


def _follow_ups(entry: Entry, context: Context, first_step: int) -> FollowUps:
    """Contacts, each from where the one before is due, counted from when the contact had occurred for certain."""
    opens_at, known_by = entry.occurred_at, context.known_by(entry)
    asked: list[FollowUp] = []
    for step, hours in enumerate(context.policy.crisis.contact_within_hours, start=first_step):
        due_at = known_by + timedelta(hours=hours)
        asked.append(FollowUp(step, opens_at, due_at, within_hours=hours))
        opens_at = due_at
    return tuple(asked)


@fold.on(CrisisResolved)
def crisis_resolved(state: Crises, entry: Entry, event: CrisisResolved, context: Context) -> Crises:
    """The crisis has passed, and the follow-ups stop that need not stay; or contact was lost, and nothing stops."""
    crisis = state.crises.get(state.chains.crisis_of(event.crisis))
    if crisis is None or crisis.resolved:
        return state
    said, policy = mark(entry), context.policy.crisis
    if event.outcome is CrisisOutcome.LOST_CONTACT:
        if crisis.escalated:
            return state
        due_at = context.known_by(entry) + timedelta(hours=policy.find_client_within_hours)
        return _put(state, replace(crisis, searches=(*crisis.searches, Search(said, due_at))))
    kept = {min(hours for each in crisis.follow_ups if (hours := each.within_hours))}
    if crisis.not_excluded is RiskTier.HIGH:
        kept |= set(policy.kept_at_high_tier_hours)
    stay = frozenset(each.step for each in crisis.follow_ups if each.within_hours in kept)
    resolved = replace(
        crisis,
        resolved=said,
        outcome=event.outcome,
        follow_ups=released(crisis.follow_ups, said, stay),
        searches=_found(crisis.searches, said),
    )
    return _put(state, resolved)


@fold.on(PostventionReviewed)
def postvention_reviewed(state: Crises, entry: Entry, event: PostventionReviewed, context: Context) -> Crises:
    """The crisis was reviewed; what the review says is for the postvention projection."""
    crisis = state.crises.get(state.chains.crisis_of(event.crisis))
    if crisis is None:
        return state
    said = mark(entry)
    return _put(state, replace(crisis, reviewed=said, reviews=met(crisis.reviews, said)))


@fold.on(SessionHeld, CheckInReceived)
def contact(state: Crises, entry: Entry, event: Event, context: Context) -> Crises:
    """The client was met, or heard from; it follows a crisis up where somebody of the team was there."""
    return _reached(state, entry, context, state.asking) if state.asking and reached_by_the_team(event) else state


@fold.on(OutreachMade)
def outreach_made(state: Crises, entry: Entry, event: OutreachMade, context: Context) -> Crises:
    """A contact, or one more attempt, in the crisis that it names, or else in all that ask for contacts."""
    named = state.chains.crisis_of(event.crisis) or event.crisis
    followed_up = [each for each in state.asking if named in {None, each}]
    if reached_by_the_team(event):
        return _reached(state, entry, context, followed_up)
    if event.reached or event.made_by not in TEAM:
        return state
    enough = context.policy.crisis.attempts_before_not_reached
    for crisis in _those(state, followed_up):
        attempts = crisis.attempts + 1
        state = _put(state, replace(crisis, attempts=attempts, not_reached=attempts >= enough))
    return state


@fold.on(ClientDied)
def client_died(state: Crises, entry: Entry, event: ClientDied, context: Context) -> Crises:
    """Nobody is to be contacted or found any more; the crisis is to be reviewed all the same (R61)."""
    said = mark(entry)
    for crisis in _those(state, state.asking):
        searches = tuple(each._replace(released=said) if each.waits else each for each in crisis.searches)
        follow_ups = released(crisis.follow_ups, said)
        state = _put(state, replace(crisis, follow_ups=follow_ups, searches=searches, ended_by_death=said))
    return state


def _reached(state: Crises, entry: Entry, context: Context, followed_up: Iterable[UUID]) -> Crises:
    """After the team reached the client: in each of these crises it meets the one follow-up whose turn it is."""
    said, by = mark(entry), context.known_by(entry)
    for crisis in _those(state, followed_up):
        follow_ups = met(crisis.follow_ups, said, _at_least_then(by, crisis))
        searches = _found(crisis.searches, said)
        if follow_ups is crisis.follow_ups and searches is crisis.searches and not crisis.attempts:
            continue
        reached = replace(crisis, follow_ups=follow_ups, searches=searches, attempts=0, not_reached=False)
        state = _put(state, reached)
    return state


def _at_least_then(by: datetime, crisis: Crisis) -> datetime:
    """A contact that names its crisis may have been noted with a rounder time, a little before it."""
    return max(by, crisis.at)


def _found(searches: tuple[Search, ...], said: Mark) -> tuple[Search, ...]:
    """After the client was heard of again."""
    if not any(each.waits for each in searches):
        return searches
    return tuple(each._replace(found=said) if each.waits else each for each in searches)


def _those(state: Crises, names: Iterable[UUID]) -> list[Crisis]:
    return [crisis for name in names if (crisis := state.crises.get(name))]


def _put(state: Crises, crisis: Crisis) -> Crises:
    """With the crisis as it is now, among those that ask for contacts or not any more."""
    asking = state.asking
    if asks(crisis) and crisis.event_id not in asking:
        asking = (*asking, crisis.event_id)
    elif not asks(crisis) and crisis.event_id in asking:
        asking = tuple(each for each in asking if each != crisis.event_id)
    return replace(state, crises=state.crises.put(crisis), asking=asking)
