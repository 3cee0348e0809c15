"""Appointments: booked, and called off (R58). A session held or missed names the one that it was."""

from collections.abc import Iterator
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import Field

from domain.events.base import Event, FreeText, KnownEntries, PlannedMoment, RefersTo, ShortText, StrictUUID
from domain.refusals import Refusal
from domain.vocabulary.appointments import CancelledBy, Transport
from domain.vocabulary.barriers import Barrier
from domain.vocabulary.contacts import Channel, SessionKind
from domain.vocabulary.people import Role

ENDS_OF_AN_APPOINTMENT: Final = ("session_held", "session_missed", "appointment_cancelled")
"""The types of event that say what became of an appointment; one of them does, once."""


def still_booked(appointment: UUID, known: KnownEntries) -> Iterator[Refusal]:
    """Refuses what ends an appointment that has ended already."""
    if known.answered(appointment, *ENDS_OF_AN_APPOINTMENT):
        yield Refusal(
            "appointment_is_booked",
            "appointment",
            "This appointment was kept, missed or cancelled already; leave it out here, or retract that entry first.",
        )


class AppointmentMade(Event):
    """An appointment was booked: for when, with whom, and how the client gets there (R58; FHIR Appointment).

    `starts_at` may lie in the future, unlike when something occurred. `because_of` cites what it was booked after,
    such as a crisis. `with_party` is whom the client sees, where that is an outside party.
    """

    type: Literal["appointment_made"] = "appointment_made"
    kind: SessionKind
    """What kind of session it is to be."""
    channel: Channel
    """How they are to meet."""
    starts_at: PlannedMoment
    """When it begins; it may lie in the future, unlike when something occurred."""
    minutes: Annotated[int, Field(ge=1, le=1440)] | None = None
    """How long it is to take."""
    with_role: Role
    """Whom the client sees, by role."""
    with_person: ShortText | None = None
    """Who that is, where known."""
    with_person_id: StrictUUID | None = None
    """The `actor_id` by which the record knows them, where they record themselves."""
    with_party: ShortText | None = None
    """Whom the client sees, where that is an outside party."""
    transport: Transport | None = None
    """How the client gets there."""
    because_of: (
        Annotated[
            StrictUUID,
            RefersTo(
                "crisis_contact_recorded", "lapse_recorded", "close_call_recorded", "handoff_requested", cites=True
            ),
        ]
        | None
    ) = None
    """What it was booked after, such as a crisis."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""


class AppointmentCancelled(Event):
    """An appointment was called off (R58): by the client, or by the clinic, which does not count against the client."""

    type: Literal["appointment_cancelled"] = "appointment_cancelled"
    appointment: Annotated[StrictUUID, RefersTo("appointment_made", asks=ENDS_OF_AN_APPOINTMENT)]
    """The appointment that was called off."""
    by: CancelledBy
    """Who called it off."""
    barrier: Barrier | None = None
    """What stood in the way, where the client called it off."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        yield from still_booked(self.appointment, known)
