"""The organization's own questions: who read about a client, or about whom somebody read, what, why and when."""

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import asdict, replace
from typing import Final, NamedTuple
from uuid import UUID

from domain.events.consents import ConsentGranted
from domain.events.court_orders import CourtOrderRecorded
from domain.events.disclosures import EmergencyDisclosureMade
from domain.vocabulary.purposes import PurposeOfUse
from projections.care_plan.disclosures import Disclosures
from projections.local_days import LocalDays
from service.access.access_records import Access, Asked
from service.access.access_search import AccessFilter, AccessRecord, AccessSearch, SummedReads
from service.access.recipients import Basis
from service.care.accesses import Accesses
from service.care.client_access import plans_now
from service.care.disclosures import ACCESS_RECORDS, ACCESS_REPORT, NoLegalGround
from service.care.errors import UnknownClient
from service.log.keyring import ClientErased
from service.log.pages import Pages
from service.log.store import EventStore
from service.projector.fresh_states import FreshStates

_AT_ONCE: Final = 1_000

_BASES: Final[Mapping[str, Basis]] = {
    ConsentGranted.model_fields["type"].default: Basis.CONSENT,
    CourtOrderRecorded.model_fields["type"].default: Basis.COURT_ORDER,
    EmergencyDisclosureMade.model_fields["type"].default: Basis.MEDICAL_EMERGENCY,
}


class AccessPage(NamedTuple):
    """Access records, the newest first."""

    version: int
    """The version of the client's timeline."""
    records: list[AccessRecord]
    more: bool
    """Whether there are earlier ones."""

    @property
    def next(self) -> UUID | None:
        """The record before which it goes on; None where there are no earlier ones."""
        return self.records[-1].record_id if self.more else None


class FoundRecords(NamedTuple):
    """Access records of an organization, the newest first."""

    position: int
    """Up to where the organization's log went."""
    records: list[AccessRecord]
    next: UUID | None
    """The record before which it goes on; None where there are no earlier ones."""


class AccessReport(NamedTuple):
    """Who learned what about a client, inside the organization and outside."""

    reads: list[SummedReads]
    """What was read through this service, summed up."""
    told: Disclosures
    """What people told outside, by phone, letter and otherwise, whichever of the person's ids it was recorded under;
    empty for a client who was erased."""
    bases: Mapping[UUID, Basis]
    """What kind of event allowed a disclosure, by its id: also of one that was retracted or erased since."""


class AccessLog:
    """Tells who read about whom; to ask is a read as well, and stands among the records of the next page asked.

    The records of an erased client are kept. Every method raises NoLegalGround and AccessNotRecorded.
    """

    def __init__(
        self, store: EventStore, pages: Pages, search: AccessSearch, accesses: Accesses, fresh: FreshStates
    ) -> None:
        self._store = store
        self._pages = pages
        self._search = search
        self._accesses = accesses
        self._fresh = fresh

    async def of_client(
        self, access: Access, client_id: UUID, wanted: AccessFilter, *, before: UUID | None = None, limit: int
    ) -> AccessPage:
        """The last reads of a client, and of those merged into them; with `before`, those earlier than the record of
        that id. Raises UnknownClient."""
        asked = _asked(wanted, before=before, limit=limit)
        await self._begin(access, client_id, asked)
        version, merged = await self._stands(access, client_id)
        wanted = replace(wanted, client_id=client_id, merged=merged)
        found = await self._search.page(access.organization_id, wanted, before=before, limit=limit + 1)
        await self._accesses.keep(access, asked, [client_id, *merged], version=version)
        return AccessPage(version, found[:limit], more=len(found) > limit)

    async def of_all(
        self, access: Access, wanted: AccessFilter, *, before: UUID | None = None, limit: int
    ) -> FoundRecords:
        """The last reads about anybody, as the filter says; its own record names those of whom it told.

        Where it names a client, of those merged into them as well. Reads of clients who are kept from the caller are
        left out, so a page may have fewer, and yet others after it; of one who is named it is as if there were none.
        """
        self._accesses.begin_with_many(access)
        asked = _asked(wanted, before=before, limit=limit)
        position = await self._store.log_head(access.organization_id)
        if wanted.client_id:
            wanted = replace(wanted, merged=await self._pages.merged(access.organization_id, wanted.client_id))
        found = await self._search.page(access.organization_id, wanted, before=before, limit=limit + 1)
        about = {each.client_id for each in found[:limit] if each.client_id}
        if found and wanted.client_id:
            about |= {wanted.client_id, *wanted.merged}
        told = await self._accesses.may_be_told(access, about, asked)
        if wanted.client_id not in {None, *told}:
            return FoundRecords(position, [], None)
        shown = [each for each in found[:limit] if each.client_id is None or each.client_id in told]
        await self._accesses.keep(access, asked, told, position=position)
        return FoundRecords(position, shown, found[limit - 1].record_id if len(found) > limit else None)

    async def _begin(self, access: Access, client_id: UUID, asked: Asked) -> None:
        """As every read of a client, but what an erased client had asked for is gone with them: their records stay."""
        try:
            await self._accesses.begin(access, client_id, asked)
        except ClientErased:
            if access.purpose is PurposeOfUse.LEGAL_PROCEEDINGS:
                raise NoLegalGround from None

    async def every(
        self, access: Access, wanted: AccessFilter, most: int | None = None
    ) -> AsyncIterator[list[AccessRecord]]:
        """All that the filter finds, or at most so many, in parts, the newest first: one part at a time is in memory.

        Where it names a client, raises UnknownClient for one who is not there.
        """
        before, left = None, most
        while left is None or left > 0:
            limit = _AT_ONCE if left is None else min(left, _AT_ONCE)
            page = (
                await self.of_client(access, wanted.client_id, wanted, before=before, limit=limit)
                if wanted.client_id
                else await self.of_all(access, wanted, before=before, limit=limit)
            )
            if page.records:
                yield page.records
            before = page.next
            if before is None:
                return
            left = None if left is None else left - len(page.records)

    async def report(self, access: Access, client_id: UUID, days: LocalDays) -> AccessReport:
        """Who read about a client on those days, and whom people told of them, so that it can be given to them.

        What people told is not narrowed to those days. Raises UnknownClient, ProjectionFailed.
        """
        wanted = AccessFilter(client_id, since=days.since, until=days.until)
        asked = Asked(ACCESS_REPORT, _said(wanted))
        await self._begin(access, client_id, asked)
        version, merged = await self._stands(access, client_id)
        found = await self._search.summed(access.organization_id, replace(wanted, merged=merged), days.zone.key)
        told, survivors = await self._told(access.organization_id, client_id)
        allowed_by = {each.allowed_by for each in (*found, *told.by_people) if each.allowed_by}
        bases = await self._bases(access.organization_id, allowed_by)
        await self._accesses.keep(access, asked, [client_id, *merged, *survivors], version=version)
        return AccessReport(found, told, bases)

    async def _told(self, organization_id: UUID, client_id: UUID) -> tuple[Disclosures, list[UUID]]:
        """What people told of the person; and, where the client was merged, with whom care goes on one after the other:
        their plan tells it of all of them."""
        try:
            plans = await plans_now(self._fresh, organization_id, client_id)
        except ClientErased:
            return Disclosures(), []
        return plans[-1].disclosures, [plan.merges.into.survivor_id for plan in plans[:-1]]

    async def _bases(self, organization_id: UUID, allowed_by: Collection[UUID]) -> Mapping[UUID, Basis]:
        """What kind each of these events is, by its header: that stays, whatever becomes of what it says."""
        stored = await self._store.events(organization_id, list(allowed_by)) if allowed_by else []
        return {event.id: _BASES[event.type] for event in stored if event.type in _BASES}

    async def _stands(self, access: Access, client_id: UUID) -> tuple[int, tuple[UUID, ...]]:
        """The version of the client's timeline, and who is merged into them."""
        head = await self._pages.head(access.organization_id, client_id)
        if head is None:
            raise UnknownClient
        return head.version, await self._pages.merged(access.organization_id, client_id) if head.survives else ()


def _said(wanted: AccessFilter) -> dict[str, object]:
    """What the filter says beside the client, whom the record names anyway."""
    return {name: said for name, said in asdict(wanted).items() if name not in {"client_id", "merged"}}


def _asked(wanted: AccessFilter, *, before: UUID | None, limit: int) -> Asked:
    return Asked(ACCESS_RECORDS, {**_said(wanted), "before": before, "limit": limit})
