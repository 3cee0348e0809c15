"""A simulated entry."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from domain.entry import Draft
from domain.events.base import Event
from domain.vocabulary import Precision


class SimulatedEntry(NamedTuple):
    """What a clinic would have recorded, ready for import: a draft, and who recorded it when."""

    client_id: UUID
    id: UUID
    event: Event
    occurred_at: datetime
    precision: Precision
    source: str
    correlation_id: UUID | None
    causation_id: UUID | None
    recorded_by: str
    recorded_at: datetime

    @property
    def draft(self) -> Draft:
        """The same as a caller of the service would ask to record it."""
        return Draft(
            id=self.id,
            event=self.event,
            occurred_at=self.occurred_at,
            precision=self.precision,
            source=self.source,
            correlation_id=self.correlation_id,
            causation_id=self.causation_id,
        )
