"""Events as the store takes and gives them: header in the open, body sealed."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from service.log.header import header
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
    recorded_by: str
    source: str
    correlation_id: UUID | None
    causation_id: UUID | None
    key_id: UUID
    body: bytes
    """As `seal` makes it; empty before that."""

    def sealed(self, organization_id: UUID, key: bytes, plaintext: bytes) -> "SealedEvent":
        """This event with the plaintext as its body, sealed under the client's data key and bound to the header."""
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
    recorded_by: str
    source: str
    correlation_id: UUID | None
    causation_id: UUID | None
    key_id: UUID
    body: bytes
    body_digest: bytes
    leaf: bytes

    def opened(self, key: bytes) -> bytes:
        """The body's plaintext. Raises SealBroken."""
        return open_sealed(key, self.body, header(self.organization_id, self))


class Appended(NamedTuple):
    """Where and when an event was recorded."""

    position: int
    recorded_at: datetime
