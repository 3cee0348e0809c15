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
# Each step is looked up from the one before, whatever the tables were like when the statement was planned: `offset 0`
# keeps the planner from joining in another order, which would read all that an organization has recorded.
_HOLDS = f"""not exists (
    select from log.reference r
     cross join lateral (
       select from log.event u
        where u.organization_id = $1 and u.position = r.position and {_KNOWN.format("u")} offset 0) undone
     where r.organization_id = $1 and r.target_id = merge.id and r.type = 'merge_undone' offset 0)"""  # noqa: S608

_MERGED = f"""
with recursive person (client_id, other_id) as (
  select c, c from unnest($2::uuid[]) as c
  union
  select person.client_id, told.client_id
    from person
   cross join lateral (
     select m.id from log.event m
      where m.organization_id = $1 and m.client_id = person.other_id and m.type = 'clients_merged'
        and {_KNOWN.format("m")} offset 0) merge
   cross join lateral (
     select d.client_id from log.reference d
      where d.organization_id = $1 and d.target_id = merge.id and d.type = 'client_merged_into' offset 0) told
   where {_HOLDS}
)
select client_id, other_id from person where other_id <> client_id order by client_id, other_id"""  # noqa: S608

_SURVIVORS = f"""
with recursive person (client_id, survives) as (
  select c, false from unnest($2::uuid[]) as c
  union
  select merge.client_id, true
    from person
   cross join lateral (
     select d.reference_ids[1] as merge_id from log.event d
      where d.organization_id = $1 and d.client_id = person.client_id and d.type = 'client_merged_into' offset 0) told
   cross join lateral (
     select m.id, m.client_id from log.event m
      where m.organization_id = $1 and m.id = told.merge_id and {_KNOWN.format("m")} offset 0) merge
   where {_HOLDS}
)
select distinct client_id from person where survives"""  # noqa: S608

_ALL = f"""
select e.*
  from unnest($2::uuid[]) as wanted (client_id)
 cross join lateral (
   {EVENTS} and client_id = wanted.client_id and {_KNOWN.format("event")}
      and type = any(coalesce($5::text[], array[type])) offset 0) e"""  # noqa: S608


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
