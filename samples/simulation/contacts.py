"""Everyday contacts: check-ins, sessions held and missed, and somebody reaching out."""

from typing import NamedTuple
from uuid import UUID

from domain.events.contacts import CheckInReceived, OutreachMade, SessionHeld, SessionMissed
from domain.events.counseling_notes import CounselingNoteWritten
from domain.vocabulary.contacts import Channel, OutreachPurpose, SessionKind, Technique
from domain.vocabulary.people import Role
from samples.simulation import hard_words, words
from samples.simulation.chance import Chance, terms
from samples.simulation.entry_writer import Way, Written
from samples.simulation.next_steps import agree_next_step
from samples.simulation.signals import cravings_told
from samples.simulation.simulated_client import SimulatedClient
from samples.simulation.team import CHECK_IN_APP

OTHERS_A_DAY = 0.75
"""How many entries a day brings beside check-ins, on average."""

_NEXT_STEP = 0.08
"""After so many sessions a next step is recorded of its own; most are words in the summary. Our choice."""

_COUNSELING_NOTE = 0.05
"""After so many of a counselor's sessions one keeps a counseling note beside the summary. Our choice."""

_SESSION_CHANNELS = (*(Channel.IN_PERSON,) * 5, *(Channel.TELEHEALTH,) * 4, Channel.PHONE)
_CALLS = (Channel.PHONE, Channel.PHONE, Channel.TEXT, Channel.TEXT, Channel.LETTER)


class Booked(NamedTuple):
    """An appointment that is to become a session."""

    appointment: Written
    hour: float
    channel: Channel


def contacts_of_the_day(story: SimulatedClient) -> None:
    """Check-ins, as many as keep the story at its pace, and the sessions that lie on this day of the week."""
    left = max(1, story.leaves - story.day)
    for _ in range(story.chance.several(max(0.1, story.writer.room / left - OTHERS_A_DAY))):
        check_in(story)
    weekday = story.days.weekday(story.day)
    if weekday == story.session_day:
        session(story, SessionKind.INDIVIDUAL, story.team.counselor, Role.COUNSELOR)
    if weekday == story.group_day:
        session(story, SessionKind.GROUP, story.team.peer, Role.PEER)


def check_in(story: SimulatedClient) -> None:
    """How they are, in numbers and often in words."""
    chance = story.chance
    draw = chance.random()
    topic = words.CHECK_IN if draw < 0.85 else words.SHORT_CHECK_IN
    by_app = chance.happens(0.75)
    craving = _rated(story.craving, chance)
    event = CheckInReceived(
        channel=Channel.APP if by_app else Channel.TEXT,
        craving=craving,
        mood=_rated(story.mood, chance),
        sleep_hours=round(chance.between(3, 9), 1) if draw > 0.25 else None,
        words=words.say(chance, topic) if draw < 0.93 else None,
        automated=by_app,
    )
    written = story.write(event, story.waking_hour(), CHECK_IN_APP if by_app else story.team.peer)
    cravings_told(story, written, craving)


def _rated(feeling: float, chance: Chance) -> int:
    """A feeling on a scale from 0 to 10, as it is on one occasion."""
    return int(min(10, max(0, feeling - 1 + 3 * chance.random())))


def session(
    story: SimulatedClient,
    kind: SessionKind,
    way: Way,
    role: Role,
    booked: Booked | None = None,
) -> None:
    """A session is held, or missed; when it was missed, somebody usually asks after the client."""
    chance = story.chance
    hour, channel = round(story.working_hour() * 2) / 2, chance.one(_SESSION_CHANNELS)
    about: tuple[Written, ...] = ()
    if booked:
        hour, channel, about = booked.hour, booked.channel, (booked.appointment,)
    appointment_id = booked.appointment.id if booked else None
    if chance.happens(0.13 + story.craving * 0.012):
        story.write(_missed(kind, channel, chance, appointment_id), hour, way, *about)
        if chance.happens(0.6):
            story.later(chance.whole(0, 2), lambda story: reach_out(story, purpose=OutreachPurpose.MISSED_SESSION))
        return
    event = SessionHeld(
        appointment=appointment_id,
        kind=kind,
        channel=channel,
        held_by=role,
        minutes=chance.one((25, 30, 45, 50, 60, 90)),
        techniques=chance.some(terms(Technique), 3),
        summary=words.say(chance, words.SESSION),
    )
    held = story.write(event, hour, way, *about)
    story.craving = max(0.5, story.craving - 0.15)
    if chance.happens(_NEXT_STEP):
        agree_next_step(story, held)
    if role is Role.COUNSELOR and held.stands and chance.happens(_COUNSELING_NOTE):
        note = CounselingNoteWritten(session=held.id, note=words.say(chance, hard_words.COUNSELING_NOTE))
        story.write(note, hour + 1, way, held)


def _missed(kind: SessionKind, channel: Channel, chance: Chance, appointment: UUID | None) -> SessionMissed:
    if chance.happens(0.3):
        return SessionMissed(appointment=appointment, kind=kind, channel=channel)
    barrier, why = chance.one(words.MISSED)
    note = f"{why} {words.say(chance, words.WHAT_NEXT)}"
    return SessionMissed(appointment=appointment, kind=kind, channel=channel, barrier=barrier, note=note)


def reach_out(
    story: SimulatedClient, crisis: Written | None = None, purpose: OutreachPurpose = OutreachPurpose.OTHER
) -> None:
    """Somebody of the team reaches out, to follow up a crisis or for another purpose."""
    chance = story.chance
    by_peer, reached = chance.happens(0.6), chance.happens(0.7)
    event = OutreachMade(
        channel=chance.one(_CALLS),
        made_by=Role.PEER if by_peer else Role.COUNSELOR,
        reached=reached,
        purpose=OutreachPurpose.FOLLOW_UP if crisis else purpose,
        crisis=crisis.id if crisis else None,
        note=words.say(chance, words.SPOKE if reached else words.DID_NOT_REACH),
    )
    way = story.team.peer if by_peer else story.team.counselor
    about = (crisis,) if crisis else ()
    story.write(event, story.working_hour(), way, *about, correlation_id=crisis.id if crisis else None)
