"""Contacts, one by one: who met or reached whom, how, and what stood in the way (R22-R25, R42, R53)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple

from domain.entry import Entry
from domain.events.base import Event
from domain.events.contacts import CheckInReceived, OutreachMade, SessionHeld, SessionMissed
from domain.events.crisis import CrisisContactRecorded
from domain.vocabulary.barriers import Barrier
from domain.vocabulary.contacts import Channel, CheckInOccasion, OutreachPurpose, SessionKind
from domain.vocabulary.people import Role
from projections.context import Context
from projections.mark import Placed
from projections.reaching import reached_by_the_team


class ContactKind(StrEnum):
    """What kind of contact it was, or would have been."""

    SESSION_HELD = "session_held"
    SESSION_MISSED = "session_missed"
    CHECK_IN = "check_in"
    OUTREACH = "outreach"
    CRISIS_CONTACT = "crisis_contact"


@dataclass(frozen=True, slots=True)
class Contact(Placed):
    """A contact of the team with the client, or one that did not come about."""

    kind: ContactKind
    """A session held or missed, a check-in, outreach, or a contact in a crisis."""
    contact_at: datetime
    """When it was, or would have been."""
    contact_on: date
    """The client's local day of that."""
    channel: Channel
    """How they met or reached each other, or would have."""
    reached: bool
    """Whether somebody of the team reached the client, as a follow-up after a crisis asks for."""
    role: Role | None = None
    """The role of whoever held the session, reached out, or noticed the crisis; null where nobody is named."""
    session: SessionKind | None = None
    """What kind of session; null for other contacts."""
    minutes: int | None = None
    """How long a session took; null where that was not said."""
    barrier: Barrier | None = None
    """What stood in the way of a session that was missed; null for other contacts."""
    occasion: CheckInOccasion | None = None
    """What a check-in was for; null for other contacts, and where that was not said."""
    purpose: OutreachPurpose | None = None
    """What somebody reached out for; null for other contacts, and where that was not said."""


class _Told(NamedTuple):
    """What an event tells of a contact, beside when it was, how, and whether the client was reached."""

    kind: ContactKind
    role: Role | None = None
    session: SessionKind | None = None
    minutes: int | None = None
    barrier: Barrier | None = None
    occasion: CheckInOccasion | None = None
    purpose: OutreachPurpose | None = None


_TOLD: Final[dict[type[Event], Callable[[Any], _Told]]] = {
    SessionHeld: lambda event: _Told(
        ContactKind.SESSION_HELD, role=event.held_by, session=event.kind, minutes=event.minutes
    ),
    SessionMissed: lambda event: _Told(ContactKind.SESSION_MISSED, session=event.kind, barrier=event.barrier),
    CheckInReceived: lambda event: _Told(ContactKind.CHECK_IN, occasion=event.occasion),
    OutreachMade: lambda event: _Told(ContactKind.OUTREACH, role=event.made_by, purpose=event.purpose),
    CrisisContactRecorded: lambda event: _Told(ContactKind.CRISIS_CONTACT, role=event.noticed_by),
}


def contact(
    entry: Entry,
    event: SessionHeld | SessionMissed | CheckInReceived | OutreachMade | CrisisContactRecorded,
    context: Context,
) -> Contact:
    """The contact of which the event tells."""
    told = _TOLD[type(event)](event)
    return Contact(
        event_id=entry.id,
        correction_id=entry.correction_id,
        contact_at=entry.occurred_at,
        contact_on=context.day(entry),
        channel=event.channel,
        reached=reached_by_the_team(event),
        **told._asdict(),
    )
