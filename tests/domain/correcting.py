"""Corrections and retractions as tests record them."""

from uuid import UUID

from domain.events.base import Event
from domain.events.record import EntryCorrected, EntryRetracted
from domain.vocabulary.record import CorrectionReason


def corrected(entry: UUID, replacement: Event | None = None, **said: object) -> EntryCorrected:
    return EntryCorrected.model_validate(
        {"entry": entry, "reason": CorrectionReason.WRONG_CONTENT, "replacement": replacement, **said}
    )


def retracted(entry: UUID) -> EntryRetracted:
    return EntryRetracted(entry=entry, reason=CorrectionReason.DUPLICATE)
