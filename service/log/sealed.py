"""Events as the store takes and gives them: header in the open, body sealed."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from service.log.header import Reference, header
from service.log.seal import open_sealed, seal


class SealedEvent(NamedTuple):
    """An event ready to append. Times are aware; the meaning of each field is beside the table's columns."""

    client_id: UUID
    version: int
    id: UUID
    type: str
    schema_version: int
    occurred_at: datetime
    precision: str
    actor_id: UUID
    recorded_by: str
    on_behalf_of: str | None
    source: str
    correlation_id: UUID | None
    causation_id: UUID | None
    references: tuple[Reference, ...]
    key_id: UUID
    body: bytes
    """As `seal` makes it; empty before that."""
    identifier: bytes | None = None
    """Of an event that links an identifier: the keyed hash under which the client is found by it, unique among those
    that are linked. It stands beside the log, not in it."""
    merged_into: UUID | None = None
    """Of an event that merges the client into another: which."""

    def sealed(self, organization_id: UUID, key: bytes, plaintext: bytes) -> "SealedEvent":
        """This event with the plaintext as its body, sealed under a key of the client and bound to the header."""
        return self._replace(body=seal(key, plaintext, header(organization_id, self)))


class StoredEvent(NamedTuple):
    """A row of log.event, its columns in the table's order."""

    organization_id: UUID
    position: int
    client_id: UUID
    version: int
    id: UUID
    type: str
    schema_version: int
    occurred_at: datetime
    precision: str
    recorded_at: datetime
    actor_id: UUID
    recorded_by: str
    on_behalf_of: str | None
    source: str
    correlation_id: UUID | None
    causation_id: UUID | None
    reference_fields: Sequence[str]
    reference_ids: Sequence[UUID]
    key_id: UUID
    body: bytes
    body_digest: bytes
    leaf: bytes

    @property
    def references(self) -> tuple[Reference, ...]:
        """What the event refers to, in order."""
        if not self.reference_ids:
            return ()
        return tuple(map(Reference, self.reference_fields, self.reference_ids))

    def opened(self, key: bytes) -> bytes:
        """The body's plaintext. Raises SealBroken."""
        return open_sealed(key, self.body, header(self.organization_id, self))


class Appended(NamedTuple):
    """Where and when an event was recorded."""

    position: int
    recorded_at: datetime
