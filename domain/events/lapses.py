"""Lapses and close calls: data from which care learns, never a failure (R30, R31)."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from domain.events.base import Day, Event, FreeText, PossibleDays
from domain.refusals import Refusal
from domain.vocabulary.contacts import Technique
from domain.vocabulary.substances import Substance
from domain.vocabulary.triggers import Emotion, Trigger


class LapseRecorded(Event):
    """A return to use: what, around what, what was learned and what changes (R30, R32).

    It occurred when the use began; `until` is the last day of use where that went on for days, a day in the client's
    time zone. Days of recovery are counted from the last one on.

    `overdose_danger` is the recorder's judgment, for instance after time away from opioids has lowered
    tolerance; it asks the team for naloxone and a crisis card.
    """

    type: Literal["lapse_recorded"] = "lapse_recorded"
    substances: Annotated[tuple[Substance, ...], Field(min_length=1)]
    """What was used."""
    until: Day | None = None
    """The last day of use, in the client's time zone, where it went on for days."""
    triggers: tuple[Trigger, ...] = ()
    """What set it off, as far as known."""
    emotions: tuple[Emotion, ...] = ()
    """The feelings around it."""
    overdose_danger: bool | None = None
    """Whether there is danger of overdose, as judged then; left out where nobody assessed it."""
    environment: FreeText | None = None
    """Where and with whom it was, in words."""
    response: FreeText | None = None
    """What was done, in words."""
    learned: FreeText | None = None
    """What was learned from it."""
    what_changes: FreeText | None = None
    """What changes because of it."""

    def refusals_by_day(self, days: PossibleDays) -> Iterator[Refusal]:
        if self.until and self.until < days.earliest:
            yield Refusal("lapse_ends_after_it_begins", "until", "The last day of use lies before the first.")
        if self.until and self.until > days.today:
            yield Refusal("lapse_days_have_passed", "until", "This day has not come; leave it out while use goes on.")


class CloseCallRecorded(Event):
    """An urge that was ridden out: an avoided lapse, and what worked (R31)."""

    type: Literal["close_call_recorded"] = "close_call_recorded"
    substances: tuple[Substance, ...] = ()
    """The substances that the urge was for."""
    triggers: tuple[Trigger, ...] = ()
    """What set it off, as far as known."""
    emotions: tuple[Emotion, ...] = ()
    """The feelings around it."""
    worked: tuple[Technique, ...] = ()
    """The techniques that worked."""
    what_worked: FreeText | None = None
    """What worked, in words."""
