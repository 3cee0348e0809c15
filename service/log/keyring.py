"""Each client's keys: made when first needed, kept wrapped, destroyed together to erase the person.

There are two: the data key, which opens the record, and one that opens counseling notes alone (R27). Whoever reads the
record asks for the first, and of the second learns the id.
"""

import secrets
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from uuid import UUID, uuid4

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from cachetools import LRUCache

from service.database.connection import scoped
from service.database.owner import as_owner
from service.log.errors import answering
from service.log.key_encryption import HeldKey, KeyEncryptionKey
from service.log.seal import KEY_BYTES, SealBroken, forget_keys

_KEPT_KEYS = 10_000
_REWRAPPED_AT_ONCE = 500
_ERASED = "The client's keys were destroyed: the person is erased."

_KEYS = """select client_id, key_id, kek_id, wrapped_key, notes_key_id from keyring.client_key
 where organization_id = $1 and client_id = any($2)"""
_NOTES_KEY = """select notes_key_id, kek_id, wrapped_notes_key, destroyed_at is not null as erased
  from keyring.client_key where organization_id = $1 and client_id = $2"""
_MAKE = """select $2::uuid as client_id, key_id, kek_id, wrapped_key, notes_key_id
  from keyring.make_client_key($1, $2, $3, $4, $5, $6, $7)"""
_WRAPPED_BEFORE = """select client_id, kek_id, key_id, wrapped_key, notes_key_id, wrapped_notes_key
  from keyring.client_key
 where organization_id = $1 and kek_id <> $2 and destroyed_at is null
 order by client_id limit $3 for update"""
_WRAPPED_BY = """select kek_id, count(*) from keyring.client_key
 where organization_id = $1 and destroyed_at is null group by kek_id"""


class ClientErased(Exception):
    """The client's key was destroyed, and what it sealed with it: the person is erased."""


class UnknownKey(Exception):
    """The client has no such key, or its key-encryption key is not among those of the settings."""


class DataKey(NamedTuple):
    """A client's data key, unwrapped: 32 bytes, never logged, never stored."""

    key_id: UUID
    key: bytes
    notes_key_id: UUID
    """The id of the client's other key: what it sealed is a counseling note, and no concern of this one."""

    def __repr__(self) -> str:
        return f"DataKey({self.key_id})"


class NotesKey(NamedTuple):
    """A client's key for counseling notes, unwrapped: 32 bytes, never logged, never stored."""

    key_id: UUID
    key: bytes

    def __repr__(self) -> str:
        return f"NotesKey({self.key_id})"


class WrappedKey(NamedTuple):
    """A client's data key as it is kept, in the order of `_KEYS`; `wrapped` is None once it was destroyed."""

    client_id: UUID
    key_id: UUID
    kek_id: str
    wrapped: bytes | None
    notes_key_id: UUID


class ClientKeys(NamedTuple):
    """The keys of several clients, read at once. A client without a key is in neither mapping."""

    usable: Mapping[UUID, DataKey]
    unusable: Mapping[UUID, ClientErased | UnknownKey | SealBroken]
    """Why a client's key cannot be used."""

    def of(self, client_id: UUID) -> DataKey:
        """The client's key. Raises ClientErased, UnknownKey, SealBroken."""
        found = self.usable.get(client_id)
        if found is None:
            raise self.unusable.get(client_id) or UnknownKey("The client has no key.")
        return found


class KeyEncryptionKeys:
    """The keys that wrap data keys, by id; the first wraps new ones, all of them open old ones.

    Each is 32 bytes that this process holds, or a key that is held elsewhere.
    """

    def __init__(self, keys: Mapping[str, bytes | KeyEncryptionKey]) -> None:
        if not keys:
            raise ValueError("There must be at least one key-encryption key.")
        self._keys = {id_: HeldKey(key) if isinstance(key, bytes) else key for id_, key in keys.items()}
        self.ids = tuple(self._keys)
        """Their ids, the first of them that of the key that wraps."""
        self.current = self.ids[0]
        """The id of the key that wraps new data keys."""

    async def wrap(self, key: bytes, context: bytes) -> bytes:
        """The data key wrapped by the current key-encryption key and bound to its context. Raises KeyUnavailable."""
        return await self._keys[self.current].wrap(key, context)

    async def unwrap(self, kek_id: str, wrapped: bytes, context: bytes) -> bytes:
        """The data key. Raises UnknownKey, KeyUnavailable, and SealBroken when it or its context was changed."""
        if kek_id not in self._keys:
            raise UnknownKey(f"The key-encryption key {kek_id}, which wraps this client's key, is not in the settings.")
        return await self._keys[kek_id].unwrap(wrapped, context)


class Keyring:
    """Keys of clients: a data key each, and one for counseling notes.

    The database is asked each time, so that a destroyed key is not used from memory, whoever destroyed it; what is
    kept is only how the last few thousand wrapped keys unwrap. `owner` is the address of the database's owner: only
    as owner are keys destroyed and wrapped anew.
    """

    def __init__(self, pool: asyncpg.Pool, keks: KeyEncryptionKeys, owner: str | None = None) -> None:
        self._pool = pool
        self._keks = keks
        self._owner = owner
        self._unwrapped: LRUCache[tuple[str, bytes, bytes], bytes] = LRUCache(_KEPT_KEYS)

    @property
    def key_encryption_ids(self) -> tuple[str, ...]:
        """The ids of the key-encryption keys that are there, that of the one that wraps first."""
        return self._keks.ids

    async def data_key(self, organization_id: UUID, client_id: UUID, *, create: bool = True) -> DataKey:
        """The client's data key; when missing, both keys are made.

        Raises ClientErased; UnknownKey when missing and not to be made.
        """
        with answering(writing=create):
            async with scoped(self._pool, organization_id) as connection:
                row = await connection.fetchrow(_KEYS, organization_id, [client_id])
                if row is None and create:
                    row = await self._make(connection, organization_id, client_id)
        if row is None:
            raise UnknownKey("The client has no key.")
        return await self.open(organization_id, WrappedKey._make(row))

    async def keys(
        self,
        organization_id: UUID,
        client_ids: Iterable[UUID],
        *,
        connection: PoolConnectionProxy | None = None,
    ) -> ClientKeys:
        """The keys that several clients have, in one query; none is made.

        `connection`, when given, is one in a transaction of that organization already.
        """
        clients = list(client_ids)
        with answering(writing=False):
            if connection is not None:
                rows = await connection.fetch(_KEYS, organization_id, clients)
            else:
                async with scoped(self._pool, organization_id) as own:
                    rows = await own.fetch(_KEYS, organization_id, clients)
        usable: dict[UUID, DataKey] = {}
        unusable: dict[UUID, ClientErased | UnknownKey | SealBroken] = {}
        for row in rows:
            client_id = UUID(int=row["client_id"].int)
            try:
                usable[client_id] = await self.open(organization_id, WrappedKey._make(row))
            except (ClientErased, UnknownKey, SealBroken) as error:
                unusable[client_id] = error
        return ClientKeys(usable, unusable)

    async def notes_key(self, organization_id: UUID, client_id: UUID) -> NotesKey:
        """The client's key for counseling notes, which is made with their data key.

        Raises ClientErased; UnknownKey when it is missing; SealBroken when it or its key-encryption key was changed.
        """
        with answering(writing=False):
            async with scoped(self._pool, organization_id) as connection:
                row = await connection.fetchrow(_NOTES_KEY, organization_id, client_id)
        if row is not None and row["erased"]:
            raise ClientErased(_ERASED)
        if row is None or row["wrapped_notes_key"] is None:
            raise UnknownKey("The client has no key for counseling notes.")
        context = _context(organization_id, client_id, row["notes_key_id"])
        key = await self._unwrap(row["kek_id"], row["wrapped_notes_key"], context)
        return NotesKey(UUID(int=row["notes_key_id"].int), key)

    async def take_in(self, organization_id: UUID, client_id: UUID, key: DataKey) -> None:
        """Keeps a data key that came from elsewhere, of a client who has none here; notes stay without theirs.

        Raises OwnerNeeded, KeyUnavailable, DatabaseUnavailable.
        """
        context = _context(organization_id, client_id, key.key_id)
        wrapped = await self._keks.wrap(key.key, context)
        with answering(writing=True):
            async with as_owner(self._owner, organization_id) as connection:
                await connection.execute(
                    "insert into keyring.client_key"
                    " (organization_id, client_id, key_id, kek_id, wrapped_key, notes_key_id)"
                    " values ($1, $2, $3, $4, $5, $6)",
                    organization_id, client_id, key.key_id, self._keks.current, wrapped, key.notes_key_id,
                )  # fmt: skip

    async def destroy(self, organization_id: UUID, client_id: UUID) -> None:
        """Destroys the client's keys, both, for good: no process uses them from then on, and no identifier finds
        the client.

        A client without keys gets none ever after. Raises OwnerNeeded, DatabaseUnavailable.
        """
        with answering(writing=True):
            async with as_owner(self._owner, organization_id) as connection:
                await self._make(connection, organization_id, client_id)
                await connection.execute(
                    "update keyring.client_key"
                    " set wrapped_key = null, wrapped_notes_key = null, destroyed_at = clock_timestamp()"
                    " where organization_id = $1 and client_id = $2 and destroyed_at is null",
                    organization_id,
                    client_id,
                )
                await connection.execute(
                    "delete from log.client_identifier where organization_id = $1 and client_id = $2",
                    organization_id,
                    client_id,
                )
        self._unwrapped.clear()
        forget_keys()

    async def rewrap(self, organization_id: UUID) -> int:
        """Wraps the organization's keys anew under the current key-encryption key; returns how many it changed.

        Bodies are not touched. Interrupted, it keeps what it has done and goes on from there the next time. After it,
        older key-encryption keys can leave the settings. Raises OwnerNeeded, UnknownKey, KeyUnavailable, SealBroken.
        """
        changed = done = await self._rewrap_some(organization_id)
        while done:
            done = await self._rewrap_some(organization_id)
            changed += done
        return changed

    async def _rewrap_some(self, organization_id: UUID) -> int:
        """The same for some of the keys, in a transaction: those of a client who is being erased wait for it."""
        with answering(writing=True):
            async with as_owner(self._owner, organization_id) as connection:
                rows = await connection.fetch(_WRAPPED_BEFORE, organization_id, self._keks.current, _REWRAPPED_AT_ONCE)
                changes = []
                for client_id, kek_id, *pairs in rows:
                    anew = [
                        wrapped
                        and await self._wrapped_anew(kek_id, wrapped, _context(organization_id, client_id, key_id))
                        for key_id, wrapped in (pairs[:2], pairs[2:])
                    ]
                    changes.append((organization_id, client_id, self._keks.current, *anew))
                await connection.executemany(
                    "update keyring.client_key set kek_id = $3, wrapped_key = $4, wrapped_notes_key = $5"
                    " where organization_id = $1 and client_id = $2",
                    changes,
                )
        return len(changes)

    async def wrapped_by(self, organization_id: UUID) -> dict[str, int]:
        """How many clients' keys hang on each key-encryption key, by its id. Raises DatabaseUnavailable."""
        with answering(writing=False):
            async with scoped(self._pool, organization_id) as connection:
                return {row["kek_id"]: row["count"] for row in await connection.fetch(_WRAPPED_BY, organization_id)}

    async def _make(
        self,
        connection: "PoolConnectionProxy | asyncpg.Connection[asyncpg.Record]",
        organization_id: UUID,
        client_id: UUID,
    ) -> asyncpg.Record | None:
        # When another process makes them at the same time, the first to commit wins and both use those.
        data_key = await self._new(organization_id, client_id)
        notes_key = await self._new(organization_id, client_id)
        return await connection.fetchrow(_MAKE, organization_id, client_id, self._keks.current, *data_key, *notes_key)

    async def _new(self, organization_id: UUID, client_id: UUID) -> tuple[UUID, bytes]:
        """The id of a new key, and the key, wrapped."""
        key_id = uuid4()
        context = _context(organization_id, client_id, key_id)
        return key_id, await self._keks.wrap(secrets.token_bytes(KEY_BYTES), context)

    async def _wrapped_anew(self, kek_id: str, wrapped: bytes, context: bytes) -> bytes:
        return await self._keks.wrap(await self._keks.unwrap(kek_id, wrapped, context), context)

    async def open(self, organization_id: UUID, kept: WrappedKey) -> DataKey:
        """The key that was read from where it is kept. Raises ClientErased, UnknownKey, SealBroken,
        KeyUnavailable.
        """
        client_id, key_id, kek_id, wrapped, notes_key_id = kept
        if wrapped is None:
            raise ClientErased(_ERASED)
        key = await self._unwrap(kek_id, wrapped, _context(organization_id, client_id, key_id))
        return DataKey(UUID(int=key_id.int), key, UUID(int=notes_key_id.int))

    async def _unwrap(self, kek_id: str, wrapped: bytes, context: bytes) -> bytes:
        key = self._unwrapped.get((kek_id, wrapped, context))
        if key is None:
            try:
                key = await self._keks.unwrap(kek_id, wrapped, context)
            except SealBroken:
                raise SealBroken(
                    f"The client's key does not open: it, or the key-encryption key {kek_id}, was changed."
                ) from None
            self._unwrapped[kek_id, wrapped, context] = key
        return key


def _context(organization_id: UUID, client_id: UUID, key_id: UUID) -> bytes:
    return organization_id.bytes + client_id.bytes + key_id.bytes
