"""Finding clients by the identifiers that other systems have for them."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from domain.vocabulary.purposes import PurposeOfUse
from service.access.access_records import Access, Asked
from service.care.accesses import Accesses
from service.care.disclosures import NoLegalGround, Restricted
from service.care.errors import UnknownClient
from service.log.identifiers import Found, Identifiers

SEARCH: Final = Asked("client_search")
"""What access records call it."""


class ClientSearch:
    """Tells who has an identifier, where the caller may know of that client; it is a read like any other."""

    def __init__(self, identifiers: Identifiers, accesses: Accesses) -> None:
        self._identifiers = identifiers
        self._accesses = accesses

    async def find(self, access: Access, system: str, value: str) -> Found | None:
        """The client to whom the identifier is linked; None also where the caller does not see that client.

        For legal proceedings nobody learns that there is none either. Raises NoLegalGround, AccessNotRecorded,
        DatabaseUnavailable.
        """
        found = await self._identifiers.find(access.organization_id, system, value)
        if found is None or not await self._may_be_told(access, found):
            if access.purpose is PurposeOfUse.LEGAL_PROCEEDINGS:
                raise NoLegalGround
            return None
        await self._keep(access, found)
        return found

    async def told(self, access: Access, client_ids: Sequence[UUID]) -> list[Found]:
        """Those of the clients who have what somebody would link whom the caller sees; of others no id may be told.

        That they are in care they learn of all of them, so each has an access record. Raises as `find` does.
        """
        seen: list[Found] = []
        for client_id in client_ids:
            found = await self._identifiers.holder(access.organization_id, client_id)
            if await self._may_be_told(access, found):
                seen.append(found)
            await self._keep(access, found)
        return seen

    async def _may_be_told(self, access: Access, found: Found) -> bool:
        try:
            await self._accesses.begin(access, found.client_id, SEARCH)
        except (UnknownClient, Restricted):
            return False
        return True

    async def _keep(self, access: Access, found: Found) -> None:
        told = dict.fromkeys((found.client_id, found.current.client_id))
        await self._accesses.keep(access, SEARCH, list(told), version=found.version)
