"""Telling erased events from damaged ones: a body may be missing where its client was erased, and nowhere else."""

from uuid import UUID

import asyncpg

from domain.events.erasure import ClientErased
from service.log.consistency import Finding
from service.log.sealed import StoredEvent
from service.log.store import EventStore

_ERASED: str = ClientErased.model_fields["type"].default

_DESTROYED = "select client_id from keyring.client_key where organization_id = $1 and destroyed_at is not null"

_ENDS = """
select h.position, k.destroyed_at is not null as destroyed
  from log.timeline_head h
  join keyring.client_key k on k.organization_id = h.organization_id and k.client_id = h.client_id
  left join log.event e on e.organization_id = h.organization_id and e.client_id = h.client_id and e.version = h.version
 where h.organization_id = $1 and (k.destroyed_at is not null) is distinct from (e.type is not distinct from $2)
 order by h.position"""


class ErasedBodies:
    """What a check of a log has come to know of the clients who were erased."""

    def __init__(self, destroyed: set[UUID]) -> None:
        """`destroyed` are the clients whose keys are destroyed when the check begins."""
        self._destroyed = destroyed
        self._missing: list[tuple[int, UUID]] = []
        self._ended: set[UUID] = set()
        self.events = 0
        """How many events an erasure emptied."""

    @classmethod
    async def begin(cls, store: EventStore, organization_id: UUID) -> "ErasedBodies":
        """For a check that begins now."""
        return cls(_clients(await store.rows(organization_id, _DESTROYED)))

    def emptied(self, event: StoredEvent) -> bool:
        """Whether the event's body is missing, as that of an erased client's is; `end` tells whether that is right."""
        if event.body or event.type == _ERASED:
            return False
        if event.client_id in self._destroyed:
            self.events += 1
        else:
            self._missing.append((event.position, event.client_id))
        return True

    def wrong(self, event: StoredEvent) -> str | None:
        """What is wrong with an event, given that its client was erased or was not."""
        if event.client_id in self._ended:
            return "it was recorded after its client was erased"
        if event.type == _ERASED:
            self._ended.add(event.client_id)
        if event.body and event.client_id in self._destroyed:
            return "its client was erased, and its body is still there"
        return None

    async def end(self, store: EventStore, organization_id: UUID) -> list[Finding]:
        """What does not fit, once every event was seen; others may have been erased meanwhile."""
        destroyed = _clients(await store.rows(organization_id, _DESTROYED)) if self._missing else set()
        what = "its body is missing, and its client was not erased"
        found = [Finding(position, what) for position, client_id in self._missing if client_id not in destroyed]
        self.events += len(self._missing) - len(found)
        return found + [
            Finding(
                row["position"],
                "its client's keys were destroyed, and no erasure is recorded"
                if row["destroyed"]
                else "its client was erased, and the keys are there again: run care-timeline erasures apply",
            )
            for row in await store.rows(organization_id, _ENDS, _ERASED)
        ]


def _clients(rows: list[asyncpg.Record]) -> set[UUID]:
    return {UUID(int=row["client_id"].int) for row in rows}
