"""Lapses and close calls: data from which care learns, never a failure (R30, R31)."""

from typing import Annotated, Literal

from pydantic import Field

from domain.events.base import Event, FreeText
from domain.vocabulary.contacts import Technique
from domain.vocabulary.substances import Substance
from domain.vocabulary.triggers import Emotion, Trigger


class LapseRecorded(Event):
    """A return to use: what, around what, what was learned and what changes (R30, R32).

    `overdose_danger` is the recorder's judgment, for instance after time away from opioids has lowered
    tolerance; it asks the team for naloxone and a crisis card.
    """

    type: Literal["lapse_recorded"] = "lapse_recorded"
    substances: Annotated[tuple[Substance, ...], Field(min_length=1)]
    triggers: tuple[Trigger, ...] = ()
    emotions: tuple[Emotion, ...] = ()
    overdose_danger: bool | None = None
    environment: FreeText | None = None
    response: FreeText | None = None
    learned: FreeText | None = None
    what_changes: FreeText | None = None


class CloseCallRecorded(Event):
    """An urge that was ridden out: an avoided lapse, and what worked (R31)."""

    type: Literal["close_call_recorded"] = "close_call_recorded"
    substances: tuple[Substance, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    emotions: tuple[Emotion, ...] = ()
    worked: tuple[Technique, ...] = ()
    what_worked: FreeText | None = None
