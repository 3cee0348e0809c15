"""An organization's clients in groups, each for a process to fold at once."""

from typing import Final
from uuid import UUID

from service.database.connection import Connection

_CLIENTS: Final = (
    "SELECT client_id, version FROM log.timeline_head WHERE organization_id = $1 AND client_id <> $1 ORDER BY client_id"
)


async def client_groups(connection: Connection, organization_id: UUID, events: int) -> list[list[UUID]]:
    """All clients, in groups that have about so many events each; one who has more is a group alone."""
    groups: list[list[UUID]] = []
    packed = 0
    for client_id, version in await connection.fetch(_CLIENTS, organization_id):
        if not groups or packed + version > events:
            groups.append([])
            packed = 0
        groups[-1].append(UUID(int=client_id.int))
        packed += version
    return groups
