"""Sealed events for tests of the store: what they say does not matter there."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from service.log.header import Reference
from service.log.sealed import SealedEvent

OCCURRED_AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
KEY_ID = UUID(int=7)
ACTOR_ID = UUID(int=8)


def sealed_event(
    client_id: UUID,
    version: int,
    *,
    event_id: UUID | None = None,
    body: bytes = b"sealed",
    recorded_by: str = "counselor/ada",
    references: tuple[Reference, ...] = (),
) -> SealedEvent:
    """An event whose body is as it is: the store does not look inside."""
    return SealedEvent(
        client_id=client_id,
        version=version,
        id=event_id or uuid4(),
        type="session_held",
        schema_version=1,
        occurred_at=OCCURRED_AT,
        precision="instant",
        actor_id=ACTOR_ID,
        recorded_by=recorded_by,
        on_behalf_of=None,
        source="test",
        correlation_id=None,
        causation_id=None,
        references=references,
        key_id=KEY_ID,
        body=body,
    )
