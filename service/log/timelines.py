"""A client's timeline between its two forms: sealed as it is stored, and open as care reads it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

import structlog

from domain.entry import Actor, Draft, Entry
from domain.events.base import Event, referred
from domain.events.catalogue import UnknownEventType, decode, encode
from domain.events.identifiers import IdentifierLinked
from domain.events.unreadable import Unreadable, Why
from domain.vocabulary.record import Precision
from service.log.header import Reference
from service.log.keyring import DataKey, Keyring
from service.log.seal import SealBroken
from service.log.sealed import SealedEvent, StoredEvent
from service.log.store import EventStore
from service.runtime.sliced_work import SlicedWork

log = structlog.get_logger(__name__)

_NONE: Final[Mapping[UUID, bytes]] = {}

PRECISIONS = {precision.value: precision for precision in Precision}


class Timelines:
    """Reads and opens what the store keeps, with each client's own key."""

    def __init__(self, store: EventStore, keyring: Keyring, sliced: SlicedWork | None = None) -> None:
        self._store = store
        self._keyring = keyring
        self._sliced = sliced or SlicedWork()

    async def read(
        self, organization_id: UUID, client_id: UUID, *, after: int = 0, up_to: int | None = None
    ) -> list[Entry]:
        """Entries of one client with versions in (after, up_to], in order of version. Raises as `open` does."""
        stored = await self._store.timeline(organization_id, client_id, after=after, up_to=up_to)
        return await self.open(organization_id, stored)

    async def by_id(self, organization_id: UUID, ids: Sequence[UUID]) -> list[Entry]:
        """The entries with these ids, of whichever client, as far as there are any."""
        return await self.open(organization_id, await self._store.events(organization_id, ids))

    async def open(self, organization_id: UUID, stored: Sequence[StoredEvent]) -> list[Entry]:
        """Decrypts and decodes; an event that cannot be read becomes an entry whose event is Unreadable.

        Raises ClientErased for a client who was erased, and UnknownKey or SealBroken when a client's key does not
        open.
        """
        if not stored:
            return []
        keys = await self._keyring.keys(organization_id, {event.client_id for event in stored})
        return await self._sliced.each(stored, lambda event: open_or_mark(event, keys.of(event.client_id)))


def open_entry(stored: StoredEvent, key: bytes) -> Entry:
    """One stored event, opened with its client's key. Raises SealBroken, UnknownEventType, and what decoding raises."""
    return _entry(stored, decode(stored.type, stored.schema_version, stored.opened(key)))


def open_or_mark(stored: StoredEvent, key: DataKey) -> Entry:
    """The same, except that an event which cannot be read becomes an entry whose event is Unreadable; it is logged."""
    try:
        if stored.key_id != key.key_id:
            raise SealBroken("It was sealed under no key of this client.")
        return open_entry(stored, key.key)
    except SealBroken:
        why = Why.SEAL_BROKEN
    except UnknownEventType:
        why = Why.UNKNOWN_TYPE
    except (ValueError, LookupError, TypeError, AttributeError):
        # What was sealed is not what this release takes such an event for. The error may quote it, so it is not told.
        why = Why.BODY_INVALID
    organization_id, position = str(stored.organization_id), stored.position
    log.error("event_unreadable", why=why.value, organization_id=organization_id, position=position)
    return _entry(stored, Unreadable(type=stored.type, why=why, targets=tuple(stored.reference_ids)))


def _entry(stored: StoredEvent, event: Event) -> Entry:
    return Entry(
        stored.client_id,
        stored.version,
        stored.id,
        event,
        stored.occurred_at,
        PRECISIONS.get(stored.precision, Precision.APPROXIMATE),
        stored.recorded_at,
        stored.actor_id,
        stored.recorded_by,
        stored.source,
        stored.correlation_id,
        stored.causation_id,
        stored.position,
    )


def seal_drafts(
    organization_id: UUID,
    client_id: UUID,
    version: int,
    drafts: Iterable[Draft],
    actor: Actor,
    key: DataKey,
    *,
    hashes: Mapping[UUID, bytes] = _NONE,
) -> list[SealedEvent]:
    """Drafts as the entries that follow `version`, sealed and ready to be appended.

    `hashes` are those of the identifiers that they link (see `identifier_hashes`). Raises LookupError without.
    """
    return [
        _sealed(organization_id, client_id, version + place, draft, actor, key, hashes=hashes)
        for place, draft in enumerate(drafts, start=1)
    ]


def references(event: Event) -> tuple[Reference, ...]:
    """What stands in clear beside the sealed event: the ids that it refers to, field by field."""
    return tuple(Reference(field, id_) for field, id_, _ in referred(event))


def _sealed(
    organization_id: UUID,
    client_id: UUID,
    version: int,
    draft: Draft,
    actor: Actor,
    key: DataKey,
    *,
    hashes: Mapping[UUID, bytes],
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
        identifier=hashes[draft.id] if isinstance(draft.event, IdentifierLinked) else None,
    ).sealed(organization_id, key.key, encode(draft.event))
