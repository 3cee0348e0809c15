"""Recording: from what a caller asks to entries in the log."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID
from weakref import WeakValueDictionary

from domain.entry import Draft, Entry
from domain.refusals import Refused
from domain.timeline import Timeline
from service import clock
from service.bounded import Bounded
from service.care.caller import Caller
from service.care.errors import ClientExists, IdUsed, UnknownClient
from service.log.errors import IdConflict, VersionConflict
from service.log.keyring import Keyring
from service.log.organizations import Organizations
from service.log.store import EventStore
from service.log.timelines import Timelines, seal_drafts

KEPT_TIMELINES = 512
ATTEMPTS = 50
"""How often a decision is made anew when other processes write to the same client in between."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was recorded; `repeated` when it had been recorded before and this is the first answer again."""

    client_id: UUID
    version: int
    entries: tuple[Entry, ...]
    repeated: bool


class Recorder:
    """Decides, seals and appends, one request at a time for each client."""

    def __init__(
        self,
        store: EventStore,
        keyring: Keyring,
        timelines: Timelines,
        organizations: Organizations,
    ) -> None:
        self._store = store
        self._keyring = keyring
        self._timelines = timelines
        self._organizations = organizations
        self._kept: Bounded[tuple[UUID, UUID], Timeline] = Bounded(KEPT_TIMELINES)
        self._locks: WeakValueDictionary[tuple[UUID, UUID], asyncio.Lock] = WeakValueDictionary()

    async def record(
        self,
        caller: Caller,
        client_id: UUID,
        drafts: Sequence[Draft],
        *,
        expected_version: int | None = None,
        new_client: bool = False,
    ) -> Recorded:
        """Record all of the drafts or none. When this returns, they are durable.

        A draft whose id is known and which says the same is answered as it was the first time.
        Raises, with nothing written: Refused, UnknownClient, ClientExists, IdUsed, VersionConflict when the
        timeline is not at `expected_version`.
        """
        place = (caller.organization_id, client_id)
        lock = self._locks.setdefault(place, asyncio.Lock())
        async with lock:
            return await self._record(caller, client_id, drafts, expected_version, new_client=new_client)

    async def _record(
        self,
        caller: Caller,
        client_id: UUID,
        drafts: Sequence[Draft],
        expected_version: int | None,
        *,
        new_client: bool,
    ) -> Recorded:
        organization_id = caller.organization_id
        policy = await self._organizations.policy(organization_id)
        for _ in range(ATTEMPTS):
            timeline, fresh = await self._timeline(organization_id, client_id)
            try:
                if any(timeline.holds(draft.id) for draft in drafts):
                    return await self._repeated(organization_id, client_id, drafts)
                _check_client(timeline, new_client=new_client)
                _check_version(timeline, expected_version)
                timeline.admit(drafts, clock.now(), policy)
            except (Refused, UnknownClient, ClientExists, VersionConflict):
                if fresh or await self._store.head(organization_id, client_id) == timeline.version:
                    raise
                self._kept.forget((organization_id, client_id))
                continue
            try:
                return await self._append(caller, timeline, drafts)
            except VersionConflict:
                self._kept.forget((organization_id, client_id))
            except IdConflict as conflict:
                self._kept.forget((organization_id, client_id))
                if any(event.client_id != client_id for event in conflict.stored):
                    raise IdUsed(conflict.stored[0].id) from conflict
        head = await self._store.head(organization_id, client_id)
        raise VersionConflict(client_id, head if expected_version is None else expected_version, head)

    async def _timeline(self, organization_id: UUID, client_id: UUID) -> tuple[Timeline, bool]:
        """The aggregate, and whether it was just read from the log; a kept one may lag behind other processes."""
        timeline = self._kept.get((organization_id, client_id))
        if timeline is not None:
            return timeline, False
        timeline = Timeline(client_id)
        for entry in await self._timelines.read(organization_id, client_id):
            entry.mutate(timeline)
        self._kept[organization_id, client_id] = timeline
        return timeline, True

    async def _append(self, caller: Caller, timeline: Timeline, drafts: Sequence[Draft]) -> Recorded:
        organization_id, client_id = caller.organization_id, timeline.id
        key = await self._keyring.data_key(organization_id, client_id)
        sealed = seal_drafts(organization_id, client_id, timeline.version, drafts, caller.actor, key)
        try:
            appended = await self._store.append(organization_id, sealed)
        except BaseException:
            # Whether it was written is not known here; the log will tell.
            self._kept.forget((organization_id, client_id))
            raise
        entries = tuple(
            Entry(
                client_id, event.version, draft.id, draft.event, draft.occurred_at, draft.precision, place.recorded_at,
                caller.actor.id, caller.actor.name, draft.source, draft.correlation_id, draft.causation_id,
                place.position,
            )
            for draft, event, place in zip(drafts, sealed, appended, strict=True)
        )  # fmt: skip
        for entry in entries:
            entry.mutate(timeline)
        return Recorded(client_id, timeline.version, entries, repeated=False)

    async def _repeated(self, organization_id: UUID, client_id: UUID, drafts: Sequence[Draft]) -> Recorded:
        stored = {entry.id: entry for entry in await self._timelines.by_id(organization_id, [d.id for d in drafts])}
        for draft in drafts:
            entry = stored.get(draft.id)
            if entry is None or entry.client_id != client_id or not _says_the_same(draft, entry):
                raise IdUsed(next(draft.id for draft in drafts if draft.id in stored))
        entries = tuple(stored[draft.id] for draft in drafts)
        return Recorded(client_id, max(entry.version for entry in entries), entries, repeated=True)


def _check_client(timeline: Timeline, *, new_client: bool) -> None:
    if timeline.version == 0 and not new_client:
        raise UnknownClient
    if timeline.version > 0 and new_client:
        raise ClientExists


def _check_version(timeline: Timeline, expected_version: int | None) -> None:
    if expected_version is not None and expected_version != timeline.version:
        raise VersionConflict(timeline.id, expected_version, timeline.version)


def _says_the_same(draft: Draft, entry: Entry) -> bool:
    return (
        draft.event == entry.event
        and draft.occurred_at == entry.occurred_at
        and draft.precision == entry.precision
        and draft.source == entry.source
        and draft.correlation_id == entry.correlation_id
        and draft.causation_id == entry.causation_id
    )
