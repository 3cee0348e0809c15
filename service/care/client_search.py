"""Finding clients by the identifiers that other systems have for them."""

from typing import Final

from service.access.access_records import Access, Asked
from service.care.accesses import Accesses
from service.care.errors import UnknownClient
from service.log.identifiers import Found, Identifiers

_SEARCH: Final = Asked("client_search")


class ClientSearch:
    """Tells who has an identifier, where the caller may know of that client; it is a read like any other."""

    def __init__(self, identifiers: Identifiers, accesses: Accesses) -> None:
        self._identifiers = identifiers
        self._accesses = accesses

    async def find(self, access: Access, system: str, value: str) -> Found | None:
        """The client to whom the identifier is linked; None also where the caller does not see that client.

        Raises NoLegalGround, AccessNotRecorded, DatabaseUnavailable.
        """
        found = await self._identifiers.find(access.organization_id, system, value)
        if found is None:
            return None
        try:
            await self._accesses.begin(access, found.client_id, _SEARCH)
        except UnknownClient:
            return None
        current = await self._identifiers.with_whom_care_goes_on(access.organization_id, found.client_id)
        await self._accesses.keep(access, _SEARCH, [found.client_id], version=current.version)
        return found
