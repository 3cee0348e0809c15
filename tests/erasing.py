"""Erasing a client in tests, as operators do again after an old backup: nobody has to request it first."""

from uuid import UUID

from service.access.caller import operator
from service.bootstrap import System
from service.database.owner import as_owner
from service.log import erasing


async def erase(system: System, organization_id: UUID, client_id: UUID | str) -> None:
    """Erase the client for good."""
    await erase_as_owner(system.settings.owner_database_url.get_secret_value(), organization_id, client_id)  # type: ignore[union-attr]


async def erase_as_owner(owner_url: str, organization_id: UUID, client_id: UUID | str) -> None:
    """The same where there is no system."""
    async with as_owner(owner_url, organization_id) as owner:
        await erasing.erase(owner, organization_id, UUID(str(client_id)), operator(organization_id).actor, None)
