"""Importing history: events of many clients, each judged by the rules of recording, written many at once."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from domain.entry import Draft
from domain.refusals import Refused
from domain.rules import OPENING
from service.access.access_records import Access, AccessNotRecorded
from service.care.accesses import Accesses
from service.care.client_search import SEARCH
from service.care.errors import UnknownIdentifier
from service.care.independent_recorder import IdentifierElsewhere
from service.care.merging import NOT_MERGED
from service.care.new_clients import client_id_of, link_drafts
from service.care.outcomes import Outcome, RecordedAt
from service.care.recorder import Recorder
from service.log.errors import DatabaseUnavailable, IdentifierTaken
from service.log.identifiers import Holder, Identifier, Identifiers
from service.log.store import EventStore

MOST_AT_ONCE: Final = 50
"""Clients that are recorded at the same time: their appends are committed together, and few wait for a connection."""

_Outcomes = dict[UUID, Outcome | Exception]
_Holders = Mapping[Identifier, Holder]


class ImportedEvent(NamedTuple):
    """An event that another system kept, and whose it is: by their id, or by an identifier that they have."""

    draft: Draft
    client_id: UUID | None
    identifier: Identifier | None = None


class HistoryImport:
    """Records history for a caller."""

    def __init__(
        self, recorder: Recorder, identifiers: Identifiers, store: EventStore, accesses: Accesses, access: Access
    ) -> None:
        self._recorder = recorder
        self._identifiers = identifiers
        self._store = store
        self._accesses = accesses
        self._access = access
        self._caller = access.caller
        self._free = asyncio.Semaphore(MOST_AT_ONCE)

    async def record(self, events: Sequence[ImportedEvent]) -> list[Outcome | Exception]:
        """Record those of the events that may be recorded, of each client in order; what became of each.

        Their ids differ, and none of them depends on what another says of an identifier. Who has an identifier is asked
        once for all. Where nobody has it, the first event of a timeline creates a client who has it, and any other is
        answered UnknownIdentifier. What stands in the way of recording a client at all, such as UnknownClient,
        ClientErased and DatabaseUnavailable, is told of all of that client's events; others go on. Durable when this
        returns, and with it the record of what refusals tell of who has an identifier.
        """
        try:
            holders = await self._holders(events)
        except Exception as error:  # noqa: BLE001 - told of each event, by whoever asked
            return [error for _ in events]
        drafts: dict[UUID, list[Draft]] = {}
        new: list[tuple[Draft, Identifier]] = []
        found: _Outcomes = {}
        for draft, named, identifier in events:
            holder = holders.get(identifier) if identifier else None
            client_id = holder.client_id if holder else named
            if client_id is not None:
                drafts.setdefault(client_id, []).append(draft)
            elif identifier is not None and draft.event.type in OPENING:
                new.append((draft, identifier))
            else:
                found[draft.id] = UnknownIdentifier()
        for outcomes in await asyncio.gather(
            *(self._of_client(*each) for each in drafts.items()), *(self._new_client(*each) for each in new)
        ):
            found |= outcomes
        found |= await self._where_care_goes_on(events, holders, found)
        found |= await self._keep_what_refusals_tell(events, holders, found)
        return [found[event.draft.id] for event in events]

    async def _holders(self, events: Sequence[ImportedEvent]) -> _Holders:
        asked = {event.identifier for event in events if event.identifier is not None}
        if not asked:
            return {}
        return await self._identifiers.holders(self._caller.organization_id, asked)

    async def _of_client(self, client_id: UUID, drafts: Sequence[Draft]) -> _Outcomes:
        async with self._free:
            try:
                outcomes = await self._recorder.record_each(self._caller, client_id, drafts)
            except Exception as error:  # noqa: BLE001 - told of each event, by whoever asked
                return dict.fromkeys((draft.id for draft in drafts), error)
        return {draft.id: outcome for draft, outcome in zip(drafts, outcomes, strict=True)}

    async def _new_client(self, first: Draft, identifier: Identifier) -> _Outcomes:
        """A client whose timeline this event opens, and who has the identifier: both, or nothing."""
        client_id = client_id_of(self._caller, first)
        drafts = [first, *link_drafts([identifier], first)]
        async with self._free:
            try:
                recorded = await self._recorder.record(self._caller, client_id, drafts, new_client=True)
            except IdentifierTaken as taken:  # in the meantime
                client_id = taken.client_ids[0]
            except Exception as error:  # noqa: BLE001 - told of this event, by whoever asked
                return {first.id: error}
            else:
                entry = recorded.entries[0]
                return {first.id: RecordedAt(entry.version, entry.position, repeated=recorded.repeated)}
        return await self._of_client(client_id, [first])

    async def _where_care_goes_on(
        self, events: Sequence[ImportedEvent], holders: _Holders, found: _Outcomes
    ) -> _Outcomes:
        """What came by an identifier of a client who was merged, and is news, is recorded where care goes on.

        What was recorded before the merge is known where it stands; so this comes second.
        """
        drafts: dict[UUID, list[Draft]] = {}
        for event in events:
            holder = holders.get(event.identifier) if event.identifier else None
            if holder and holder.current != holder.client_id and _is_news_of_merged(found[event.draft.id]):
                drafts.setdefault(holder.current, []).append(event.draft)
        outcomes: _Outcomes = {}
        for each in await asyncio.gather(*(self._of_client(*each) for each in drafts.items())):
            outcomes |= each
        return outcomes

    async def _keep_what_refusals_tell(
        self, events: Sequence[ImportedEvent], holders: _Holders, found: _Outcomes
    ) -> _Outcomes:
        """A refused line that names or would link an identifier which somebody has tells that they are in care.

        That is a read of them, as it is where a client is created. What is recorded tells of itself who knew.
        """
        learned: dict[UUID, list[UUID]] = {}
        for draft, _, identifier in events:
            outcome, holder = found[draft.id], holders.get(identifier) if identifier else None
            clients = list(outcome.client_ids) if isinstance(outcome, IdentifierElsewhere) else []
            if holder and isinstance(outcome, Exception):
                clients.append(holder.client_id)
            for client_id in clients:
                learned.setdefault(client_id, []).append(draft.id)
        if not learned:
            return {}
        try:
            position = await self._store.log_head(self._caller.organization_id)
            await self._accesses.keep(self._access, SEARCH, learned, position=position)
        except (AccessNotRecorded, DatabaseUnavailable) as error:
            return {id_: error for ids in learned.values() for id_ in ids}
        return {}


def _is_news_of_merged(outcome: Outcome | Exception) -> bool:
    return isinstance(outcome, Refused) and any(refusal.rule == NOT_MERGED for _, refusal in outcome.refusals)
