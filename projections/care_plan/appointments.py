"""Appointments: booked, kept, missed or cancelled (R58).

An appointment is kept by the session that names it, on its day. A session that names none meets none: the client may
have come for something else. What the client misses or calls off is missed; what the clinic calls off is released and
does not count against the client.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from domain.entry import Entry
from domain.events.appointments import AppointmentCancelled, AppointmentMade
from domain.events.base import Event, FreeText, ShortText
from domain.events.contacts import SessionHeld, SessionMissed
from domain.events.intake import EpisodeClosed
from domain.events.registration import ClientDied
from domain.replacing import replace
from domain.vocabulary.appointments import CancelledBy, Transport
from domain.vocabulary.barriers import Barrier
from domain.vocabulary.contacts import Channel, SessionKind
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from projections.answers import Answer, At, all_answered
from projections.collection import Elements
from projections.context import Context
from projections.elements import KEY, NO_COLUMN, NOT_SHOWN, Named, ViewContext
from projections.fold import Fold
from projections.mark import Mark, Placed, mark
from projections.obligations import Obligation
from projections.strands import Strand


class AppointmentStatus(StrEnum):
    """What became of an appointment."""

    BOOKED = "booked"
    KEPT = "kept"
    MISSED = "missed"
    CANCELLED_BY_CLIENT = "cancelled_by_client"
    CANCELLED_BY_CLINIC = "cancelled_by_clinic"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class Appointment(Placed):
    """An appointment. By when it must be kept stands among the obligations, because = event_id."""

    event_id: Annotated[UUID, KEY]
    """The entry that made the appointment."""
    made_at: datetime
    """When it was booked."""
    kind: SessionKind
    """What kind of session it is for."""
    channel: Channel
    """How they meet."""
    starts_at: datetime
    """For when it is booked."""
    minutes: int | None
    """How long it is to take; null where not said."""
    with_role: Role
    """The role of whom the client sees."""
    with_person_id: UUID | None
    """Their actor id; null where not known."""
    with_person: ShortText | None
    """Their name."""
    with_party: ShortText | None
    """Who that is, where it is an outside party."""
    transport: Transport | None
    """How the client gets there; null where nobody said."""
    because_of: UUID | None
    """The entry after which it was booked, such as a crisis."""
    note: FreeText | None
    """What else there is to know."""
    due_at: Annotated[datetime, NO_COLUMN, NOT_SHOWN]
    """The end of its day."""
    opens_at: Annotated[datetime, NO_COLUMN, NOT_SHOWN]
    """The beginning of its day."""
    kept: Mark | None = None
    """The session that was held; null where it was not."""
    missed: Mark | None = None
    """The session that was missed; null where it was not."""
    barrier: Annotated[Barrier | None, Named("barrier_behind")] = None
    """What stood in the way, where it was missed or cancelled and that is known."""
    cancelled: Mark | None = None
    """The cancellation; null where it was not cancelled."""
    cancelled_by: CancelledBy | None = None
    """Who called it off."""
    released: Mark | None = None
    """After what it is not needed any more: the end of the episode, or a death; null where it still is."""

    @property
    def status(self) -> AppointmentStatus:
        """What became of it; one that was kept after all counts as kept."""
        if self.kept:
            return AppointmentStatus.KEPT
        if self.missed:
            return AppointmentStatus.MISSED
        if self.cancelled and self.cancelled_by is CancelledBy.CLIENT:
            return AppointmentStatus.CANCELLED_BY_CLIENT
        if self.cancelled:
            return AppointmentStatus.CANCELLED_BY_CLINIC
        return AppointmentStatus.RELEASED if self.released else AppointmentStatus.BOOKED

    @property
    def counts_as_missed(self) -> bool:
        """Whether the client did not come: missed, or called off by the client; never what the clinic called off."""
        return self.status in {AppointmentStatus.MISSED, AppointmentStatus.CANCELLED_BY_CLIENT}


@dataclass(frozen=True, slots=True)
class Appointments:
    """All appointments, and those of which nothing is known to have become yet."""

    appointments: Elements[Appointment] = Elements()
    booked: tuple[UUID, ...] = ()


class Shown(Answer):
    appointments: tuple[At[Appointment], ...]
    """Every appointment, in the order of booking."""


def show(state: Appointments, context: ViewContext) -> Shown:
    """Every appointment."""
    return Shown(appointments=all_answered(state.appointments, context))


def keeping(appointment: Appointment) -> Iterator[Obligation]:
    """The appointment is kept on its day: sessions are noted with the time of their beginning or of their end."""
    by_client = appointment.cancelled if appointment.cancelled_by is CancelledBy.CLIENT else None
    missed = None if appointment.kept else appointment.missed or by_client
    ended = appointment.kept or missed
    yield Obligation(
        kind=ObligationKind.APPOINTMENT,
        because=appointment.event_id,
        step=1,
        opens_at=appointment.opens_at,
        due_at=appointment.due_at,
        owner=appointment.with_role,
        met=appointment.kept,
        missed=missed,
        released=None if ended else appointment.cancelled or appointment.released,
        owner_person_id=appointment.with_person_id,
        owner_person=appointment.with_person,
    )


fold = Fold(Appointments())
STRAND = Strand(fold, Shown, show)
appointments = fold.each(Appointment, lambda state: state.appointments)
APPOINTMENT = appointments.table("care_plan_appointment")
appointments.ask(keeping)


@fold.on(AppointmentMade)
def appointment_made(state: Appointments, entry: Entry, event: AppointmentMade, context: Context) -> Appointments:
    """An appointment that is to be kept."""
    day = context.day_at(event.starts_at)
    appointment = Appointment(
        event_id=entry.id,
        correction_id=entry.correction_id,
        made_at=entry.occurred_at,
        kind=event.kind,
        channel=event.channel,
        starts_at=event.starts_at,
        minutes=event.minutes,
        with_role=event.with_role,
        with_person_id=event.with_person_id,
        with_person=event.with_person,
        with_party=event.with_party,
        transport=event.transport,
        because_of=event.because_of,
        note=event.note,
        due_at=context.end_of(day),
        opens_at=context.start_of(day),
    )
    return Appointments(state.appointments.put(appointment), (*state.booked, entry.id))


@fold.on(SessionHeld)
def session_held(state: Appointments, entry: Entry, event: SessionHeld, context: Context) -> Appointments:
    """The appointment that the session names was kept."""
    return _ended(state, event.appointment, kept=mark(entry)) if event.appointment else state


@fold.on(SessionMissed)
def session_missed(state: Appointments, entry: Entry, event: SessionMissed, context: Context) -> Appointments:
    """The client did not come to the appointment that it names."""
    return _ended(state, event.appointment, missed=mark(entry), barrier=event.barrier) if event.appointment else state


@fold.on(AppointmentCancelled)
def appointment_cancelled(
    state: Appointments, entry: Entry, event: AppointmentCancelled, context: Context
) -> Appointments:
    """It was called off."""
    return _ended(state, event.appointment, cancelled=mark(entry), cancelled_by=event.by, barrier=event.barrier)


@fold.on(EpisodeClosed, ClientDied)
def not_needed_any_more(state: Appointments, entry: Entry, event: Event, context: Context) -> Appointments:
    """What is booked still need not be kept."""
    appointments = state.appointments
    for each in state.booked:
        appointments = appointments.change(each, lambda appointment: replace(appointment, released=mark(entry)))
    return Appointments(appointments) if state.booked else state


def _ended(state: Appointments, appointment: UUID, **said: Any) -> Appointments:
    """With what became of that appointment."""
    return Appointments(
        state.appointments.change(appointment, lambda each: replace(each, **said)),
        tuple(each for each in state.booked if each != appointment),
    )
