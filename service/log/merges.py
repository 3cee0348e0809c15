"""Clients who are one person: who was merged into whom, and of whose events a survivor's timeline is made.

Headers alone tell it: `clients_merged` and `merge_undone` stand on the survivor's timeline, and `client_merged_into`
on the duplicate's refers to the former. So it holds whether or not the other client's key is still there.

They count as one for all time, once the merge is recorded and until it is undone. The answer is a function of the log
up to a position, or of what was recorded by a moment; when something occurred does not matter for it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from service.database.connection import Connection
from service.log.reading import EVENTS, stored
from service.log.sealed import StoredEvent

OF_SURVIVOR: Final = frozenset({"clients_merged", "merge_undone"})
"""Types on the timeline of the client with whom care goes on."""

OF_DUPLICATE: Final = frozenset({"client_merged_into", "client_separated"})
"""Types on the timeline of the client who is merged: what they tell is no part of another client's timeline."""

OF_MERGES: Final = OF_SURVIVOR | OF_DUPLICATE

EVER_MERGED = (
    "exists (select from log.event m where m.organization_id = $1 and m.client_id = $2 and m.type = 'clients_merged')"
)
"""Whether another client was ever merged into the client $2; answered by an index that has nothing but merges."""

_KNOWN = (
    "{0}.position <= coalesce($3::bigint, {0}.position)"
    " and {0}.recorded_at <= coalesce($4::timestamptz, {0}.recorded_at)"
)
_HOLDS = f"""{_KNOWN.format("m")} and not exists (
    select from log.reference r
      join log.event u on u.organization_id = $1 and u.position = r.position
     where r.organization_id = $1 and r.target_id = m.id and r.type = 'merge_undone' and {_KNOWN.format("u")})"""

_MERGED = f"""
with recursive person (client_id, other_id) as (
  select c, c from unnest($2::uuid[]) as c
  union
  select person.client_id, d.client_id
    from person
    join log.event m on m.organization_id = $1 and m.client_id = person.other_id and m.type = 'clients_merged'
    join log.reference d on d.organization_id = $1 and d.target_id = m.id and d.type = 'client_merged_into'
   where {_HOLDS}
)
select client_id, other_id from person where other_id <> client_id order by client_id, other_id"""  # noqa: S608

_SURVIVORS = f"""
with recursive person (client_id, survives) as (
  select c, false from unnest($2::uuid[]) as c
  union
  select m.client_id, true
    from person
    join log.event d on d.organization_id = $1 and d.client_id = person.client_id and d.type = 'client_merged_into'
    join log.event m on m.organization_id = $1 and m.id = d.reference_ids[1]
   where {_HOLDS}
)
select distinct client_id from person where survives"""  # noqa: S608

_ALL = f"""{EVENTS} and client_id = any($2) and {_KNOWN.format("event")}
   and type = any(coalesce($5::text[], array[type]))
 order by position"""


async def merged_into(
    connection: Connection,
    organization_id: UUID,
    client_ids: Collection[UUID],
    *,
    up_to: int | None = None,
    known_at: datetime | None = None,
) -> Mapping[UUID, Sequence[UUID]]:
    """The clients merged into each of these, and into those in turn; who has none is left out.

    As the log told it up to a position, and up to a moment; both inclusive.
    """
    found: dict[UUID, list[UUID]] = defaultdict(list)
    for client_id, other in await connection.fetch(_MERGED, organization_id, list(client_ids), up_to, known_at):
        found[UUID(int=client_id.int)].append(UUID(int=other.int))
    return found


async def survivors(
    connection: Connection, organization_id: UUID, client_ids: Collection[UUID], *, up_to: int | None = None
) -> set[UUID]:
    """The clients into whom any of these is merged, and those into whom these are in turn, up to a position."""
    rows = await connection.fetch(_SURVIVORS, organization_id, list(client_ids), up_to, None)
    return {UUID(int=row["client_id"].int) for row in rows}


async def united_timelines(
    connection: Connection,
    organization_id: UUID,
    merged: Mapping[UUID, Sequence[UUID]],
    *,
    types: Sequence[str] | None = None,
    up_to: int | None = None,
    known_at: datetime | None = None,
) -> Mapping[UUID, Sequence[StoredEvent]]:
    """The events of each client and of those merged into them, in order of position; of these types, else of all.

    `merged` is what `merged_into` found at the same position and moment; whoever has nobody there stands alone.
    """
    clients = {*merged, *(other for others in merged.values() for other in others)}
    rows = await connection.fetch(_ALL, organization_id, list(clients), up_to, known_at, types)
    by_client: dict[UUID, list[StoredEvent]] = defaultdict(list)
    for event in stored(rows):
        by_client[event.client_id].append(event)
    return {
        client_id: united(by_client[client_id], *(by_client[other] for other in others))
        for client_id, others in merged.items()
    }


def united(own: Iterable[StoredEvent], *others: Iterable[StoredEvent]) -> list[StoredEvent]:
    """A survivor's own events and those of the clients merged into them, in order of position.

    What tells those clients into whom they were merged is left out: it is not so of the survivor.
    """
    theirs = (event for events in others for event in events if event.type not in OF_DUPLICATE)
    return sorted([*own, *theirs], key=lambda event: event.position)
