"""The steps of recording that are the same for drafts that stand together and for those that stand alone."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID
from weakref import WeakValueDictionary

from domain.authorship import entries_naming_people, ever_named
from domain.counseling_notes import author_refusals, kept_apart, role_of
from domain.entry import Draft, Entry
from domain.facts import FURTHER_ROUNDS, Facts, Needs, further_needs
from domain.policy import Policy
from domain.refusals import Refusal
from service.access.caller import Caller
from service.care.entry_contents import EntryContents
from service.log.facts import FactReader, Known
from service.log.identifiers import Identifiers, identifier_hashes, with_identifiers
from service.log.keyring import DataKey, Keyring
from service.log.sealed import SealedEvent
from service.log.store import EventStore
from service.log.timelines import Timelines, seal_drafts

ATTEMPTS = 50
"""How often a decision is made anew when other processes write to the same client in between."""


@dataclass(frozen=True, slots=True)
class RecordingResult:
    """What was recorded; `repeated` when it had been recorded before and this is the first answer again."""

    client_id: UUID
    version: int
    entries: tuple[Entry, ...]
    repeated: bool


class RecordingSteps:
    """Asks the log what its rules ask, finds what was recorded before, seals and appends; one client at a time."""

    def __init__(
        self,
        store: EventStore,
        facts: FactReader,
        keyring: Keyring,
        timelines: Timelines,
        contents: EntryContents,
        identifiers: Identifiers,
    ) -> None:
        self._store = store
        self._facts = facts
        self._keyring = keyring
        self._timelines = timelines
        self._contents = contents
        self._identifiers = identifiers
        self._locks: WeakValueDictionary[tuple[UUID, UUID], asyncio.Lock] = WeakValueDictionary()

    def lock(self, organization_id: UUID, client_id: UUID) -> asyncio.Lock:
        """Held by whoever in this process records for the client."""
        return self._locks.setdefault((organization_id, client_id), asyncio.Lock())

    async def ask(self, organization_id: UUID, client_id: UUID, drafts: Sequence[Draft], asked: Needs) -> Known:
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

    async def with_contents(self, caller: Caller, client_id: UUID, asked: Needs, facts: Facts) -> Facts:
        """The facts with what those entries say of which a rule asks it; hardly any rule does."""
        wanted = facts.with_contents_for(asked)
        if not wanted:
            return facts
        if facts.version == 0:  # of a new client nothing is there to be read; what is recorded along with it is known
            return replace(facts, contents=dict.fromkeys(wanted))
        contents = await self._contents.contents(caller.organization_id, client_id, wanted)
        return replace(facts, contents={id_: contents.get(id_) for id_ in wanted})

    async def with_people_named(
        self, caller: Caller, client_id: UUID, drafts: Sequence[Draft], facts: Facts, policy: Policy
    ) -> Facts:
        """The facts with whom those entries ever named that the drafts end or set right, where that decides who may."""
        wanted = entries_naming_people(drafts, facts, caller.actor, policy)
        if not wanted:
            return facts
        found = await self._contents.concerning(caller.organization_id, client_id, wanted)
        return replace(facts, ever_named={each: ever_named(each, found.entries) for each in wanted})

    async def append(
        self,
        caller: Caller,
        client_id: UUID,
        version: int,
        drafts: Sequence[Draft],
        key: DataKey | None,
        apart: Mapping[UUID, str],
        *,
        beside: Sequence[SealedEvent],
        hashes: Mapping[UUID, bytes] | None = None,
    ) -> RecordingResult:
        """Seal the drafts and append them upon that version, with `beside` for another client. Then they are durable.

        `hashes` are those of the identifiers that they link, where it is known already that nobody has these.
        Raises IdentifierTaken, VersionConflict and IdConflict, with nothing written.
        """
        organization_id, actor = caller.organization_id, caller.actor
        if hashes is None:
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
                draft.on_behalf_of,
            )
            for draft, event, place in zip(drafts, sealed, appended, strict=False)
        )  # fmt: skip
        return RecordingResult(client_id, entries[-1].version, entries, repeated=False)

    async def saying_the_same(
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


def author_refusals_of(
    drafts: Sequence[Draft], apart: Mapping[UUID, str], caller: Caller
) -> Iterator[tuple[int, Refusal]]:
    """Which of the drafts may not be recorded by someone of the caller's role, as `author_refusals` says."""
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
        and draft.on_behalf_of == entry.on_behalf_of
    )
