"""A simulated entry."""

from datetime import datetime
from functools import cache
from typing import NamedTuple
from uuid import UUID, uuid5

from domain.entry import Actor, Draft
from domain.events.base import Event
from domain.vocabulary.record import Precision

_TEAM = UUID("5f1a7a0c-3c0e-4d0b-9b52-6f1f0f5f3a10")
"""The namespace in which the made-up people have their ids."""


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
    def actor(self) -> Actor:
        """Who recorded it: the same name is always the same person."""
        return actor_named(self.recorded_by)

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


@cache
def actor_named(name: str) -> Actor:
    """The made-up person of that name."""
    return Actor(uuid5(_TEAM, name), name)
