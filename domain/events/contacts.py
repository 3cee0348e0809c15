"""Contacts: sessions held and missed, check-ins, outreach (R22-R25, R42)."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from domain.events.appointments import ENDS_OF_AN_APPOINTMENT, still_booked
from domain.events.base import Event, FreeText, KnownEntries, RefersTo, StrictUUID
from domain.refusals import Refusal
from domain.vocabulary.barriers import Barrier
from domain.vocabulary.contacts import Channel, CheckInOccasion, OutreachPurpose, SessionKind, Technique
from domain.vocabulary.intake import StageOfChange
from domain.vocabulary.people import Role

Appointment = Annotated[StrictUUID, RefersTo("appointment_made", asks=ENDS_OF_AN_APPOINTMENT)]
"""The appointment of which something tells what became of it."""

Scale = Annotated[int, Field(ge=0, le=10)]
"""A client's own rating from 0 to 10."""


class SessionHeld(Event):
    """A session took place and the client was there (R22, R23).

    `appointment` is the one that was kept; a session that names none meets none (who walks in the day before an
    appointment still has it). `readiness` is the stage of change as it was then (R06).
    """

    type: Literal["session_held"] = "session_held"
    appointment: Appointment | None = None
    """The appointment that was kept; left out where there was none."""
    kind: SessionKind
    """What kind of session."""
    channel: Channel
    """How they met."""
    held_by: Role
    """Who held it, by role."""
    minutes: Annotated[int, Field(ge=1, le=1440)] | None = None
    """How long it took."""
    techniques: tuple[Technique, ...] = ()
    """The techniques used."""
    readiness: StageOfChange | None = None
    """The client's stage of change, as it was then."""
    summary: FreeText | None = None
    """The session in words, for the circle of care."""

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        if self.appointment:
            yield from still_booked(self.appointment, known)


class SessionMissed(Event):
    """A session did not take place because the client could not come; the barrier, where known (R24).

    `appointment` is the one that was missed. What was called off before is no miss: see appointment_cancelled.
    """

    type: Literal["session_missed"] = "session_missed"
    appointment: Appointment | None = None
    """The appointment that was missed; left out where there was none."""
    kind: SessionKind
    """What kind of session it would have been."""
    channel: Channel
    """How they would have met."""
    barrier: Barrier = Barrier.UNKNOWN
    """What stood in the way."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        if self.appointment:
            yield from still_booked(self.appointment, known)


class CheckInReceived(Event):
    """The client checked in: craving and mood from 0 to 10, hours of sleep in the last night (R25).

    `automated` says whether it came in without anybody of the team, as from an app. Only where it is said that
    somebody asked and heard the answer (false) does it count as a follow-up after a crisis (C7).
    """

    type: Literal["check_in_received"] = "check_in_received"
    channel: Channel
    """How it came."""
    occasion: CheckInOccasion | None = None
    """What it was for."""
    craving: Scale | None = None
    """Craving, from 0 (none) to 10."""
    mood: Scale | None = None
    """Mood, from 0 (lowest) to 10."""
    sleep_hours: Annotated[float, Field(ge=0, le=24)] | None = None
    """Hours of sleep in the last night."""
    automated: bool | None = None
    """Whether it came in without anybody of the team, as from an app; left out where not known."""
    words: FreeText | None = None
    """What the client said."""


class OutreachMade(Event):
    """Somebody reached out, as a rule of the team; `reached` says whether the client answered (R25, R42).

    A caring contact, named so in `purpose`, asks for no answer.

    `crisis` names the crisis that it follows up, where there is one. It answers that crisis, as a measurement
    answers its goal, and does not merely cite it: it meets a follow-up that the crisis asked for, which cannot be
    met before the crisis, and people note both with rounder times. It replaces no other entry, so that moving along
    with the crisis, when the time of that one is corrected, makes nothing older current again (case G4).
    """

    type: Literal["outreach_made"] = "outreach_made"
    channel: Channel
    """How the client was reached out to."""
    made_by: Role
    """Who reached out, by role."""
    reached: bool
    """Whether the client answered."""
    purpose: OutreachPurpose | None = None
    """What for."""
    crisis: Annotated[StrictUUID, RefersTo("crisis_contact_recorded")] | None = None
    """The crisis that it follows up."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""
