"""The record's own events: corrections and retractions. Both keep the original (R55)."""

from collections.abc import Iterator
from typing import Annotated, Literal

from domain.events.base import Event, FreeText, KnownEntries, OccurredAt, RefersTo, StrictUUID
from domain.events.care import CareEvent
from domain.refusals import Refusal
from domain.vocabulary.record import CorrectionReason, Precision

RECORD_TYPES = frozenset({"entry_corrected", "entry_retracted"})
"""The types of the record's own events, which no fold sees: `effective` applies them."""


class EntryCorrected(Event):
    """Replaces an earlier entry's body, its time, or both; what is left out stays as it was.

    `replacement` is the whole body as it should have been, of the same type and with the same references.
    Several corrections of one entry apply in the order in which they were recorded. Where the entry is known to the
    day, say so again in `precision` with another day in `occurred_at`.
    """

    type: Literal["entry_corrected"] = "entry_corrected"
    entry: Annotated[StrictUUID, RefersTo()]
    """The event that is corrected."""
    reason: CorrectionReason
    """Why."""
    replacement: CareEvent | None = None
    """The whole event as it should have been, of the same type and with the same references."""
    precision: Precision | None = None
    """How exactly the time is known; left out where that stays."""
    occurred_at: OccurredAt | None = None
    """When it occurred; left out where that stays."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        if self.replacement is None and self.occurred_at is None and self.precision is None:
            yield Refusal(
                "correction_says_something",
                "",
                "Give the replacement, occurred_at or precision that is right.",
            )


class EntryRetracted(Event):
    """Marks an earlier entry as entered in error: it stays in the record and no longer counts.

    Retracting a correction brings back what stood before it. Retracting a retraction, which may itself be a mistake,
    brings back the entry, with all that refers to it; that is not retracted in turn: retract the entry again.
    """

    type: Literal["entry_retracted"] = "entry_retracted"
    entry: Annotated[StrictUUID, RefersTo()]
    """The event that no longer counts."""
    reason: CorrectionReason
    """Why."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""
