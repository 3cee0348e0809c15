"""Obligations: what must happen by a time because of an event, and how later events meet or release it.

A fold of its own, which a projection keeps as a part of its state. Everything is kept as moments; whether an
obligation is late is for the reader's clock to say.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.entry import Entry
from domain.events.base import Event
from domain.events.contacts import CheckInReceived, OutreachMade, SessionHeld
from domain.events.crisis import CrisisContactRecorded, CrisisResolved
from domain.events.handoffs import HandoffAccepted, HandoffCompleted, HandoffDeclined, HandoffRequested
from domain.events.lapses import LapseRecorded
from domain.events.plan import PlanAgreed
from domain.events.postvention import PostventionReviewed
from domain.events.registration import ClientRegistered, IntakeCompleted
from domain.instruments import crisis_tier
from domain.policy import Policy
from domain.vocabulary import CrisisAction, HandoffUrgency
from projections.local_days import end_of_day, local_day, working_day_after
from projections.projection import Fold


class ObligationKind(StrEnum):
    """What an obligation asks for."""

    HANDOFF_ACCEPTANCE = "handoff_acceptance"
    CLIENT_MEETING = "client_meeting"
    CRISIS_CONTACT = "crisis_contact"
    POSTVENTION_REVIEW = "postvention_review"
    PLAN_REVIEW = "plan_review"
    NALOXONE = "naloxone"
    CRISIS_CARD = "crisis_card"


class ObligationStatus(StrEnum):
    """How an obligation stands at a moment.

    `missed` is one that was released when it was late already.
    """

    OPEN = "open"
    LATE = "late"
    MET = "met"
    MET_LATE = "met_late"
    RELEASED = "released"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Obligation:
    """Something that must happen between `opens_at` and `due_at` because of the entry `because`.

    `step` counts from 1 where one entry asks for the same several times, as a crisis does for contacts.
    """

    kind: ObligationKind
    because: UUID
    step: int
    opens_at: datetime
    due_at: datetime
    met_by: UUID | None = None
    met_at: datetime | None = None
    released_by: UUID | None = None
    released_at: datetime | None = None

    def status(self, at: datetime) -> ObligationStatus:
        """How it stands at that moment."""
        if self.met_at:
            return ObligationStatus.MET if self.met_at <= self.due_at else ObligationStatus.MET_LATE
        if self.released_at:
            return ObligationStatus.RELEASED if self.released_at <= self.due_at else ObligationStatus.MISSED
        return ObligationStatus.OPEN if at <= self.due_at else ObligationStatus.LATE


Answers = Callable[[Obligation], bool]


@dataclass(frozen=True, slots=True)
class Obligations:
    """A client's obligations: those that wait, and those that were met or released.

    `time_zone` is the client's, None until registered. `reviewing_since` is when the episode began or, without
    an intake, when the first plan was agreed.
    """

    time_zone: str | None = None
    reviewing_since: datetime | None = None
    waiting: tuple[Obligation, ...] = ()
    settled: tuple[Obligation, ...] = ()

    def zone(self, policy: Policy) -> ZoneInfo:
        """The time zone in which the client's days are counted; the organization's until one is known."""
        return ZoneInfo(self.time_zone or policy.working_days.time_zone)

    def opened(self, *obligations: Obligation) -> "Obligations":
        """With these as well."""
        return replace(self, waiting=self.waiting + obligations)

    def met(self, entry: Entry, answers: Answers) -> "Obligations":
        """With those for which `answers` holds met by the entry."""
        return self._settled(answers, lambda each: replace(each, met_by=entry.id, met_at=entry.occurred_at))

    def released(self, entry: Entry, answers: Answers) -> "Obligations":
        """With those for which `answers` holds released by the entry: they need not happen any more."""
        return self._settled(answers, lambda each: replace(each, released_by=entry.id, released_at=entry.occurred_at))

    def _settled(self, answers: Answers, settle: Callable[[Obligation], Obligation]) -> "Obligations":
        ending = [each for each in self.waiting if answers(each)]
        if not ending:
            return self
        waiting = tuple(each for each in self.waiting if not answers(each))
        return replace(self, waiting=waiting, settled=(*self.settled, *map(settle, ending)))


OBLIGATIONS: Fold[Obligations] = Fold()


@OBLIGATIONS.on(ClientRegistered)
def _registered(state: Obligations, entry: Entry, event: ClientRegistered, policy: Policy) -> Obligations:
    return replace(state, time_zone=event.time_zone)


@OBLIGATIONS.on(IntakeCompleted)
def _intake(state: Obligations, entry: Entry, event: IntakeCompleted, policy: Policy) -> Obligations:
    return replace(state, reviewing_since=entry.occurred_at)


@OBLIGATIONS.on(PlanAgreed)
def _plan_agreed(state: Obligations, entry: Entry, event: PlanAgreed, policy: Policy) -> Obligations:
    """Agreeing on a version is the review of the one before, and asks for the next."""
    reviewed = state.met(entry, _of(ObligationKind.PLAN_REVIEW))
    since = state.reviewing_since or entry.occurred_at
    zone = state.zone(policy)
    today = local_day(entry.occurred_at, zone)
    at_first = (today - local_day(since, zone)).days < policy.plan.at_first_days
    days = policy.plan.review_every_days_at_first if at_first else policy.plan.review_every_days_later
    due = end_of_day(today + timedelta(days=days), zone)
    review = Obligation(ObligationKind.PLAN_REVIEW, entry.id, 1, entry.occurred_at, due)
    return replace(reviewed.opened(review), reviewing_since=since)


@OBLIGATIONS.on(HandoffRequested)
def _handoff_requested(state: Obligations, entry: Entry, event: HandoffRequested, policy: Policy) -> Obligations:
    due = _acceptance_due(event.urgency, entry.occurred_at, policy)
    return state.opened(Obligation(ObligationKind.HANDOFF_ACCEPTANCE, entry.id, 1, entry.occurred_at, due))


def _acceptance_due(urgency: HandoffUrgency, at: datetime, policy: Policy) -> datetime:
    if urgency is HandoffUrgency.CRISIS:
        return at + timedelta(hours=policy.handoffs.crisis_accepted_within_hours)
    zone = policy.working_days.zone
    day = local_day(at, zone)
    if urgency is HandoffUrgency.ROUTINE:
        day = working_day_after(day, policy.handoffs.routine_accepted_within_working_days, policy.working_days)
    return end_of_day(day, zone)


@OBLIGATIONS.on(HandoffAccepted)
def _handoff_accepted(state: Obligations, entry: Entry, event: HandoffAccepted, policy: Policy) -> Obligations:
    accepted = state.met(entry, _of(ObligationKind.HANDOFF_ACCEPTANCE, because=event.handoff))
    if accepted is state:
        return state
    zone = state.zone(policy)
    last_day = local_day(entry.occurred_at, zone) + timedelta(days=policy.handoffs.client_met_within_days)
    return accepted.opened(
        Obligation(ObligationKind.CLIENT_MEETING, event.handoff, 1, entry.occurred_at, end_of_day(last_day, zone))
    )


@OBLIGATIONS.on(HandoffDeclined)
def _handoff_declined(state: Obligations, entry: Entry, event: HandoffDeclined, policy: Policy) -> Obligations:
    return state.released(entry, lambda each: each.because == event.handoff)


@OBLIGATIONS.on(HandoffCompleted)
def _handoff_completed(state: Obligations, entry: Entry, event: HandoffCompleted, policy: Policy) -> Obligations:
    return state.met(entry, lambda each: each.because == event.handoff)


@OBLIGATIONS.on(CrisisContactRecorded)
def _crisis(state: Obligations, entry: Entry, event: CrisisContactRecorded, policy: Policy) -> Obligations:
    at = entry.occurred_at
    windows = pairwise((0, *policy.crisis.contact_within_hours))
    contacts = [
        Obligation(ObligationKind.CRISIS_CONTACT, entry.id, step, at + timedelta(hours=after), at + timedelta(hours=by))
        for step, (after, by) in enumerate(windows, start=1)
    ]
    review_by = at + timedelta(hours=policy.review_within_hours(crisis_tier(event.cssrs, event.overdose_danger)))
    review = Obligation(ObligationKind.POSTVENTION_REVIEW, entry.id, 1, at, review_by)
    asked = _asked_by_danger(entry, policy) if event.overdose_danger else ()
    return provided(state.opened(*contacts, review, *asked), entry, event.actions)


@OBLIGATIONS.on(LapseRecorded)
def _lapse(state: Obligations, entry: Entry, event: LapseRecorded, policy: Policy) -> Obligations:
    return state.opened(*_asked_by_danger(entry, policy)) if event.overdose_danger else state


def _asked_by_danger(entry: Entry, policy: Policy) -> tuple[Obligation, Obligation]:
    """Overdose danger calls for naloxone and a crisis card (R32)."""
    at, within = entry.occurred_at, policy.overdose_danger
    naloxone_by = at + timedelta(hours=within.naloxone_within_hours)
    card_by = at + timedelta(hours=within.crisis_card_within_hours)
    return (
        Obligation(ObligationKind.NALOXONE, entry.id, 1, at, naloxone_by),
        Obligation(ObligationKind.CRISIS_CARD, entry.id, 1, at, card_by),
    )


_PROVIDES = {
    CrisisAction.NALOXONE_GIVEN: ObligationKind.NALOXONE,
    CrisisAction.CRISIS_CARD_ISSUED: ObligationKind.CRISIS_CARD,
}


def provided(state: Obligations, entry: Entry, actions: tuple[CrisisAction, ...]) -> Obligations:
    """With naloxone and crisis card met, each where the entry's actions say so, for every danger so far."""
    kinds = {_PROVIDES[action] for action in actions if action in _PROVIDES}
    return state.met(entry, lambda each: each.kind in kinds) if kinds else state


@OBLIGATIONS.on(CrisisResolved)
def _crisis_resolved(state: Obligations, entry: Entry, event: CrisisResolved, policy: Policy) -> Obligations:
    """The follow-ups stop; the review of the crisis is still due."""
    return state.released(entry, _of(ObligationKind.CRISIS_CONTACT, because=event.crisis))


@OBLIGATIONS.on(PostventionReviewed)
def _reviewed(state: Obligations, entry: Entry, event: PostventionReviewed, policy: Policy) -> Obligations:
    return state.met(entry, _of(ObligationKind.POSTVENTION_REVIEW, because=event.crisis))


@OBLIGATIONS.on(SessionHeld, CheckInReceived)
def _contact(state: Obligations, entry: Entry, event: Event, policy: Policy) -> Obligations:
    return _reached(state, entry, None)


@OBLIGATIONS.on(OutreachMade)
def _outreach(state: Obligations, entry: Entry, event: OutreachMade, policy: Policy) -> Obligations:
    return _reached(state, entry, event.crisis) if event.reached else state


def _reached(state: Obligations, entry: Entry, crisis: UUID | None) -> Obligations:
    """A contact meets every follow-up whose time has begun, late ones too; of one crisis only, where it names one.

    The first follow-up is met by a contact that names the crisis even where its time was noted a little early.
    """

    def answers(each: Obligation) -> bool:
        return (
            each.kind is ObligationKind.CRISIS_CONTACT
            and crisis in {None, each.because}
            and (each.opens_at <= entry.occurred_at or (crisis is not None and each.step == 1))
        )

    return state.met(entry, answers)


def _of(kind: ObligationKind, because: UUID | None = None) -> Answers:
    return lambda each: each.kind is kind and because in {None, each.because}
