"""Telling erased events from damaged ones: a body may be missing where its client was erased, and nowhere else."""

from collections.abc import Sequence
from typing import Final, NamedTuple
from uuid import UUID

from domain.events.erasure import ClientErased
from service.log.consistency import Finding
from service.log.sealed import StoredEvent
from service.log.store import EventStore

ENDS_WITH: Final[str] = ClientErased.model_fields["type"].default
"""The type of the event that ends the timeline of who was erased. It never had a body."""

_DESTROYED = "select client_id from keyring.client_key where organization_id = $1 and destroyed_at is not null"

_STILL_THERE = """
select e.position from keyring.client_key k
  join log.event e on e.organization_id = k.organization_id and e.client_id = k.client_id
 where k.organization_id = $1 and k.destroyed_at is not null and e.body <> ''
 order by e.position"""

_ENDS = """
select e.position, k.destroyed_at is not null as destroyed
  from log.timeline_head h
  join keyring.client_key k on k.organization_id = h.organization_id and k.client_id = h.client_id
  join log.event e on e.organization_id = h.organization_id and e.client_id = h.client_id and e.version = h.version
 where h.organization_id = $1 and (k.destroyed_at is not null) <> (e.type = $2)
 order by e.position"""


class Emptied(NamedTuple):
    """An event whose body is missing."""

    position: int
    client_id: UUID


class ErasureCheck(NamedTuple):
    """What a check of the erasures in a log found."""

    findings: list[Finding]
    events: int
    """How many events were emptied by an erasure."""
    clients: int
    """Of how many clients."""


def is_emptied(event: StoredEvent) -> bool:
    """Whether the event's body is missing, as that of an erased client's is."""
    return not event.body and event.type != ENDS_WITH


async def check_erasures(store: EventStore, organization_id: UUID, emptied: Sequence[Emptied]) -> ErasureCheck:
    """Whether just the bodies of clients who were erased are missing, and all of theirs. Raises DatabaseUnavailable.

    `emptied` were found in the log before this.
    """
    rows = await store.rows(organization_id, _DESTROYED) if emptied else []
    destroyed = {UUID(int=row["client_id"].int) for row in rows}
    what = "its body is missing, and its client was not erased: put it back from a backup"
    found = [Finding(each.position, what) for each in emptied if each.client_id not in destroyed]
    events = len(emptied) - len(found)
    clients = len({each.client_id for each in emptied} & destroyed)
    again = "its client was erased, and its body is still there: run care-timeline erasures apply"
    found += [Finding(row["position"], again) for row in await store.rows(organization_id, _STILL_THERE)]
    for row in await store.rows(organization_id, _ENDS, ENDS_WITH):
        if row["destroyed"]:
            said = "its client's keys were destroyed, and the timeline does not end with an erasure"
        else:
            said = "its client was erased, and the keys are there again: run care-timeline erasures apply"
        found.append(Finding(row["position"], said))
    return ErasureCheck(found, events, clients)
