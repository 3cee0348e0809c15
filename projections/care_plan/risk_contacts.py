"""Contacts after a C-SSRS outside a crisis: the sooner, the higher the tier (SPiER: 7, 14 and 30 days; R37).

The time is that of the tier which cannot be excluded, so that what was not answered is never "no". A contact is one in
which somebody of the team reached the client, as after a crisis, on a later day: the session in which the questions
were asked is not the contact after them (our choice). A further C-SSRS asks for its own contact and takes none back,
whatever it finds; one contact meets all that wait. A crisis asks for its follow-ups besides, and when an episode of
care ends the contact stays owed, since leaving care is a time of danger (our choice). After a death nobody is
contacted.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Final
from uuid import UUID

from domain.entry import Entry
from domain.events.base import Event
from domain.events.contacts import CheckInReceived, OutreachMade, SessionHeld
from domain.events.crisis import CrisisContactRecorded
from domain.events.registration import ClientDied
from domain.events.screening import ScreeningScored
from domain.instruments.cssrs import CssrsAnswers, triage
from domain.policy.crises import ScreeningPolicy
from domain.replacing import replace
from domain.vocabulary.crisis import RiskTier
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from projections.answers import Answer, At, all_answered
from projections.collection import Elements
from projections.context import Context
from projections.elements import KEY, NOT_SHOWN, Named, ViewContext
from projections.fold import Fold
from projections.mark import Mark, mark
from projections.obligations import Obligation
from projections.reaching import reached_by_the_team
from projections.strands import Strand


@dataclass(frozen=True, slots=True)
class RiskContact:
    """A contact that is owed after a C-SSRS outside a crisis."""

    event_id: Annotated[UUID, KEY]
    """The entry of the screening."""
    not_excluded: Annotated[RiskTier, Named("tier_not_excluded")]
    """The highest tier that its answers do not exclude."""
    screened_on: Annotated[date, NOT_SHOWN]
    """The client's local day on which it was answered."""
    opens_at: datetime
    """From when a contact counts: the end of that day."""
    due_at: datetime
    """By when the client is to be reached."""
    met: Mark | None = None
    """The contact; null where there was none."""
    released: Mark | None = None
    """The client's death; null where the contact is still owed or was made."""


@dataclass(frozen=True, slots=True)
class State:
    """All such contacts, and those that wait."""

    contacts: Elements[RiskContact] = Elements()
    waiting: tuple[UUID, ...] = ()
    died: bool = False


class Shown(Answer):
    risk_contacts: tuple[At[RiskContact], ...]
    """The contact after each C-SSRS outside a crisis that did not exclude risk, in order."""


def show(state: State, context: ViewContext) -> Shown:
    """Those after every screening."""
    return Shown(risk_contacts=all_answered(state.contacts, context))


def asked_for(each: RiskContact) -> Iterator[Obligation]:
    """The contact."""
    kind, owner = ObligationKind.RISK_CONTACT, Role.COUNSELOR
    yield Obligation(kind, each.event_id, 1, each.opens_at, each.due_at, owner, each.met, each.released)


fold = Fold(State())
STRAND: Final = Strand(fold, Shown, show)
fold.each(RiskContact, lambda state: state.contacts).ask(asked_for)


@fold.on(ScreeningScored)
def screening_scored(state: State, entry: Entry, event: ScreeningScored, context: Context) -> State:
    """A C-SSRS that does not exclude risk asks for a contact."""
    if state.died or not isinstance(event.answers, CssrsAnswers):
        return state
    tier = triage(event.answers).not_excluded
    if tier is RiskTier.NONE_FOUND:
        return state
    day = context.day(entry)
    contact = RiskContact(
        event_id=entry.id,
        not_excluded=tier,
        screened_on=day,
        opens_at=context.end_of(day),
        due_at=context.end_of(day + timedelta(days=_within_days(tier, context.policy.screening))),
    )
    return replace(state, contacts=state.contacts.put(contact), waiting=(*state.waiting, entry.id))


@fold.on(SessionHeld, OutreachMade, CheckInReceived, CrisisContactRecorded)
def reached(state: State, entry: Entry, event: Event, context: Context) -> State:
    """The client was reached, on a later day than that of the screening."""
    if not state.waiting or not reached_by_the_team(event):
        return state
    contacts, waiting, met, day = state.contacts, [], mark(entry), context.day(entry)
    for each in state.waiting:
        contact = contacts.get(each)
        if contact and day > contact.screened_on:
            contacts = contacts.put(replace(contact, met=met))
        else:
            waiting.append(each)
    return replace(state, contacts=contacts, waiting=tuple(waiting))


@fold.on(ClientDied)
def client_died(state: State, entry: Entry, event: ClientDied, context: Context) -> State:
    """Nobody is contacted any more (R61)."""
    contacts, said = state.contacts, mark(entry)
    for each in state.waiting:
        contacts = contacts.change(each, lambda contact: replace(contact, released=said))
    return State(contacts, died=True)


def _within_days(tier: RiskTier, numbers: ScreeningPolicy) -> int:
    if tier is RiskTier.LOW:
        return numbers.contact_within_days_low
    if tier is RiskTier.MODERATE:
        return numbers.contact_within_days_moderate
    return numbers.contact_within_days_high
