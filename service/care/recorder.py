"""Recording: from what a caller asks to entries in the log."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from domain.authorship import check_authorship
from domain.entry import Draft
from domain.facts import Facts, needs
from domain.refusals import Refused
from domain.rules import admit
from service.access.caller import Caller
from service.care.client_access import ClientAccess
from service.care.clients import require_client
from service.care.entry_contents import EntryContents
from service.care.errors import ClientExists, IdUsed, UnknownClient
from service.care.independent_recorder import IndependentRecorder
from service.care.merging import Merging, check_not_merged
from service.care.outcomes import Outcome
from service.care.recording_permissions import require_recording, require_setting_right
from service.care.recording_steps import ATTEMPTS, RecordingResult, RecordingSteps, author_refusals_of
from service.log.errors import IdConflict, VersionConflict
from service.log.facts import FactReader
from service.log.identifiers import Identifiers
from service.log.keyring import Keyring
from service.log.organizations import Organizations
from service.log.store import EventStore
from service.log.timelines import Timelines
from service.runtime import clock


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
        clients: ClientAccess,
    ) -> None:
        self._store = store
        self._keyring = keyring
        self._organizations = organizations
        self._merging = Merging(facts, keyring, contents, clients)
        self._steps = RecordingSteps(store, facts, keyring, timelines, contents, identifiers)
        self._independent = IndependentRecorder(self._steps, store, keyring, organizations, identifiers)

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
        lock = self._steps.lock(caller.organization_id, client_id)
        async with lock:
            return await self._record(caller, client_id, drafts, expected_version, new_client=new_client)

    async def record_each(self, caller: Caller, client_id: UUID, drafts: Sequence[Draft]) -> list[Outcome]:
        """Record those of the drafts that may be recorded, and leave out the others (IndependentRecorder)."""
        return await self._independent.record_each(caller, client_id, drafts)

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
        steps, asked, version = self._steps, needs(drafts), 0
        for _ in range(ATTEMPTS):
            facts, kept, own_version, apart, merged_into = await steps.ask(organization_id, client_id, drafts, asked)
            version = facts.version
            key = await self._keyring.open(organization_id, kept) if kept else None
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
            facts = await steps.with_people_named(caller, client_id, drafts, facts, policy)
            check_authorship(drafts, facts, caller.actor, policy)
            facts = await steps.with_contents(caller, client_id, asked, facts)
            try:
                admit(drafts, facts, now, policy)
            except Refused as refused:
                raise await self._merging.elsewhere(caller, client_id, drafts, refused) from None
            beside = await self._merging.beside(caller, client_id, drafts, facts)
            try:
                return await steps.append(caller, client_id, version, drafts, key, apart, beside=beside)
            except VersionConflict:
                continue
            except IdConflict as conflict:
                taken = {event.id for event in conflict.stored if event.client_id != client_id}
                if used := [draft.id for draft in drafts if draft.id in taken]:
                    raise IdUsed(used[0]) from conflict
        raise VersionConflict(client_id, version, await self._store.head(organization_id, client_id))

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
        same = await self._steps.saying_the_same(caller, client_id, drafts, apart)
        for draft in drafts:
            if draft.id not in same:
                raise IdUsed(draft.id)
        entries = tuple(same[draft.id] for draft in drafts)
        return RecordingResult(client_id, max(entry.version for entry in entries), entries, repeated=True)


def _check_client(facts: Facts, *, new_client: bool) -> None:
    if facts.version == 0 and not new_client:
        raise UnknownClient
    if facts.version > 0 and new_client:
        raise ClientExists


def _check_authors(drafts: Sequence[Draft], apart: Mapping[UUID, str], caller: Caller) -> None:
    refusals = list(author_refusals_of(drafts, apart, caller))
    if refusals:
        raise Refused(refusals)
