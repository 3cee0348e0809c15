"""The events that a client is folded from: their own and, where others were merged into them, those of all.

Merges are rare, so whoever has had one is folded whole: no snapshot or state of theirs is kept to fold on from. So what
is folded on from is never of such a client, and whether one is can be told from what is read in any case.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from asyncpg.pool import PoolConnectionProxy

from service.log.keyring import ClientErased, ClientKeys, Keyring
from service.log.merges import OF_MERGES, OF_SURVIVOR, merged_into, united_timelines
from service.log.sealed import StoredEvent
from service.projector.opened_events import Opened

_HEADS: Final = "select client_id, version from log.timeline_head where organization_id = $1 and client_id = any($2)"


class United(NamedTuple):
    """What some clients are folded from."""

    events: Mapping[UUID, Sequence[StoredEvent]]
    """By client, in order of position."""
    keys: ClientKeys
    """Theirs, and those of the clients merged into them."""
    merged: Mapping[UUID, Sequence[UUID]]
    """Who was merged into whom; clients into whom nobody was are left out."""


def had_merges(events: Iterable[Opened | StoredEvent]) -> bool:
    """Whether the client was merged into another, or another into them; also where that was undone."""
    return any(event.type in OF_MERGES for event in events)


def survives(events: Iterable[StoredEvent]) -> bool:
    """Whether another client was merged into theirs at any time."""
    return any(event.type in OF_SURVIVOR for event in events)


async def unite(
    connection: PoolConnectionProxy,
    keyring: Keyring,
    organization_id: UUID,
    own: Mapping[UUID, Sequence[StoredEvent]],
    keys: ClientKeys,
    *,
    types: Sequence[str],
    up_to: int | None = None,
) -> United:
    """What these clients are folded from, given their own events of these types from the beginning, up to a position.

    Of a client who was erased and had been merged into another nothing is there. Nothing is read where no merge is
    among the events.
    """
    merging = [client_id for client_id, events in own.items() if survives(events)]
    merged = await merged_into(connection, organization_id, merging, up_to=up_to) if merging else {}
    if not merged:
        return United(own, keys, {})
    others = {other for found in merged.values() for other in found}
    theirs = await keyring.keys(organization_id, others, connection=connection)
    erased = {client_id for client_id, error in theirs.unusable.items() if isinstance(error, ClientErased)}
    together = await united_timelines(connection, organization_id, merged, types=types, up_to=up_to)
    readable = {
        client_id: [event for event in events if event.client_id == client_id or event.client_id not in erased]
        for client_id, events in together.items()
    }
    usable, unusable = {**theirs.usable, **keys.usable}, {**theirs.unusable, **keys.unusable}
    return United({**own, **readable}, ClientKeys(usable, unusable), merged)


class Survivor(NamedTuple):
    """All that one client is folded from."""

    version: int
    """Of the client's own timeline."""
    events: Sequence[StoredEvent]
    keys: ClientKeys
    merged: Mapping[UUID, int]
    """The clients merged into this one, and the version of each."""


async def read_survivor(
    connection: PoolConnectionProxy, keyring: Keyring, organization_id: UUID, client_id: UUID, *, types: Sequence[str]
) -> Survivor:
    """What a client is folded from who is known to the log, in a transaction that is ONE_SNAPSHOT.

    Raises ClientErased, UnknownKey and SealBroken where it is this client's own key.
    """
    keys = await keyring.keys(organization_id, [client_id], connection=connection)
    keys.of(client_id)
    own = await united_timelines(connection, organization_id, {client_id: ()}, types=types)
    united = await unite(connection, keyring, organization_id, own, keys, types=types)
    others = united.merged.get(client_id, ())
    rows = await connection.fetch(_HEADS, organization_id, [client_id, *others])
    heads = {UUID(int=row["client_id"].int): row["version"] for row in rows}
    version = heads.pop(client_id)
    return Survivor(version, united.events[client_id], united.keys, heads)
