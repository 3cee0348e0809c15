"""Checking what stands beside the events of a log: heads, references by what is referred to, and identifiers.

Each query is one statement, so that it sees events and what stands beside them at one moment, while others record.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple
from uuid import UUID

import asyncpg

from service.database.append_function import FREEING, LINKING
from service.log.errors import UnknownOrganization
from service.log.sealed import StoredEvent
from service.log.store import EventStore


class Finding(NamedTuple):
    """Something that is not as it was written."""

    position: int
    """The event's place in the log; of several missing in a row, the first."""
    what: str


_LOG_HEADS = """
select h.position as head, h.recorded_at, coalesce(e.position, 0) as last, e.recorded_at as last_recorded_at,
       (select count(*) from log.event f where f.organization_id = o.organization_id and f.position < 1) as before
  from log.organization o
  left join log.log_head h on h.organization_id = o.organization_id
  left join lateral (
    select e.position, e.recorded_at from log.event e
     where e.organization_id = o.organization_id
     order by e.position desc limit 1) e on true
 where o.organization_id = $1"""

_TIMELINE_HEADS = """
select h.client_id, h.version, h.position, coalesce(e.version, 0) as last_version, e.position as last_position
  from log.timeline_head h
  left join lateral (
    select e.version, e.position from log.event e
     where e.organization_id = h.organization_id and e.client_id = h.client_id
     order by e.version desc limit 1) e on true
 where h.organization_id = $1 and (h.version, h.position) is distinct from (e.version, e.position)
 order by h.position"""

_WITHOUT_HEAD = """
select min(e.position) as position
  from unnest($2::uuid[]) as c(client_id)
  join log.event e on e.organization_id = $1 and e.client_id = c.client_id
 where not exists (
   select from log.timeline_head h where h.organization_id = $1 and h.client_id = c.client_id)
 group by c.client_id"""

# With whom care goes on is not in the copy of a duplicate's export alone, and no head names anybody there.
_MERGED = """
select h.position
  from log.timeline_head h
  left join lateral (
    select e.type, exists (
             select from log.event m where m.organization_id = $1 and m.id = e.reference_ids[1]) as there
      from log.event e
     where e.organization_id = $1 and e.client_id = h.client_id and e.type in ('client_merged_into', 'client_separated')
     order by e.version desc limit 1) last on true
 where h.organization_id = $1 and (h.merged_into is not null or h.client_id = any($2))
   and (h.merged_into is not null) <> (last.type is not null and last.type = 'client_merged_into' and last.there)
 order by h.position"""

_TWICE = """
select h.position, 'a timeline has ' || count(*) || ' heads that name this position' as what
  from log.timeline_head h where h.organization_id = $1
 group by h.client_id, h.position having count(*) > 1
 union all
select r.position, 'log.reference has its reference ' || r.field || ' ' || count(*) || ' times'
  from log.reference r where r.organization_id = $1
 group by r.target_id, r.type, r.position, r.field having count(*) > 1
 order by position"""

_REFERENCES_MISSING = """
select e.position, e.field
  from unnest($2::bigint[], $3::text[], $4::uuid[], $5::uuid[], $6::uuid[], $7::text[])
       as e(position, field, target_id, client_id, event_id, type)
 where not exists (
   select from log.reference r
    where r.organization_id = $1 and r.target_id = e.target_id and r.position = e.position and r.field = e.field
      and r.client_id = e.client_id and r.event_id = e.event_id and r.type = e.type)
 order by e.position"""

_REFERENCES_BEYOND = """
select r.target_id, r.position, r.field, exists (
         select from log.event e
           cross join lateral unnest(e.reference_fields, e.reference_ids) as own(field, target_id)
          where e.organization_id = r.organization_id and e.position = r.position
            and own.field = r.field and own.target_id = r.target_id) as fits
  from log.reference r
 where r.organization_id = $1 and (r.target_id, r.position, r.field) > ($2, $3, $4)
 order by r.target_id, r.position, r.field
 limit $5"""
_ROWS = 5_000

_IDENTIFIERS_MISSING = """
select a.position
  from unnest($2::bigint[], $3::uuid[], $4::uuid[]) as a(position, id, client_id)
 where not exists (
         select from log.client_identifier i
          where i.organization_id = $1 and i.event_id = a.id and i.client_id = a.client_id)
   and not exists (
         select from log.reference r
          where r.organization_id = $1 and r.target_id = a.id and r.client_id = a.client_id
            and r.type = any($5))
   and not exists (
         select from keyring.client_key k
          where k.organization_id = $1 and k.client_id = a.client_id and k.destroyed_at is not null)
 order by a.position"""

_IDENTIFIERS_BEYOND = """
select coalesce(e.position, 0) as position
  from log.client_identifier i
  left join log.event e on e.organization_id = i.organization_id and e.id = i.event_id
 where i.organization_id = $1
   and ((e.client_id, e.type) is distinct from (i.client_id, $3) or exists (
         select from log.reference r
          where r.organization_id = i.organization_id and r.target_id = i.event_id and r.client_id = i.client_id
            and r.type = any($2)))
 order by position"""


async def log_end(store: EventStore, organization_id: UUID) -> int:
    """Up to which position there should be events: where the head says, or without one where the last event is.

    Raises UnknownOrganization.
    """
    rows = await store.rows(organization_id, _LOG_HEADS)
    if not rows:
        raise UnknownOrganization(organization_id)
    ends: list[int] = [row["last"] if row["head"] is None else row["head"] for row in rows]
    return max(ends)


async def heads(store: EventStore, organization_id: UUID, clients: Iterable[UUID]) -> list[Finding]:
    """Whether the heads of the log and of each timeline are where the last events are.

    `clients` are those who have events.
    """
    findings = list(_log_head(await store.rows(organization_id, _LOG_HEADS)))
    for row in await store.rows(organization_id, _TIMELINE_HEADS):
        what = f"the head of a timeline is at version {row['version']}, and its last event is {row['last_version']}"
        if row["version"] == row["last_version"]:
            what = f"the head of a timeline names this position, and its last event is at {row['last_position']}"
        findings.append(Finding(row["position"], what))
    rows = await store.rows(organization_id, _WITHOUT_HEAD, list(clients))
    return findings + [Finding(row["position"], "the timeline that begins here has no head") for row in rows]


def _log_head(rows: Sequence[asyncpg.Record]) -> Iterator[Finding]:
    row = rows[0]
    if row["head"] is None:
        yield Finding(row["last"], "the log has no head; nothing can be recorded")
    if len(rows) > 1:
        yield Finding(row["last"], f"the log has {len(rows)} heads")
    for each in rows:
        if each["head"] is not None and each["last"] > each["head"]:
            what = f"the log's head is at {each['head']}, and events go on to {each['last']}"
            yield Finding(each["head"] + 1, what)
        if each["recorded_at"] and each["last_recorded_at"] and each["recorded_at"] < each["last_recorded_at"]:
            yield Finding(each["last"], "it was recorded later than the log's head says of the last event")
    if row["before"]:
        yield Finding(0, f"{row['before']} events stand before the log's first place, which is 1")


async def merges(store: EventStore, organization_id: UUID, clients: Collection[UUID]) -> list[Finding]:
    """Whether heads say of those clients that they are merged of whom the log says so.

    `clients` are those who are merged at the end of what was read; what came since is taken as it is.
    """
    what = "the head of a timeline does not say as the log does whether the client is merged"
    rows = await store.rows(organization_id, _MERGED, list(clients))
    return [Finding(row["position"], what) for row in rows]


async def twice(store: EventStore, organization_id: UUID) -> list[Finding]:
    """Rows beside the log that are there more often than a key allows, since somebody took the key away."""
    return [Finding(*row) for row in await store.rows(organization_id, _TWICE)]


async def references_missing(store: EventStore, events: Sequence[StoredEvent]) -> list[Finding]:
    """The references of these events that are not found by what they refer to."""
    referring = [
        (event.position, field, target, event.client_id, event.id, event.type)
        for event in events
        if event.reference_ids
        for field, target in event.references
    ]
    if not referring:
        return []
    rows = await store.rows(events[0].organization_id, _REFERENCES_MISSING, *map(list, zip(*referring, strict=True)))
    return [Finding(row["position"], f"its reference {row['field']} is not in log.reference") for row in rows]


async def references_beyond(store: EventStore, organization_id: UUID) -> list[Finding]:
    """Rows of log.reference that no event has made."""
    findings: list[Finding] = []
    after: tuple[UUID, int, str] = (UUID(int=0), -1, "")
    while rows := await store.rows(organization_id, _REFERENCES_BEYOND, *after, _ROWS):
        findings += map(_beyond, (row for row in rows if not row["fits"]))
        after = (rows[-1]["target_id"], rows[-1]["position"], rows[-1]["field"])
    return findings


async def identifiers_missing(store: EventStore, events: Sequence[StoredEvent]) -> list[Finding]:
    """The links among these events that count, and by which nobody is found."""
    links = [(event.position, event.id, event.client_id) for event in events if event.type == LINKING]
    if not links:
        return []
    columns = map(list, zip(*links, strict=True))
    rows = await store.rows(events[0].organization_id, _IDENTIFIERS_MISSING, *columns, FREEING)
    return [Finding(row["position"], "nobody is found by the identifier that it links") for row in rows]


async def identifiers_beyond(store: EventStore, organization_id: UUID) -> list[Finding]:
    """Rows of log.client_identifier that no event has made, or that should have been taken away."""
    rows = await store.rows(organization_id, _IDENTIFIERS_BEYOND, FREEING, LINKING)
    return [Finding(row["position"], "log.client_identifier has a row that no link accounts for") for row in rows]


def _beyond(row: asyncpg.Record) -> Finding:
    return Finding(row["position"], f"log.reference has a reference {row['field']} of it that it does not make")
