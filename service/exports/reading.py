"""Reading all that is exported of a client."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from domain.entry import Entry
from domain.policies import Policies
from service.access.access_search import AccessFilter, AccessRecord, AccessSearch
from service.care.errors import UnknownClient
from service.log.keyring import DataKey, Keyring
from service.log.merges import united
from service.log.organizations import Organization, Organizations
from service.log.pages import Pages
from service.log.sealed import StoredEvent
from service.log.store import EventStore
from service.log.timelines import Timelines

_RECORDS_AT_ONCE: Final = 1_000


class RecordRead(NamedTuple):
    """A client's record as it stood."""

    organization: Organization
    policies: Policies
    timelines: Mapping[UUID, Sequence[StoredEvent]]
    """Whole, of the client first, then of those merged into them."""
    entries: Sequence[Entry]
    """What a reader sees: of those merged without what says that they were."""
    keys: Mapping[UUID, DataKey]
    """Of those of them who were not erased."""

    @property
    def client_id(self) -> UUID:
        """Whose record it is."""
        return next(iter(self.timelines))

    @property
    def version(self) -> int:
        """That of the client's own timeline."""
        return self.timelines[self.client_id][-1].version

    @property
    def events(self) -> list[StoredEvent]:
        """Of all timelines, in the order in which they were recorded."""
        return sorted((each for events in self.timelines.values() for each in events), key=lambda each: each.position)


class RecordSource:
    """Reads a record whole; whoever asks keeps the access record."""

    def __init__(
        self,
        store: EventStore,
        pages: Pages,
        timelines: Timelines,
        keyring: Keyring,
        organizations: Organizations,
        search: AccessSearch,
    ) -> None:
        self._store = store
        self._pages = pages
        self._timelines = timelines
        self._keyring = keyring
        self._organizations = organizations
        self._search = search

    async def length(self, organization_id: UUID, client_id: UUID) -> int:
        """The version of the client's timeline. Raises UnknownClient."""
        head = await self._pages.head(organization_id, client_id)
        if head is None:
            raise UnknownClient
        return head.version

    async def read(self, organization_id: UUID, client_id: UUID) -> RecordRead:
        """The record as it stands. Raises UnknownClient, ClientErased, UnknownKey, SealBroken."""
        found = await self._pages.united(organization_id, client_id)
        if found is None:
            raise UnknownClient
        clients = [client_id, *found.merged]
        timelines = {each: await self._store.timeline(organization_id, each) for each in clients}
        own, *others = timelines.values()
        opening = (
            self._timelines.open_united(organization_id, client_id, united(own, *others))
            if others
            else self._timelines.open(organization_id, own)
        )
        entries = await opening
        keys = await self._keyring.keys(organization_id, clients)
        keys.of(client_id)  # they may have been erased since their events were read
        organization = await self._organizations.of_id(organization_id)
        policies = await self._organizations.policies(organization_id)
        return RecordRead(organization, policies, timelines, entries, keys.usable)

    async def access_records(self, organization_id: UUID, clients: Sequence[UUID]) -> list[AccessRecord]:
        """All reads that told of one of these clients, the oldest first."""
        found: dict[UUID, AccessRecord] = {}
        for client_id in clients:
            page, before, wanted = None, None, AccessFilter(client_id)
            while page is None or len(page) == _RECORDS_AT_ONCE:
                page = await self._search.page(organization_id, wanted, before=before, limit=_RECORDS_AT_ONCE)
                found |= {each.record_id: each for each in page}
                before = page[-1].record_id if page else None
        return [found[each] for each in sorted(found)]
