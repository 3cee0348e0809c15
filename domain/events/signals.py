"""What the team does about early-warning signals (R49). The signals themselves are derived, by projections/signals."""

from typing import Annotated, Final, Literal

from domain.events.base import Event, FreeText, RefersTo, StrictUUID
from domain.vocabulary.people import Role
from domain.vocabulary.signals import SignalRule

RAISE_SIGNALS: Final = (
    "appointment_cancelled",
    "cadence_set",
    "check_in_received",
    "intake_completed",
    "intake_updated",
    "lapse_recorded",
    "screening_scored",
    "session_missed",
    "trigger_anticipated",
)
"""The types of event by which a signal may be raised."""


class SignalAcknowledged(Event):
    """Somebody took note of a signal, and takes it from there (R49). `because` is the entry that raised it.

    An entry may raise several by one rule, as an intake does for each step of the recovery ladder that will come:
    those are meant that hold, or held, by the time at which note was taken.
    """

    type: Literal["signal_acknowledged"] = "signal_acknowledged"
    rule: SignalRule
    """The rule that raised the signal."""
    because: Annotated[StrictUUID, RefersTo(*RAISE_SIGNALS)]
    """The event that raised it."""
    acknowledged_by: Role
    """Who took note, by role."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""
