"""Importing: entries that were recorded elsewhere, put into the log as they were, in bulk."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Protocol
from uuid import UUID

from domain.counseling_notes import kept_apart
from domain.entry import Actor, Draft
from domain.events.record import EntryCorrected, EntryRetracted
from service.log.identifiers import identifier_hashes, with_identifiers
from service.log.keyring import DataKey, Keyring, NotesKey
from service.log.sealed import SealedEvent
from service.log.store import EventStore
from service.log.timelines import seal_drafts

AT_ONCE = 1_000


class Imported(Protocol):
    """An entry that was recorded elsewhere: whose, what, and by whom it was recorded when."""

    @property
    def client_id(self) -> UUID: ...

    @property
    def draft(self) -> Draft: ...

    @property
    def actor(self) -> Actor: ...

    @property
    def recorded_at(self) -> datetime: ...


async def import_entries(
    store: EventStore, keyring: Keyring, organization_id: UUID, entries: Iterable[Imported]
) -> AsyncIterator[int]:
    """Append the entries, given in the order in which they were recorded; yields how many, after every thousand.

    Rules of care are not checked again, and projections are left to be caught up. Every thousand is written as
    a whole or not at all. Raises IdConflict, IdentifierTaken, and ValueError for moments before the log's last or in
    the future.
    """
    remaining = iter(entries)
    versions: dict[UUID, int] = {}
    while group := list(islice(remaining, AT_ONCE)):
        for client_id in {entry.client_id for entry in group} - versions.keys():
            versions[client_id] = await store.head(organization_id, client_id)
        sealed = await seal_entries(store, keyring, organization_id, group, versions)
        await store.append_bulk(organization_id, sealed, [entry.recorded_at for entry in group])
        yield len(group)


async def seal_entries(
    store: EventStore,
    keyring: Keyring,
    organization_id: UUID,
    entries: Sequence[Imported],
    versions: dict[UUID, int],
) -> list[SealedEvent]:
    """The entries, sealed and ready to be appended, each as the next of its client.

    `versions` has how far each client has come, 0 where it names none, and is brought up to date.
    """
    keys = {each: await keyring.data_key(organization_id, each) for each in {entry.client_id for entry in entries}}
    apart = await _apart(store, organization_id, entries, keys)
    notes_keys: dict[UUID, NotesKey] = {}
    sealed: list[SealedEvent] = []
    for entry in entries:
        client_id, draft = entry.client_id, entry.draft
        notes = kept_apart([draft], apart)
        if notes and client_id not in notes_keys:
            notes_keys[client_id] = await keyring.notes_key(organization_id, client_id)
        version, notes_key = versions.get(client_id, 0), notes_keys.get(client_id)
        sealed += seal_drafts(
            organization_id, client_id, version, [draft], entry.actor, keys[client_id], apart=apart, notes_key=notes_key
        )
        apart |= notes
        versions[client_id] = version + 1
    hashes = await identifier_hashes(keyring, organization_id, (entry.draft for entry in entries))
    return with_identifiers(sealed, hashes)


async def _apart(
    store: EventStore, organization_id: UUID, entries: Sequence[Imported], keys: Mapping[UUID, DataKey]
) -> set[UUID]:
    """Those of the entries in the log that these correct or retract which are kept apart."""
    events = [entry.draft.event for entry in entries]
    about = {event.entry for event in events if isinstance(event, EntryCorrected | EntryRetracted)}
    found = await store.events(organization_id, list(about)) if about else []
    return {each.id for each in found if each.client_id in keys and each.key_id == keys[each.client_id].notes_key_id}
