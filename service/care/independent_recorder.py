"""Recording many drafts of a client independently of each other, as an import does: one refused stops no other."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from domain.authorship import authorship_refusals
from domain.entry import Draft
from domain.facts import needs
from domain.refusals import Refusal, Refused
from domain.rules import refusals_of_each
from service.access.caller import Caller
from service.care.clients import require_client
from service.care.errors import IdUsed
from service.care.merging import merge_refusals
from service.care.outcomes import Outcome, RecordedAt
from service.care.recording_permissions import not_permitted
from service.care.recording_steps import ATTEMPTS, RecordingSteps, author_refusals_of
from service.log.errors import IdConflict, IdentifierTaken, VersionConflict
from service.log.identifiers import Changes, Identifiers, identifier_hashes
from service.log.keyring import Keyring
from service.log.organizations import Organizations
from service.log.store import EventStore
from service.runtime import clock

_IDENTIFIER_TAKEN: Final = Refusal(
    "identifier_linked_once", "value", "Another client has this identifier: unlink it there first, or merge the two."
)


class IdentifierElsewhere(Refused):
    """What would be linked is linked already, to these clients."""

    def __init__(self, client_ids: Sequence[UUID]) -> None:
        super().__init__([(0, _IDENTIFIER_TAKEN)])
        self.client_ids = tuple(client_ids)


class IndependentRecorder:
    """Records those drafts that may be recorded, and tells of the others why not."""

    def __init__(
        self,
        steps: RecordingSteps,
        store: EventStore,
        keyring: Keyring,
        organizations: Organizations,
        identifiers: Identifiers,
    ) -> None:
        self._steps = steps
        self._store = store
        self._keyring = keyring
        self._organizations = organizations
        self._identifiers = identifiers

    async def record_each(self, caller: Caller, client_id: UUID, drafts: Sequence[Draft]) -> list[Outcome]:
        """Record those of the drafts that may be recorded, and leave out the others; what became of each, in order.

        Each id stands once among the drafts. Every draft is judged as if it came alone, upon those before it that were
        recorded; where the client is new, the first of those opens the timeline. When this returns, they are durable.
        Raises UnknownClient and ClientErased, with nothing written; VersionConflict where others never cease to record.
        """
        require_client(caller, client_id)
        lock = self._steps.lock(caller.organization_id, client_id)
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
        facts, kept, own_version, apart, merged_into = await self._steps.ask(organization_id, client_id, drafts, asked)
        key = await self._keyring.open(organization_id, kept) if kept else None
        outcomes: dict[UUID, Outcome] = {**not_permitted(caller, drafts, facts)}
        known = [draft for draft in drafts if draft.id not in outcomes and draft.id in facts.entries]
        if known:
            outcomes |= await self._known_each(caller, client_id, known, apart)
        new = [draft for draft in drafts if draft.id not in outcomes]
        policies = await self._organizations.policies(organization_id, own_version=own_version)
        now = clock.now()
        policy = policies.readable_at(now)
        facts = await self._steps.with_people_named(caller, client_id, new, facts, policy)
        of_some = [
            *merge_refusals(new, merged_into),
            *author_refusals_of(new, apart, caller),
            *authorship_refusals(new, facts, caller.actor, policy),
        ]
        outcomes |= {new[place].id: Refused([(0, refusal)]) for place, refusal in of_some}
        judged = [draft for draft in new if draft.id not in outcomes]
        with_contents = await self._steps.with_contents(caller, client_id, asked, facts)
        for draft, refusals in zip(judged, refusals_of_each(judged, with_contents, now, policy), strict=True):
            if refusals:
                outcomes[draft.id] = Refused([(0, refusal) for refusal in refusals])
        accepted = [draft for draft in judged if draft.id not in outcomes]
        hashes = await identifier_hashes(self._keyring, organization_id, accepted)
        outcomes |= await self._taken(organization_id, client_id, accepted, hashes)
        accepted = [draft for draft in accepted if draft.id not in outcomes]
        if accepted:
            recorded = await self._steps.append(
                caller, client_id, facts.version, accepted, key, apart, beside=(), hashes=hashes
            )
            for entry in recorded.entries:
                outcomes[entry.id] = RecordedAt(entry.version, entry.position, repeated=False)
        return outcomes

    async def _taken(
        self, organization_id: UUID, client_id: UUID, drafts: Sequence[Draft], hashes: Mapping[UUID, bytes]
    ) -> dict[UUID, Outcome]:
        """Those that would link an identifier which another client has, or which one before them links."""
        if not hashes:
            return {}
        held = await self._identifiers.held(organization_id, client_id, drafts, hashes)
        outcomes: dict[UUID, Outcome] = {}
        for draft in drafts:
            changes = Changes.asked(client_id, [draft], hashes)
            if clients := held.in_the_way_of(changes):
                outcomes[draft.id] = IdentifierElsewhere(clients)
            else:
                held.change(changes)
        return outcomes

    async def _known_each(
        self, caller: Caller, client_id: UUID, known: Sequence[Draft], apart: Mapping[UUID, str]
    ) -> dict[UUID, Outcome]:
        same = await self._steps.saying_the_same(caller, client_id, known, apart)
        return {
            draft.id: RecordedAt(same[draft.id].version, same[draft.id].position, repeated=True)
            if draft.id in same
            else IdUsed(draft.id)
            for draft in known
        }
