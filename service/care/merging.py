"""Merging two clients who are one person: what is recorded on the other client's timeline along with it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID, uuid5

from domain.entry import Draft
from domain.events.base import Event, referred
from domain.events.merging import ClientMergedInto, ClientSeparated, ClientsMerged, MergeUndone
from domain.facts import Facts, Needs
from domain.refusals import Refusal, Refused
from domain.rules import UNKNOWN_ENTRY
from service.access.caller import Caller
from service.care.client_access import ClientAccess
from service.care.entry_contents import EntryContents
from service.care.errors import ClientMerged, UnknownClient
from service.log.facts import FactReader, Known
from service.log.keyring import ClientErased, DataKey, Keyring
from service.log.sealed import SealedEvent
from service.log.timelines import seal_drafts

_IDS: Final = UUID("b1f5d0c4-7a3e-5c1d-8e42-90d6c3a7f215")
"""The namespace of the ids of what is recorded on the other timeline. It never changes."""

NOT_MERGED: Final = "client_not_merged"
"""The rule that news of a client who was merged breaks."""


class Merging:
    """Decides a merge and its undoing on the duplicate's side.

    Both timelines are appended to in one transaction, each bound to the version that the decision was made upon.

    Recording is open to whoever does not see a client; merging is not, since what happened to the one is shown with the
    other from then on. It asks sight of both, and its undoing sight of the survivor, with whom all of it is shown.
    """

    def __init__(self, facts: FactReader, keyring: Keyring, contents: EntryContents, clients: ClientAccess) -> None:
        self._facts = facts
        self._keyring = keyring
        self._contents = contents
        self._clients = clients

    async def beside(self, caller: Caller, client_id: UUID, drafts: Sequence[Draft], facts: Facts) -> list[SealedEvent]:
        """What the drafts, which the client's own rules admit, bring to another timeline: mostly nothing.

        `facts` are the client's, with the contents that the rules ask about. Raises Refused, and UnknownClient where
        the caller does not see the client; a duplicate whom they do not see is refused as one who is not there.
        """
        merging = [place for place, draft in enumerate(drafts) if isinstance(draft.event, ClientsMerged | MergeUndone)]
        if not merging:
            return []
        if len(drafts) > 1:
            raise _refused("recorded_alone", "", "Record this in a request of its own.", place=merging[0])
        await self._clients.check(caller, client_id)
        draft, event, counterpart = drafts[0], drafts[0].event, counterpart_id(drafts[0].id)
        beside: Event
        if isinstance(event, ClientsMerged):
            other, beside = event.duplicate, ClientMergedInto(survivor=client_id, merge=draft.id)
            await self._check_seen(caller, other)
            known = await self._of(caller, other)
            _check_duplicate(caller, client_id, other, known)
        else:
            assert isinstance(event, MergeUndone)
            told = facts.contents[event.merge]
            if told is None or not isinstance(told.event, ClientsMerged):
                raise _refused("merge_is_readable", "merge", "What that entry says cannot be read.")
            other, beside = told.event.duplicate, ClientSeparated(merge=counterpart_id(event.merge))
            known = await self._of(caller, other)
        key = await self._key(caller, known)
        said = replace(draft, id=counterpart, event=beside)
        return seal_drafts(caller.organization_id, other, known.facts.version, [said], caller.actor, key)

    async def elsewhere(self, caller: Caller, client_id: UUID, drafts: Sequence[Draft], refused: Refused) -> Refused:
        """The same refusals, which say of an entry that is not here whose it is, where that client was merged here."""
        asked = {
            (place, refusal.field): (target, mark)
            for place, refusal in refused.refusals
            if refusal.rule == UNKNOWN_ENTRY
            for name, target, mark in referred(drafts[place].event)
            if name == refusal.field
        }
        if not asked:
            return refused
        ids = {target for target, _ in asked.values()}
        found = await self._contents.of_merged(caller.organization_id, client_id, ids)

        def told(place: int, refusal: Refusal) -> Refusal:
            target, mark = asked.get((place, refusal.field), (None, None))
            there = found.get(target) if target and refusal.rule == UNKNOWN_ENTRY else None
            return _stands_elsewhere(refusal.field, there, cites=mark.cites) if there and mark else refusal

        return Refused([(place, told(place, refusal)) for place, refusal in refused.refusals])

    async def _check_seen(self, caller: Caller, duplicate: UUID) -> None:
        try:
            await self._clients.check(caller, duplicate)
        except (UnknownClient, ClientErased):
            raise _duplicate_unknown() from None

    async def _of(self, caller: Caller, client_id: UUID) -> Known:
        return await self._facts.read(caller.organization_id, client_id, Needs())

    async def _key(self, caller: Caller, known: Known) -> DataKey:
        try:
            if known.key is not None:
                return await self._keyring.open(caller.organization_id, known.key)
        except ClientErased:
            pass
        raise _refused("duplicate_is_known", "duplicate", "That client was erased: nothing can be recorded of them.")


def check_not_merged(drafts: Sequence[Draft], merged_into: UUID | None) -> None:
    """Raises ClientMerged where the drafts tell news of a client with whom care does not go on.

    The survivor's id is told to whoever may record, also where they do not see that client: news has to get there, a
    crisis above all, and an id that chance made tells nothing and opens nothing.

    What answers, corrects or retracts an entry is recorded where that entry is: what waits there can still be done.
    """
    if merged_into is not None and not all(_answers(draft.event) for draft in drafts):
        raise ClientMerged(merged_into)


def merge_refusals(drafts: Sequence[Draft], merged_into: UUID | None) -> Iterator[tuple[int, Refusal]]:
    """The drafts that cannot be recorded among others, each by its place: merges, and news of a merged client."""
    for place, draft in enumerate(drafts):
        if isinstance(draft.event, ClientsMerged | MergeUndone):
            yield place, Refusal("recorded_alone", "", "Record this in a request of its own.")
        elif merged_into is not None and not _answers(draft.event):
            message = f"Care goes on with another client: record this at client {merged_into}."
            yield place, Refusal(NOT_MERGED, "", message)


def counterpart_id(id_: UUID) -> UUID:
    """The id of the event on the other timeline, by that of the merge or of its undoing: a retry has the same."""
    return uuid5(_IDS, str(id_))


def _answers(event: Event) -> bool:
    return any(not mark.cites for _, _, mark in referred(event))


def _check_duplicate(caller: Caller, client_id: UUID, duplicate: UUID, known: Known) -> None:
    if duplicate == client_id:
        raise _refused("merges_two_clients", "duplicate", "This is the client themselves; give the other one's id.")
    if known.facts.version == 0 or duplicate == caller.organization_id:
        raise _duplicate_unknown()
    if known.merged_into is not None:
        raise _refused("merged_once", "duplicate", "That client is merged already; undo that first, with merge_undone.")


def _stands_elsewhere(field: str, client_id: UUID, *, cites: bool) -> Refusal:
    what = "leave it out" if cites else "record this at that client"
    message = f"That entry is client {client_id}'s, who was merged into this one: {what}."
    return Refusal("refers_to_own_entry", field, message)


def _duplicate_unknown() -> Refused:
    return _refused("duplicate_is_known", "duplicate", "Your organization has no client with this id.")


def _refused(rule: str, field: str, message: str, *, place: int = 0) -> Refused:
    return Refused([(place, Refusal(rule, field, message))])
