"""Recording: from what a caller asks to entries in the log."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID
from weakref import WeakValueDictionary

from domain.authorship import authorship_refusals, check_authorship
from domain.counseling_notes import author_refusals, kept_apart, role_of
from domain.entry import Draft, Entry
from domain.facts import FURTHER_ROUNDS, Facts, Needs, further_needs, needs
from domain.refusals import Refusal, Refused
from domain.rules import admit, refusals_of_each
from service.access.caller import Caller
from service.care.clients import require_client
from service.care.entry_contents import EntryContents
from service.care.errors import ClientExists, IdUsed, UnknownClient
from service.care.merging import Merging, check_not_merged, merge_refusals
from service.care.outcomes import Outcome, RecordedAt
from service.care.recording_permissions import not_permitted, require_recording, require_setting_right
from service.log.errors import IdConflict, IdentifierTaken, VersionConflict
from service.log.facts import FactReader, Known
from service.log.identifiers import Identifiers, identifier_hashes, with_identifiers
from service.log.keyring import DataKey, Keyring
from service.log.organizations import Organizations
from service.log.sealed import SealedEvent
from service.log.store import EventStore
from service.log.timelines import Timelines, seal_drafts
from service.runtime import clock

ATTEMPTS = 50
"""How often a decision is made anew when other processes write to the same client in between."""


_IDENTIFIER_TAKEN: Final = Refusal(
    "identifier_linked_once", "value", "Another client has this identifier: unlink it there first, or merge the two."
)


@dataclass(frozen=True, slots=True)
class RecordingResult:
    """What was recorded; `repeated` when it had been recorded before and this is the first answer again."""

    client_id: UUID
    version: int
    entries: tuple[Entry, ...]
    repeated: bool


class Recorder:
    """Asks the log what its rules ask, decides, seals and appends.

    Nothing of a timeline is kept, so it makes no difference whether a client was recorded a moment or a year ago.
    A decision holds for the version that it was made upon, which the append is bound to: when others have recorded in
    between, it is made anew. Within this process requests for one client wait for each other instead.
    """

    def __init__(
        self,
        store: EventStore,
        facts: FactReader,
        keyring: Keyring,
        timelines: Timelines,
        contents: EntryContents,
        organizations: Organizations,
        *,
        identifiers: Identifiers,
    ) -> None:
        self._store = store
        self._facts = facts
        self._keyring = keyring
        self._timelines = timelines
        self._contents = contents
        self._organizations = organizations
        self._identifiers = identifiers
        self._merging = Merging(facts, keyring)
        self._locks: WeakValueDictionary[tuple[UUID, UUID], asyncio.Lock] = WeakValueDictionary()

    async def record(
        self,
        caller: Caller,
        client_id: UUID,
        drafts: Sequence[Draft],
        *,
        expected_version: int | None = None,
        new_client: bool = False,
    ) -> RecordingResult:
        """Record all of the drafts or none. When this returns, they are durable.

        A draft whose id is known and which says the same is answered as it was the first time.
        Raises, with nothing written: NotPermitted, Refused, UnknownClient, ClientExists, IdUsed, VersionConflict when
        the timeline is not at `expected_version`, ClientErased when the client was erased, IdentifierTaken when what
        the drafts would link is linked already, ClientMerged when care goes on with another client.
        """
        require_recording(caller, drafts)
        require_client(caller, client_id)
        place = (caller.organization_id, client_id)
        lock = self._locks.setdefault(place, asyncio.Lock())
        async with lock:
            return await self._record(caller, client_id, drafts, expected_version, new_client=new_client)

    async def record_each(self, caller: Caller, client_id: UUID, drafts: Sequence[Draft]) -> list[Outcome]:
        """Record those of the drafts that may be recorded, and leave out the others; what became of each, in order.

        Each id stands once among the drafts. Every draft is judged as if it came alone, upon those before it that were
        recorded; where the client is new, the first of those opens the timeline. When this returns, they are durable.
        Raises UnknownClient and ClientErased, with nothing written; VersionConflict where others never cease to record.
        """
        require_client(caller, client_id)
        lock = self._locks.setdefault((caller.organization_id, client_id), asyncio.Lock())
        async with lock:
            used: dict[UUID, Outcome] = {}
            for _ in range(ATTEMPTS):
                left = [draft for draft in drafts if draft.id not in used]
                try:
                    outcomes = used | (await self._record_each(caller, client_id, left) if left else {})
                    return [outcomes[draft.id] for draft in drafts]
                except (VersionConflict, IdentifierTaken):  # in the meantime; the next time it is known
                    continue
                except IdConflict as conflict:  # those of this client are known the next time
                    used |= {event.id: IdUsed(event.id) for event in conflict.stored if event.client_id != client_id}
        head = await self._store.head(caller.organization_id, client_id)
        raise VersionConflict(client_id, head, head)

    async def _record_each(self, caller: Caller, client_id: UUID, drafts: Sequence[Draft]) -> dict[UUID, Outcome]:
        organization_id = caller.organization_id
        asked = needs(drafts)
        facts, kept, own_version, apart, merged_into = await self._ask(organization_id, client_id, drafts, asked)
        key = self._keyring.open(organization_id, kept) if kept else None
        outcomes: dict[UUID, Outcome] = {**not_permitted(caller, drafts, facts)}
        known = [draft for draft in drafts if draft.id not in outcomes and draft.id in facts.entries]
        if known:
            outcomes |= await self._known_each(caller, client_id, known, apart)
        new = [draft for draft in drafts if draft.id not in outcomes]
        policies = await self._organizations.policies(organization_id, own_version=own_version)
        now = clock.now()
        policy = policies.readable_at(now)
        of_some = [
            *merge_refusals(new, merged_into),
            *_author_refusals(new, apart, caller),
            *authorship_refusals(new, facts, caller.actor, policy),
        ]
        outcomes |= {new[place].id: Refused([(0, refusal)]) for place, refusal in of_some}
        judged = [draft for draft in new if draft.id not in outcomes]
        with_contents = await self._with_contents(caller, client_id, asked, facts)
        for draft, refusals in zip(judged, refusals_of_each(judged, with_contents, now, policy), strict=True):
            if refusals:
                outcomes[draft.id] = Refused([(0, refusal) for refusal in refusals])
        accepted = [draft for draft in judged if draft.id not in outcomes]
        outcomes |= await self._taken(organization_id, client_id, accepted)
        accepted = [draft for draft in accepted if draft.id not in outcomes]
        if accepted:
            recorded = await self._append(caller, client_id, facts.version, accepted, key, apart, beside=())
            for entry in recorded.entries:
                outcomes[entry.id] = RecordedAt(entry.version, entry.position, repeated=False)
        return outcomes

    async def _taken(self, organization_id: UUID, client_id: UUID, drafts: Sequence[Draft]) -> dict[UUID, Outcome]:
        """Those that would link an identifier which another client has, or which one before them links."""
        hashes = await identifier_hashes(self._keyring, organization_id, drafts)
        outcomes: dict[UUID, Outcome] = {}
        for place, draft in enumerate(drafts):
            if draft.id in hashes:
                before = [each for each in drafts[:place] if each.id not in outcomes]
                try:
                    await self._identifiers.require_free(organization_id, client_id, [*before, draft], hashes)
                except IdentifierTaken:
                    outcomes[draft.id] = Refused([(0, _IDENTIFIER_TAKEN)])
        return outcomes

    async def _known_each(
        self, caller: Caller, client_id: UUID, known: Sequence[Draft], apart: Mapping[UUID, str]
    ) -> dict[UUID, Outcome]:
        same = await self._saying_the_same(caller, client_id, known, apart)
        return {
            draft.id: RecordedAt(same[draft.id].version, same[draft.id].position, repeated=True)
            if draft.id in same
            else IdUsed(draft.id)
            for draft in known
        }

    async def _record(
        self,
        caller: Caller,
        client_id: UUID,
        drafts: Sequence[Draft],
        expected_version: int | None,
        *,
        new_client: bool,
    ) -> RecordingResult:
        organization_id = caller.organization_id
        asked = needs(drafts)
        version = 0
        for _ in range(ATTEMPTS):
            facts, kept, own_version, apart, merged_into = await self._ask(organization_id, client_id, drafts, asked)
            version = facts.version
            key = self._keyring.open(organization_id, kept) if kept else None
            known = [draft.id for draft in drafts if draft.id in facts.entries]
            if known:
                return await self._repeated(caller, client_id, drafts, known, apart)
            _check_client(facts, new_client=new_client)
            _check_authors(drafts, apart, caller)
            check_not_merged(drafts, merged_into)
            if expected_version is not None and expected_version != version:
                raise VersionConflict(client_id, expected_version, version)
            policies = await self._organizations.policies(organization_id, own_version=own_version)
            now = clock.now()
            policy = policies.readable_at(now)
            require_setting_right(caller, drafts, facts)
            check_authorship(drafts, facts, caller.actor, policy)
            facts = await self._with_contents(caller, client_id, asked, facts)
            admit(drafts, facts, now, policy)
            beside = await self._merging.beside(caller, client_id, drafts, facts)
            try:
                return await self._append(caller, client_id, version, drafts, key, apart, beside=beside)
            except VersionConflict:
                continue
            except IdConflict as conflict:
                taken = {event.id for event in conflict.stored if event.client_id != client_id}
                if used := [draft.id for draft in drafts if draft.id in taken]:
                    raise IdUsed(used[0]) from conflict
        raise VersionConflict(client_id, version, await self._store.head(organization_id, client_id))

    async def _ask(self, organization_id: UUID, client_id: UUID, drafts: Sequence[Draft], asked: Needs) -> Known:
        """What the rules ask; once more where a retraction is retracted."""
        known = await self._facts.read(organization_id, client_id, asked)
        facts = known.facts
        for _ in range(FURTHER_ROUNDS):
            more = further_needs(drafts, facts)
            if more is None:
                break
            further = await self._facts.read(organization_id, client_id, more)
            facts = facts.with_more(further.facts)
        return known._replace(facts=facts)

    async def _with_contents(self, caller: Caller, client_id: UUID, asked: Needs, facts: Facts) -> Facts:
        """The facts with what those entries say of which a rule asks it; hardly any rule does."""
        wanted = facts.with_contents_for(asked)
        if not wanted:
            return facts
        if facts.version == 0:  # of a new client nothing is there to be read; what is recorded along with it is known
            return replace(facts, contents=dict.fromkeys(wanted))
        contents = await self._contents.contents(caller.organization_id, client_id, wanted)
        return replace(facts, contents={id_: contents.get(id_) for id_ in wanted})

    async def _append(
        self,
        caller: Caller,
        client_id: UUID,
        version: int,
        drafts: Sequence[Draft],
        key: DataKey | None,
        apart: Mapping[UUID, str],
        *,
        beside: Sequence[SealedEvent],
    ) -> RecordingResult:
        organization_id, actor = caller.organization_id, caller.actor
        hashes = await identifier_hashes(self._keyring, organization_id, drafts)
        if hashes:  # before a key is made for a client who turns out to be another
            await self._identifiers.require_free(organization_id, client_id, drafts, hashes)
        key = key or await self._keyring.data_key(organization_id, client_id)
        notes = kept_apart(drafts, apart)
        notes_key = await self._keyring.notes_key(organization_id, client_id) if notes else None
        sealed = seal_drafts(organization_id, client_id, version, drafts, actor, key, apart=apart, notes_key=notes_key)
        sealed = with_identifiers(sealed, hashes)
        appended = await self._store.append(organization_id, [*sealed, *beside])
        entries = tuple(
            Entry(
                client_id, event.version, draft.id, draft.event, draft.occurred_at, draft.precision, place.recorded_at,
                actor.id, actor.name, draft.source, draft.correlation_id, draft.causation_id, place.position,
            )
            for draft, event, place in zip(drafts, sealed, appended, strict=False)
        )  # fmt: skip
        return RecordingResult(client_id, entries[-1].version, entries, repeated=False)

    async def _repeated(
        self,
        caller: Caller,
        client_id: UUID,
        drafts: Sequence[Draft],
        known: Sequence[UUID],
        apart: Mapping[UUID, str],
    ) -> RecordingResult:
        """The first answer again. `known` are the ids among the drafts' that are entries of this client."""
        if len(known) < len(drafts):
            raise IdUsed(known[0])
        same = await self._saying_the_same(caller, client_id, drafts, apart)
        for draft in drafts:
            if draft.id not in same:
                raise IdUsed(draft.id)
        entries = tuple(same[draft.id] for draft in drafts)
        return RecordingResult(client_id, max(entry.version for entry in entries), entries, repeated=True)

    async def _saying_the_same(
        self, caller: Caller, client_id: UUID, drafts: Sequence[Draft], apart: Mapping[UUID, str]
    ) -> dict[UUID, Entry]:
        """Of drafts whose ids are entries of this client: the entries, by id, of those that say the same.

        To another role than that of its author, an entry that is kept apart says something else, whatever it says.
        """
        events = await self._store.events(caller.organization_id, [draft.id for draft in drafts])
        opening = (
            self._timelines.open_notes(caller.organization_id, client_id, events)
            if apart
            else self._timelines.open(caller.organization_id, events)
        )
        stored = {entry.id: entry for entry in await opening}
        return {
            draft.id: stored[draft.id]
            for draft in drafts
            if _says_the_same(draft, stored[draft.id])
            and (draft.id not in apart or role_of(apart[draft.id]) == caller.role)
        }


def _check_client(facts: Facts, *, new_client: bool) -> None:
    if facts.version == 0 and not new_client:
        raise UnknownClient
    if facts.version > 0 and new_client:
        raise ClientExists


def _check_authors(drafts: Sequence[Draft], apart: Mapping[UUID, str], caller: Caller) -> None:
    refusals = list(_author_refusals(drafts, apart, caller))
    if refusals:
        raise Refused(refusals)


def _author_refusals(
    drafts: Sequence[Draft], apart: Mapping[UUID, str], caller: Caller
) -> Iterator[tuple[int, Refusal]]:
    authors = {id_: role_of(recorded_by) for id_, recorded_by in apart.items()}
    return author_refusals(drafts, authors, caller.role)


def _says_the_same(draft: Draft, entry: Entry) -> bool:
    return (
        draft.event == entry.event
        and draft.occurred_at == entry.occurred_at
        and draft.precision == entry.precision
        and draft.source == entry.source
        and draft.correlation_id == entry.correlation_id
        and draft.causation_id == entry.causation_id
    )
