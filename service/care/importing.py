"""Importing: entries that were recorded elsewhere, put into the log as they were, in bulk."""

from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from itertools import islice
from typing import Protocol
from uuid import UUID

from domain.entry import Actor, Draft
from service.log.identifiers import identifier_hashes
from service.log.keyring import DataKey, Keyring
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
        sealed: list[SealedEvent] = []
        keys: dict[UUID, DataKey] = {}
        hashes = await identifier_hashes(keyring, organization_id, (entry.draft for entry in group))
        for entry in group:
            client_id = entry.client_id
            if client_id not in versions:
                versions[client_id] = await store.head(organization_id, client_id)
            if client_id not in keys:
                keys[client_id] = await keyring.data_key(organization_id, client_id)
            version, key = versions[client_id], keys[client_id]
            sealed += seal_drafts(organization_id, client_id, version, [entry.draft], entry.actor, key, hashes=hashes)
            versions[client_id] += 1
        await store.append_bulk(organization_id, sealed, [entry.recorded_at for entry in group])
        yield len(group)
