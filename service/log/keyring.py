"""Each client's data key: made when first needed, kept wrapped, destroyed to erase the person."""

import secrets
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID, uuid4

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from service.bounded import Bounded
from service.database.connection import scoped
from service.log.errors import answering
from service.log.seal import KEY_BYTES, SealBroken, forget_keys, open_sealed, seal

_KEPT_KEYS = 10_000
_KEPT_SECONDS = 60.0  # a key destroyed by another process is forgotten here within this time

_KEYS = "select key_id, kek_id, wrapped_key, client_id from keyring.client_key where organization_id = $1"
_SELECT = f"{_KEYS} and client_id = $2"


class KeyDestroyed(Exception):
    """The client's key was destroyed, and what it sealed with it: the person is erased."""


class UnknownKey(Exception):
    """The client has no such key, or its key-encryption key is not among those of the settings."""


class DataKey(NamedTuple):
    """A client's data key, unwrapped: 32 bytes, never logged, never stored."""

    key_id: UUID
    key: bytes

    def __repr__(self) -> str:
        return f"DataKey({self.key_id})"


class KeyEncryptionKeys:
    """The keys that wrap data keys, 32 bytes each, by id; the first wraps new ones, all of them open old ones."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        if not keys:
            raise ValueError("There must be at least one key-encryption key.")
        if any(len(key) != KEY_BYTES for key in keys.values()):
            raise ValueError(f"Every key-encryption key has {KEY_BYTES} bytes.")
        self._keys = dict(keys)
        self.current = next(iter(self._keys))
        """The id of the key that wraps new data keys."""

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """The data key sealed under the current key-encryption key and bound to its context."""
        return seal(self._keys[self.current], key, context)

    def unwrap(self, kek_id: str, wrapped: bytes, context: bytes) -> bytes:
        """The data key. Raises UnknownKey, and SealBroken when it or its context was changed."""
        if kek_id not in self._keys:
            raise UnknownKey(f"The key-encryption key {kek_id}, which wraps this client's key, is not in the settings.")
        return open_sealed(self._keys[kek_id], wrapped, context)


class _Kept(NamedTuple):
    data_key: DataKey
    until: float


class Keyring:
    """Data keys of clients, one each. Keeps those last used unwrapped in memory for a minute at most."""

    def __init__(self, pool: asyncpg.Pool, keks: KeyEncryptionKeys) -> None:
        self._pool = pool
        self._keks = keks
        self._kept: Bounded[tuple[UUID, UUID], _Kept] = Bounded(_KEPT_KEYS)

    async def data_key(self, organization_id: UUID, client_id: UUID, *, create: bool = True) -> DataKey:
        """The client's key, made when missing. Raises KeyDestroyed; UnknownKey when missing and not to be made."""
        kept = self._kept.get((organization_id, client_id))
        if kept is not None and kept.until > time.monotonic():
            return kept.data_key
        with answering(writing=create):
            async with scoped(self._pool, organization_id) as connection:
                row = await connection.fetchrow(_SELECT, organization_id, client_id)
                if row is None and create:
                    row = await self._create(connection, organization_id, client_id)
        if row is None:
            raise UnknownKey("The client has no key.")
        return self._open(organization_id, client_id, row)

    async def prefetch(self, organization_id: UUID, client_ids: Sequence[UUID]) -> None:
        """Reads the keys of many clients at once, so that asking for each of them needs no more reading."""
        with answering(writing=False):
            async with scoped(self._pool, organization_id) as connection:
                rows = await connection.fetch(f"{_KEYS} and client_id = any($2)", organization_id, client_ids)
        for row in rows:
            if row["wrapped_key"] is not None:
                self._open(organization_id, UUID(int=row["client_id"].int), row)

    async def key(self, organization_id: UUID, client_id: UUID, key_id: UUID) -> bytes:
        """The client's key of this id. Raises KeyDestroyed, UnknownKey."""
        data_key = await self.data_key(organization_id, client_id, create=False)
        if data_key.key_id != key_id:
            raise UnknownKey(f"The client has no key {key_id}.")
        return data_key.key

    async def destroy(self, organization_id: UUID, client_id: UUID) -> None:
        """Destroys the client's key, for good. Other processes may keep it in memory for a minute.

        A client without a key gets none ever after. Raises StoreUnavailable.
        """
        with answering(writing=True):
            async with scoped(self._pool, organization_id) as connection:
                if await connection.fetchrow(_SELECT, organization_id, client_id) is None:
                    await self._create(connection, organization_id, client_id)
                await connection.execute(
                    "update keyring.client_key set wrapped_key = null, destroyed_at = clock_timestamp()"
                    " where organization_id = $1 and client_id = $2 and destroyed_at is null",
                    organization_id,
                    client_id,
                )
        self._kept.forget((organization_id, client_id))
        forget_keys()

    async def rewrap(self, organization_id: UUID) -> int:
        """Wraps the organization's keys anew under the current key-encryption key; returns how many it changed.

        After that, older key-encryption keys can leave the settings. Raises UnknownKey, SealBroken.
        """
        with answering(writing=True):
            async with scoped(self._pool, organization_id) as connection:
                rows = await connection.fetch(
                    "select client_id, key_id, kek_id, wrapped_key from keyring.client_key"
                    " where organization_id = $1 and kek_id <> $2 and destroyed_at is null for update",
                    organization_id,
                    self._keks.current,
                )
                changes = []
                for client_id, key_id, kek_id, wrapped in rows:
                    context = _context(organization_id, client_id, key_id)
                    key = self._keks.unwrap(kek_id, wrapped, context)
                    wrapped_anew = self._keks.wrap(key, context)
                    changes.append((organization_id, client_id, self._keks.current, wrapped_anew))
                await connection.executemany(
                    "update keyring.client_key set kek_id = $3, wrapped_key = $4"
                    " where organization_id = $1 and client_id = $2",
                    changes,
                )
        return len(changes)

    async def _create(
        self, connection: PoolConnectionProxy, organization_id: UUID, client_id: UUID
    ) -> asyncpg.Record | None:
        key_id = uuid4()
        wrapped = self._keks.wrap(secrets.token_bytes(KEY_BYTES), _context(organization_id, client_id, key_id))
        # When another process makes one at the same time, the first to commit wins and both use that.
        await connection.execute(
            "insert into keyring.client_key (organization_id, client_id, key_id, kek_id, wrapped_key)"
            " values ($1, $2, $3, $4, $5) on conflict (organization_id, client_id) do nothing",
            organization_id,
            client_id,
            key_id,
            self._keks.current,
            wrapped,
        )
        return await connection.fetchrow(_SELECT, organization_id, client_id)

    def _open(self, organization_id: UUID, client_id: UUID, row: asyncpg.Record) -> DataKey:
        key_id, kek_id, wrapped, _ = row
        if wrapped is None:
            raise KeyDestroyed("The client's key was destroyed: the person is erased.")
        try:
            key = self._keks.unwrap(kek_id, wrapped, _context(organization_id, client_id, key_id))
        except SealBroken:
            raise SealBroken(
                f"The client's key does not open: it, or the key-encryption key {kek_id}, was changed."
            ) from None
        data_key = DataKey(UUID(int=key_id.int), key)
        self._kept[organization_id, client_id] = _Kept(data_key, time.monotonic() + _KEPT_SECONDS)
        return data_key


def _context(organization_id: UUID, client_id: UUID, key_id: UUID) -> bytes:
    return organization_id.bytes + client_id.bytes + key_id.bytes
