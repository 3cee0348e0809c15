"""The organization's own question: who read about a client, what, and why."""

from typing import NamedTuple
from uuid import UUID

from service.access.access_records import Access, AccessRecord, AccessRecords, Asked
from service.care.accesses import Accesses
from service.care.disclosures import ACCESS_RECORDS
from service.care.errors import UnknownClient
from service.log.pages import Pages


class AccessPage(NamedTuple):
    """Access records of one client, the newest first."""

    version: int
    """The version of the client's timeline."""
    records: list[AccessRecord]
    more: bool
    """Whether there are earlier ones."""


class AccessLog:
    """Tells who read about a client; to ask is a read as well, and stands among the records of the next page asked."""

    def __init__(self, pages: Pages, records: AccessRecords, accesses: Accesses) -> None:
        self._pages = pages
        self._records = records
        self._accesses = accesses

    async def page(self, access: Access, client_id: UUID, *, before: UUID | None = None, limit: int) -> AccessPage:
        """The last reads; with `before`, those earlier than the record of that id. An erased client's are kept.

        Raises UnknownClient, NoLegalGround, AccessNotRecorded.
        """
        asked = Asked(ACCESS_RECORDS, {"before": before, "limit": limit})
        await self._accesses.begin(access, client_id, asked)
        version = await self._pages.version(access.organization_id, client_id)
        if version is None:
            raise UnknownClient
        found = await self._records.of_client(access.organization_id, client_id, before=before, limit=limit + 1)
        await self._accesses.keep(access, asked, [client_id], version=version)
        return AccessPage(version, found[:limit], more=len(found) > limit)
