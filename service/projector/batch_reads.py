"""Reading what came before a batch: one query for the events of all its clients, one for their snapshots."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from service.database.connection import Connection
from service.log.reading import stored
from service.log.sealed import StoredEvent
from service.projector.builds import Build
from service.projector.relevant_events import read_by
from service.projector.snapshots import Snapshot

_COLUMNS = ", ".join(f"event.{column}" for column in StoredEvent._fields)

# The order inside keeps the planner from joining the other way round, which would read the organization's whole log.
_PART = (
    f"SELECT {_COLUMNS} FROM unnest(${{0}}::uuid[], ${{1}}::int[], ${{2}}::int[]) AS wanted (client_id, after, up_to)"  # noqa: S608
    " CROSS JOIN LATERAL (SELECT * FROM log.event WHERE event.organization_id = $1"
    " AND event.client_id = wanted.client_id AND event.version > wanted.after AND event.version <= wanted.up_to"
    " AND event.type = ANY(${3}) ORDER BY event.version) AS event"
)


class Wanted(NamedTuple):
    """A stretch of a client's timeline, after < version <= up_to, as far as it concerns a projection."""

    client_id: UUID
    after: int
    up_to: int
    types: frozenset[str]


class Sought(NamedTuple):
    """Which snapshots of a client are asked for: the newest one, and the newest on which what is late can be folded."""

    client_id: UUID
    newest: bool
    up_to_version: int
    """So that all that is late is about later versions."""
    up_to_moment: datetime | None
    """So that all that is late occurred afterwards; None for any."""


async def load(
    connection: Connection, organization_id: UUID, wanted: Iterable[Wanted]
) -> Mapping[UUID, Sequence[StoredEvent]]:
    """The events of all stretches, by client and in order of version, each once however many ask for it."""
    by_types: dict[frozenset[str], list[tuple[UUID, int, int]]] = defaultdict(list)
    for client_id, stretches in _by_client(wanted).items():
        for after, up_to, types in _apart(stretches):
            by_types[types].append((client_id, after, up_to))
    if not by_types:
        return {}
    parts: list[str] = []
    arguments: list[Any] = []
    for types, stretched in by_types.items():
        first = len(arguments) + 2
        parts.append(_PART.format(*range(first, first + 4)))
        arguments += [*map(list, zip(*stretched, strict=True)), read_by(types)]
    events: dict[UUID, list[StoredEvent]] = defaultdict(list)
    for event in stored(await connection.fetch(" UNION ALL ".join(parts), organization_id, *arguments)):
        events[event.client_id].append(event)
    for found in events.values():
        found.sort(key=lambda event: event.version)
    return events


async def find_snapshots(
    connection: Connection, organization_id: UUID, sought: Mapping[Build, Sequence[Sought]]
) -> Mapping[tuple[str, UUID], Sequence[Snapshot]]:
    """The snapshots asked for, by build's schema and client, the newest first; without state where that is not."""
    if not sought:
        return {}
    parts: list[str] = []
    arguments: list[Any] = []
    for build, clients in sought.items():
        first = len(arguments) + 2
        parts.append(
            f"SELECT '{build.schema}', snapshot.client_id, snapshot.version, snapshot.until, snapshot.key_id,"  # noqa: S608
            " CASE WHEN sought.newest AND snapshot.version = max(snapshot.version) OVER of_client"
            " OR snapshot.version = max(snapshot.version) FILTER (WHERE snapshot.version <= sought.up_to_version"
            " AND (snapshot.until <= sought.up_to_moment OR snapshot.until IS NULL OR sought.up_to_moment IS NULL))"
            " OVER of_client THEN snapshot.state END"
            f" FROM unnest(${first}::uuid[], ${first + 1}::bool[], ${first + 2}::int[], ${first + 3}::timestamptz[])"
            " AS sought (client_id, newest, up_to_version, up_to_moment)"
            f" JOIN {build.schema}.snapshot ON snapshot.organization_id = $1"
            " AND snapshot.client_id = sought.client_id"
            " WINDOW of_client AS (PARTITION BY snapshot.client_id)"
        )
        arguments += list(map(list, zip(*clients, strict=True)))
    records = await connection.fetch(" UNION ALL ".join(parts), organization_id, *arguments)
    found: dict[tuple[str, UUID], list[Snapshot]] = defaultdict(list)
    for schema, *snapshot in records:
        found[schema, snapshot[0]].append(Snapshot(*snapshot))
    for snapshots in found.values():
        snapshots.sort(key=lambda snapshot: snapshot.version, reverse=True)
    return found


async def find_parked(
    connection: Connection, organization_id: UUID, clients: Mapping[Build, Sequence[UUID]]
) -> set[tuple[str, UUID]]:
    """Which of these clients are parked, by build's schema."""
    parts = [
        f"SELECT '{build.schema}', client_id FROM {build.schema}.parked"  # noqa: S608
        f" WHERE organization_id = $1 AND client_id = ANY(${place})"
        for place, build in enumerate(clients, start=2)
    ]
    records = await connection.fetch(" UNION ALL ".join(parts), organization_id, *clients.values())
    return {(schema, client_id) for schema, client_id in records}


def _by_client(wanted: Iterable[Wanted]) -> Mapping[UUID, Sequence[Wanted]]:
    by_client: dict[UUID, list[Wanted]] = defaultdict(list)
    for each in wanted:
        if each.after < each.up_to:
            by_client[each.client_id].append(each)
    return by_client


def _apart(stretches: Sequence[Wanted]) -> Iterable[tuple[int, int, frozenset[str]]]:
    """The stretches of one client, cut so that none overlap: what one projection needs from far back is read for it
    alone, and what several need is read once."""
    up_to = stretches[0].up_to
    starts = sorted({stretch.after for stretch in stretches})
    for after, end in zip(starts, [*starts[1:], up_to], strict=True):
        yield after, end, frozenset().union(*(each.types for each in stretches if each.after <= after))
