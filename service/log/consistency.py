"""Checking what stands beside the events of a log: heads, and the references by what is referred to.

Each query is one statement, so that it sees events and what stands beside them at one moment, while others record.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

import asyncpg

from service.log.sealed import StoredEvent
from service.log.store import EventStore


class Finding(NamedTuple):
    """Something that is not as it was written."""

    position: int
    """The event's place in the log; of several missing in a row, the first."""
    what: str


_LOG_HEAD = """
select h.position as head,
       coalesce((select max(e.position) from log.event e where e.organization_id = h.organization_id), 0) as last
  from log.log_head h where h.organization_id = $1"""

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


async def heads(store: EventStore, organization_id: UUID, clients: Iterable[UUID]) -> list[Finding]:
    """Whether the heads of the log and of each timeline are where the last events are.

    `clients` are those who have events.
    """
    findings = []
    (log_head,) = await store.rows(organization_id, _LOG_HEAD)
    if log_head["last"] > log_head["head"]:
        what = f"the log's head is at {log_head['head']}, and events go on to {log_head['last']}"
        findings.append(Finding(log_head["head"] + 1, what))
    for row in await store.rows(organization_id, _TIMELINE_HEADS):
        what = f"the head of a timeline is at version {row['version']}, and its last event is {row['last_version']}"
        if row["version"] == row["last_version"]:
            what = f"the head of a timeline names this position, and its last event is at {row['last_position']}"
        findings.append(Finding(row["position"], what))
    rows = await store.rows(organization_id, _WITHOUT_HEAD, list(clients))
    return findings + [Finding(row["position"], "the timeline that begins here has no head") for row in rows]


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


def _beyond(row: asyncpg.Record) -> Finding:
    return Finding(row["position"], f"log.reference has a reference {row['field']} of it that it does not make")
