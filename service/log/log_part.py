"""Checking some of a log's events in a row, by themselves: parts can be checked at the same time, and joined."""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from service.log.consistency import Finding, identifiers_missing, references_missing
from service.log.erased_bodies import NOTHING, Emptied, is_emptied
from service.log.header import header, leaf
from service.log.keyring import ClientErased, Keyring, UnknownKey
from service.log.seal import SealBroken, open_sealed
from service.log.sealed import StoredEvent
from service.log.store import EventStore

_BATCH = 2_000
_NO_LEAF = bytes(32)


class Stretch(NamedTuple):
    """From which to which version a client's events go in a part, and where they begin."""

    first: int
    last: int
    position: int


@dataclass(slots=True)
class Part:
    """What a check of a log's events after one position and up to another found."""

    after: int
    up_to: int
    events: int = 0
    findings: list[Finding] = field(default_factory=list)
    first: tuple[int, datetime] | None = None
    """Where the first event stands, and when it was recorded; None without events."""
    last: tuple[int, datetime] | None = None
    stretches: dict[UUID, Stretch] = field(default_factory=dict)
    merged: dict[UUID, bool] = field(default_factory=dict)
    """Of clients who were merged or separated here: whether they are merged at its end."""
    emptied: list[Emptied] = field(default_factory=list)
    """The events whose bodies are missing; whether they may be, their clients' keys tell."""
    leaf_hashes: bytes = b""
    """The hashes of the leaves that these events have, 32 bytes for each position, zeros where there is no event."""


async def check_part(
    store: EventStore, organization_id: UUID, after: int, up_to: int, keyring: Keyring | None = None
) -> Part:
    """Recompute the digests and leaves of these events, and open each body, where there is a keyring.

    What a body says is not looked at: that it opens shows that whoever sealed it had its client's key, and that its
    header is the one it was sealed with. Raises DatabaseUnavailable.
    """
    check = _Check(Part(after, up_to), organization_id, _Opening(keyring, organization_id) if keyring else None)
    hashes: list[bytes] = []
    while after < up_to:
        read = await store.log(organization_id, after=after, limit=min(_BATCH, up_to - after))
        events = [event for event in read if event.position <= up_to]
        if not events:
            break
        if check.opening:
            await check.opening.read_keys(events)
        for event in events:
            hashes.append(_NO_LEAF * (event.position - after - 1) + check.event(event))
            after = event.position
        check.part.findings += await references_missing(store, events)
        check.part.findings += await identifiers_missing(store, events)
    hashes.append(_NO_LEAF * (up_to - after))
    check.part.leaf_hashes = b"".join(hashes)
    return check.part


def gap(after: int, position: int) -> Iterator[Finding]:
    """What is missing between an event and the next one that is there."""
    missing = position - after - 1
    if missing == 1:
        yield Finding(position - 1, "the event is missing")
    elif missing > 1:
        yield Finding(after + 1, f"{missing} events are missing, up to {position - 1}")


def out_of_order() -> str:
    """Said of an event that was recorded before the one that it follows."""
    return "it was recorded earlier than the event before it"


def out_of_turn(version: int, last: int) -> str:
    """Said of an event whose version does not go on from the client's last."""
    return f"its version is {version}, after version {last} of the same client"


@dataclass(slots=True)
class _Check:
    part: Part
    organization_id: UUID
    opening: "_Opening | None"

    def event(self, event: StoredEvent) -> bytes:
        """Check an event; the hash of its leaf."""
        if event.recorded_at.tzinfo is None or event.occurred_at.tzinfo is None:
            event = _finite(event)
        part, found = self.part, list(self._altered(event))
        here = (event.position, event.recorded_at)
        if part.last is None:
            part.first = here
        else:
            part.findings += gap(part.last[0], event.position)
            if event.recorded_at < part.last[1]:
                found.append(out_of_order())
        part.last = here
        stretch = part.stretches.get(event.client_id)
        if stretch is None:
            stretch = Stretch(event.version, event.version, event.position)
        elif event.version != stretch.last + 1:
            found.append(out_of_turn(event.version, stretch.last))
        part.stretches[event.client_id] = stretch._replace(last=event.version)
        if event.type in {"client_merged_into", "client_separated"}:
            part.merged[event.client_id] = event.type == "client_merged_into"
        part.findings += [Finding(event.position, what) for what in found]
        part.events += 1
        return sha256(b"\0" + event.leaf).digest()

    def _altered(self, event: StoredEvent) -> Iterator[str]:
        good, emptied = True, is_emptied(event)
        try:
            head = header(event.organization_id, event)
        except (ValueError, struct.error):
            yield "its header has a value that none can hold"
            return
        if emptied:
            client_id, key_id = UUID(int=event.client_id.int), UUID(int=event.key_id.int)
            never_there = event.body_digest == NOTHING
            self.part.emptied.append(Emptied(event.position, client_id, key_id, never_there=never_there))
        elif sha256(event.body).digest() != event.body_digest:
            good = False
            yield "its body is not the one its digest was made of"
        if leaf(event.position, event.recorded_at, head, event.body_digest) != event.leaf:
            good = False
            yield "its header, recorded_at or digest is not the one its leaf was made of"
        if good and event.body and self.opening:
            yield from self.opening.refused(event, head)


def _finite(event: StoredEvent) -> StoredEvent:
    """The event with the first or last moment there is for PostgreSQL's infinite ones, which come without a zone."""
    recorded_at, occurred_at = (each.replace(tzinfo=UTC) for each in (event.recorded_at, event.occurred_at))
    return event._replace(recorded_at=recorded_at, occurred_at=occurred_at)


class _Opening:
    """Opens bodies, and forgets what they say."""

    def __init__(self, keyring: Keyring, organization_id: UUID) -> None:
        self._keyring = keyring
        self._organization_id = organization_id
        self._keys: dict[tuple[UUID, UUID], bytes] = {}
        self._unusable: dict[UUID, Exception] = {}
        self._notes_keys: dict[UUID, UUID] = {}
        self._known: set[UUID] = set()
        self._told: set[tuple[UUID, str]] = set()

    async def read_keys(self, events: Sequence[StoredEvent]) -> None:
        """Have the keys at hand that open these events."""
        new = {UUID(int=event.client_id.int) for event in events} - self._known
        if new:
            found = await self._keyring.keys(self._organization_id, new)
            self._keys.update({(client_id, key.key_id): key.key for client_id, key in found.usable.items()})
            self._notes_keys.update({client_id: key.notes_key_id for client_id, key in found.usable.items()})
            self._unusable.update(found.unusable)
            self._unusable.update({each: UnknownKey() for each in new - found.usable.keys() - found.unusable.keys()})
            self._known |= new
        for client_id in {event.client_id for event in events if event.body and self._is_kept_apart(event)}:
            if (client_id, self._notes_keys[client_id]) not in self._keys:
                await self._read_notes_key(client_id)

    def _is_kept_apart(self, event: StoredEvent) -> bool:
        """Whether it is a counseling note, or what is recorded about one (R27): the key tells, whatever the type."""
        return event.key_id == self._notes_keys.get(event.client_id)

    async def _read_notes_key(self, client_id: UUID) -> None:
        try:
            key = await self._keyring.notes_key(self._organization_id, client_id)
        except ClientErased as erased:
            self._unusable[client_id] = erased  # since the other key was read
            return
        except (UnknownKey, SealBroken):
            return  # told when the event does not open
        self._keys[client_id, key.key_id] = key.key

    def refused(self, event: StoredEvent, head: bytes) -> Iterator[str]:
        """Why a body does not open; of a client without a usable key, at the first event here that needs it only."""
        key = self._keys.get((event.client_id, event.key_id))
        if key is not None:
            try:
                open_sealed(key, event.body, head)
            except SealBroken:
                yield (
                    "its body does not open with its client's key: whoever made it, or the header that it is bound to,"
                    " did not have that"
                )
            return
        if isinstance(self._unusable.get(event.client_id), ClientErased):
            return
        why = self._without_key(event)
        if (event.client_id, why) not in self._told:
            self._told.add((event.client_id, why))
            yield why

    def _without_key(self, event: StoredEvent) -> str:
        unusable = self._unusable.get(event.client_id)
        if isinstance(unusable, UnknownKey):
            return "its client's key is missing, or the key-encryption key that wraps it: put it back from a backup"
        if unusable is not None:
            return "its client's key was changed and does not open: put it back from a backup"
        if self._is_kept_apart(event):
            return "its client's key for counseling notes is missing or was changed: put it back from a backup"
        return "it names a key that is not its client's"
