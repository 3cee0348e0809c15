"""Mistakes in what was recorded: what a correction puts right, and what may turn out not to belong in the record."""

from collections.abc import Callable
from typing import Any

from domain.events.base import Event
from domain.events.contacts import CheckInReceived, OutreachMade, SessionHeld, SessionMissed
from domain.events.counseling_notes import CounselingNoteWritten
from domain.events.disclosures import EmergencyDisclosureMade
from domain.events.emergency_access import EmergencyAccessOpened
from domain.events.lapses import CloseCallRecorded, LapseRecorded
from domain.events.milestones import MilestoneCelebrated
from domain.events.plan import GoalMeasured, GoalSet
from domain.vocabulary.barriers import Barrier
from domain.vocabulary.triggers import Emotion, Trigger
from samples.simulation import hard_words, words
from samples.simulation.chance import Chance, terms

RETRACTABLE = (
    *(CheckInReceived, SessionHeld, SessionMissed, OutreachMade, GoalMeasured),
    *(LapseRecorded, CloseCallRecorded, MilestoneCelebrated, CounselingNoteWritten),
)
"""Kinds that nothing else builds upon."""

LEFT_TO_SUPERVISORS = (EmergencyAccessOpened, EmergencyDisclosureMade)
"""Kinds that whoever records them may not set right, so nobody does here."""

_RIGHT: dict[type[Event], Callable[[Any, Chance], dict[str, Any]]] = {
    CheckInReceived: lambda event, chance: {"craving": chance.whole(0, 10), "mood": chance.whole(1, 10)},
    SessionHeld: lambda event, chance: {"minutes": chance.one((25, 30, 45, 50, 60, 90))},
    SessionMissed: lambda event, chance: {"barrier": chance.one(terms(Barrier))},
    OutreachMade: lambda event, chance: {"reached": not event.reached},
    CounselingNoteWritten: lambda event, chance: {"note": words.say(chance, hard_words.COUNSELING_NOTE)},
    GoalMeasured: lambda event, chance: {"value": round(event.value + chance.between(-1, 1), 1)},
    GoalSet: lambda event, chance: {"target": None if event.target is None else event.target + 1},
    LapseRecorded: lambda event, chance: {"triggers": chance.some(terms(Trigger), 3)},
    CloseCallRecorded: lambda event, chance: {"emotions": chance.some(terms(Emotion), 2)},
}


def put_right(event: Event, chance: Chance) -> Event | None:
    """What the event should have said; None when it was its time that was wrong."""
    right = _RIGHT.get(type(event))
    if right is None or chance.happens(0.4):
        return None
    return event.model_copy(update=right(event, chance))
