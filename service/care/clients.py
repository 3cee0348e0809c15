"""Which ids are those of clients."""

from uuid import UUID

from service.access.caller import Caller
from service.care.errors import UnknownClient


def require_client(caller: Caller, client_id: UUID) -> None:
    """Raises UnknownClient for the organization's own id: it has a timeline under it, for what it decides; nobody is
    in care under that."""
    if client_id == caller.organization_id:
        raise UnknownClient
