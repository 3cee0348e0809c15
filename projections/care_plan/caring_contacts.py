"""Caring contacts: short messages that ask for nothing, in the year after a crisis has passed (R42)."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from domain.entry import Entry
from domain.events.contacts import OutreachMade
from domain.events.crisis import CrisisContactRecorded, CrisisResolved
from domain.events.registration import ClientDied
from domain.replacing import replace
from domain.vocabulary.contacts import OutreachPurpose
from domain.vocabulary.crisis import CrisisOutcome
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import TEAM, Role
from projections.answers import Answer, At, all_answered
from projections.collection import Elements
from projections.context import Context
from projections.crisis_chains import NO_CHAINS, NO_RISK_TOLD, Chains, Risk
from projections.elements import KEY, NO_COLUMN, NOT_SHOWN, ViewContext
from projections.fold import Fold
from projections.follow_ups import FollowUp, FollowUps, released
from projections.mark import Mark, mark
from projections.obligations import Obligation
from projections.strands import Strand


@dataclass(frozen=True, slots=True)
class CaringContacts:
    """The caring contacts that are owed after a crisis has passed."""

    event_id: Annotated[UUID, KEY]
    """The entry that says that the crisis has passed."""
    crisis: UUID
    """The entry of the contact with which that crisis began."""
    since: datetime
    """When it had passed."""
    owed: Annotated[FollowUps, NO_COLUMN, NOT_SHOWN]
    """Each of them."""

    @property
    def made(self) -> int:
        """How many were made."""
        return sum(each.met is not None for each in self.owed)

    @property
    def last_made(self) -> Mark | None:
        """The last one that was made; null before the first."""
        return next((each.met for each in reversed(self.owed) if each.met), None)

    @property
    def next_due_at(self) -> datetime | None:
        """By when the next is owed; null when none is."""
        return next((each.due_at for each in self.owed if each.waits), None)


@dataclass(frozen=True, slots=True)
class CrisisRisk:
    """What is told of risk in a crisis, and whether it has passed."""

    crisis: Annotated[UUID, KEY]
    """The entry of the contact with which it began."""
    risk: Risk
    """What its contacts tell."""
    resolved: UUID | None = None
    """The entry that says that it has passed; null while it has not."""


@dataclass(frozen=True, slots=True)
class State:
    """The caring contacts after each crisis, the ones that are under way, and what is known of the crises."""

    series: Elements[CaringContacts] = Elements()
    under_way: UUID | None = None
    risks: Elements[CrisisRisk] = Elements()
    chains: Chains = NO_CHAINS


class Shown(Answer):
    caring_contacts: tuple[At[CaringContacts], ...]
    """The caring contacts after each crisis that called for them, in order."""


def show(state: State, context: ViewContext) -> Shown:
    """Those after every crisis."""
    return Shown(caring_contacts=all_answered(state.series, context))


def asked_for(series: CaringContacts) -> Iterator[Obligation]:
    """Each caring contact."""
    kind, owner = ObligationKind.CARING_CONTACT, Role.PEER
    for each in series.owed:
        yield Obligation(kind, series.event_id, each.step, each.opens_at, each.due_at, owner, each.met, each.released)


fold = Fold(State())
STRAND = Strand(fold, Shown, show)
series = fold.each(CaringContacts, lambda state: state.series)
CARING_CONTACTS = series.table("care_plan_caring_contacts")
series.ask(asked_for)


@fold.on(CrisisContactRecorded)
def crisis_contact_recorded(state: State, entry: Entry, event: CrisisContactRecorded, context: Context) -> State:
    """What is told of risk. A crisis that goes on after it had passed ends the caring contacts: it asks for more."""
    chains = state.chains.joined_by(entry, event)
    crisis = chains.crisis_of(entry.id)
    assert crisis, "the contact has just joined one"
    known = state.risks.get(crisis)
    state = _released(state, mark(entry)) if known and known.resolved == state.under_way else state
    risk = (known.risk if known else NO_RISK_TOLD).joined_by(event)
    return replace(state, chains=chains, risks=state.risks.put(CrisisRisk(crisis, risk)))


@fold.on(CrisisResolved)
def crisis_resolved(state: State, entry: Entry, event: CrisisResolved, context: Context) -> State:
    """Caring contacts begin where the crisis calls for them, in place of those after an earlier one (our choice:
    nobody is written to twice for two crises)."""
    known = state.risks.get(state.chains.crisis_of(event.crisis))
    if known is None or known.resolved or event.outcome is CrisisOutcome.LOST_CONTACT:
        return state
    state = replace(state, risks=state.risks.put(replace(known, resolved=entry.id)))
    if not known.risk.calls_for_caring_contacts:
        return state
    state = _released(state, mark(entry))
    begun = CaringContacts(entry.id, known.crisis, entry.occurred_at, _owed(entry, context))
    return replace(state, series=state.series.put(begun), under_way=entry.id)


@fold.on(OutreachMade)
def outreach_made(state: State, entry: Entry, event: OutreachMade, context: Context) -> State:
    """A caring contact of the team counts whether or not it was answered, since it asks for no answer.

    It is the one whose time it is; those before it that were left out are not made up for.
    """
    under_way = state.series.get(state.under_way)
    if under_way is None or event.purpose is not OutreachPurpose.CARING_CONTACT or event.made_by not in TEAM:
        return state
    owed = _sent(under_way.owed, mark(entry), max(context.known_by(entry), under_way.since))
    return replace(state, series=state.series.put(replace(under_way, owed=owed)))


@fold.on(ClientDied)
def client_died(state: State, entry: Entry, event: ClientDied, context: Context) -> State:
    """Nobody is written to any more (R61)."""
    return _released(state, mark(entry))


def _owed(entry: Entry, context: Context) -> FollowUps:
    """Each until the end of its day, by the client's own calendar, from when the one before was due."""
    numbers, passed_on = context.policy.caring_contacts, context.day(entry)
    days = [passed_on + timedelta(days=days) for days in numbers.days]
    days += [months_after(passed_on, months) for months in numbers.months]
    opens_at, owed = entry.occurred_at, []
    for step, day in enumerate(days, start=1):
        due_at = context.end_of(day)
        owed.append(FollowUp(step, opens_at, due_at))
        opens_at = due_at
    return tuple(owed)


def months_after(day: date, months: int) -> date:
    """The same day of the month so many months later, or the month's last where it has none."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _sent(owed: FollowUps, said: Mark, by: datetime) -> FollowUps:
    """The latest of those that wait whose time has begun is met, and what waits before it is released."""
    begun = [each.step for each in owed if each.waits and each.opens_at <= by]
    if not begun:
        return owed
    return tuple(
        each._replace(met=said) if each.step == begun[-1]
        else each._replace(released=said) if each.step in begun
        else each
        for each in owed
    )  # fmt: skip


def _released(state: State, said: Mark) -> State:
    under_way = state.series.get(state.under_way)
    if under_way is None:
        return state
    ended = replace(under_way, owed=released(under_way.owed, said))
    return replace(state, series=state.series.put(ended), under_way=None)
