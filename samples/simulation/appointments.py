"""Appointments: booked ahead, kept, missed or called off."""

from domain.events.appointments import AppointmentCancelled, AppointmentMade
from domain.vocabulary.appointments import CancelledBy, Transport
from domain.vocabulary.barriers import Barrier
from domain.vocabulary.contacts import Channel, SessionKind
from domain.vocabulary.people import Role
from samples.simulation.chance import terms
from samples.simulation.contacts import Booked, session
from samples.simulation.entry_writer import Way, Written
from samples.simulation.simulated_client import SimulatedClient

_A_DAY = (
    (SessionKind.CASE_MANAGEMENT, Role.CASE_MANAGER, 0.02),
    (SessionKind.MEDICATION_CONSULT, Role.PRESCRIBER, 0.012),
    (SessionKind.FAMILY_OR_COUPLES, Role.COUNSELOR, 0.006),
    (SessionKind.SAME_DAY_EVALUATION, Role.NURSE, 0.0015),
)
"""What is booked beside the sessions of every week, which have their fixed day and need no booking. Our choice."""

_CALLED_OFF = 0.12
"""Beside what is missed. Studies of clinics find 10 to 20 in a hundred called off; one in four of them by the clinic
(our choice)."""


def appointments_of_the_day(story: SimulatedClient) -> None:
    """Now and then something is booked for one of the next days."""
    if not story.works_today:
        return
    for kind, role, often in _A_DAY:
        if story.chance.happens(often):
            book(story, kind, role, story.chance.whole(1, 12))


def book(story: SimulatedClient, kind: SessionKind, role: Role, days: int, because_of: Written | None = None) -> None:
    """Book an appointment so many days ahead, or on the first day after that on which the clinic is open."""
    chance = story.chance
    while story.days.weekday(story.day + days) > 4:
        days += 1
    hour = chance.whole(18, 34) / 2
    channel = Channel.TELEHEALTH if chance.happens(0.35) else Channel.IN_PERSON
    event = AppointmentMade(
        kind=kind,
        channel=channel,
        starts_at=story.days.at(story.day + days, hour),
        minutes=chance.one((30, 45, 60)),
        with_role=role,
        transport=chance.one(terms(Transport)) if channel is Channel.IN_PERSON else Transport.NOT_NEEDED,
        because_of=because_of.id if because_of else None,
    )
    about = (because_of,) if because_of else ()
    way = _way(story, role)
    appointment = story.write(event, story.working_hour(), story.team.case_manager, *about)
    if days > 1 and chance.happens(_CALLED_OFF):
        story.later(days - 1, lambda story: _call_off(story, appointment))
    else:
        story.later(days, lambda story: session(story, kind, way, role, Booked(appointment, hour, channel)))


def _call_off(story: SimulatedClient, appointment: Written) -> None:
    chance = story.chance
    by_clinic = chance.happens(0.25)
    event = AppointmentCancelled(
        appointment=appointment.id,
        by=CancelledBy.CLINIC if by_clinic else CancelledBy.CLIENT,
        barrier=None if by_clinic else chance.one(terms(Barrier)),
    )
    story.write(event, story.working_hour(), story.team.case_manager, appointment)


def _way(story: SimulatedClient, role: Role) -> Way:
    if role is Role.PRESCRIBER or role is Role.NURSE:
        return story.team.prescriber
    return story.team.case_manager if role is Role.CASE_MANAGER else story.team.counselor
