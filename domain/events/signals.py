"""What the team does about early-warning signals (R49). The signals themselves are derived, by projections/signals."""

from typing import Annotated, Literal

from domain.events.base import Event, FreeText, RefersTo, StrictUUID
from domain.vocabulary.people import Role
from domain.vocabulary.signals import SignalRule


class SignalAcknowledged(Event):
    """Somebody took note of a signal, and takes it from there (R49). `because` is the entry that raised it."""

    type: Literal["signal_acknowledged"] = "signal_acknowledged"
    rule: SignalRule
    because: Annotated[StrictUUID, RefersTo("check_in_received", "session_missed")]
    acknowledged_by: Role
    note: FreeText | None = None
