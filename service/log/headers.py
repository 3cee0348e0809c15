"""Headers of events by position: what stands in clear beside the sealed bodies. No body is read here."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

import asyncpg

from service.database.connection import scoped
from service.log.errors import UnknownOrganization, answering
from service.log.header import Reference
from service.log.reading import BY_INDEX

MOST_LOOKED_AT: Final = 10_000
"""Positions that one part of the log looks at, where few events are of the types asked for: about 10 ms."""


class StoredHeader(NamedTuple):
    """The header of a row of log.event; the meaning of each field is beside the table's columns."""

    position: int
    client_id: UUID
    version: int
    id: UUID
    type: str
    occurred_at: datetime
    precision: str
    recorded_at: datetime
    actor_id: UUID
    recorded_by: str
    on_behalf_of: str | None
    source: str
    correlation_id: UUID | None
    causation_id: UUID | None
    reference_fields: Sequence[str]
    reference_ids: Sequence[UUID]

    @property
    def references(self) -> tuple[Reference, ...]:
        """What the event refers to, in order."""
        return tuple(map(Reference, self.reference_fields, self.reference_ids))


class HeadersPart(NamedTuple):
    """Headers of consecutive events of one log."""

    headers: list[StoredHeader]
    through: int
    """Every event with a position up to this one is here, or is not of the types asked for."""
    position: int
    """Of the log's last event when this was read."""


_HEAD = "select position from log.log_head where organization_id = $1"
_AFTER = f"""select {", ".join(StoredHeader._fields)} from log.event
 where organization_id = $1 and position > $2 and position <= $3 and ($4::text[] is null or type = any($4))
 order by position limit $5"""  # noqa: S608 columns


class Headers:
    """Reads the log of an organization forward, from any position. Raises DatabaseUnavailable, UnknownOrganization.

    Nobody who goes on from `through` misses an event or meets one twice. An append locks the row that says where the
    log ends, numbers its events on from there without a gap, and holds the lock until it has committed: so once that
    row says 7, the events 1 to 7 are committed and visible to whoever asks afterwards, and whatever is committed
    later has a position above 7. The head is read first and the events up to it in a statement of their own, which
    sees at least what the first has seen.
    """

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def after(
        self, organization_id: UUID, position: int, *, limit: int, types: Collection[str] | None = None
    ) -> HeadersPart:
        """At most `limit` headers with a higher position, in order, of events of these types, or of all.

        Where events of these types are rare it may be fewer, or none, although more come: `through` is then less than
        `position`. Beyond the log's end there is nothing, and `through` is where was asked.
        """
        with answering(writing=False):
            async with scoped(self._pool, organization_id, first=BY_INDEX) as connection:
                head: int | None = await connection.fetchval(_HEAD, organization_id)
                if head is None:
                    raise UnknownOrganization(organization_id)
                through = max(position, min(head, position + MOST_LOOKED_AT))
                if through == position:
                    return HeadersPart([], position, head)
                wanted = None if types is None else list(types)
                rows = await connection.fetch(_AFTER, organization_id, position, through, wanted, limit + 1)
        headers = [StoredHeader._make(row) for row in rows[:limit]]
        return HeadersPart(headers, headers[-1].position if len(rows) > limit else through, head)
