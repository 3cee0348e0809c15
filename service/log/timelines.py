"""A client's timeline between its two forms: sealed as it is stored, and open as care reads it."""

from collections.abc import Container, Iterable, Sequence
from uuid import UUID

import structlog

from domain.counseling_notes import kept_apart, may_be_kept_apart
from domain.entry import Actor, Draft, Entry
from domain.events.base import Event, referred
from domain.events.catalogue import UnknownEventType, decode, encode
from domain.events.kept_apart import KeptApart
from domain.events.merging import ClientMergedInto
from domain.events.unreadable import Unreadable, Why
from domain.vocabulary.record import Precision
from service.log.header import Reference
from service.log.keyring import ClientErased, ClientKeys, DataKey, Keyring, NotesKey, UnknownKey
from service.log.seal import SealBroken
from service.log.sealed import SealedEvent, StoredEvent
from service.log.store import EventStore
from service.runtime.sliced_work import SlicedWork

log = structlog.get_logger(__name__)

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

    async def open(self, organization_id: UUID, stored: Sequence[StoredEvent]) -> list[Entry]:
        """Decrypts and decodes; an event that cannot be read becomes an entry whose event is Unreadable.

        Counseling notes, and what is recorded about them, are not opened: their event is KeptApart (R27).

        Raises ClientErased for a client who was erased, and UnknownKey or SealBroken when a client's key does not
        open.
        """
        if not stored:
            return []
        keys = await self._keyring.keys(organization_id, {event.client_id for event in stored})
        return await self._sliced.each(stored, lambda event: open_or_mark(event, keys.of(event.client_id)))

    async def open_united(self, organization_id: UUID, client_id: UUID, stored: Sequence[StoredEvent]) -> list[Entry]:
        """The same for a client and those merged into them: where another's key does not open, theirs are Unreadable.

        Raises ClientErased, UnknownKey and SealBroken where it is this client's own.
        """
        keys = await self._keyring.keys(organization_id, {client_id, *(event.client_id for event in stored)})
        keys.of(client_id)
        return await self._sliced.each(stored, lambda event: _open_of_another(event, keys))

    async def open_notes(self, organization_id: UUID, client_id: UUID, stored: Sequence[StoredEvent]) -> list[Entry]:
        """The same of one client, and here counseling notes are opened: for who may read them, and for nobody else.

        Where just the key for counseling notes is missing or does not open, what it sealed is Unreadable.
        """
        key = await self._keyring.data_key(organization_id, client_id, create=False)
        try:
            notes_key = await self._keyring.notes_key(organization_id, client_id)
        except (UnknownKey, SealBroken):
            notes_key = None
        return await self._sliced.each(stored, lambda event: _open_note_or_mark(event, key, notes_key))


def open_entry(stored: StoredEvent, key: bytes) -> Entry:
    """One stored event, opened with the key that sealed it.

    Raises SealBroken, UnknownEventType, and what decoding raises.
    """
    return _entry(stored, decode(stored.type, stored.schema_version, stored.opened(key)))


def open_or_mark(stored: StoredEvent, key: DataKey) -> Entry:
    """The same with the client's data key, except that an event which cannot be read becomes an entry whose event is
    Unreadable, which is logged; and what the client's key for counseling notes sealed, one whose event is KeptApart.
    """
    if _is_kept_apart(stored, key):
        return _entry(stored, KeptApart(type=stored.type, targets=tuple(stored.reference_ids)))
    return _opened_or_unreadable(stored, key)


def _open_of_another(stored: StoredEvent, keys: ClientKeys) -> Entry:
    error = keys.unusable.get(stored.client_id)
    if error is None and stored.client_id in keys.usable:
        return open_or_mark(stored, keys.of(stored.client_id))
    why = Why.CLIENT_ERASED if isinstance(error, ClientErased) else Why.SEAL_BROKEN
    return _entry(stored, Unreadable(type=stored.type, why=why, targets=tuple(stored.reference_ids)))


def _open_note_or_mark(stored: StoredEvent, key: DataKey, notes_key: NotesKey | None) -> Entry:
    return _opened_or_unreadable(stored, notes_key if _is_kept_apart(stored, key) else key)


def _is_kept_apart(stored: StoredEvent, key: DataKey) -> bool:
    return stored.key_id == key.notes_key_id and may_be_kept_apart(stored.type)


def _opened_or_unreadable(stored: StoredEvent, key: DataKey | NotesKey | None) -> Entry:
    try:
        if key is None or stored.key_id != key.key_id:
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
        stored.on_behalf_of,
    )


def seal_drafts(
    organization_id: UUID,
    client_id: UUID,
    version: int,
    drafts: Iterable[Draft],
    actor: Actor,
    key: DataKey,
    *,
    apart: Container[UUID] = (),
    notes_key: NotesKey | None = None,
) -> list[SealedEvent]:
    """Drafts as the entries that follow `version`, sealed and ready to be appended.

    What is kept apart is sealed with the key for counseling notes: `apart` are those of the entries they are about that
    are kept apart already. Raises LookupError where that key is needed and not given.
    """
    drafts = list(drafts)
    apart = kept_apart(drafts, apart)
    sealed = []
    for place, draft in enumerate(drafts, start=1):
        sealing = notes_key if draft.id in apart else key
        if sealing is None:
            raise LookupError("What is kept apart needs the key for counseling notes.")
        sealed.append(_sealed(organization_id, client_id, version + place, draft, actor, sealing))
    return sealed


def references(event: Event) -> tuple[Reference, ...]:
    """What stands in clear beside the sealed event: the ids that it refers to, field by field."""
    return tuple(Reference(field, id_) for field, id_, _ in referred(event))


def _sealed(
    organization_id: UUID, client_id: UUID, version: int, draft: Draft, actor: Actor, key: DataKey | NotesKey
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
        on_behalf_of=draft.on_behalf_of,
        source=draft.source,
        correlation_id=draft.correlation_id,
        causation_id=draft.causation_id,
        references=references(draft.event),
        key_id=key.key_id,
        body=b"",
        merged_into=draft.event.survivor if isinstance(draft.event, ClientMergedInto) else None,
    ).sealed(organization_id, key.key, encode(draft.event))
