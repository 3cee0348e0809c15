"""Clients by the identifiers of other systems: found by a keyed hash, since no identifier stands anywhere in clear.

The hash is HMAC-SHA-256 under a key that is derived from the organization's own data key: without the key-encryption
keys nobody can try values against it, and two organizations have different hashes of one identifier. A row stands
beside the log as long as the link counts: log.append makes it with the link, and takes it away when the identifier is
unlinked or the link retracted.
"""

from collections.abc import Iterable, Mapping, Sequence
from hmac import digest
from typing import Final, NamedTuple
from unicodedata import normalize
from uuid import UUID

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from domain.entry import Draft
from domain.events.base import referred
from domain.events.identifiers import IdentifierLinked
from service.database.append_function import FREEING
from service.database.connection import scoped
from service.log.errors import IdentifierTaken, answering
from service.log.keyring import Keyring, UnknownKey
from service.log.seal import KEY_BYTES
from service.log.sealed import SealedEvent

_PURPOSE: Final = b"care-timeline: clients by identifier"
_LINKED = """select digest, client_id, event_id from log.client_identifier
 where organization_id = $1 and (digest = any($2) or event_id = any($3))"""


_WAY = """with recursive way as (
  select h.client_id, h.version, h.merged_into from log.timeline_head h
   where h.organization_id = $1 and h.client_id = $2
  union
  select h.client_id, h.version, h.merged_into
    from way w join log.timeline_head h on h.organization_id = $1 and h.client_id = w.merged_into
) select client_id, version, merged_into from way"""


_HOLDERS = """with recursive way as (
  select i.digest, i.client_id as holder, i.client_id as current, h.merged_into
    from log.client_identifier i
    join log.timeline_head h on h.organization_id = $1 and h.client_id = i.client_id
   where i.organization_id = $1 and i.digest = any($2)
  union
  select w.digest, w.holder, h.client_id, h.merged_into
    from way w join log.timeline_head h on h.organization_id = $1 and h.client_id = w.merged_into
) select digest, holder, current from way where merged_into is null"""


class Identifier(NamedTuple):
    """By which another system knows a client; two that mean the same are equal."""

    system: str
    value: str

    @classmethod
    def of(cls, system: str, value: str) -> "Identifier":
        """The identifier, with its value in Unicode's form C."""
        return cls(system, normalize("NFC", value))


class Holder(NamedTuple):
    """Who has an identifier, and with whom care goes on: themselves, unless they were merged."""

    client_id: UUID
    current: UUID


class CurrentClient(NamedTuple):
    """A client with whom care goes on, and the version of their timeline."""

    client_id: UUID
    version: int


class Found(NamedTuple):
    """A client who was found by an identifier."""

    client_id: UUID
    version: int
    """Of their own timeline."""
    current: CurrentClient
    """With whom care goes on: themselves, unless they were merged."""

    @property
    def merged_into(self) -> UUID | None:
        """The client with whom care goes on; None where it does with them."""
        return None if self.current.client_id == self.client_id else self.current.client_id


class Link(NamedTuple):
    """Who has an identifier, and the event that linked it."""

    client_id: UUID
    event_id: UUID


class Changes(NamedTuple):
    """What some events, recorded together, link and free."""

    links: list[tuple[bytes, Link]]
    freed: set[UUID]
    """The events that they unlink or retract, by id, whether or not these linked something."""

    @classmethod
    def of(cls, events: Sequence[SealedEvent]) -> "Changes":
        """What these events change. A link that they take back themselves is none."""
        freed = {target for event in events if event.type in FREEING for _, target in event.references}
        links = [(event.identifier, Link(event.client_id, event.id)) for event in events if event.identifier]
        return cls([(hashed, link) for hashed, link in links if link.event_id not in freed], freed)

    @classmethod
    def asked(cls, client_id: UUID, drafts: Sequence[Draft], hashes: Mapping[UUID, bytes]) -> "Changes":
        """What these drafts of a client's would change, with the hashes of what they link."""
        freed = {id_ for draft in drafts if draft.event.type in FREEING for _, id_, _ in referred(draft.event)}
        linking = [draft.id for draft in drafts if draft.id in hashes and draft.id not in freed]
        return cls([(hashes[id_], Link(client_id, id_)) for id_ in linking], freed)


class Held(dict[bytes, Link]):
    """The links that stand, by the identifier's hash: of the identifiers and links that some events concern."""

    def in_the_way_of(self, changes: Changes) -> list[UUID]:
        """The clients who have what would be linked, each once; what is freed along with it is free by then."""
        standing = {hashed: link for hashed, link in self.items() if link.event_id not in changes.freed}
        found: list[UUID] = []
        for hashed, link in changes.links:
            if hashed in standing:
                found.append(standing[hashed].client_id)
            standing[hashed] = link
        return list(dict.fromkeys(found))

    def change(self, changes: Changes) -> None:
        """Has these changes count, nothing being in their way."""
        for hashed in [hashed for hashed, link in self.items() if link.event_id in changes.freed]:
            del self[hashed]
        self.update(changes.links)


class Identifiers:
    """Finds clients by identifier, and hashes identifiers for those who link them. Raises DatabaseUnavailable."""

    def __init__(self, pool: asyncpg.Pool, keyring: Keyring) -> None:
        self._pool = pool
        self._keyring = keyring

    async def holders(self, organization_id: UUID, identifiers: Iterable[Identifier]) -> dict[Identifier, Holder]:
        """The clients to whom these are linked; of those that nobody has, nothing. Asked at once for all."""
        try:
            key = await self._keyring.data_key(organization_id, organization_id, create=False)
        except UnknownKey:
            return {}  # nothing was ever linked
        derived = _derived(key.key)
        hashes = {identifier_hash(derived, *each): each for each in identifiers}
        with answering(writing=False):
            async with scoped(self._pool, organization_id) as connection:
                rows = await connection.fetch(_HOLDERS, organization_id, list(hashes))
        return {
            hashes[row["digest"]]: Holder(UUID(int=row["holder"].int), UUID(int=row["current"].int)) for row in rows
        }

    async def find(self, organization_id: UUID, system: str, value: str) -> Found | None:
        """The client to whom the identifier is linked."""
        try:
            key = await self._keyring.data_key(organization_id, organization_id, create=False)
        except UnknownKey:
            return None  # nothing was ever linked
        hashed = identifier_hash(_derived(key.key), system, value)
        with answering(writing=False):
            async with scoped(self._pool, organization_id) as connection:
                rows = await connection.fetch(_LINKED, organization_id, [hashed], [])
        return await self.holder(organization_id, UUID(int=rows[0]["client_id"].int)) if rows else None

    async def holder(self, organization_id: UUID, client_id: UUID) -> Found:
        """The client who has an identifier, and with whom care goes on: where they were merged, the other one at the
        end of the way. Raises LookupError."""
        with answering(writing=False):
            async with scoped(self._pool, organization_id) as connection:
                rows = await connection.fetch(_WAY, organization_id, client_id)
        versions = {UUID(int=row["client_id"].int): row["version"] for row in rows}
        last = next((row for row in rows if row["merged_into"] is None), None)
        if last is None:
            raise LookupError("There is no such client.")
        current = CurrentClient(UUID(int=last["client_id"].int), last["version"])
        return Found(client_id, versions[client_id], current)

    async def require_free(
        self, organization_id: UUID, client_id: UUID, drafts: Sequence[Draft], hashes: Mapping[UUID, bytes]
    ) -> None:
        """Raises IdentifierTaken where somebody has what these drafts would link; the append asks again."""
        held = await self.held(organization_id, client_id, drafts, hashes)
        if clients := held.in_the_way_of(Changes.asked(client_id, drafts, hashes)):
            raise IdentifierTaken(clients)

    async def held(
        self, organization_id: UUID, client_id: UUID, drafts: Sequence[Draft], hashes: Mapping[UUID, bytes]
    ) -> Held:
        """The links that stand of what these drafts link and free."""
        with answering(writing=False):
            async with scoped(self._pool, organization_id) as connection:
                return await holders(connection, organization_id, Changes.asked(client_id, drafts, hashes))


async def identifier_hashes(keyring: Keyring, organization_id: UUID, drafts: Iterable[Draft]) -> Mapping[UUID, bytes]:
    """The hash of what each draft links, by the draft's id; nothing is asked where none does."""
    links = [(draft.id, draft.event) for draft in drafts if isinstance(draft.event, IdentifierLinked)]
    if not links:
        return {}
    key = _derived((await keyring.data_key(organization_id, organization_id)).key)
    return {id_: identifier_hash(key, event.system, event.value) for id_, event in links}


def with_identifiers(events: Sequence[SealedEvent], hashes: Mapping[UUID, bytes]) -> list[SealedEvent]:
    """The events, each with the hash of what it links, if any."""
    return [event._replace(identifier=hashes.get(event.id)) for event in events] if hashes else list(events)


def identifier_hash(key: bytes, system: str, value: str) -> bytes:
    """HMAC-SHA-256(key, length of the system's UTF-8 in 2 bytes ‖ system ‖ value), the value in Unicode's form C."""
    named = system.encode()
    return digest(key, len(named).to_bytes(2, "big") + named + normalize("NFC", value).encode(), "sha256")


async def holders(connection: PoolConnectionProxy, organization_id: UUID, changes: Changes) -> Held:
    """The links that stand of what these changes link and free."""
    if not changes.links:
        return Held()
    hashes = [hashed for hashed, _ in changes.links]
    rows = await connection.fetch(_LINKED, organization_id, hashes, list(changes.freed))
    return Held({row["digest"]: Link(UUID(int=row["client_id"].int), UUID(int=row["event_id"].int)) for row in rows})


def _derived(key: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=_PURPOSE).derive(key)
