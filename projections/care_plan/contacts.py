"""Contacts: when the client was last met or heard from, and sessions missed in a row (R22-R25)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.entry import Entry
from domain.events.appointments import AppointmentCancelled
from domain.events.base import Event
from domain.events.contacts import CheckInReceived, OutreachMade, SessionHeld, SessionMissed
from domain.events.crisis import CrisisContactRecorded
from domain.replacing import replace
from domain.vocabulary.appointments import CancelledBy
from projections.answers import answer_of, answered
from projections.context import Context
from projections.elements import ViewContext
from projections.fold import Fold
from projections.mark import Mark, mark
from projections.reaching import reached_by_the_team
from projections.strands import Strand


@dataclass(frozen=True, slots=True)
class Contacts:
    """The last contacts, and the sessions missed since the last one held, those that the client called off among
    them (R58)."""

    last_session: Mark | None = None
    """The last session that was held."""
    last_contact: Mark | None = None
    """The last contact: session, check-in, answered call, crisis."""
    last_reached: Mark | None = None
    """The last contact in which somebody of the team reached the client, as a follow-up after a crisis asks for."""
    missed_in_a_row: int = 0
    """Sessions missed since the last one that was held."""
    last_missed: Mark | None = None
    """The session missed last."""


if TYPE_CHECKING:
    Shown = Contacts
else:
    Shown = answer_of(Contacts)


def show(state: Contacts, context: ViewContext) -> Shown:
    """All of it."""
    return answered(state, context)


fold = Fold(Contacts(), version=2)
STRAND = Strand(fold, Shown, show)


@fold.on(SessionHeld)
def session_held(state: Contacts, entry: Entry, event: SessionHeld, context: Context) -> Contacts:
    """The client was there: a contact, and the end of any missed sessions in a row."""
    return replace(_contacted(state, entry), last_session=mark(entry), missed_in_a_row=0)


@fold.on(SessionMissed)
def session_missed(state: Contacts, entry: Entry, event: SessionMissed, context: Context) -> Contacts:
    """One more session missed in a row (R24)."""
    return replace(state, missed_in_a_row=state.missed_in_a_row + 1, last_missed=mark(entry))


@fold.on(CheckInReceived, CrisisContactRecorded)
def heard_from(state: Contacts, entry: Entry, event: Event, context: Context) -> Contacts:
    """The client was heard from."""
    return _contacted(state, entry)


@fold.on(OutreachMade)
def outreach_made(state: Contacts, entry: Entry, event: OutreachMade, context: Context) -> Contacts:
    """A contact where the client answered."""
    return _contacted(state, entry) if event.reached else state


@fold.on(AppointmentCancelled)
def appointment_cancelled(state: Contacts, entry: Entry, event: AppointmentCancelled, context: Context) -> Contacts:
    """What the client calls off is missed; what the clinic calls off does not count against the client (R58)."""
    if event.by is CancelledBy.CLINIC:
        return state
    return replace(state, missed_in_a_row=state.missed_in_a_row + 1, last_missed=mark(entry))


def _contacted(state: Contacts, entry: Entry) -> Contacts:
    said = mark(entry)
    return replace(
        state, last_contact=said, last_reached=said if reached_by_the_team(entry.event) else state.last_reached
    )
