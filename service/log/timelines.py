"""A client's timeline between its two forms: sealed as it is stored, and open as care reads it."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from domain.entry import Actor, Draft, Entry
from domain.events.base import Event, referred
from domain.events.catalogue import decode, encode
from domain.vocabulary import Precision
from service.log.keyring import DataKey, Keyring
from service.log.sealed import Reference, SealedEvent, StoredEvent
from service.log.store import EventStore

PRECISIONS = {precision.value: precision for precision in Precision}


class Timelines:
    """Reads and opens what the store keeps, with each client's own key."""

    def __init__(self, store: EventStore, keyring: Keyring) -> None:
        self._store = store
        self._keyring = keyring

    async def read(
        self, organization_id: UUID, client_id: UUID, *, after: int = 0, up_to: int | None = None
    ) -> list[Entry]:
        """Entries of one client with versions in (after, up_to], in order of version."""
        stored = await self._store.timeline(organization_id, client_id, after=after, up_to=up_to)
        return await self.open(organization_id, stored)

    async def by_id(self, organization_id: UUID, ids: Sequence[UUID]) -> list[Entry]:
        """The entries with these ids, of whichever client, as far as there are any."""
        return await self.open(organization_id, await self._store.events(organization_id, ids))

    async def open(self, organization_id: UUID, stored: Sequence[StoredEvent]) -> list[Entry]:
        """Decrypt and decode. Raises KeyDestroyed for a client who was erased, SealBroken for altered bytes."""
        keys: dict[UUID, bytes] = {}
        for event in stored:
            if event.key_id not in keys:
                keys[event.key_id] = await self._keyring.key(organization_id, event.client_id, event.key_id)
        return [open_entry(event, keys[event.key_id]) for event in stored]


def open_entry(stored: StoredEvent, key: bytes) -> Entry:
    """One stored event, opened with its client's key."""
    return Entry(
        stored.client_id,
        stored.version,
        stored.id,
        decode(stored.type, stored.schema_version, stored.opened(key)),
        stored.occurred_at,
        PRECISIONS[stored.precision],
        stored.recorded_at,
        stored.actor_id,
        stored.recorded_by,
        stored.source,
        stored.correlation_id,
        stored.causation_id,
        stored.position,
    )


def seal_drafts(
    organization_id: UUID, client_id: UUID, version: int, drafts: Iterable[Draft], actor: Actor, key: DataKey
) -> list[SealedEvent]:
    """Drafts as the entries that follow `version`, sealed and ready to be appended."""
    return [
        _sealed(organization_id, client_id, version + place, draft, actor, key)
        for place, draft in enumerate(drafts, start=1)
    ]


def references(event: Event) -> tuple[Reference, ...]:
    """What stands in clear beside the sealed event: the ids that it refers to, field by field."""
    return tuple(Reference(field, id_) for field, id_, _ in referred(event))


def _sealed(
    organization_id: UUID, client_id: UUID, version: int, draft: Draft, actor: Actor, key: DataKey
) -> SealedEvent:
    return SealedEvent(
        client_id=client_id,
        version=version,
        id=draft.id,
        type=draft.event.type,
        schema_version=draft.event.schema_version,
        occurred_at=draft.occurred_at,
        precision=draft.precision.value,
        actor_id=actor.id,
        recorded_by=actor.name,
        source=draft.source,
        correlation_id=draft.correlation_id,
        causation_id=draft.causation_id,
        references=references(draft.event),
        key_id=key.key_id,
        body=b"",
    ).sealed(organization_id, key.key, encode(draft.event))
